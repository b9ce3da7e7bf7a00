/** A refused handshake of a recording, answered again. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { failure, type FaceAnswer } from '../../simulator/face';
import { REPLACEMENT } from '../../trace/redact';
import type { RecordedSession } from '../recording';

/**
 * What belongs to one connection and not to the answer (RFC 9110, 7.6.1), to the body as it was sent then and not as it was kept,
 * or to one client: none of it is true of the answer given again.
 */
const NOT_SERVED =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|sec-websocket-.*|content-length|content-encoding|date|set-cookie2?|strict-transport-security|alt-svc)$/i;

/** The status, headers and body that were recorded. One that never got an answer is answered with 502, as the proxy did then. */
export function refusalOf({ open, id }: RecordedSession): FaceAnswer {
  const { status = 0, responseHeaders = {}, body, error } = open ?? {};
  if (status < 200 || status > 599)
    return {
      status: 502,
      body: failure(`The upstream did not answer when session ${id} was recorded. ${error ?? ''}`.trim(), null),
    };
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(responseHeaders)) {
    const value = [values].flat().join(', ');
    if (NOT_SERVED.test(name) || value.includes(REPLACEMENT) || !isHeader(name, value)) continue;
    headers[name.toLowerCase() === 'content-type' ? 'Content-Type' : name] = value;
  }
  return { status, headers, body: body ?? '' };
}

/** What was recorded may be anything: a line break in it would begin a header of its own. */
function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
