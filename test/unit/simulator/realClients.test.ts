import { once } from 'node:events';
import { RealtimeAgent, RealtimeSession, tool, type TransportEvent } from '@openai/agents-realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startServer, type RunningServer } from '../../../src/simulator/server';
import { silence, speech } from './speech';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
});
afterAll(() => server.stop());

interface Talk {
  session: RealtimeSession;
  events: TransportEvent[];
  /** Resolves when `count` events of that type have come. */
  seen(type: string, count?: number): Promise<void>;
}

async function talk(agent: RealtimeAgent, modality: 'text' | 'audio'): Promise<Talk> {
  const session = new RealtimeSession(agent, {
    transport: 'websocket',
    model: 'gpt-realtime',
    config: { outputModalities: [modality] },
  });
  const events: TransportEvent[] = [];
  const checks = new Set<() => void>();
  session.transport.on('*', (event: TransportEvent) => {
    events.push(event);
    for (const check of checks) check();
  });
  await session.connect({ apiKey: 'any', url: `${server.url.replace('http', 'ws')}/realtime?model=gpt-realtime` });
  const seen = (type: string, count = 1): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (events.filter((event) => event.type === type).length >= count) resolve();
      };
      checks.add(check);
      check();
    });
  return { session, events, seen };
}

function refused(events: TransportEvent[]): TransportEvent[] {
  return events.filter((event) => event.type === 'error');
}

describe('@openai/agents-realtime, unmodified', () => {
  it('has its configuration taken without a refusal', async () => {
    const { session, events, seen } = await talk(new RealtimeAgent({ name: 'A', instructions: 'Be brief.' }), 'audio');
    await seen('session.updated');
    expect(refused(events)).toEqual([]);
    const updated = events.findLast((event) => event.type === 'session.updated');
    expect(updated).toMatchObject({ session: { instructions: 'Be brief.' } });
    session.close();
  });

  it('writes, and reads an answer', async () => {
    const { session, events, seen } = await talk(new RealtimeAgent({ name: 'A' }), 'text');
    session.sendMessage('Hello there');
    await seen('response.done');
    expect(refused(events)).toEqual([]);
    const history = JSON.stringify(session.history);
    expect(history).toContain('This is the embedded simulator. You wrote: Hello there');
    session.close();
  });

  it('has its tool called, answers the call, and hears about the result', async () => {
    const asked: string[] = [];
    const weather = tool({
      name: 'get_weather',
      description: 'Weather in a city.',
      parameters: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        asked.push(city);
        return `Fog over ${city}`;
      },
    });
    const { session, events, seen } = await talk(new RealtimeAgent({ name: 'A', tools: [weather] }), 'text');
    session.sendMessage('What is the weather in Oslo?');
    await seen('response.done', 2);
    expect(asked).toEqual(['Oslo']);
    expect(refused(events)).toEqual([]);
    expect(JSON.stringify(session.history)).toContain('The tool get_weather answered: Fog over Oslo');
    session.close();
  });

  it('speaks, is heard, and hears itself', async () => {
    const { session, events, seen } = await talk(new RealtimeAgent({ name: 'A' }), 'audio');
    await seen('session.updated');
    let heard = 0;
    session.on('audio', (event) => {
      heard += event.data.byteLength;
    });
    const said = Buffer.concat([silence(300), speech('Is anybody there?'), silence(1500)]);
    const stopped = once(session.transport as unknown as NodeJS.EventEmitter, 'audio_done');
    for (let at = 0; at < said.length; at += 4800) {
      const piece = Uint8Array.from(said.subarray(at, at + 4800));
      session.sendAudio(piece.buffer);
    }
    await Promise.all([seen('response.done'), stopped]);
    expect(refused(events)).toEqual([]);
    expect(heard / 48).toBeGreaterThan(1000);
    const types = events.map((event) => event.type);
    expect(types).toContain('input_audio_buffer.speech_started');
    session.close();
  });
});
