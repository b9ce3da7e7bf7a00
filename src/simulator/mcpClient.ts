/** Real MCP servers, asked through the protocol's own SDK, which is loaded when the first one is. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { McpAnswer, McpAsker, McpFailure, McpRequest, McpServer, McpTool } from './mcpPort';
import { MCP_FAILURES, fill } from './texts';
import { isObject, type Json } from './wire';

export interface McpLimits {
  /** How long a server may take to list its tools, connecting included, ms. */
  listMs: number;
  /** How long one call may take, connecting included, ms. */
  callMs: number;
  /** How much a server may send for one of them, bytes. */
  bytes: number;
}

const LIMITS: McpLimits = { listMs: 15_000, callMs: 60_000, bytes: 16 * 1024 * 1024 };
/** Pages of a list of tools that are read, and characters of an answer that are kept. */
const MAX_PAGES = 20;
const MAX_OUTPUT = 1024 * 1024;
/** Answers of a server that speaks the older transport only. */
const NOT_STREAMABLE = new Set([400, 404, 405, 406, 415]);

/**
 * Asks with a connection of its own each time, so that nothing is left over when a session ends. Redirects stay within the
 * server's origin (the SDK's rule), and what comes back never holds the credentials that went out.
 */
export function askMcp(limits: Partial<McpLimits> = {}): McpAsker {
  const { listMs, callMs, bytes } = { ...LIMITS, ...limits };
  return async (request, signal) => {
    const timeoutMs = request.ask === 'list' ? listMs : callMs;
    try {
      return withoutSecrets(await asked(request, timeoutMs, bytes, signal), request.server);
    } catch (cause) {
      return withoutSecrets({ error: await failureOf(cause, timeoutMs) }, request.server);
    }
  };
}

async function asked(request: McpRequest, timeoutMs: number, bytes: number, signal: AbortSignal): Promise<McpAnswer> {
  // One limit for all of it: a server that is slow at each step is slow.
  const limit = AbortSignal.timeout(timeoutMs);
  const tooMuch = new AbortController();
  const options = { timeout: timeoutMs, signal: AbortSignal.any([signal, limit, tooMuch.signal]) };
  const client = await connected(request.server, options, await fetchUpTo(bytes, tooMuch));
  try {
    if (request.ask === 'list') return { tools: await listed(client, options) };
    const { name, arguments: given } = request;
    const result = await client.callTool({ name, arguments: given }, undefined, options);
    const text = textOf(result);
    return result.isError === true
      ? { error: { type: 'tool_execution_error', message: text === '' ? MCP_FAILURES.silent : text } }
      : { output: text };
  } finally {
    await client.close().catch(() => undefined);
  }
}

/** A fetch for one request's answers, which all together hold no more than that; the rest is not read. */
async function fetchUpTo(bytes: number, tooMuch: AbortController): Promise<typeof fetch> {
  const { McpError, ErrorCode } = await import('@modelcontextprotocol/sdk/types.js');
  let left = bytes;
  return async (url, init) => {
    const response = await fetch(url, init);
    if (!response.body) return response;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        left -= chunk.length;
        if (left >= 0) return controller.enqueue(chunk);
        const size = fill(MCP_FAILURES.tooMuch, { bytes });
        const failure = new McpError(ErrorCode.InternalError, size);
        controller.error(failure);
        // An error in a stream of events is told to nobody who waits.
        tooMuch.abort(failure);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(counted), { status, statusText, headers });
  };
}

async function connected(
  server: McpServer,
  options: { timeout: number; signal: AbortSignal },
  bounded: typeof fetch,
): Promise<Client> {
  const [sdk, streamable, sse] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'),
    import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    import('@modelcontextprotocol/sdk/client/sse.js'),
  ]);
  const url = new URL(server.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(MCP_FAILURES.notHttp);
  const headers = { ...server.headers };
  if (server.authorization !== undefined) {
    for (const name of Object.keys(headers)) if (name.toLowerCase() === 'authorization') delete headers[name];
    headers['Authorization'] = `Bearer ${server.authorization}`;
  }
  const opened = async (transport: Transport): Promise<Client> => {
    const client = new sdk.Client({ name: 'realtime-inspector-simulator', version: '1.0.0' });
    try {
      await client.connect(transport, options);
      return client;
    } catch (cause) {
      await client.close().catch(() => undefined);
      throw cause;
    }
  };
  // The SDK's own transports do not fit its interface under `exactOptionalPropertyTypes`.
  const how = { requestInit: { headers }, fetch: bounded };
  try {
    return await opened(new streamable.StreamableHTTPClientTransport(url, how) as Transport);
  } catch (cause) {
    if (!(cause instanceof streamable.StreamableHTTPError) || !NOT_STREAMABLE.has(cause.code ?? 0)) throw cause;
    try {
      return await opened(new sse.SSEClientTransport(url, how) as Transport);
    } catch {
      // What the server said to the current transport is the better reason.
      throw cause;
    }
  }
}

async function listed(client: Client, options: { timeout: number; signal: AbortSignal }): Promise<McpTool[]> {
  const tools: McpTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const result = await client.listTools(cursor === undefined ? {} : { cursor }, options);
    for (const { name, description, inputSchema, annotations } of result.tools) {
      tools.push({ name, description, inputSchema: inputSchema as Json, annotations: annotations as Json | undefined });
    }
    cursor = result.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}

/** What a tool answered, in letters; parts that are none stand as JSON without their data. */
function textOf(result: Json): string {
  const parts = Array.isArray(result['content']) ? result['content'].filter(isObject) : [];
  const texts = parts.map((part) =>
    part['type'] === 'text' ? String(part['text']) : JSON.stringify({ ...part, data: undefined, blob: undefined }),
  );
  if (texts.length === 0 && isObject(result['structuredContent'])) {
    texts.push(JSON.stringify(result['structuredContent']));
  }
  return texts.join('\n').slice(0, MAX_OUTPUT);
}

async function failureOf(cause: unknown, timeoutMs: number): Promise<McpFailure> {
  const { McpError, ErrorCode } = await import('@modelcontextprotocol/sdk/types.js');
  const late = (): McpFailure => ({
    type: 'protocol_error',
    code: ErrorCode.RequestTimeout,
    message: fill(MCP_FAILURES.late, { seconds: timeoutMs / 1000 }),
  });
  if (cause instanceof McpError) {
    if (cause.code === ErrorCode.RequestTimeout) return late();
    return { type: 'protocol_error', code: cause.code, message: cause.message };
  }
  if (cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError')) return late();
  const status = isObject(cause) && typeof cause['code'] === 'number' ? cause['code'] : undefined;
  if (status !== undefined && status >= 400) {
    return { type: 'http_error', code: status, message: fill(MCP_FAILURES.status, { status }) };
  }
  const inner = cause instanceof Error && isObject(cause.cause) ? cause.cause['code'] : undefined;
  // The message of a failed fetch may hold the address, and with it what is secret in that.
  const reason = typeof inner === 'string' ? inner : cause instanceof Error ? cause.name : 'unknown';
  return {
    type: 'http_error',
    code: MCP_FAILURES.unreachableCode,
    message: fill(MCP_FAILURES.unreachable, { reason }),
  };
}

/** A server may say back what it was sent; that is taken out wherever it stands. */
function withoutSecrets(answer: McpAnswer, { authorization = '', headers }: McpServer): McpAnswer {
  const secrets = [authorization, ...Object.values(headers)]
    .flatMap((value) => [value, value.replace(/^(Bearer|Basic) /i, '')])
    .filter((value) => value.length >= 6)
    .sort((one, other) => other.length - one.length);
  if (secrets.length === 0) return answer;
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), value);
    if (Array.isArray(value)) return value.map(clean);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [String(clean(name)), clean(inner)]));
  };
  return clean(answer) as McpAnswer;
}
