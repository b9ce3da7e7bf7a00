import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { McpServer as RealServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { askMcp } from '../../../src/simulator/mcpClient';
import type { McpAnswer, McpRequest } from '../../../src/simulator/mcpPort';
import type { Scenario } from '../../../src/simulator/scenario';
import { startServer } from '../../../src/simulator/server';
import type { Json } from '../../../src/simulator/wire';
import { Script, only } from './script';

const SECRET = 'tok-9f8e7d6c5b4a';
const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The server of the tests: a tool that answers, one that fails, one that says back what it was sent, one that changes things. */
function tools(headers: () => IncomingHttpHeaders): RealServer {
  const server = new RealServer({ name: 'birds', version: '1.0.0' });
  const readOnly = { annotations: { readOnlyHint: true } };
  server.registerTool(
    'describe_bird',
    { description: 'Tells about a bird.', inputSchema: { bird: z.string() }, ...readOnly },
    ({ bird }) => ({ content: [{ type: 'text', text: `${bird}: feathered` }] }),
  );
  server.registerTool('count_eggs', { ...readOnly }, () => ({
    isError: true,
    content: [{ type: 'text', text: 'The nest is too high.' }],
  }));
  server.registerTool('repeat_header', {}, () => ({
    content: [{ type: 'text', text: `You sent ${String(headers().authorization)} and ${String(headers()['x-nest'])}` }],
  }));
  return server;
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | void,
): Promise<string> {
  const http = createServer((request, response) => void handle(request, response));
  cleanups.push(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  return listening(http);
}

/** A real server with the current transport. `seen` holds the headers of each request. */
async function birds(seen: IncomingHttpHeaders[] = []): Promise<string> {
  return serve(async (request, response) => {
    seen.push(request.headers);
    // Stateless: one server and transport for each request, as the SDK has it.
    const transport = new StreamableHTTPServerTransport({});
    await tools(() => request.headers).connect(transport as Transport);
    await transport.handleRequest(request, response);
  });
}

/** A real server with the transport of 2024 only. */
async function oldBirds(): Promise<string> {
  const transports = new Map<string, SSEServerTransport>();
  return serve(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response);
      transports.set(transport.sessionId, transport);
      return tools(() => request.headers).connect(transport);
    }
    const transport = transports.get(url.searchParams.get('sessionId') ?? '');
    if (transport) return transport.handlePostMessage(request, response);
    response.writeHead(405).end();
  });
}

/** A session on a simulator that asks real servers. */
class Talking {
  readonly events: Json[] = [];
  #waiting: { until: (event: Json) => boolean; resolve: (event: Json) => void }[] = [];

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as Json;
      this.events.push(event);
      this.#waiting = this.#waiting.filter(({ until, resolve }) => !until(event) || resolve(event));
    });
  }

  next(until: (event: Json) => boolean): Promise<Json> {
    return new Promise((resolve) => this.#waiting.push({ until, resolve }));
  }

  send(event: Json): void {
    this.socket.send(JSON.stringify(event));
  }

  /** Names the servers and waits until the last one has listed its tools, or failed to. */
  async name(...servers: Json[]): Promise<Json> {
    let left = servers.length;
    const listed = this.next(
      (event) => /^mcp_list_tools\.(completed|failed)$/.test(String(event['type'])) && --left === 0,
    );
    this.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'], tools: servers } });
    return listed;
  }

  /** Says that and returns the response to it. */
  async ask(words: string, response: Json = {}): Promise<Json> {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: words }] };
    this.send({ type: 'conversation.item.create', item });
    return this.respond(response);
  }

  async respond(response: Json = {}): Promise<Json> {
    const done = this.next((event) => event['type'] === 'response.done');
    this.send({ type: 'response.create', response });
    return (await done)['response'] as Json;
  }

  types(): unknown[] {
    return this.events.map((event) => event['type']);
  }
}

async function talk(scenario: Scenario = {}, limits = {}, log?: (message: string) => void): Promise<Talking> {
  const mcp = askMcp(limits);
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    seed: 1,
    speed: 50,
    scenario,
    mcp,
    ...(log ? { log } : {}),
  });
  cleanups.push(() => server.stop());
  const talking = new Talking(new WebSocket(`${server.url.replace('http', 'ws')}/realtime?model=gpt-realtime`));
  await talking.next((event) => event['type'] === 'session.created');
  return talking;
}

const server = (url: string, more: Json = {}): Json => ({
  type: 'mcp',
  server_label: 'birds',
  server_url: url,
  require_approval: 'never',
  ...more,
});
const listOf = (talking: Talking): Json =>
  talking.events.find((event) => event['type'] === 'conversation.item.done')?.['item'] as Json;
const names = (item: Json): unknown[] => (item['tools'] as Json[]).map(({ name }) => name);

describe('a real MCP server', () => {
  it('lists its tools, is called with arguments of its schema, and its answer is told', async () => {
    const talking = await talk();
    expect((await talking.name(server(await birds())))['type']).toBe('mcp_list_tools.completed');
    expect(listOf(talking)).toMatchObject({ type: 'mcp_list_tools', server_label: 'birds' });
    expect((listOf(talking)['tools'] as Json[])[0]).toMatchObject({
      name: 'describe_bird',
      description: 'Tells about a bird.',
      input_schema: { type: 'object', required: ['bird'] },
      annotations: { readOnlyHint: true },
    });
    const [call, more] = (await talking.ask('Please describe the Heron'))['output'] as Json[];
    expect(call).toMatchObject({ type: 'mcp_call', name: 'describe_bird', output: 'Heron: feathered', error: null });
    expect(JSON.parse(String(call?.['arguments']))).toEqual({ bird: 'Heron' });
    expect(more).toBeUndefined();
    const [told] = (await talking.respond())['output'] as Json[];
    expect(told?.['content']).toMatchObject([{ text: 'The tool describe_bird answered: Heron: feathered' }]);
    const types = talking.types().filter((type) => /mcp_call|output_item/.test(String(type)));
    expect([...new Set(types)]).toEqual([
      'response.output_item.added',
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
      'response.mcp_call.completed',
      'response.output_item.done',
    ]);
  });

  it('is called when its tool is chosen, or when something is required and there is nothing else', async () => {
    const talking = await talk();
    await talking.name(server(await birds()));
    const chosen = { type: 'mcp', server_label: 'birds', name: 'describe_bird' };
    for (const choice of [chosen, 'required']) {
      const [call] = (await talking.ask('Good morning', { tool_choice: choice }))['output'] as Json[];
      expect(call).toMatchObject({ type: 'mcp_call', name: 'describe_bird' });
    }
    const output = (await talking.ask('Describe the Heron', { tool_choice: 'none' }))['output'] as Json[];
    expect(output.map(({ type }) => type)).toEqual(['message']);
  });

  it('whose tool fails gives a tool_execution_error, and the model says so', async () => {
    const talking = await talk();
    await talking.name(server(await birds()));
    const [call] = (await talking.ask('Count the eggs'))['output'] as Json[];
    expect(call).toMatchObject({
      type: 'mcp_call',
      output: null,
      error: { type: 'tool_execution_error', message: 'The nest is too high.' },
    });
    const [told] = (await talking.respond())['output'] as Json[];
    expect(told?.['content']).toMatchObject([{ text: expect.stringContaining('too high') as string }]);
    expect(talking.types()).toContain('response.mcp_call.failed');
  });

  it('offers only what the session allows, by name or because it changes nothing', async () => {
    const url = await birds();
    const byName = await talk();
    await byName.name(server(url, { allowed_tools: ['count_eggs', 'unheard_of'] }));
    expect(names(listOf(byName))).toEqual(['count_eggs']);
    expect((await byName.ask('Please describe the Heron'))['output']).toMatchObject([{ type: 'message' }]);
    const readOnly = await talk();
    await readOnly.name(server(url, { allowed_tools: { read_only: true } }));
    expect(names(listOf(readOnly))).toEqual(['describe_bird', 'count_eggs']);
  });

  it('is called only after approval where that is required, and then once', async () => {
    const talking = await talk();
    const seen: IncomingHttpHeaders[] = [];
    await talking.name(server(await birds(seen), { require_approval: { always: { tool_names: ['describe_bird'] } } }));
    const asked = seen.length;
    const [request] = (await talking.ask('Describe the Heron'))['output'] as Json[];
    expect(request).toMatchObject({ type: 'mcp_approval_request', name: 'describe_bird', server_label: 'birds' });
    expect(seen.length).toBe(asked);
    const answer = { type: 'mcp_approval_response', approval_request_id: request?.['id'], approve: true };
    const done = talking.next((event) => event['type'] === 'response.done');
    talking.send({ type: 'conversation.item.create', item: answer });
    const [call] = ((await done)['response'] as Json)['output'] as Json[];
    expect(call).toMatchObject({ output: 'Heron: feathered', approval_request_id: request?.['id'] });
  });

  it('gets authorization and headers, and neither is in any event, also when the server says them back', async () => {
    const talking = await talk();
    const seen: IncomingHttpHeaders[] = [];
    await talking.name(server(await birds(seen), { authorization: SECRET, headers: { 'X-Nest': 'oak-oak-oak' } }));
    const [call] = (await talking.ask('Repeat the header'))['output'] as Json[];
    expect(seen.length).toBeGreaterThan(2);
    for (const headers of seen) {
      expect(headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-nest': 'oak-oak-oak' });
    }
    expect(call?.['output']).toBe('You sent Bearer *** and ***');
    expect(JSON.stringify(talking.events)).not.toMatch(/tok-9f8e|oak-oak/);
    const updated = talking.events.find(({ type }) => type === 'session.updated')?.['session'] as Json;
    expect((updated['tools'] as Json[])[0]).not.toHaveProperty('authorization');
  });

  it('that speaks the older transport only is asked over that', async () => {
    const talking = await talk();
    await talking.name(server(await oldBirds()));
    expect(names(listOf(talking))).toHaveLength(3);
    const [call] = (await talking.ask('Please describe the Heron'))['output'] as Json[];
    expect(call).toMatchObject({ output: 'Heron: feathered' });
  });

  it('that is scripted is played instead, and never asked', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const mcp = { birds: { tools: [{ name: 'sing_song', output: 'La' }] } };
    const talking = await talk({ mcp });
    await talking.name(server(await birds(seen)));
    const [call] = (await talking.ask('Sing a song'))['output'] as Json[];
    expect(call).toMatchObject({ name: 'sing_song', output: 'La' });
    expect(seen).toEqual([]);
  });

  it('is asked once more when the session names it differently, and not when it repeats itself', async () => {
    const talking = await talk();
    const url = await birds();
    await talking.name(server(url));
    await talking.name(server(url, { allowed_tools: ['count_eggs'] }));
    talking.send({
      type: 'session.update',
      session: { type: 'realtime', tools: [server(url, { allowed_tools: ['count_eggs'] })] },
    });
    await talking.ask('Good morning');
    expect(talking.types().filter((type) => type === 'mcp_list_tools.completed')).toHaveLength(2);
  });
});

describe('an MCP server that cannot be asked', () => {
  const failures = async (url: string, limits = {}): Promise<{ talking: Talking; logged: string[]; last: Json }> => {
    const logged: string[] = [];
    const talking = await talk({}, limits, (message) => logged.push(message));
    const last = await talking.name(server(url, { authorization: SECRET }));
    return { talking, logged, last };
  };

  it('because nobody listens there fails to list, with the reason in the log', async () => {
    const nobody = createTcpServer();
    const url = await listening(nobody);
    await new Promise((resolve) => nobody.close(resolve));
    const { talking, logged, last } = await failures(url);
    expect(last['type']).toBe('mcp_list_tools.failed');
    expect(listOf(talking)).toMatchObject({ tools: [] });
    expect(logged).toEqual([
      'The MCP server birds did not list its tools: The MCP server could not be reached (ECONNREFUSED).',
    ]);
    // The session goes on without it.
    expect((await talking.ask('Good morning'))['status']).toBe('completed');
  });

  it('because it never answers fails after the limit', async () => {
    const sockets: Socket[] = [];
    const silent = createTcpServer((socket) => sockets.push(socket));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { logged, last } = await failures(await listening(silent), { listMs: 60 });
    expect(last['type']).toBe('mcp_list_tools.failed');
    expect(logged[0]).toContain('did not answer within 0.06 s');
  });

  it('because it refuses the key tells its status, and not the key', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(401).end(`no ${SECRET}`);
    });
    const { talking, logged, last } = await failures(url);
    expect(last['type']).toBe('mcp_list_tools.failed');
    expect(logged[0]).toContain('HTTP status 401');
    expect(JSON.stringify([talking.events, logged])).not.toContain(SECRET);
  });

  it('because its address is no web address is not asked at all', async () => {
    const { logged, last } = await failures('file:///etc/passwd');
    expect(last['type']).toBe('mcp_list_tools.failed');
    expect(logged).toHaveLength(1);
  });

  const wanted: McpRequest = {
    ask: 'call',
    server: { label: 'birds', url: '', headers: {} },
    name: 'describe_bird',
    arguments: {},
  };
  const called = async (url: string, name = 'describe_bird'): Promise<McpAnswer> =>
    askMcp({ callMs: 5000 })({ ...wanted, name, server: { ...wanted.server, url } }, new AbortController().signal);

  it.each([
    [
      'http_error',
      503,
      async (): Promise<string> => serve((_request, response) => void response.writeHead(503).end('busy')),
    ],
    ['http_error', 424, async (): Promise<string> => 'http://127.0.0.1:1/mcp'],
    [
      'protocol_error',
      -32_000,
      async (): Promise<string> =>
        serve((request, response) => {
          request.on('data', (data: Buffer) => {
            const { id } = JSON.parse(data.toString()) as { id: number };
            const error = { code: -32_000, message: 'not today' };
            response.writeHead(200, { 'content-type': 'application/json' });
            response.end(JSON.stringify({ jsonrpc: '2.0', id, error }));
          });
        }),
    ],
  ] as const)('gives a call the error %s %i', async (type, code, make) => {
    expect(await called(await make())).toMatchObject({ error: { type, code, message: expect.any(String) as string } });
  });

  it.each(['application/json', 'text/event-stream'])('reads no more of an answer (%s) than it may', async (type) => {
    let sent = 0;
    const url = await serve((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': type });
      const more = (): void => {
        if (response.destroyed || sent > 64e6) return void response.end();
        sent += 65_536;
        response.write(' '.repeat(65_536), () => setImmediate(more));
      };
      more();
    });
    const asker = askMcp({ callMs: 20_000, bytes: 1_000_000 });
    const answer = await asker({ ...wanted, server: { ...wanted.server, url } }, new AbortController().signal);
    expect(answer).toMatchObject({
      error: { type: 'protocol_error', message: expect.stringContaining('more than 1000000 bytes') as string },
    });
    expect(sent).toBeLessThan(64e6);
  });

  it('does not follow a redirect to another origin', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const elsewhere = await birds(seen);
    const url = await serve((_request, response) => void response.writeHead(307, { location: elsewhere }).end());
    expect(await called(url)).toMatchObject({ error: { type: 'http_error' } });
    expect(seen).toEqual([]);
  });
});

describe('a session that waits for an MCP server', () => {
  /** A session whose port only remembers: the test answers, when it likes. */
  function held(): { script: Script; asked: { number: number; request: McpRequest }[] } {
    const asked: { number: number; request: McpRequest }[] = [];
    const script = new Script({ mcp: { ask: (number, request) => asked.push({ number, request }) } });
    script.update({ output_modalities: ['text'], tools: [server('https://birds.example/mcp')] });
    script.wait(0);
    return { script, asked };
  }
  const tools: McpAnswer = { tools: [{ name: 'describe_bird' }] };

  it('asks no more than 64 servers at once', () => {
    const asked: number[] = [];
    const script = new Script({ mcp: { ask: (number) => asked.push(number) } });
    const tools = Array.from({ length: 70 }, (_, at) => ({
      ...server('https://birds.example/mcp'),
      server_label: `birds${at}`,
    }));
    script.update({ tools });
    script.wait(0);
    expect(asked).toHaveLength(64);
    expect(script.all.filter(({ event }) => event.type === 'mcp_list_tools.failed')).toHaveLength(6);
  });

  it('knows no tools before they are listed, and has nothing due meanwhile but its end', () => {
    const { script, asked } = held();
    expect(asked).toMatchObject([{ request: { ask: 'list', server: { label: 'birds' } } }]);
    script.say('Describe the bird');
    expect(JSON.stringify(script.respond())).not.toContain('mcp_call');
    expect(script.session.nextMs).toBe(3_600_000);
    expect(script.answer(asked[0]?.number ?? 0, tools).at(-1)?.type).toBe('mcp_list_tools.completed');
  });

  it('shows the list before it is there to a client that looks at once, as the agents SDK does', () => {
    const { script, asked } = held();
    const begun = script.all.find(({ event }) => event.type === 'mcp_list_tools.in_progress')?.event;
    const look = (): unknown => script.send({ type: 'conversation.item.retrieve', item_id: begun?.['item_id'] })[0];
    expect(look()).toMatchObject({ item: { type: 'mcp_list_tools', server_label: 'birds', tools: [] } });
    script.answer(asked[0]?.number ?? 0, tools);
    expect(look()).toMatchObject({ item: { tools: [{ name: 'describe_bird' }] } });
  });

  it('can cancel a call, whose answer then changes nothing', () => {
    const { script, asked } = held();
    script.answer(asked[0]?.number ?? 0, tools);
    script.say('Describe the bird');
    script.send({ type: 'response.create' });
    expect(script.wait(60_000).at(-1)?.type).toBe('response.mcp_call.in_progress');
    const cancelled = script.send({ type: 'response.cancel' });
    expect(only(cancelled, 'response.done')[0]?.['response']).toMatchObject({ status: 'cancelled' });
    script.wait(1000);
    expect(script.answer(asked[1]?.number ?? 0, { output: 'late' })).toEqual([]);
    expect(script.answer(99, { output: 'to nothing' })).toEqual([]);
  });

  it('names every connector and tunnel in its script only: they are not asked', () => {
    const asked: McpRequest[] = [];
    const script = new Script({ mcp: { ask: (_number, request) => asked.push(request) } });
    const connector = {
      type: 'mcp',
      server_label: 'mail',
      connector_id: 'connector_gmail',
      allowed_tools: ['search_mail'],
    };
    script.update({ tools: [connector] });
    expect(script.wait(1000).at(-1)?.type).toBe('mcp_list_tools.completed');
    expect(asked).toEqual([]);
  });
});
