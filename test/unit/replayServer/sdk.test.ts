import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime';
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serveTrace, type ReplayServer, type ServeOptions } from '../../../src/replay/server/serve';
import { scratch } from '../rewrite/traces';
import { simulatedTrace, weatherSession } from '../expect/simulatedTrace';
import { recordedTexts } from './mimic';

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];

let place: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  place = await scratch();
});
afterAll(() => place.remove());
const running: ReplayServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
async function serve(trace: string, options: Partial<ServeOptions> = {}): Promise<ReplayServer> {
  const server = await serveTrace({ trace, certificates: path.join(place.folder, 'certificates'), ...options });
  running.push(server);
  return server;
}

interface Line {
  direction: 'client' | 'server';
  event: RealtimeClientEvent & RealtimeServerEvent;
}

/** What the app of a recording says, in its order: its constants. */
function wordsOf(lines: readonly Line[]) {
  const sent = lines.filter(({ direction }) => direction === 'client').map(({ event }) => event as RealtimeClientEvent);
  const of = <T extends RealtimeClientEvent['type']>(type: T) =>
    sent.filter((event): event is Extract<RealtimeClientEvent, { type: T }> => event.type === type);
  const items = of('conversation.item.create');
  return {
    update: of('session.update')[0],
    appends: of('input_audio_buffer.append'),
    messages: items.filter(({ item }) => item.type !== 'function_call_output'),
    outputs: items.filter(({ item }) => item.type === 'function_call_output'),
  };
}

/**
 * The apps behind the recordings are one: it configures the session, speaks or writes its messages and asks for an answer, runs
 * the tools that are called and asks again. It waits for events by their types only.
 */
async function app(server: ReplayServer, lines: readonly Line[]): Promise<RealtimeServerEvent[]> {
  const { update, appends, messages, outputs } = wordsOf(lines);
  const client = new OpenAI({ apiKey: 'sk-none', baseURL: server.https });
  const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: server.ca } }, client);
  const heard: RealtimeServerEvent[] = [];
  const done = new Promise<void>((resolve, reject) => {
    rt.on('error', reject);
    rt.on('event', (event) => heard.push(event));
    rt.on('session.created', () => update && rt.send(update));
    rt.on('session.updated', () => {
      for (const event of [...appends, ...messages]) rt.send(event);
      if (messages.length > 0) rt.send({ type: 'response.create' });
    });
    // Named before its time by whoever recorded: the output goes when the call is complete, the request when the response is.
    rt.on('response.output_item.done', ({ item }) => {
      const output = item.type === 'function_call' ? outputs.shift() : undefined;
      if (output) rt.send(output);
    });
    rt.on('response.done', ({ response }) => {
      const called = response.output?.some((item) => item.type === 'function_call');
      if (called) rt.send({ type: 'response.create' });
      else resolve();
    });
  });
  await done;
  rt.close();
  return heard;
}

describe.runIf(names.length > 0)('openai for Node with a session recorded from a live service', () => {
  it.each(names)('%s gets it all again, and does nothing else than was recorded', async (name) => {
    const file = path.join(folder, name);
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
    const server = await serve(file, { strict: true });
    const heard = await app(server, lines);
    const recorded = lines.filter(({ direction }) => direction === 'server').map(({ event }) => event);
    expect(heard).toEqual(recorded);
    await server.ended(1);
    expect(server.report()).toMatchObject({ clients: 1, diverged: 0, sessions: [{ outcome: 'complete' }] });
  });
});

describe('@openai/agents-realtime with a session that another client recorded', () => {
  it('runs the tool that was called, and knows the answer', async () => {
    const file = simulatedTrace(path.join(place.folder, 'agents.realtime.jsonl'), weatherSession);
    const server = await serve(file, { timing: 'fast', ignore: ['session', 'item.output'] });
    const calls: unknown[] = [];
    const weather = tool({
      name: 'get_weather',
      description: 'Current weather',
      parameters: z.object({ city: z.string(), unit: z.string() }),
      execute: async (given) => {
        calls.push(given);
        return 'fog';
      },
    });
    const agent = new RealtimeAgent({ name: 'Keeper', instructions: 'Call tools.', tools: [weather] });
    const session = new RealtimeSession(agent, {
      transport: 'websocket',
      model: 'gpt-realtime',
      config: { outputModalities: ['text'] },
    });
    const failed: unknown[] = [];
    session.on('error', ({ error }) => failed.push(error));
    let answers = 0;
    const answered = new Promise<void>((resolve) => {
      session.transport.on('*', (event) => {
        if (event.type === 'response.output_text.done' && ++answers === 1) session.sendMessage('Thank you!');
        if (event.type === 'response.done' && answers === 2) resolve();
      });
    });
    await session.connect({ apiKey: 'any', url: `${server.ws}/realtime?model=gpt-realtime` });
    session.sendMessage('What is the weather in London?');
    await answered;
    session.close();
    expect(failed).toEqual([]);
    expect(calls).toEqual([{ city: 'London', unit: 'C' }]);
    const said = session.history.flatMap((item) =>
      item.type === 'message' && item.role === 'assistant' ? item.content : [],
    );
    expect(said.map((part) => ('text' in part ? part.text : ''))).toEqual([
      'It is foggy and 12 degrees in London.',
      'You are welcome.',
    ]);
    await server.ended(1);
    const { sent, matched, expected, divergences } = server.report().sessions[0] ?? {};
    expect({ sent, matched, divergences }).toMatchObject({
      sent: (await recordedTexts(file)).length,
      matched: expected,
    });
  });
});
