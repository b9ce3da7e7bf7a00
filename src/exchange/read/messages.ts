/**
 * Messages as other recorders keep them, one after the other: which session each belongs to, which end it comes from when
 * nobody says, and what the recorder has changed in it.
 */
import { findEvent } from '../../protocol';
import type { Side } from '../../protocol/side';
import { epochMs, foreignMessage, type ForeignMessage } from '../../trace/foreignMessage';
import type { ImportedOpen, Sink } from '../model';
import { isObject, objectOf, parsedJson, textOf, type Json } from './values';

/** What displays and recorders put in the place of a long value. */
const TRIMMED = /^\[(?:trimmed|truncated|omitted|redacted|base64)\b[^\]]*\]$/i;

export class MessageTaker {
  /** Messages taken over. */
  count = 0;
  readonly #sink: Sink;
  readonly #url: string;
  #session = 0;
  /** Ids of the sessions that began, by the key under which they are kept. */
  readonly #ids = new Map<string, string>();
  readonly #opened = new Set<string>();

  /** `url` is the address the user names, '' for none. */
  constructor(sink: Sink, url: string) {
    this.#sink = sink;
    this.#url = url;
  }

  /**
   * Takes a value from a list or line: a message with its direction, or a bare event. False when it is neither. `session` is
   * the recorder's own name for one of several.
   */
  take(value: unknown, where: string, session?: string): boolean {
    if (!isObject(value)) return false;
    const key = session ?? textOf(value['session']);
    const message = foreignMessage(value);
    if (message) {
      this.#message(message, key, where);
      return true;
    }
    // An event of the API has a type; a line of some other kind has other fields besides.
    if (typeof value['type'] !== 'string') return false;
    this.#event(value, key, where);
    return true;
  }

  /** An end of a session that the recorder tells. */
  close(code: number, reason: string, by: Side, session = ''): void {
    const key = this.#key(session);
    this.#sink.close(key, { at: undefined, code, reason, by });
    // What comes now is another connection.
    this.#session += 1;
  }

  /** The handshake, where the recorder has it. */
  open(url: string, headers: Record<string, string>, session = ''): void {
    this.#opened.add(this.#key(session));
    this.#sink.open(this.#key(session), handshake(this.#url || url, headers));
  }

  next(): void {
    this.#session += 1;
  }

  #message(message: ForeignMessage, session: string, where: string): void {
    const { lost } = this.#sink.report;
    if (message.count > 1) {
      lost.add(
        'Messages of one type that the recorder counted together: only one of each run is here',
        message.count - 1,
      );
    }
    if (message.bytes) return this.#put(message.from, message.at, message.bytes, true, undefined, session);
    const text = message.text ?? JSON.stringify(message.event);
    const event = message.event ?? parsedJson(message.text ?? '');
    if (message.text === undefined) this.#rewritten();
    if (isObject(event)) this.#checkTrimmed(event, where);
    this.#put(message.from, message.at, Buffer.from(text), false, event, session);
  }

  /** An event without its direction: the type tells it, of most. */
  #event(value: Json, session: string, where: string): void {
    const { guessed } = this.#sink.report;
    // The console of the API's authors adds the time of day to what it shows.
    const { timestamp, ...rest } = value;
    const event = typeof timestamp === 'string' ? rest : value;
    const type = textOf(event['type']);
    const sides = (['client', 'server'] as const).filter((side) => findEvent(type, side));
    let from = sides[0];
    if (sides.length !== 1 || from === undefined) {
      from = isServers(event) ? 'server' : 'client';
      guessed.add(
        `The type ${JSON.stringify(type.slice(0, 80))} does not tell which end it comes from: it was taken as the ${from}'s, as ${from === 'server' ? 'its ids are those of a server' : 'it has no id of a server'}.`,
      );
    }
    this.#rewritten();
    this.#checkTrimmed(event, where);
    this.#put(from, epochMs(timestamp), Buffer.from(JSON.stringify(event)), false, event, session);
  }

  #put(from: Side, at: number | undefined, data: Buffer, binary: boolean, event: unknown, session: string): void {
    if (from === 'server' && isObject(event)) this.#notice(event, session);
    const key = this.#key(session);
    if (!this.#opened.has(key)) {
      this.#opened.add(key);
      this.#sink.open(key, handshake(this.#url, {}));
      if (this.#url === '')
        this.#sink.report.lost.once(
          'The format has no addresses, and without one there are no costs: --url can say which it was.',
        );
    }
    this.count += 1;
    this.#sink.message(key, { from, at, data, binary });
  }

  /** Another session begins with another id: logs are often of several, one after the other. */
  #notice(event: Json, session: string): void {
    if (!/^(?:transcription_)?session\.created$/.test(textOf(event['type']))) return;
    const id = textOf(objectOf(event['session'])['id']);
    const known = this.#ids.get(this.#key(session));
    if (known !== undefined && id !== '' && known !== id) this.#session += 1;
    if (id !== '') this.#ids.set(this.#key(session), id);
  }

  #key(session: string): string {
    return `${this.#session} ${session}`;
  }

  #rewritten(): void {
    this.#sink.report.lost.once(
      'Messages are kept as values there, not as they were sent: their white space and escapes are new.',
    );
  }

  #checkTrimmed(event: Json, where: string): void {
    for (const name of ['audio', 'delta'])
      if (TRIMMED.test(textOf(event[name]))) {
        this.#sink.report.lost.add(`Sound that the recorder left out of a message: it cannot be played.`);
        return;
      }
    if (typeof event['type'] !== 'string') this.#sink.report.problems.add(`${where} is an event without a type.`);
  }
}

/** The server names its events by itself, and answers with ids that only it can mint. */
function isServers(event: Json): boolean {
  return /^event_[0-9A-Za-z]{16,}$/.test(textOf(event['event_id'])) || typeof event['response_id'] === 'string';
}

/** A handshake of which nothing is known but that it was accepted: messages passed. */
function handshake(url: string, headers: Record<string, string>): ImportedOpen {
  let upstream = '';
  try {
    upstream = new URL(url).host;
  } catch {
    // An address that is none is kept as it is written.
  }
  return { at: undefined, url, headers, subprotocols: [], status: 101, upstream, phases: {} };
}
