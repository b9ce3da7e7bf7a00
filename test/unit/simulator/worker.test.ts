import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startSimulator } from '../../../src/simulator';
import type { Json } from '../../../src/simulator/wire';

/** Where `npm run build` puts the bundles, as in the fidelity tests. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const workers = path.resolve(root, process.env['REALTIME_INSPECTOR_DIST'] ?? 'dist');
const listen = { host: '127.0.0.1', port: 0 };

async function greeting(url: string): Promise<{ socket: WebSocket; event: Json }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/realtime?model=gpt-realtime`);
  const [data] = (await once(socket, 'message')) as [Buffer];
  return { socket, event: JSON.parse(data.toString()) as Json };
}

describe('the built simulator in its worker', () => {
  it('greets on the URL it gives, and says goodbye when stopped', async () => {
    const simulator = await startSimulator({ workers, listen });
    expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    const { socket, event } = await greeting(simulator.url);
    expect(event['type']).toBe('session.created');
    const closed = once(socket, 'close');
    await simulator.stop();
    expect((await closed)[0]).toBe(1001);
    await expect(fetch(`${simulator.url}/models`)).rejects.toThrow();
  });

  it('mints the same random ids again with the same seed', async () => {
    const minted = async (): Promise<string> => {
      const simulator = await startSimulator({ workers, listen, seed: 42 });
      const { socket, event } = await greeting(simulator.url);
      socket.terminate();
      await simulator.stop();
      // The five characters after the prefix are the second, which goes on.
      return String((event['session'] as Json)['id']).slice('sess_'.length + 5);
    };
    expect(await minted()).toBe(await minted());
  });

  it('asks a real MCP server, for which it carries what it needs', async () => {
    const http = createServer((request, response) => {
      const server = new McpServer({ name: 'birds', version: '1.0.0' });
      server.registerTool('describe_bird', {}, () => ({ content: [{ type: 'text', text: 'feathered' }] }));
      const transport = new StreamableHTTPServerTransport({});
      void server.connect(transport as Transport).then(() => transport.handleRequest(request, response));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const simulator = await startSimulator({ workers, listen });
    const { socket } = await greeting(simulator.url);
    const server_url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
    const tools = [{ type: 'mcp', server_label: 'birds', server_url }];
    const listed = new Promise<Json>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const event = JSON.parse(data.toString()) as Json;
        if (event['type'] === 'conversation.item.done') resolve(event);
      });
    });
    socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', tools } }));
    expect(await listed).toMatchObject({ item: { type: 'mcp_list_tools', tools: [{ name: 'describe_bird' }] } });
    socket.terminate();
    await simulator.stop();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  it('says in one sentence that the port is taken', async () => {
    const first = await startSimulator({ workers, listen });
    const port = Number(new URL(first.url).port);
    await expect(startSimulator({ workers, listen: { ...listen, port } })).rejects.toThrow(
      `The simulator cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`,
    );
    await first.stop();
  });

  it('says that its bundle is missing', async () => {
    const nowhere = path.join(workers, 'nowhere');
    await expect(startSimulator({ workers: nowhere, listen })).rejects.toThrow(/Cannot find module/);
  });
});
