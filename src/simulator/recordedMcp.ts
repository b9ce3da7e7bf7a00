/** What the MCP servers of a recorded session listed, as scripts for a simulated one. */
import { member } from './config';
import type { McpScript } from './scenario';
import { isObject, type Json } from './wire';

export class RecordedMcp {
  /** What each server listed, or that it failed to, by its label. */
  readonly scripts: Record<string, McpScript> = {};
  /** Labels by the item of the list. */
  #labels = new Map<unknown, string>();
  /** When lists and calls began, by their items, and how long calls took, ms. */
  #begunAt = new Map<unknown, number>();
  #took = new Map<unknown, number>();

  /** The next event of the recorded server, and when it came, ms, where that is known. */
  take(type: string, event: Json, t: number | undefined): void {
    const item = member(event, 'item');
    const id = event['item_id'];
    if (/^(?:mcp_list_tools|response\.mcp_call)\.in_progress$/.test(type) && t !== undefined) this.#begunAt.set(id, t);
    if (/^response\.mcp_call\.(?:completed|failed)$/.test(type)) {
      const begunAt = this.#begunAt.get(id);
      if (t !== undefined && begunAt !== undefined) this.#took.set(id, Math.max(0, t - begunAt));
    }
    if (type === 'mcp_list_tools.completed' || type === 'mcp_list_tools.failed') {
      const [label, begunAt] = [this.#labels.get(id), this.#begunAt.get(id)];
      const script = label !== undefined && Object.hasOwn(this.scripts, label) ? this.scripts[label] : undefined;
      if (script && t !== undefined && begunAt !== undefined) script.takesMs = Math.max(0, t - begunAt);
    }
    if (item?.['type'] === 'mcp_list_tools') {
      const label = String(item['server_label']);
      this.#labels.set(item['id'], label);
      const tools = Array.isArray(item['tools']) ? item['tools'].filter(isObject) : [];
      this.#set(label, { tools: tools.map((tool) => toolOf(tool)) });
    } else if (type === 'mcp_list_tools.failed') {
      const label = this.#labels.get(event['item_id']);
      const { takesMs } = (label !== undefined && this.scripts[label]) || {};
      if (label !== undefined) this.#set(label, { fails: true, ...(takesMs === undefined ? {} : { takesMs }) });
    }
  }

  /** How long the tool of that item ran, ms; undefined where that is not known. */
  took(item: unknown): number | undefined {
    return this.#took.get(item);
  }

  /** As an own property: a captured label may be any name. */
  #set(label: string, script: McpScript): void {
    Object.defineProperty(this.scripts, label, { value: script, enumerable: true, configurable: true, writable: true });
  }
}

function toolOf({ name, description, input_schema: inputSchema }: Json): NonNullable<McpScript['tools']>[number] {
  return {
    name: String(name),
    ...(typeof description === 'string' ? { description } : {}),
    ...(isObject(inputSchema) ? { inputSchema } : {}),
  };
}
