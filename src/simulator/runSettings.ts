import type { Item } from './conversation';
import type { RealCall } from './mcp';
import type { Answer, ScriptedItem } from './scenario';
import type { InputTokens } from './usage';
import type { Json } from './wire';

/** What one response is made of. */
export interface RunSettings {
  id: string;
  /** Out of band: nothing of it enters the conversation. */
  aside: boolean;
  conversationId: string | null;
  modality: 'text' | 'audio';
  maxTokens: number;
  format: Json;
  voice: unknown;
  speed: number;
  metadata: unknown;
  tools: unknown;
  toolChoice: unknown;
  /** Several functions may be called at once. */
  parallelCalls: boolean;
  /** What it reads. */
  items: Item[];
  /** No response of the session came before it. */
  first: boolean;
  /** The model tells commentary from final answers. */
  phases: boolean;
  /** Usage for what was made; undefined when nothing was. */
  usage(made: InputTokens | undefined): Json;
  /** Model and session id, for the texts of failures. */
  model: string;
  session: string;
  dialect: string;
  obfuscation: boolean;
  /** Its sound goes over a call's media, not over this connection. */
  call: boolean;
  /** What the scenario says. */
  answer: Exclude<Answer, string> | undefined;
  /** MCP calls, or requests for approval, that the conversation now asks for. */
  mcp(items: readonly Item[]): ScriptedItem[] | undefined;
  /** How to call that tool of a real MCP server; undefined when the server is scripted. */
  realCall(server: string, name: string, args: string): RealCall | undefined;
}
