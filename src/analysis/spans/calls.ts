/** Spans of tools: function calls from their arguments to the response that has their output, and MCP listings and calls. */
import type { Correlated } from '../correlation';
import { asObject, asText, dig } from '../json';
import type { TracedEvent } from '../model';
import { Recent } from '../recent';
import type { SpanBook } from './book';

export class CallSpans {
  #book: SpanBook;
  /** Names of tools, by call and by item. */
  #names = new Recent<string, string>(1024);
  #called = new Recent<string, true>(1024);

  constructor(book: SpanBook) {
    this.#book = book;
  }

  event(event: TracedEvent, { started }: Correlated): void {
    const { type, item, call, response } = event;
    for (const answered of started?.calls ?? []) this.#answered(answered, event);
    switch (type) {
      case 'response.output_item.added':
      case 'response.output_item.done':
        return this.#item(event);
      case 'response.function_call_arguments.done':
        return this.#begin(event, asText(event.event.name));
      case 'conversation.item.create':
        if (dig(event.event, 'item', 'type') === 'function_call_output' && event.from === 'client') {
          this.#book.mark(this.#book.find('call', call), 'output sent', event);
        }
        return;
      case 'mcp_list_tools.in_progress':
        this.#book.begin('mcp', item, event, { label: 'list tools', status: 'in_progress', item });
        return;
      case 'response.mcp_call.in_progress': {
        const label = this.#names.get(item) ?? 'mcp';
        this.#book.begin('mcp', item, event, { label, status: 'in_progress', item, response });
        return;
      }
      case 'mcp_list_tools.completed':
      case 'mcp_list_tools.failed':
      case 'response.mcp_call.completed':
      case 'response.mcp_call.failed':
        this.#book.end('mcp', item, event, { status: type.endsWith('failed') ? 'failed' : 'completed', item });
        return;
      case 'conversation.item.added':
      case 'conversation.item.created':
        if (dig(event.event, 'item', 'type') !== 'mcp_list_tools') return;
        this.#book.tell(this.#book.find('mcp', item), {
          label: `list tools ${asText(dig(event.event, 'item', 'server_label')).slice(0, 64)}`.trim(),
        });
        return;
    }
  }

  #item(event: TracedEvent): void {
    const { item, call, type } = event;
    const told = asObject(event.event.item);
    const name = asText(told?.name).slice(0, 64);
    if (told?.type === 'mcp_call' && name) this.#names.set(item, name);
    if (told?.type !== 'function_call') return;
    if (name) this.#names.set(call, name);
    // A server that does not end the arguments by an event of their own ends the item.
    if (type === 'response.output_item.done' && told.status !== 'incomplete') this.#begin(event, name);
  }

  /** The call is complete, so the app can act on it. */
  #begin(event: TracedEvent, name: string): void {
    const { call, item, response } = event;
    if (!call || this.#called.has(call)) return;
    this.#called.set(call, true);
    const label = name.slice(0, 64) || this.#names.get(call) || 'call';
    this.#book.begin('call', call, event, { label, status: 'in_progress', item, call, response });
  }

  #answered(call: string, event: TracedEvent): void {
    if (!this.#book.find('call', call)) return;
    this.#book.end('call', call, event, { status: 'completed' });
  }
}
