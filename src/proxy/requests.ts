/** Small rules about requests: the secret path segment, the stored key, headers, words for people. */
import type { HeaderRecord } from '../trace/records';
import type { UpstreamTarget } from './upstreamTarget';

/**
 * Takes the secret segment off a path. `keyed`: it was there and right, so the stored key may be spent. `wrong`: another
 * one was there. `equal` compares in constant time.
 */
export function withoutSegment(
  path: string,
  segment: string | undefined,
  equal: (a: Uint8Array, b: Uint8Array) => boolean,
): { path: string; keyed: boolean; wrong: boolean } {
  // Clients of an HTTP proxy send absolute URLs; some double the slash; none may carry the segment past this place.
  const local = path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  const match = /^\/+k\/([^/?#]*)(.*)$/is.exec(local);
  if (!match) return { path, keyed: false, wrong: segment !== undefined && path.includes(segment) };
  const given = Buffer.from(match[1] as string);
  const wanted = Buffer.from(segment ?? '');
  const right = segment !== undefined && given.length === wanted.length && equal(given, wanted);
  const rest = match[2] as string;
  if (!right || rest.includes(segment)) return { path: '/', keyed: false, wrong: true };
  return { path: rest.startsWith('/') ? rest : `/${rest}`, keyed: true, wrong: false };
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

/** What of a request's headers speaks for the client at the upstream: its credentials, and `OpenAI-*`. */
export function identityOf(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    if (/^(?:authorization|api-key|openai-.*)$/i.test(name)) kept.push(name, value);
  }
  return kept;
}

/** Header values that are secret: of a scheme and a key, the key alone. */
export function secretsOf(rawHeaders: readonly string[]): string[] {
  const secrets: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (/^(?:authorization|api-key)$/i.test(rawHeaders[i] as string))
      secrets.push((rawHeaders[i + 1] as string).replace(/^\s*[\w-]+\s+(?=\S)/, '').trim());
  // A few characters are no key, and would blank out ordinary words.
  return secrets.filter((secret) => secret.length >= 8);
}

/** The first value of the header of that name (lower case); empty when there is none. */
export function headerOf(headers: HeaderRecord, name: string): string {
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
  return key === undefined ? '' : ([headers[key] ?? ''].flat()[0] ?? '');
}

/** Raw headers without those of that name (lower case). */
export function dropHeader(rawHeaders: string[], name: string): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() !== name) out.push(rawHeaders[i] as string, rawHeaders[i + 1] as string);
  return out;
}

/** Subprotocol and extensions of a 101, for the record and the taps. */
export function headerFields(rawHeaders: string[] | undefined): { subprotocol?: string; extensions?: string } {
  const found: { subprotocol?: string; extensions?: string } = {};
  for (let i = 0; rawHeaders && i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase();
    const value = rawHeaders[i + 1] as string;
    if (name === 'sec-websocket-protocol') found.subprotocol = value;
    if (name === 'sec-websocket-extensions')
      found.extensions = found.extensions ? `${found.extensions}, ${value}` : value;
  }
  return found;
}

/** What a session is called: its call, model or intent, else its path. */
export function labelOf({ searchParams, pathname }: URL): string {
  const call = searchParams.get('call_id');
  return call ? `call ${call}` : (searchParams.get('model') ?? searchParams.get('intent') ?? pathname);
}

/** The members of a comma-separated header. */
export function listed(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

/** A refusal's own words, as the end of a sentence. */
export function describeBody(body: string | undefined): string {
  if (!body) return '.';
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } };
    if (typeof error?.message === 'string') return `: ${error.message.slice(0, 500)}`;
  } catch {
    // Not JSON: the first line says most.
  }
  return `: ${body.split('\n', 1)[0]?.slice(0, 200)}`;
}
