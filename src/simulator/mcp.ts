/** MCP servers of a session, played from a script: listing their tools, calling them, asking for approval first. */
import { spokenText, type Conversation, type Item } from './conversation';
import type { Desk, Steps } from './desk';
import type { McpScript, ScriptedItem } from './scenario';
import { WORDS, fill } from './texts';
import { chooseCall } from './toolcall';
import { isObject, type Json } from './wire';
import { toolWords } from './words';

type Tool = NonNullable<McpScript['tools']>[number];

/** How long a server takes to list its tools, ms. */
const LIST_MS = 150;

export class Mcp {
  #listed = new Set<string>();

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
    private readonly scripts: Record<string, McpScript>,
  ) {}

  /** The session's tools have changed: servers not seen before are asked what they can do. */
  toolsChanged(tools: unknown): void {
    for (const tool of serversOf(tools)) {
      const label = String(tool['server_label']);
      if (this.#listed.has(label)) continue;
      this.#listed.add(label);
      this.desk.start(0, this.#list(label, tool));
    }
  }

  /**
   * What a response does about MCP: the call that was just approved, or one that the user's words or `choice` ask for;
   * undefined when it has nothing to do.
   */
  items(items: readonly Item[], tools: unknown, choice: unknown): ScriptedItem[] | undefined {
    const last = items.at(-1);
    if (last?.type === 'mcp_approval_response') return this.#approved(items, last);
    if (choice === 'none' || last?.['role'] !== 'user') return undefined;
    const text = spokenText(last);
    for (const server of serversOf(tools)) {
      const label = String(server['server_label']);
      const listed = this.#tools(label, server);
      const functions = listed.map(({ name, inputSchema }) => ({ type: 'function', name, parameters: inputSchema }));
      const forced = isObject(choice) && choice['type'] === 'mcp' && choice['server_label'] === label;
      const named = forced && typeof choice['name'] === 'string' ? { name: choice['name'] } : 'required';
      const call = chooseCall(functions, forced ? named : 'auto', text);
      if (!call) continue;
      if (needsApproval(server, call.name)) {
        return [{ mcpCall: call.name, server: label, arguments: call.args, approval: true }];
      }
      return this.#call(label, call.name, call.args);
    }
    return undefined;
  }

  *#list(label: string, server: Json): Steps {
    const id = this.desk.mint('item');
    this.desk.emit('mcp_list_tools.in_progress', { item_id: id });
    yield LIST_MS;
    const failed = this.#script(label)?.fails === true;
    const tools = failed
      ? []
      : this.#tools(label, server).map(({ name, description, inputSchema }) => ({
          name,
          description: description ?? null,
          input_schema: inputSchema ?? { type: 'object', properties: {} },
          annotations: null,
        }));
    const item: Item = { id, type: 'mcp_list_tools', server_label: label, tools };
    const previous = this.conversation.add(item);
    this.desk.announce(previous, item);
    this.desk.settle(previous, item);
    this.desk.emit(failed ? 'mcp_list_tools.failed' : 'mcp_list_tools.completed', { item_id: id });
  }

  #approved(items: readonly Item[], answer: Item): ScriptedItem[] | undefined {
    const request = items.find(({ id }) => id === answer['approval_request_id']);
    if (!request) return undefined;
    const name = String(request['name']);
    if (answer['approve'] !== true) return [{ say: fill(WORDS.mcpDeclined, { name }) }];
    return this.#call(String(request['server_label']), name, String(request['arguments']), request.id);
  }

  #call(server: string, name: string, args: string, approvedBy?: string): ScriptedItem[] {
    const tool = this.#script(server)?.tools?.find((one) => one.name === name);
    const output = tool?.output ?? fill(WORDS.mcpOutput, { name });
    const result = tool?.error === undefined ? { output } : { error: tool.error };
    const by = approvedBy === undefined ? {} : { approvedBy };
    return [
      { mcpCall: name, server, arguments: args, ...result, ...by },
      { say: toolWords(name, tool?.error ?? output) },
    ];
  }

  #script(label: string): McpScript | undefined {
    return Object.hasOwn(this.scripts, label) ? this.scripts[label] : undefined;
  }

  /** The scripted tools, or one for each name the session allows, or one. */
  #tools(label: string, server: Json): Tool[] {
    const wanted = namesIn(server['allowed_tools']);
    const scripted = this.#script(label)?.tools;
    if (scripted) return wanted ? scripted.filter(({ name }) => wanted.includes(name)) : scripted;
    return (wanted ?? [WORDS.mcpTool]).map((name) => ({ name }));
  }
}

function serversOf(tools: unknown): Json[] {
  const list = Array.isArray(tools) ? tools.filter(isObject) : [];
  return list.filter((tool) => tool['type'] === 'mcp' && typeof tool['server_label'] === 'string');
}

/** A tool of an MCP server is asked for first unless the session says otherwise. */
function needsApproval(server: Json, name: string): boolean {
  const rule = server['require_approval'];
  if (rule === 'never') return false;
  return !(isObject(rule) && namesIn(rule['never'])?.includes(name) === true);
}

/** Names given as a list or as `{tool_names: [...]}`. */
function namesIn(value: unknown): string[] | undefined {
  const list = isObject(value) ? value['tool_names'] : value;
  return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : undefined;
}
