/** Small rules about a client's request: the secret path segment and the stored key. */
import type { UpstreamTarget } from './workerMessages';

/**
 * Takes the secret segment off a path. `keyed`: it was there and right, so the stored key may be spent. `wrong`: another
 * one was there. `equal` compares in constant time.
 */
export function withoutSegment(
  path: string,
  segment: string | undefined,
  equal: (a: Uint8Array, b: Uint8Array) => boolean,
): { path: string; keyed: boolean; wrong: boolean } {
  const match = /^\/k\/([^/?#]+)(\/.*)$/.exec(path);
  if (!match) return { path, keyed: false, wrong: false };
  const given = Buffer.from(match[1] as string);
  const wanted = Buffer.from(segment ?? '');
  const right = segment !== undefined && given.length === wanted.length && equal(given, wanted);
  return { path: match[2] as string, keyed: right, wrong: !right };
}

/** The client's headers with the stored key in the place of its own credentials. Azure wants it as `api-key`. */
export function withKey(rawHeaders: string[], upstream: UpstreamTarget): string[] {
  if (!upstream.apiKey) return rawHeaders;
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const lower = name.toLowerCase();
    let value = rawHeaders[i + 1] as string;
    if (lower === 'authorization' || lower === 'api-key') continue;
    if (lower === 'sec-websocket-protocol') {
      value = value
        .split(',')
        .map((one) => one.trim())
        .filter((one) => !one.startsWith('openai-insecure-api-key.'))
        .join(', ');
      if (value === '') continue;
    }
    out.push(name, value);
  }
  const azure = /\.azure\.com$/i.test(new URL(upstream.url).hostname);
  if (azure) out.push('api-key', upstream.apiKey);
  else out.push('Authorization', `Bearer ${upstream.apiKey}`);
  return out;
}
