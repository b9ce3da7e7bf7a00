/** How a session reaches real MCP servers: it says what to ask, and is told the answer later, as another input in time. */
import type { Json } from './wire';

/** A server as the session's tools name it. */
export interface McpServer {
  label: string;
  /** http or https. */
  url: string;
  /** OAuth access token; goes out as a bearer token and nowhere else. */
  authorization?: string;
  headers: Record<string, string>;
}

export interface McpTool {
  name: string;
  description?: string | undefined;
  inputSchema?: Json | undefined;
  annotations?: Json | undefined;
}

/** `error` of an `mcp_call` item: three types, as the `openai` package has them. */
export type McpFailure =
  | { type: 'protocol_error' | 'http_error'; code: number; message: string }
  | { type: 'tool_execution_error'; message: string };

export type McpRequest =
  { ask: 'list'; server: McpServer } | { ask: 'call'; server: McpServer; name: string; arguments: Json };

export type McpAnswer = { tools: McpTool[] } | { output: string } | { error: McpFailure };

/** Where a session's requests go. Each is answered once, with its number, through `Session.answered`. */
export interface McpPort {
  ask(number: number, request: McpRequest): void;
}

/** Asks a server outside the session's clock. Never rejects. */
export type McpAsker = (request: McpRequest, signal: AbortSignal) => Promise<McpAnswer>;
