/** What the server answers to an event, and what an `error` says of it. */

/**
 * What the server says when it has taken an event, by type; a beta server's word beside the current one. Events that are
 * not here (an append) get no answer of their own.
 */
export const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'session.update': ['session.updated'],
  'transcription_session.update': ['transcription_session.updated', 'session.updated'],
  'input_audio_buffer.commit': ['input_audio_buffer.committed'],
  'input_audio_buffer.clear': ['input_audio_buffer.cleared'],
  'output_audio_buffer.clear': ['output_audio_buffer.cleared'],
  'conversation.item.create': ['conversation.item.added', 'conversation.item.created'],
  'conversation.item.retrieve': ['conversation.item.retrieved'],
  'conversation.item.truncate': ['conversation.item.truncated'],
  'conversation.item.delete': ['conversation.item.deleted'],
  'response.create': ['response.created'],
  'response.cancel': ['response.done'],
  'session.close': ['session.closed'],
};

/** What was sent, as far as answers to it can be told by it. */
export interface SentEvent {
  type: string;
  eventId?: string;
  /** The server is not known to name events in its errors: one that names none may be about it all the same. */
  mayGoUnnamed?: boolean;
  /** The item or response it is about. */
  item?: string;
  response?: string;
}

/** An event's marks; what is no event has none. */
export function sentEvent(text: string): SentEvent {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return { type: '' };
  }
  const eventId = textAt(event, 'event_id');
  const item = textAt(event, 'item_id') ?? textAt(event, 'item', 'id');
  const response = textAt(event, 'response_id');
  return {
    type: textAt(event, 'type') ?? '',
    ...(eventId === undefined ? {} : { eventId }),
    ...(item === undefined ? {} : { item }),
    ...(response === undefined ? {} : { response }),
  };
}

/** True when a server's event of that type, item and response is the answer that says it was taken. */
export function isAnswer(sent: SentEvent, type: string, item: string, response: string): boolean {
  if (ANSWERS[sent.type]?.includes(type) !== true) return false;
  if (sent.item !== undefined && item !== '' && item !== sent.item) return false;
  return sent.response === undefined || response === '' || response === sent.response;
}

/** What an `error` event says. */
export interface ServerError {
  message: string;
  /** The parameter it is about; '' for none. */
  param: string;
  /** `yes` when it names the sent event, `maybe` when neither names the other, `no` when it names another. */
  ours: 'yes' | 'maybe' | 'no';
}

/** An `error` event read as an answer to what was sent; undefined when the text is none. */
export function readError(text: string, sent: SentEvent): ServerError | undefined {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return undefined;
  }
  const message = textAt(event, 'error', 'message') ?? textAt(event, 'error', 'code');
  if (message === undefined) return undefined;
  const names = textAt(event, 'error', 'event_id');
  const mayBeOurs = sent.eventId === undefined || sent.mayGoUnnamed === true;
  const ours = names === undefined ? (mayBeOurs ? 'maybe' : 'no') : names === sent.eventId ? 'yes' : 'no';
  return { message: message.slice(0, 2000), param: textAt(event, 'error', 'param')?.slice(0, 500) ?? '', ours };
}

function textAt(value: unknown, ...path: string[]): string | undefined {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined;
    inner = (inner as Record<string, unknown>)[step];
  }
  return typeof inner === 'string' && inner !== '' ? inner : undefined;
}
