/** What the client has asked for and the server has not answered yet, and which request an answer or an error is about. */
import type { TracedEvent } from './model';
import { asObject, asText, dig } from './json';
import { Recent } from './recent';
import type { Moment } from './spans/book';

/** A client event that waits for its answer. */
export interface Request {
  /** Where and when it was sent on. */
  row: number;
  t: number;
  /** Where it came from the client, when it was held back. */
  held: Moment | undefined;
  type: string;
  eventId: string;
  /** The item it names or creates with an id of its own; '' when the server is to choose one. */
  item: string;
  itemType: string;
  role: string;
  /** `call_id` of a tool's output, `approval_request_id` of an approval. */
  call: string;
  response: string;
  /** A response outside the conversation (`conversation: "none"`). */
  aside: boolean;
  /** Its response's metadata as JSON: the server gives it back. */
  metadata: string;
}

/** Requests that wait, of one type; a server that never answers some must not fill the memory. */
const MOST_WAITING = 256;

/** What an error's code, or its param, says about the type of the event it answers. */
const BLAMED: [RegExp, string][] = [
  [/^input_audio_buffer_commit/, 'input_audio_buffer.commit'],
  [/^response_cancel/, 'response.cancel'],
  [/^item_truncate|^unsupported_content_type/, 'conversation.item.truncate'],
  [/^item_delete/, 'conversation.item.delete'],
  [/^item_retrieve/, 'conversation.item.retrieve'],
  [/^item_create|^invalid_tool_call_id|^item\b/, 'conversation.item.create'],
  [/^conversation_already_has_active_response|^response\b/, 'response.create'],
  [/^cannot_update_voice|^session\b/, 'session.update'],
  [/^audio_end_ms/, 'conversation.item.truncate'],
  [/^audio$/, 'input_audio_buffer.append'],
];

/** The type of client event that an error's code, or its param, speaks of; undefined when neither tells. */
export function blamedType(error: unknown): string | undefined {
  const hints = [asText(dig(error, 'code')), asText(dig(error, 'param'))];
  return BLAMED.find(([pattern]) => hints.some((hint) => pattern.test(hint)))?.[1];
}

/** Codes that are about the whole session, or about a text that is no event. */
const NOBODY = /^(session_expired|rate_limit_exceeded|insufficient_quota|server_error|invalid_api_key)$/;

/** The requests of one session. */
export class Requests {
  #waiting = new Map<string, Request[]>();
  #byEventId = new Recent<string, Request>(1024);
  /** The last event of a type that no answer is known for (an append, an unknown type, text that is not JSON). */
  #other: Request | undefined;
  #append: Request | undefined;

  /** Notes a client event that went to the server; `held`: where it came when it was held back. */
  add(event: TracedEvent, held?: Moment): Request {
    const request = read(event, held);
    if (request.eventId) this.#byEventId.set(request.eventId, request);
    if (event.type.endsWith('input_audio_buffer.append')) this.#append = request;
    else if (!WAITS.has(event.type)) this.#other = request;
    else {
      const queue = this.#waiting.get(event.type);
      if (!queue) this.#waiting.set(event.type, [request]);
      else {
        queue.push(request);
        // Half at once: one by one, each would move all the others.
        if (queue.length > MOST_WAITING) queue.splice(0, MOST_WAITING / 2);
      }
    }
    return request;
  }

  /** The oldest request of that type for which `matches` holds; it waits no longer. */
  take(type: string, matches: (request: Request) => boolean = () => true): Request | undefined {
    const queue = this.#waiting.get(type);
    const at = queue ? queue.findIndex(matches) : -1;
    return at < 0 ? undefined : queue?.splice(at, 1)[0];
  }

  /** True when a request of that type waits that was sent after `t`. */
  waits(type: string, t: number): boolean {
    return (this.#waiting.get(type)?.at(-1)?.t ?? -Infinity) > t;
  }

  /** Messages were lost: nobody can tell any more which request an answer is for. */
  forget(): void {
    this.#waiting.clear();
    this.#other = undefined;
  }

  /**
   * The request an error answers: the one whose `event_id` it names, else the oldest of the type its code or param speaks of,
   * else the only one that waits. Undefined when it is about nobody's request, or nobody can tell.
   */
  refused(error: unknown): Request | undefined {
    const id = asText(dig(error, 'event_id'));
    const code = asText(dig(error, 'code'));
    const named = id ? this.#byEventId.get(id) : undefined;
    if (named) {
      this.take(named.type, (request) => request === named);
      return named;
    }
    const param = asText(dig(error, 'param'));
    const blamed = blamedType(error);
    if (blamed === 'input_audio_buffer.append') return this.#append;
    const guilty = blamed
      ? (this.take(blamed) ?? (blamed === 'session.update' ? this.take('transcription_session.update') : undefined))
      : undefined;
    if (guilty || blamed || NOBODY.test(code)) return guilty;
    if (code === 'invalid_json' || code === 'invalid_event' || param === 'type') return this.#takeOther();
    const waiting = [...this.#waiting.values()].filter((queue) => queue.length > 0);
    const only = waiting.length === 1 && waiting[0]?.length === 1 ? waiting[0].pop() : undefined;
    return only ?? (waiting.length === 0 ? this.#takeOther() : undefined);
  }

  #takeOther(): Request | undefined {
    const other = this.#other;
    this.#other = undefined;
    return other;
  }
}

/** Types that the server answers. */
const WAITS = new Set([
  'session.update',
  'transcription_session.update',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'output_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.truncate',
  'conversation.item.delete',
  'conversation.item.retrieve',
  'response.create',
  'response.cancel',
]);

function read({ row, t, type, event, item, call, response }: TracedEvent, held: Moment | undefined): Request {
  const made = asObject(event.item);
  return {
    row,
    t,
    held,
    type,
    eventId: asText(event.event_id).slice(0, 512),
    item,
    itemType: asText(made?.type),
    role: asText(made?.role),
    call: call || asText(made?.approval_request_id),
    response,
    aside: dig(event, 'response', 'conversation') === 'none',
    metadata: metadataOf(event.response),
  };
}

/** Metadata of a response as JSON that can be compared; '' when there is none. */
export function metadataOf(response: unknown): string {
  const metadata = asObject(dig(response, 'metadata'));
  if (!metadata) return '';
  const fields = Object.entries(metadata);
  // The API takes 16 pairs of short strings.
  if (fields.length === 0 || fields.length > 16 || fields.some(([, value]) => typeof value !== 'string')) return '';
  return JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1))).slice(0, 20_000);
}
