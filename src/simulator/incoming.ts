/** A client's message as an event. */
import { isObject, refusal, type Json } from './wire';

/** The event in a message. Throws a `Refusal` for a binary one, for what is no JSON, and for JSON that is no object. */
export function parseMessage(message: string | Uint8Array): Json {
  if (typeof message !== 'string') throw refusal('binaryFrame');
  let event: unknown;
  try {
    event = JSON.parse(message);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refusal('invalidJson', { reason });
  }
  if (!isObject(event)) throw refusal('notAnObject');
  return event;
}
