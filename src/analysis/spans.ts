/** Stretches of time with a meaning (responses, their items, the user's speech), followed event by event. */
import type { Side } from '../protocol/side';
import { asObject, asText, dig, type JsonObject } from './json';

/** A stretch of time with a meaning, complete at each update: a later one with the same `key` takes its place. */
export interface Span {
  key: string;
  session: string;
  lane: 'response' | 'item' | 'speech';
  label: string;
  start: number;
  /** null while it goes on. */
  end: number | null;
  /** `completed`, `cancelled`, `failed`, `incomplete`, `in_progress`; '' where there is none. */
  status: string;
  /** Reason of a status, in words. */
  detail: string;
  startRow: number;
  endRow: number | null;
  response: string;
  item: string;
}

/** Events whose body a span or lane needs; the bodies of all others need not be parsed. */
const TELLING = new Set([
  'session.created',
  'session.updated',
  'response.created',
  'response.done',
  'response.output_item.added',
  'response.output_item.done',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
]);

/** True when the analysis wants the body of an event of that type. Only the server's word counts. */
export function needsBody(type: string, from: Side): boolean {
  return from === 'server' && TELLING.has(type);
}

/** Follows the spans of all sessions of a trace. */
export class SpanTracker {
  #open = new Map<string, Span>();
  #changed = new Map<string, Span>();
  /** Items of the responses that go on. */
  #items = new Map<string, Span[]>();

  /** Takes an event of the server. `t` in ms on the trace's axis. */
  event(row: number, session: string, t: number, event: JsonObject): void {
    switch (event.type) {
      case 'response.created':
        this.#begin(row, session, t, 'response', asText(dig(event, 'response', 'id')), {
          label: 'response',
          status: asText(dig(event, 'response', 'status')) || 'in_progress',
          response: asText(dig(event, 'response', 'id')),
        });
        return;
      case 'response.done': {
        const response = asObject(event.response);
        const id = asText(response?.id);
        const status = asText(response?.status) || 'completed';
        const end = { status, detail: statusReason(response), response: id };
        this.#end(row, session, t, 'response', id, { label: 'response', ...end });
        // Items that had no end of their own end with their response.
        for (const span of this.#items.get(`${session} ${id}`) ?? []) {
          if (span.end === null) this.#finish(span, row, t, status === 'completed' ? 'completed' : 'incomplete', '');
        }
        this.#items.delete(`${session} ${id}`);
        return;
      }
      case 'response.output_item.added':
      case 'response.output_item.done': {
        const item = asObject(event.item);
        const id = asText(item?.id);
        const told = { label: itemLabel(item), response: asText(event.response_id), item: id };
        const status = asText(item?.status);
        if (event.type === 'response.output_item.added') {
          const span = this.#begin(row, session, t, 'item', id, { ...told, status: status || 'in_progress' });
          const owner = `${session} ${told.response}`;
          const siblings = this.#items.get(owner);
          if (siblings) siblings.push(span);
          else this.#items.set(owner, [span]);
        } else {
          this.#end(row, session, t, 'item', id, { ...told, status: status || 'completed', detail: '' });
        }
        return;
      }
      case 'input_audio_buffer.speech_started':
        this.#begin(row, session, t, 'speech', asText(event.item_id), {
          label: 'speech',
          status: 'in_progress',
          item: asText(event.item_id),
        });
        return;
      case 'input_audio_buffer.speech_stopped':
        this.#end(row, session, t, 'speech', asText(event.item_id), {
          label: 'speech',
          status: 'completed',
          detail: '',
          item: asText(event.item_id),
        });
        return;
    }
  }

  /** Ends whatever is still open in a session that closed. */
  close(row: number, session: string, t: number): void {
    for (const span of this.#open.values()) {
      if (span.session === session) this.#finish(span, row, t, 'incomplete', 'the session closed');
    }
  }

  /** Spans that are new or changed since the last call, each as it is now. */
  take(): Span[] {
    const spans = [...this.#changed.values()].map((span) => ({ ...span }));
    this.#changed.clear();
    return spans;
  }

  #begin(row: number, session: string, t: number, lane: Span['lane'], id: string, told: Partial<Span>) {
    const key = keyOf(session, lane, id, row);
    const span: Span = {
      key,
      session,
      lane,
      label: lane,
      start: t,
      end: null,
      status: '',
      detail: '',
      startRow: row,
      endRow: null,
      response: '',
      item: '',
      ...told,
    };
    this.#open.set(key, span);
    this.#changed.set(key, span);
    return span;
  }

  /** An end whose beginning was not recorded has no length. */
  #end(
    row: number,
    session: string,
    t: number,
    lane: Span['lane'],
    id: string,
    told: Partial<Span> & { status: string; detail: string },
  ): void {
    const span = this.#open.get(keyOf(session, lane, id, row)) ?? this.#begin(row, session, t, lane, id, told);
    if (told.label) span.label = told.label;
    this.#finish(span, row, t, told.status, told.detail);
  }

  #finish(span: Span, row: number, t: number, status: string, detail: string): void {
    span.end = t;
    span.endRow = row;
    span.status = status;
    span.detail = detail;
    this.#open.delete(span.key);
    this.#changed.set(span.key, span);
  }
}

/** Ids make keys; where an event has none its row does. */
function keyOf(session: string, lane: string, id: string, row: number): string {
  return `${session} ${lane} ${id || `#${row}`}`;
}

function itemLabel(item: JsonObject | undefined): string {
  const type = asText(item?.type);
  const name = asText(item?.name).slice(0, 64);
  if (type === 'function_call') return name ? `call ${name}` : 'call';
  if (type === 'mcp_call') return name ? `mcp ${name}` : 'mcp';
  return type.slice(0, 64) || 'item';
}

/** Why a response ended as it did, in words; '' when it just completed. */
export function statusReason(response: JsonObject | undefined): string {
  const details = asObject(response?.status_details);
  const error = asObject(details?.error);
  const words = [
    asText(details?.reason).replaceAll('_', ' '),
    [asText(error?.code) || asText(error?.type), asText(error?.message)].filter(Boolean).join(': '),
  ];
  return words.filter(Boolean).join('; ').slice(0, 500);
}
