/** Lines that stand before those of a part of a session, so that the part can be replayed as if the session had begun there. */
import { beginningOf } from '../protocol/state/beginning';
import type { SessionState } from '../protocol/state/session';
import { parseLine } from '../trace/parseLine';
import type { EventRecord } from '../trace/records';
import { replacedPointers } from '../trace/redact';

/** What was put before the part. */
export interface ReplayBeginning {
  /** The number of the first message of the client. */
  seq: number;
  /** Items of the conversation that go first. */
  items: number;
  /** In words, what the new session will not have. */
  lost: string[];
}

/**
 * The lines, as messages of the client at the moment of its first one in the part, whose line is given. `state` is what the session
 * had come to before. Throws, for people, when that line is no event.
 */
export function beginningLines(state: SessionState, first: Buffer): ReplayBeginning & { lines: Buffer } {
  const parsed = parseLine(first);
  if (parsed.kind !== 'event') throw new Error('A replay begins at a message of the client.');
  const { seq, session, t } = parsed.head;
  const { events, lost } = beginningOf(state);
  // Numbers are those of messages that are left out: each item was told of by one at least.
  const from = Math.max(0, seq - events.length);
  const lines = events.map((event, index) => {
    const text = JSON.stringify(event);
    const redacted = replacedPointers(text);
    const record: Omit<EventRecord, 'event'> = {
      kind: 'event',
      seq: from + index,
      session,
      t,
      // Without it the line would be of a message that was held back.
      sent: t,
      from: 'client',
      type: String(event['type']),
      bytes: Buffer.byteLength(text),
      // A message of which a secret was left out is not sent, and the replay says so.
      ...(redacted.length > 0 ? { redacted } : {}),
    };
    return `${JSON.stringify(record).slice(0, -1)},"event":${text}}\n`;
  });
  const items = events.filter(({ type }) => type === 'conversation.item.create').length;
  return { lines: Buffer.from(lines.join('')), seq, items, lost };
}
