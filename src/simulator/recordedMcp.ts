/** What the MCP servers of a recorded session listed, as scripts for a simulated one. */
import { member } from './config';
import type { McpScript } from './scenario';
import { isObject, type Json } from './wire';

export class RecordedMcp {
  /** What each server listed, or that it failed to, by its label. */
  readonly scripts: Record<string, McpScript> = {};
  /** Labels by the item of the list. */
  #labels = new Map<unknown, string>();

  /** The next event of the recorded server. */
  take(type: string, event: Json): void {
    const item = member(event, 'item');
    if (item?.['type'] === 'mcp_list_tools') {
      const label = String(item['server_label']);
      this.#labels.set(item['id'], label);
      const tools = Array.isArray(item['tools']) ? item['tools'].filter(isObject) : [];
      this.#set(label, { tools: tools.map((tool) => toolOf(tool)) });
    } else if (type === 'mcp_list_tools.failed') {
      const label = this.#labels.get(event['item_id']);
      if (label !== undefined) this.#set(label, { fails: true });
    }
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
