import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { formatLadder, ladderReport } from '../../../src/cli/ladder';
import { startEngine } from '../../../src/proxy';
import { startSimulator } from '../../../src/simulator';
import type { Json } from '../../../src/simulator/wire';
import { dist } from '../fidelity/bed';
import { spoken, update } from './notes';
import { Script, ladder } from './script';
import { silence, speech } from './speech';

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));

interface Line {
  direction: 'client' | 'server';
  event: Json;
}

function recorded(name: string): Line[] {
  const lines = readFileSync(`${folder}${name}.jsonl`, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Plays the client's side of a recording to the simulator; the recordings' audio is cut off, so speech stands in for it. */
function replayed(lines: Line[]): Json[] {
  const server = lines.filter((line) => line.direction === 'server').map((line) => line.event);
  const model = String((server[0]?.['session'] as Json)['model']);
  const script = new Script({ model });
  let spoke = false;
  const calls: unknown[] = [];
  for (const [index, { direction, event }] of lines.entries()) {
    if (direction === 'server') continue;
    if (event['type'] !== 'input_audio_buffer.append') {
      // Ids the recorded server minted are not ours: an output answers our own call.
      const item = event['item'] as Json | undefined;
      script.send(item?.['call_id'] === undefined ? event : { ...event, item: { ...item, call_id: calls.shift() } });
    } else if (!spoke) {
      spoke = true;
      script.hear(Buffer.concat([silence(1500), speech('Hello, my name is Marcelo.'), silence(800)]));
    }
    const next = lines.slice(index + 1).find((line) => line.event['type'] !== 'response.created');
    if (next?.direction === 'client' && !event['type']?.toString().startsWith('response.')) continue;
    for (const sent of script.wait(20_000)) {
      if (sent.type === 'response.function_call_arguments.done') calls.push(sent['call_id']);
    }
  }
  return script.all.map(({ event }) => event);
}

/** Every path of a value with the JSON type found there, keys in order; what depends on the words is left out. */
function shape(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((element) => shape(element, `${path}[]`)))];
  if (typeof value !== 'object' || value === null) return [`${path}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([key, inner]) => shape(inner, `${path}.${key}`));
}

const TRANSCRIPTION = /input_audio_transcription/;

describe.runIf(existsSync(folder))('beside sessions recorded from the live service', () => {
  const WHOLE = [
    'test_openai_ws__test_audio_in_server_vad_turn',
    'test_openai_ws__test_message_history_seeding',
    'test_openai_ws__test_text_in_audio_out_turn',
    'test_azure_ws__test_text_in_audio_out_turn',
  ];

  const ROUND = 'test_parity_ws__test_text_tool_round_parity_openai-current';

  it.each(WHOLE)('%s has the same ladder of events', (name) => {
    const lines = recorded(name);
    const theirs = lines.filter((line) => line.direction === 'server').map((line) => line.event);
    const steps = (events: Json[]): string[] => {
      // Transcription runs beside the response and may land anywhere; rate limits came after some recordings had ended.
      const rest = events.filter(({ type }) => !TRANSCRIPTION.test(String(type)) && type !== 'rate_limits.updated');
      return ladder(rest);
    };
    expect(steps(replayed(lines))).toEqual(steps(theirs));
  });

  it.each([...WHOLE, ROUND])('%s has events of the same shape, field for field and in the same order', (name) => {
    const lines = recorded(name);
    const ours = new Map<string, Json[]>();
    for (const event of replayed(lines)) {
      const type = String(event['type']);
      ours.set(type, [...(ours.get(type) ?? []), event]);
    }
    let compared = 0;
    for (const { direction, event } of lines) {
      const type = String(event['type']);
      if (direction === 'client' || type === 'rate_limits.updated') continue;
      // Azure repeats the part under a second name.
      const { content: _content, ...theirs } = event;
      const shapes = (ours.get(type) ?? []).map((one) => shape(one).join('\n'));
      expect(shapes, type).toContain(shape(type.startsWith('response.content_part') ? theirs : event).join('\n'));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('a tool round with commentary has the same ladder, the call begun before the commentary is closed', () => {
    const lines = recorded(ROUND);
    const steps = (events: Json[]): string[] => ladder(events.filter(({ type }) => type !== 'rate_limits.updated'));
    const theirs = lines.filter((line) => line.direction === 'server').map((line) => line.event);
    expect(steps(replayed(lines))).toEqual(steps(theirs));
  });
});

/** One client of the proxy; `step` acts when an event has come. */
interface Visit {
  query: string;
  act(session: Visitor): Promise<void>;
}

interface Visitor {
  send(event: Json | string | Buffer): void;
  /** Resolves when the nth event of that type has come. */
  came(type: string, nth?: number): Promise<Json>;
  say(text: string): void;
  /** Sends sound in pieces of 100 ms, `speed` times as fast as it is spoken. */
  hear(pcm: Buffer): Promise<void>;
}

const SPEED = 20;

async function visit(base: string, { query, act }: Visit): Promise<void> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/realtime?${query}`);
  const events: Json[] = [];
  const arrived = new EventEmitter();
  socket.on('message', (data: Buffer) => {
    events.push(JSON.parse(data.toString()) as Json);
    arrived.emit('event');
  });
  const closed = once(socket, 'close');
  await once(socket, 'open');
  const send = (event: Json | string | Buffer): void =>
    socket.send(typeof event === 'string' || Buffer.isBuffer(event) ? event : JSON.stringify(event));
  await act({
    send,
    async came(type, nth = 1) {
      for (;;) {
        const found = events.filter((event) => event['type'] === type)[nth - 1];
        if (found) return found;
        await once(arrived, 'event', { signal: AbortSignal.timeout(8000) }).catch((cause: unknown) => {
          const types = events.map((event) => String(event['type'])).join(', ');
          throw new Error(`No ${type} came for ${query}, only ${types}`, { cause });
        });
      }
    },
    say: (text) =>
      send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      }),
    async hear(pcm) {
      for (let at = 0; at < pcm.length; at += 4800) {
        send({ type: 'input_audio_buffer.append', audio: pcm.subarray(at, at + 4800).toString('base64') });
        await setTimeout(100 / SPEED);
      }
    },
  });
  socket.close();
  await closed;
}

const VISITS: Record<string, Visit> = {
  'typed questions, one of them beside the conversation': {
    query: 'model=gpt-realtime',
    async act({ send, came, say }) {
      send(update({ output_modalities: ['text'] }));
      say('Hello there');
      send({ type: 'response.create' });
      await came('rate_limits.updated');
      send({ type: 'response.create', response: { conversation: 'none', metadata: { for: 'title' } } });
      say('And now?');
      send({ type: 'response.create' });
      await came('rate_limits.updated', 3);
    },
  },
  'spoken turns, one into the answer': {
    query: 'model=gpt-realtime-2.1',
    async act({ send, came, hear }) {
      send(update({ audio: { input: { transcription: { model: 'gpt-realtime-whisper' } } } }));
      await came('session.updated');
      await hear(spoken());
      await came('response.output_audio.delta', 3);
      await hear(spoken());
      await came('rate_limits.updated', 2);
      await came('conversation.item.input_audio_transcription.completed', 2);
    },
  },
  'a function called and answered': {
    query: 'model=gpt-realtime-2.1',
    async act({ send, came, say }) {
      send(
        update({
          output_modalities: ['text'],
          tools: [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} } }],
        }),
      );
      say('What is the weather?');
      send({ type: 'response.create' });
      const { call_id } = await came('response.function_call_arguments.done');
      send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: 'fog' } });
      await came('response.done');
      send({ type: 'response.create' });
      await came('rate_limits.updated', 2);
    },
  },
  'an MCP tool approved and called': {
    query: 'model=gpt-realtime',
    async act({ send, came, say }) {
      const shop = { type: 'mcp', server_label: 'shop', connector_id: 'connector_shop', allowed_tools: ['find_shoes'] };
      send(update({ output_modalities: ['text'], tools: [shop] }));
      await came('mcp_list_tools.completed');
      say('Find shoes for me');
      send({ type: 'response.create' });
      const { response } = (await came('response.done')) as { response: { output: Json[] } };
      const approval_request_id = response.output[0]?.['id'];
      send({
        type: 'conversation.item.create',
        item: { type: 'mcp_approval_response', approval_request_id, approve: true },
      });
      // The session goes on by itself.
      await came('rate_limits.updated', 2);
    },
  },
  'a transcription': {
    query: 'intent=transcription',
    async act({ send, came, hear }) {
      const input = { transcription: { model: 'gpt-4o-mini-transcribe' }, turn_detection: null };
      send({ type: 'session.update', session: { type: 'transcription', audio: { input } } });
      await came('session.updated');
      await hear(spoken());
      send({ type: 'input_audio_buffer.commit' });
      await came('conversation.item.input_audio_transcription.completed');
    },
  },
  'messages that are refused': {
    query: 'model=gpt-realtime',
    async act({ send, came, say }) {
      send('not json');
      send(Buffer.from([1, 2, 3]));
      send({ type: 'nope' });
      await came('error', 3);
      // Not during the answer: on a busy machine they came anywhere between its pieces, a place that no replay can know.
      send({ type: 'conversation.item.delete', item_id: 'nobody' });
      send({ type: 'response.cancel', response_id: 'resp_nobody' });
      await came('error', 5);
      say('Hello');
      send({ type: 'response.create' });
      await came('response.done');
      await came('rate_limits.updated');
    },
  },
  'a model that is refused': { query: 'model=gpt-nope', act: async ({ came }) => void (await came('error')) },
};

describe('sessions recorded by the proxy', () => {
  it.each([1, 2, 3])(
    'come out of their trace again, with seed %i',
    async (seed) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'recorded-'));
      const simulator = await startSimulator({
        workers: dist,
        listen: { host: '127.0.0.1', port: 0 },
        seed,
        speed: SPEED,
      });
      const file = path.join(folder, 'x.realtime.jsonl');
      const engine = await startEngine({
        workers: dist,
        listen: { host: '127.0.0.1', port: 0 },
        allowedHosts: [],
        allowedOrigins: [],
        certificates: path.join(folder, 'certificates'),
        upstream: { kind: 'url', url: simulator.url },
        recording: { on: true, maxTotalBytes: Infinity, file },
        generator: 'test',
      });
      try {
        await Promise.all(Object.values(VISITS).map((one) => visit(engine.address.http, one)));
      } finally {
        await engine.stop();
        await simulator.stop();
      }
      const report = await ladderReport(file);
      expect(report.sessions).toHaveLength(Object.keys(VISITS).length);
      for (const session of report.sessions) {
        expect(session.differences, formatLadder({ ...report, sessions: [session] })).toEqual([]);
        // What was heard was recorded whole, so the simulator hears it again.
        expect(session.notes).toEqual([]);
      }
      rmSync(folder, { recursive: true });
    },
    60_000,
  );
});
