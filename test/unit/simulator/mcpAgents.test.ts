import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { expect, it } from 'vitest';
import { askMcp } from '../../../src/simulator/mcpClient';
import { startServer } from '../../../src/simulator/server';

it('the agents SDK lists the tools of a real MCP server, approves a call, and is told what came of it', async () => {
  const http = createServer((request, response) => {
    const server = new McpServer({ name: 'birds', version: '1.0.0' });
    server.registerTool('describe_bird', {}, () => ({ content: [{ type: 'text', text: 'feathered' }] }));
    const transport = new StreamableHTTPServerTransport({});
    void server.connect(transport as Transport).then(() => transport.handleRequest(request, response));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const simulator = await startServer({ host: '127.0.0.1', port: 0, seed: 1, speed: 20, mcp: askMcp() });
  const server_url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  const providerData = { type: 'mcp', server_label: 'birds', server_url, require_approval: 'always' } as const;
  const agent = new RealtimeAgent({
    name: 'Guide',
    instructions: 'Help.',
    tools: [{ type: 'hosted_tool', name: 'hosted_mcp', providerData }],
  });
  const session = new RealtimeSession(agent, { transport: 'websocket' });
  const errors: unknown[] = [];
  const names: string[][] = [];
  session.on('error', (error) => errors.push(error));
  session.on('mcp_tools_changed', (tools) => {
    names.push(tools.map(({ name }) => name));
    if (names.length === 1) session.sendMessage('Please describe the bird.');
  });
  session.on('tool_approval_requested', (_context, _agent, { approvalItem }) => void session.approve(approvalItem));
  const called = new Promise<unknown>((resolve) => {
    session.on('mcp_tool_call_completed', (_context, _agent, call) => resolve(call));
  });
  const told = new Promise<unknown>((resolve) => {
    session.on('transport_event', (event) => {
      if (event.type === 'response.output_audio_transcript.done') resolve(event['transcript']);
    });
  });
  const url = `${simulator.url.replace('http', 'ws')}/realtime?model=gpt-realtime`;
  await session.connect({ apiKey: 'sk-simulated', url });
  expect(await called).toMatchObject({ name: 'describe_bird', output: 'feathered', status: 'completed' });
  expect(await told).toBe('The tool describe_bird answered: feathered');
  expect(names[0]).toEqual(['describe_bird']);
  expect(errors).toEqual([]);
  session.close();
  await simulator.stop();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});
