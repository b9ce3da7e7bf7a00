/**
 * Which client event a recorded server event answers. A recording shows when the client sent something, not when the
 * server came to it; the place of the answer does.
 */
import { blamedType } from '../analysis/requests';
import { member } from './config';
import { typeOf, type RecordedMessage, type Recording } from './recording';
import type { Json } from './wire';

export interface Causes {
  /** For the place of a client message in the recording: the place before which the server dealt with it. */
  dealtWith: Map<number, number>;
  /** Errors, with the type of the client event they answer and which one of its type it was (from 1). */
  errors: { on: string; nth: number; error: Json; at: number }[];
}

interface Pending {
  at: number;
  type: string;
  nth: number;
  event: Json;
}

/** Answers that name their question by type. */
const ANSWERS: Record<string, string> = {
  'session.updated': 'session.update',
  'transcription_session.updated': 'transcription_session.update',
  'input_audio_buffer.cleared': 'input_audio_buffer.clear',
  'conversation.item.truncated': 'conversation.item.truncate',
  'conversation.item.deleted': 'conversation.item.delete',
  'conversation.item.retrieved': 'conversation.item.retrieve',
  'output_audio_buffer.cleared': 'output_audio_buffer.clear',
};

export function findCauses({ messages }: Recording): Causes {
  const finder = new Finder(messages);
  for (const [at, message] of messages.entries()) finder.take(at, message);
  return { dealtWith: finder.dealtWith, errors: finder.errors };
}

class Finder {
  readonly dealtWith = new Map<number, number>();
  readonly errors: Causes['errors'] = [];
  #pending: Pending[] = [];
  #count = new Map<string, number>();
  /** Items that came of audio or of a response, or were announced already. */
  #known = new Set<unknown>();
  #createsResponses = false;
  #turnEnded = false;
  /** Place after the last delta of a response. */
  #afterDelta = new Map<unknown, number>();

  constructor(private readonly messages: readonly RecordedMessage[]) {}

  take(at: number, message: RecordedMessage): void {
    const type = typeOf(message);
    const event = message.event ?? {};
    if (message.from === 'client') {
      const nth = (this.#count.get(type) ?? 0) + 1;
      this.#count.set(type, nth);
      this.#pending.push({ at, type, nth, event });
      return;
    }
    this.#server(at, type, event);
  }

  #server(at: number, type: string, event: Json): void {
    const answered = Object.hasOwn(ANSWERS, type) ? ANSWERS[type] : undefined;
    if (answered !== undefined) this.#answer(answered, at);
    const item = member(event, 'item');
    const response = member(event, 'response');
    if (type.endsWith('.delta')) this.#afterDelta.set(event['response_id'], at + 1);
    switch (type) {
      case 'session.created':
      case 'session.updated':
        this.#createsResponses = createsResponses(member(event, 'session'));
        return;
      case 'input_audio_buffer.committed':
        this.#known.add(event['item_id']);
        if (!this.#answer('input_audio_buffer.commit', at)) this.#turnEnded = this.#createsResponses;
        return;
      case 'response.output_item.added':
        this.#known.add(item?.['id']);
        return;
      case 'conversation.item.added':
      case 'conversation.item.created':
        if (this.#known.has(item?.['id']) || item?.['type'] === 'mcp_list_tools') return;
        this.#known.add(item?.['id']);
        this.#answer('conversation.item.create', at);
        return;
      case 'response.created':
        // After a turn that ended by itself the response is the server's own.
        if (this.#turnEnded) this.#turnEnded = false;
        else this.#answer('response.create', at);
        return;
      case 'response.done':
        if (member(response, 'status_details')?.['reason'] !== 'client_cancelled') return;
        this.#answer('response.cancel', this.#afterDelta.get(response?.['id']) ?? at);
        return;
      case 'error':
        return this.#error(at, member(event, 'error') ?? {});
    }
  }

  #error(at: number, error: Json): void {
    const id = error['event_id'];
    const blamed = blamedType(error);
    const named = typeof id === 'string' ? this.#pending.find(({ event }) => event['event_id'] === id) : undefined;
    const guilty =
      named ??
      this.#pending.find(({ type }) => type === blamed) ??
      (error['code'] === 'session_expired' ? undefined : this.#pending.find(({ type }) => !type.endsWith('.append')));
    if (!guilty) return;
    this.errors.push({ on: guilty.type, nth: guilty.nth, error, at });
    this.#settle(guilty, at);
  }

  /** The oldest event of that type has been dealt with by then; false when none waits. */
  #answer(type: string, at: number): boolean {
    const found = this.#pending.find((one) => one.type === type);
    if (!found) return false;
    this.#settle(found, at);
    return true;
  }

  #settle(one: Pending, at: number): void {
    this.dealtWith.set(one.at, Math.max(one.at, at));
    this.#pending = this.#pending.filter((other) => other !== one);
  }
}

function createsResponses(session: Json | undefined): boolean {
  const turns = turnDetection(session);
  return turns !== undefined && turns['create_response'] !== false && session?.['type'] !== 'transcription';
}

/** Turn detection of a session's configuration, wherever its generation keeps it. */
export function turnDetection(session: Json | undefined): Json | undefined {
  return member(member(member(session, 'audio'), 'input'), 'turn_detection') ?? member(session, 'turn_detection');
}
