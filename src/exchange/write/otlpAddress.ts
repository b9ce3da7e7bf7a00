/** Where spans are sent, and with which headers. */
import { redactUrl } from '../../trace/redact';

/** Where traces go: a collector's base address, or the whole address of its `v1/traces`. Throws a sentence for people. */
export function tracesAddress(to: string): URL {
  let url: URL;
  try {
    url = new URL(to);
  } catch {
    throw new Error(`"${redactUrl(to)}" is no address of a collector: it is like http://localhost:4318.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(
      `${url.protocol}// is not what OTLP over HTTP is sent with: the address begins with http:// or https://.`,
    );
  if (url.username !== '' || url.password !== '')
    throw new Error(
      'Leave the password out of the address: set OTEL_EXPORTER_OTLP_HEADERS to an authorization header.',
    );
  if (!/\/v1\/traces\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url;
}

/** Where metrics go: beside the traces. */
export function metricsAddress(to: string): URL {
  const url = tracesAddress(to);
  url.pathname = url.pathname.replace(/traces\/?$/, 'metrics');
  return url;
}

/** Throws a sentence for people where one cannot be sent. Their values are told to nobody: they are keys. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    // RFC 9110, 5.5 and 5.6.2.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new Error('A header for the collector has a name that no header may have: they are name=value.');
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new Error(
        `The header ${name} for the collector has a value that no header may have (a line feed, or the like).`,
      );
  }
}

/** Headers of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value,name=value`, values percent-encoded. */
export function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    const value = pair.slice(at + 1).trim();
    try {
      headers[pair.slice(0, at).trim()] = decodeURIComponent(value);
    } catch {
      headers[pair.slice(0, at).trim()] = value;
    }
  }
  return headers;
}
