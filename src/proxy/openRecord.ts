/** The line of a handshake, without its secrets. */
import { redactBody, redactHeaders, redactSubprotocols, redactUrl } from '../trace/redact';
import type { OpenRecord } from '../trace/records';
import type { OpenNote } from './notes';
import { secretsOf } from './requests';

/** A handshake answered at `t` (ms of the trace); `secrets` are secret in all sessions. */
export function openRecord(note: OpenNote, t: number, secrets: readonly string[]): OpenRecord {
  // Some servers repeat the key they refuse, and not every key has a shape that gives it away.
  const alsoSecret = [...secrets, ...secretsOf(note.requestHeaders)];
  const redacted = (text: string) => redactBody(text, alsoSecret)?.text ?? text;
  return {
    kind: 'open',
    session: note.session,
    t,
    url: redactUrl(note.url, alsoSecret),
    headers: redactHeaders(note.requestHeaders, alsoSecret),
    subprotocols: redactSubprotocols(note.subprotocols, alsoSecret),
    status: note.status,
    ...(note.responseHeaders ? { responseHeaders: redactHeaders(note.responseHeaders, alsoSecret) } : {}),
    ...(note.subprotocol !== undefined
      ? { subprotocol: redactSubprotocols([note.subprotocol], alsoSecret)[0] ?? '' }
      : {}),
    ...(note.extensions !== undefined ? { extensions: redacted(note.extensions) } : {}),
    upstream: redactUrl(note.upstream, alsoSecret),
    phases: note.phases,
    ...(note.own ? { client: 'inspector' as const } : {}),
    ...(note.rule === undefined ? {} : { origin: 'inspector' as const, rule: note.rule }),
    ...(note.error !== undefined ? { error: redacted(note.error) } : {}),
    ...(note.body !== undefined ? { body: redacted(note.body) } : {}),
  };
}
