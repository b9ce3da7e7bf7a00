/** What goes over the wire, and how a refusal of the API looks. */
import { ERRORS, fill, type ErrorName } from './texts';

export type Json = Record<string, unknown>;

/** An event of the server; `event_id` is minted when it is emitted. Keys of a telephone are the one event without. */
export interface ServerEvent extends Json {
  type: string;
  event_id?: string;
}

/** Something to send at that time, or the end of the connection. */
export type Output = { atMs: number; event: ServerEvent } | { atMs: number; close: { code: number; reason: string } };

/** A client event the API refuses; becomes an `error` event and leaves the session as it was. */
export class Refusal extends Error {
  constructor(
    readonly code: string | null,
    message: string,
    readonly param: string | null = null,
  ) {
    super(message);
  }

  /** As they stand in an `error` event. */
  get fields(): Json {
    return { code: this.code, message: this.message, param: this.param };
  }
}

/** The refusal of that name, its text filled in; `param` is the path of the field at fault. */
export function refusal(
  name: ErrorName,
  values: Record<string, string | number> = {},
  param: string | null = null,
): Refusal {
  const { code, message } = ERRORS[name];
  return new Refusal(code, fill(message, values), param);
}

/** The `error` of an event, its fields in the order of the wire and none missing. */
export function errorOf(given: Json, eventId: string | null = null): Json {
  const { type = 'invalid_request_error', code = null, message = '', param = null, ...rest } = given;
  return { type, code, message, param, event_id: eventId, ...rest };
}

/** The `error` of an event that tells of a fault of the simulator's own. */
export function faultError(cause: unknown, eventId: string | null): Json {
  const { type, code, message } = ERRORS.serverError;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return { type, code, message: fill(message, { reason }), param: null, event_id: eventId };
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Words joined as the live service joins them: `'a', 'b', and 'c'`. */
export function quotedList(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.at(-1) ?? '';
  if (quoted.length < 3) return quoted.join(' and ');
  return `${quoted.slice(0, -1).join(', ')}, and ${last}`;
}

/** PCM16 at 24 kHz: bytes in a millisecond. */
export const BYTES_PER_MS = 48;
