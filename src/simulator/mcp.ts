/** MCP servers of a session, real or played from a script: listing their tools, calling them, asking for approval first. */
import { spokenText, type Conversation, type Item } from './conversation';
import type { Desk, Steps } from './desk';
import type { McpAnswer, McpFailure, McpPort, McpRequest, McpServer, McpTool } from './mcpPort';
import type { McpScript, ScriptedItem } from './scenario';
import { MCP_FAILURES, WORDS, fill } from './texts';
import { chooseCall } from './toolcall';
import { isObject, type Json } from './wire';

/** How long a scripted server takes to list its tools, ms. */
const LIST_MS = 150;

/** Requests of a session to real servers that may be unanswered at once. */
const MOST_WAITING = 64;

/** How a call ended. */
export type CallResult = { output: string } | { error: McpFailure };

/** Calls a tool of a real server; `answered` is told once, later. */
export type RealCall = (answered: (result: CallResult) => void) => void;

export class Mcp {
  /** Servers already asked, as the session named them then. */
  #listed = new Map<string, string>();
  /** Real servers, and what they said they can do. */
  #real = new Map<string, { server: McpServer; tools: McpTool[] }>();
  #waiting = new Map<number, (answer: McpAnswer) => void>();
  #asked = 0;

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
    private readonly scripts: Record<string, McpScript>,
    /** Without one no server is real. */
    private readonly port?: McpPort,
  ) {}

  /** The tools of the session or of a response: servers not seen before are asked what they can do. */
  toolsChanged(tools: unknown): void {
    for (const tool of serversOf(tools)) {
      const label = String(tool['server_label']);
      const named = JSON.stringify([tool['server_url'], tool['authorization'], tool['headers'], tool['allowed_tools']]);
      if (this.#listed.get(label) === named) continue;
      this.#listed.set(label, named);
      this.desk.start(0, this.#list(label, tool));
    }
  }

  /** A real server has answered the request of that number; what nobody waits for any more is dropped. */
  answered(number: number, answer: McpAnswer): void {
    const waits = this.#waiting.get(number);
    this.#waiting.delete(number);
    waits?.(answer);
  }

  /** How to call that tool when its server is a real one that has listed its tools; undefined for a scripted one. */
  realCall(label: string, name: string, args: string): RealCall | undefined {
    const server = this.#real.get(label)?.server;
    if (!server) return undefined;
    return (answered) => {
      const given = argumentsOf(args);
      const failed: McpFailure = { type: 'protocol_error', code: -32_602, message: MCP_FAILURES.unexpected };
      this.#ask({ ask: 'call', server, name, arguments: given }, (answer) => {
        answered('tools' in answer ? { error: failed } : answer);
      });
    };
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
    const servers = serversOf(tools);
    // With functions beside them, the first of those is what `required` means when no words name a tool.
    const required = choice === 'required' && Array.isArray(tools) && servers.length === tools.length;
    for (const server of servers) {
      const label = String(server['server_label']);
      const listed = this.#tools(label, server);
      const functions = listed.map(({ name, inputSchema }) => ({ type: 'function', name, parameters: inputSchema }));
      const forced = isObject(choice) && choice['type'] === 'mcp' && choice['server_label'] === label;
      if (isObject(choice) && !forced) continue;
      const named = forced && typeof choice['name'] === 'string' ? { name: choice['name'] } : 'required';
      const call = chooseCall(functions, forced || required ? named : 'auto', text);
      if (!call) continue;
      const tool = listed.find(({ name }) => name === call.name);
      if (tool && needsApproval(server, tool)) {
        return [{ mcpCall: call.name, server: label, arguments: call.args, approval: true }];
      }
      return [this.#call(label, call.name, call.args)];
    }
    return undefined;
  }

  *#list(label: string, tool: Json): Steps {
    // The item is there at once, since the official client for agents looks at it as soon as it hears of it.
    const item: Item = { id: this.desk.mint('item'), type: 'mcp_list_tools', server_label: label, tools: [] };
    this.desk.emit('mcp_list_tools.in_progress', { item_id: item.id });
    const previous = this.conversation.add(item);
    this.desk.announce(previous, item);
    const server = this.port && !this.#script(label) ? serverOf(label, tool) : undefined;
    if (server) {
      this.#real.delete(label);
      this.#ask({ ask: 'list', server }, (answer) => {
        const tools = 'tools' in answer ? answer.tools : undefined;
        if (tools) this.#real.set(label, { server, tools });
        this.#listedAs(
          item,
          previous,
          tools?.filter((one) => allows(tool['allowed_tools'], one)),
        );
      });
      return;
    }
    const script = this.#script(label);
    yield script?.takesMs ?? LIST_MS;
    const fails = script?.fails === true;
    this.#listedAs(item, previous, fails ? undefined : this.#tools(label, tool));
  }

  /** What a server listed; undefined when it failed to. */
  #listedAs(item: Item, previous: string | null, listed: McpTool[] | undefined): void {
    item['tools'] = (listed ?? []).map(({ name, description, inputSchema, annotations }) => ({
      name,
      // The agents SDK takes no list with a tool that has none.
      description: description ?? '',
      input_schema: inputSchema ?? { type: 'object', properties: {} },
      annotations: annotations ?? null,
    }));
    this.desk.settle(previous, item);
    this.desk.emit(listed ? 'mcp_list_tools.completed' : 'mcp_list_tools.failed', { item_id: item.id });
  }

  #approved(items: readonly Item[], answer: Item): ScriptedItem[] | undefined {
    const request = items.find(({ id }) => id === answer['approval_request_id']);
    if (!request) return undefined;
    const name = String(request['name']);
    if (answer['approve'] !== true) return [{ say: fill(WORDS.mcpDeclined, { name }) }];
    return [this.#call(String(request['server_label']), name, String(request['arguments']), request.id)];
  }

  #call(server: string, name: string, args: string, approvedBy?: string): ScriptedItem {
    const by = approvedBy === undefined ? {} : { approvedBy };
    const call = { mcpCall: name, server, arguments: args, ...by };
    if (this.#real.has(server)) return call;
    const tool = this.#script(server)?.tools?.find((one) => one.name === name);
    const output = tool?.output ?? fill(WORDS.mcpOutput, { name });
    return { ...call, ...(tool?.error === undefined ? { output } : { error: tool.error }) };
  }

  #ask(request: McpRequest, answered: (answer: McpAnswer) => void): void {
    if (this.#waiting.size >= MOST_WAITING) {
      return answered({ error: { type: 'protocol_error', code: -32_000, message: MCP_FAILURES.tooMany } });
    }
    this.#asked += 1;
    this.#waiting.set(this.#asked, answered);
    this.port?.ask(this.#asked, request);
  }

  #script(label: string): McpScript | undefined {
    return Object.hasOwn(this.scripts, label) ? this.scripts[label] : undefined;
  }

  /** What a server can do of what the session allows: as it listed it, as scripted, or one tool for each name allowed, or one. */
  #tools(label: string, server: Json): McpTool[] {
    const filter = server['allowed_tools'];
    const known = this.#script(label)?.tools ?? this.#real.get(label)?.tools;
    if (known) return known.filter((tool) => allows(filter, tool));
    if (this.port && !this.#script(label) && serverOf(label, server)) return [];
    return (namesIn(filter) ?? [WORDS.mcpTool]).map((name) => ({ name }));
  }
}

function serversOf(tools: unknown): Json[] {
  const list = Array.isArray(tools) ? tools.filter(isObject) : [];
  return list.filter((tool) => tool['type'] === 'mcp' && typeof tool['server_label'] === 'string');
}

/** The server to be asked; undefined for a connector or tunnel, which only the live service reaches. */
function serverOf(label: string, tool: Json): McpServer | undefined {
  const url = tool['server_url'];
  if (typeof url !== 'string') return undefined;
  const headers = Object.entries(isObject(tool['headers']) ? tool['headers'] : {});
  const authorization = tool['authorization'];
  return {
    label,
    url,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    ...(typeof authorization === 'string' ? { authorization } : {}),
  };
}

/** A tool of an MCP server is asked for first unless the session says otherwise. */
function needsApproval(server: Json, tool: McpTool): boolean {
  const rule = server['require_approval'];
  if (rule === 'never') return false;
  if (!isObject(rule)) return true;
  if (isObject(rule['always']) && allows(rule['always'], tool)) return true;
  return !(isObject(rule['never']) && allows(rule['never'], tool));
}

/** Whether a filter lets a tool through: a list of names, or `{tool_names, read_only}`; none lets all through. */
function allows(filter: unknown, { name, annotations }: McpTool): boolean {
  const names = namesIn(filter);
  if (names && !names.includes(name)) return false;
  const readOnly = isObject(filter) ? filter['read_only'] : undefined;
  return typeof readOnly !== 'boolean' || readOnly === (annotations?.['readOnlyHint'] === true);
}

/** Names given as a list or as `{tool_names: [...]}`. */
function namesIn(value: unknown): string[] | undefined {
  const list = isObject(value) ? value['tool_names'] : value;
  return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : undefined;
}

function argumentsOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
