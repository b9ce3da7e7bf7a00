/** Sessions of a scripted client with the simulator through the real proxy, as the traces it writes. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { voiceLikeSound } from '../../../src/cli/sampleVoice';
import { startEngine } from '../../../src/proxy';
import { dist, temporaryFolder } from '../fidelity/bed';

type Json = Record<string, unknown>;

/** What the client does and what the simulator answers. */
export interface Told {
  seed?: number;
  /** Laid over the session that is asked for. */
  session?: Json;
  /** What is typed, a turn each; `(speak)` is said aloud. */
  says?: string[];
  /** `turns` of the simulator's scenario. */
  turns?: unknown[];
}

const SPEED = 10;
const CHUNK_MS = 100;

export const WEATHER = [
  {
    when: { text: 'weather' },
    answer: { output: [{ call: 'get_weather', arguments: { city: 'Oslo', unit: 'celsius' } }] },
  },
  { when: { afterCall: 'get_weather' }, answer: 'It is foggy in Oslo and ten degrees.' },
  { when: { text: 'bye' }, answer: 'Goodbye, and take an umbrella with you.' },
  { answer: 'Hello there, how can I help you today?' },
];

export const TOOL = {
  type: 'function',
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { type: 'string' } },
    required: ['city'],
  },
};

/** Records one session, and resolves with its trace once it is whole. */
export async function recorded({ seed = 1, session = {}, says, turns = WEATHER }: Told = {}): Promise<string> {
  const folder = await temporaryFolder();
  const scenario = path.join(folder, 'told.scenario.jsonc');
  await writeFile(scenario, JSON.stringify({ turns, transcripts: [{ transcript: 'Hello, who is there?' }] }));
  const file = path.join(folder, 'told.realtime.jsonl');
  const engine = await startEngine({
    workers: dist,
    listen: { host: '127.0.0.1', port: 0 },
    allowedHosts: [],
    allowedOrigins: [],
    certificates: path.join(folder, 'certificates'),
    upstream: { kind: 'simulator' },
    simulation: { scenario, seed, speed: SPEED },
    recording: { on: true, maxTotalBytes: 1e9, file },
    generator: 'test',
  });
  try {
    await converse(engine.address.http, session, says ?? ['(speak)', 'What is the weather?', 'bye']);
  } finally {
    await engine.stop();
  }
  return file;
}

async function converse(http: string, session: Json, says: readonly string[]): Promise<void> {
  const socket = new WebSocket(`${http.replace(/^http/, 'ws')}/realtime?model=gpt-realtime`);
  const events: Json[] = [];
  const waiting: { type: string; from: number; resolve: (event: Json) => void }[] = [];
  socket.on('message', (data) => {
    const event = JSON.parse((data as Buffer).toString('utf8')) as Json;
    events.push(event);
    for (const one of [...waiting]) {
      if (one.type !== event.type) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.resolve(event);
    }
  });
  const next = (type: string, from = events.length) => {
    const found = events.slice(from).find((event) => event.type === type);
    return found ?? new Promise<Json>((resolve) => waiting.push({ type, from, resolve }));
  };
  const send = (event: Json) => socket.send(JSON.stringify(event));
  await once(socket, 'open');
  await next('session.created', 0);
  const updated = next('session.updated');
  const { audio = {}, ...rest } = session;
  const input = { transcription: { model: 'gpt-4o-mini-transcribe' }, ...(audio as { input?: Json }).input };
  const output = (audio as { output?: Json }).output;
  send({
    type: 'session.update',
    session: { type: 'realtime', tools: [TOOL], ...rest, audio: { input, ...(output && { output }) } },
  });
  await updated;
  for (const words of says) {
    let done = next('response.done');
    if (words === '(speak)') {
      // Its transcription comes when it will: the next turn waits for it.
      const heard = next('conversation.item.input_audio_transcription.completed');
      await speak(send, () => events.some(({ type }) => type === 'input_audio_buffer.committed'));
      await heard;
    } else {
      const content = [{ type: 'input_text', text: words }];
      send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      send({ type: 'response.create' });
    }
    for (let call = callIn(await done); call !== undefined; call = callIn(await done)) {
      done = next('response.done');
      const output = JSON.stringify({ sky: 'foggy', degrees: 10 });
      send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id: call, output } });
      send({ type: 'response.create' });
    }
  }
  await wait(50);
  socket.close(1000);
  await once(socket, 'close');
}

/** A voice, then silence until the server has taken what was said; always as many pieces, whatever the clock does. */
async function speak(send: (event: Json) => void, taken: () => boolean): Promise<void> {
  const voice = voiceLikeSound(24_000, 1.2, 1);
  const bytes = CHUNK_MS * 48;
  for (let at = 0; at < voice.length + 12 * bytes; at += bytes) {
    const pcm = Buffer.alloc(bytes);
    pcm.set(voice.subarray(at, at + bytes));
    send({ type: 'input_audio_buffer.append', audio: pcm.toString('base64') });
    await wait(CHUNK_MS / SPEED);
  }
  while (!taken()) await wait(5);
}

function callIn({ response }: Json): string | undefined {
  const output = (response as { output?: { type?: string; call_id?: string }[] } | undefined)?.output ?? [];
  return output.find(({ type }) => type === 'function_call')?.call_id;
}
