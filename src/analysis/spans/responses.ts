/** Spans of responses, their items and their content parts. */
import { audioField } from '../../protocol/audioEvents';
import { asNumber, asObject, asText, type JsonObject } from '../json';
import type { Span, TracedEvent } from '../model';
import { isWordsDelta } from '../needs';
import { Recent } from '../recent';
import { itemLabel, statusReason } from '../words';
import type { SpanBook } from './book';

/** What lies in a response and goes on. */
interface Inside {
  items: Set<string>;
}

export class ResponseSpans {
  #book: SpanBook;
  #inside = new Recent<string, Inside>(1024);
  /** Open parts of an item, by their ids in the book. */
  #parts = new Recent<string, Set<string>>(1024);

  constructor(book: SpanBook) {
    this.#book = book;
  }

  /** @param aside The response stays outside the conversation (of `response.created`). */
  event(event: TracedEvent, aside: boolean): void {
    const { type } = event;
    if (audioField(type, 'server')) return this.#first(event, 'audio');
    if (isWordsDelta(type)) return this.#first(event, 'text');
    switch (type) {
      case 'response.created':
        return this.#created(event, aside);
      case 'response.done':
        return this.#done(event);
      case 'response.output_item.added':
        return this.#itemAdded(event);
      case 'response.output_item.done':
        return this.#itemDone(event);
      case 'response.content_part.added':
        return this.#partAdded(event);
      case 'response.content_part.done':
        return this.#partDone(event);
    }
  }

  #created(event: TracedEvent, aside: boolean): void {
    const { response } = event;
    const span = this.#book.begin('response', response, event, {
      label: aside ? 'out-of-band' : 'response',
      status: asText(asObject(event.event.response)?.status) || 'in_progress',
      response,
    });
    this.#book.mark(span, 'created', event);
  }

  #done(event: TracedEvent): void {
    const { response } = event;
    const told = asObject(event.event.response);
    const status = asText(told?.status) || 'completed';
    this.#book.end('response', response, event, { status, detail: statusReason(told), response });
    // Items that had no end of their own end with their response.
    for (const item of this.#inside.get(response)?.items ?? []) {
      const span = this.#book.find('item', item);
      if (!span) continue;
      this.#endParts(item, event, status);
      span.status = status === 'completed' ? 'completed' : 'incomplete';
      this.#book.finish(span, item, event);
    }
    this.#inside.delete(response);
  }

  #itemAdded(event: TracedEvent): void {
    const { response, item, call } = event;
    const told = asObject(event.event.item);
    const status = asText(told?.status) || 'in_progress';
    const id = item || `#${event.row}`;
    this.#book.begin('item', item, event, { label: itemLabel(told), status, response, item, call });
    const inside = this.#inside.get(response);
    if (inside) inside.items.add(id);
    else this.#inside.set(response, { items: new Set([id]) });
  }

  #itemDone(event: TracedEvent): void {
    const { response, item, call } = event;
    const told = asObject(event.event.item);
    const status = asText(told?.status) || 'completed';
    this.#endParts(item, event, status);
    const label = asText(told?.type) ? { label: itemLabel(told) } : {};
    this.#book.end('item', item, event, { ...label, status, detail: '', response, item, call });
    this.#inside.get(response)?.items.delete(item);
  }

  #partAdded(event: TracedEvent): void {
    const { response, item } = event;
    const id = partId(event);
    this.#book.begin('part', id, event, {
      label: partLabel(asObject(event.event.part)),
      status: 'in_progress',
      response,
      item,
    });
    const parts = this.#parts.get(item);
    if (parts) parts.add(id);
    else this.#parts.set(item, new Set([id]));
  }

  #partDone(event: TracedEvent): void {
    const { response, item } = event;
    const id = partId(event);
    const part = asObject(event.event.part);
    // Some servers leave it out at the end.
    const label = part ? { label: partLabel(part) } : {};
    this.#book.end('part', id, event, { ...label, status: 'completed', detail: '', response, item });
    this.#parts.get(item)?.delete(id);
  }

  #endParts(item: string, event: TracedEvent, status: string): void {
    for (const id of this.#parts.get(item) ?? []) {
      const span = this.#book.find('part', id);
      if (!span) continue;
      span.status = status === 'completed' ? 'completed' : 'incomplete';
      this.#book.finish(span, id, event);
    }
    this.#parts.delete(item);
  }

  /** Marks the first text or audio in all that it lies in. */
  #first(event: TracedEvent, kind: 'text' | 'audio'): void {
    const { response, item } = event;
    const name = `first ${kind}`;
    const span = this.#book.find('item', item);
    // Most deltas are not the first; a part has its first at the same time as, or after, its item.
    this.#book.mark(this.#book.find('response', response), name, event);
    this.#book.mark(span, name, event);
    for (const id of this.#parts.get(item) ?? []) {
      const part = this.#book.find('part', id);
      if (takes(part, kind)) this.#book.mark(part, name, event);
    }
  }
}

/** An audio part has words too, those of its transcript; a text part has no sound. */
function takes(part: Span | undefined, kind: 'text' | 'audio'): boolean {
  return part !== undefined && (kind === 'text' || part.label.includes('audio'));
}

function partId({ event, item, row }: TracedEvent): string {
  return `${item || `#${row}`} ${asNumber(event.content_index) ?? 0}`;
}

function partLabel(part: JsonObject | undefined): string {
  return asText(part?.type).slice(0, 64) || 'part';
}
