/**
 * Which web pages may speak to a server of ours on this machine. Any page can reach loopback, with a WebSocket even without
 * the browser asking first; the Origin header, which no page can change, tells which one it is.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from './loopback';

/** An origin pattern is an origin, `scheme://*`, or an origin whose host begins with `*.`. */
function originMatches(pattern: string, origin: string): boolean {
  const wanted = pattern.trim().toLowerCase().replace(/\/$/, '');
  const given = origin.toLowerCase();
  if (wanted === given) return true;
  const [scheme, host] = wanted.split('://');
  if (host === undefined || !given.startsWith(`${scheme}://`)) return false;
  const givenHost = given.slice(given.indexOf('://') + 3);
  if (host === '*') return scheme !== 'http' && scheme !== 'https' && givenHost !== '';
  return host.startsWith('*.') && givenHost.endsWith(host.slice(1)) && givenHost.length > host.length - 1;
}

/**
 * Whether a request with that Origin header may pass: one without (no page sends it), one of a page on this machine, one of
 * an origin allowed. Sandboxed frames of any site send `null`, so that never names one page that could be allowed.
 * @param allowedOrigins `https://app.example`, `https://*.example`, `vscode-webview://*`
 */
export function originMayAsk(origin: string | undefined, allowedOrigins: readonly string[]): boolean {
  if (origin === undefined) return true;
  if (origin === 'null') return false;
  if (/^https?:\/\//i.test(origin) && URL.canParse(origin) && isLoopback(new URL(origin).hostname)) return true;
  return allowedOrigins.some((pattern) => originMatches(pattern, origin));
}

/**
 * What lets that page read an answer, `Location` included: by it a page learns the id of its WebRTC call. The live service
 * answers pages too (https://developers.openai.com/api/docs/guides/realtime-webrtc). Empty for what is not a page.
 */
export function forPages(headers: IncomingHttpHeaders): Record<string, string> {
  const { origin } = headers;
  if (origin === undefined) return {};
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'Location', vary: 'Origin' };
}

/** The answer to a browser that asks before it lets a page send a request with a key in it. */
export function preflight(headers: IncomingHttpHeaders): Record<string, string> {
  const wanted = headers['access-control-request-headers'];
  return {
    ...forPages(headers),
    'access-control-allow-methods': 'POST, OPTIONS',
    ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
    'access-control-max-age': '600',
  };
}
