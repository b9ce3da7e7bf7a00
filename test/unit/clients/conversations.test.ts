import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/simulator/scenario';
import { speech } from '../simulator/speech';
import { cleanUp, readTrace, startProxy, type RunningProxy, type TraceContent } from '../fidelity/bed';
import { CONVERSATIONS, type Account, type ConversationName, type Failure } from './account';
import type { PageWindow } from './apps/page';
import { environment, nodeProgram, recordUtterances, run, startSimulator, type Route } from './bench';
import { openPage } from './browser';
import { expectSound, of, problemsOf, wordsOf } from './checks';
import { pythonHome } from './pythonHome';

// Real clients, their packages unmodified, in processes of their own: each holds every conversation with the simulator,
// once straight and once through the proxy, whose trace is then held against what the client says it was sent.

/** Two minutes: nobody, on no machine, is too late to interrupt it. It comes at four times the speed of sound. */
const STORY = 'Ships need light. A keeper trims the wick at dusk, winds the clockwork, and notes every sail. '.repeat(
  18,
);
const STORY_MS = 100_000;

function tellStory(): Scenario {
  const sound = speech(STORY);
  expect(sound.length / 48).toBeGreaterThan(STORY_MS);
  const output = [{ say: STORY, audio: { pcm: sound.toString('base64') } }];
  return {
    turns: [
      { when: { instructions: 'keep a lighthouse', turn: 1 }, answer: { output } },
      { when: { text: 'every lamp' }, answer: { output } },
    ],
  };
}

type Told = (Account | Failure)[];
type Routes = Record<'straight' | 'proxied', Route>;
interface Client {
  name: string;
  /** Holds all conversations; a sentence when it cannot be had on this machine. */
  hold(route: Route): Promise<Told | string>;
  /** Its package is one that decides by itself what to send. */
  agent?: boolean;
}

let routes: Routes;
let proxy: RunningProxy;
let sounds: Awaited<ReturnType<typeof recordUtterances>>;
const held = new Map<string, Promise<Told | string>>();

const parse = (lines: string[]): Told => lines.map((line) => JSON.parse(line) as Account | Failure);
const program = async (name: string, args: string[], env: Record<string, string>): Promise<Told> =>
  parse(await run(process.execPath, [await nodeProgram(name), ...args, sounds.question, sounds.interruption], env));
const sessionUrl = ({ http }: Route): string => `${http.replace('http', 'ws')}/realtime?model=gpt-realtime`;
async function python(script: string, route: Route): Promise<Told | string> {
  const home = await pythonHome();
  if ('missing' in home) return home.missing;
  const file = path.join(import.meta.dirname, 'python', script);
  const env = {
    ...environment(route.http, route),
    REALTIME_URL: sessionUrl(route),
    OPENAI_AGENTS_DISABLE_TRACING: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  return parse(await run(home.python, [file, sounds.question, sounds.interruption], env));
}

const CLIENTS: Client[] = [
  {
    name: 'openai for Node, OpenAIRealtimeWS',
    hold: (route) => program('nodeSdk', ['ws'], environment(route.https, route)),
  },
  {
    name: 'openai for Node, OpenAIRealtimeWebSocket',
    hold: (route) => program('nodeSdk', ['native'], environment(route.https, route)),
  },
  {
    name: '@openai/agents-realtime',
    hold: (route) => program('agents', [], { REALTIME_URL: sessionUrl(route) }),
    agent: true,
  },
  { name: 'openai for Python, AsyncOpenAI', hold: (route) => python('talk_async.py', route) },
  { name: 'openai for Python, OpenAI', hold: (route) => python('talk_sync.py', route) },
  { name: 'openai-agents for Python', hold: (route) => python('talk_agents.py', route), agent: true },
  { name: 'WebSocket of Chromium', hold: inBrowser },
];

beforeAll(async () => {
  // Here, because the first time takes as long as the network does.
  await pythonHome();
  sounds = await recordUtterances();
  const straight = await startSimulator(tellStory());
  proxy = await startProxy(straight.http);
  routes = { straight, proxied: proxy };
  // All at once: most of a conversation is waiting for someone to finish speaking.
  for (const [way, route] of Object.entries(routes))
    for (const { name, hold } of CLIENTS) {
      const told = hold(route);
      told.catch(() => undefined);
      held.set(`${way} ${name}`, told);
    }
}, 300_000);
afterAll(cleanUp);

async function inBrowser(route: Route): Promise<Told> {
  const page = await openPage(sounds.folder);
  return Promise.all(
    CONVERSATIONS.map((conversation) =>
      page
        .evaluate(([name, base]) => (globalThis as unknown as PageWindow).converse(name, base, 'sk-clients'), [
          conversation,
          route.http.replace('http', 'ws'),
        ] as const)
        .catch((cause: unknown): Failure => ({ conversation, failure: String(cause) })),
    ),
  ).finally(() => page.context().browser()?.close());
}

/** What that client told of the conversation; a string when the client cannot be had. */
async function accountOf(way: string, client: Client, name: ConversationName): Promise<Account | string> {
  const told = await held.get(`${way} ${client.name}`);
  if (told === undefined || typeof told === 'string') return told ?? 'not started';
  const one = told.find(({ conversation }) => conversation === name);
  if (one === undefined || 'failure' in one) throw new Error(one?.failure ?? `nothing was told of "${name}"`);
  return one;
}

const MEANING: Record<ConversationName, (account: Account, client: Client) => void> = {
  text({ received, answers, history }) {
    expect(of(received, 'session.updated')[0]).toMatchObject({
      session: { instructions: 'Be brief.', output_modalities: ['text'] },
    });
    expect(answers).toHaveLength(2);
    expect(answers[0]).toBe('This is the embedded simulator. You wrote: Good morning, keeper.');
    expect(answers[1]).toMatch(/: Is the lamp lit\?$/);
    const done = of(received, 'response.done').map(({ response }) => response);
    expect(done.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(done.map(({ output }) => output?.map(wordsOf).join())).toEqual(answers);
    // The second answer was given with the first turn in mind.
    expect(done[1]?.usage?.input_tokens).toBeGreaterThan(done[0]?.usage?.input_tokens ?? Infinity);
    const roles = of(received, 'conversation.item.added').map(({ item }) => ('role' in item ? item.role : item.type));
    expect(roles).toEqual(['user', 'assistant', 'user', 'assistant']);
    if (history)
      expect(history).toEqual([
        'user: Good morning, keeper.',
        `assistant: ${answers[0]}`,
        'user: Is the lamp lit?',
        `assistant: ${answers[1]}`,
      ]);
  },

  tools({ received, answers, calls, history }) {
    expect(calls).toEqual([{ name: 'get_weather', arguments: '{"city":"Oslo"}' }]);
    expect(answers).toEqual(['', 'The tool get_weather answered: Fog over Oslo']);
    const [first, second] = of(received, 'response.done').map(({ response }) => response);
    expect(first).toMatchObject({ status: 'completed', output: [{ type: 'function_call', name: 'get_weather' }] });
    expect(second).toMatchObject({ status: 'completed', output: [{ type: 'message', role: 'assistant' }] });
    const items = of(received, 'conversation.item.added').map(({ item }) => item);
    expect(items.map(({ type }) => type)).toEqual(['message', 'function_call', 'function_call_output', 'message']);
    const callIds = items.map((item) => ('call_id' in item ? item.call_id : undefined));
    expect(callIds[1]).toMatch(/^call_/);
    expect(callIds[2]).toBe(callIds[1]);
    expect(of(received, 'response.function_call_arguments.done').map(({ call_id }) => call_id)).toEqual([callIds[1]]);
    if (history)
      expect(history).toEqual([
        'user: What is the weather in Oslo?',
        'get_weather({"city":"Oslo"}) = Fog over Oslo',
        `assistant: ${answers[1]}`,
      ]);
  },

  spoken(account, { agent }) {
    const { received, answers, heardMs, transcripts, history } = account;
    const done = of(received, 'response.done').map(({ response }) => response);
    const cancelled = (reason: string): object => ({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason },
    });
    expect(done[0]).toMatchObject(cancelled('turn_detected'));
    expect(done[1]).toMatchObject({ status: 'completed' });
    // The user spoke, the answer ended, the user's words became an item, and a new answer came: in this order.
    const committed = of(received, 'input_audio_buffer.committed');
    const started = of(received, 'input_audio_buffer.speech_started');
    const stopped = of(received, 'input_audio_buffer.speech_stopped');
    const place = (eventId: string | undefined): number =>
      received.findIndex((event) => 'event_id' in event && event.event_id === eventId);
    const created = of(received, 'response.created');
    const [cut] = of(received, 'response.done');
    const order = [created[0], started[1], cut, stopped[1], committed[1], created[1]].map((one) =>
      place(one?.event_id),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    const spoken = committed.map(({ item_id }) => item_id);
    expect([started, stopped].map((list) => list.map(({ item_id }) => item_id))).toEqual([spoken, spoken]);
    // Less was heard and said than the whole story; then the user's own words came back, no longer than they were.
    expect(answers[0]?.length).toBeGreaterThan(0);
    expect(STORY.startsWith(answers[0] ?? '-')).toBe(true);
    expect(answers[0]?.length).toBeLessThan(STORY.length);
    expect(heardMs[0]).toBeLessThan(STORY_MS);
    const saidMs = (stopped[1]?.audio_end_ms ?? 0) - (started[1]?.audio_start_ms ?? 0);
    expect(saidMs).toBeGreaterThan(2000);
    expect(heardMs[1]).toBe(saidMs);
    expect(answers[1]).toContain(`${(saidMs / 1000).toFixed(1)} seconds`);
    // What was not heard is cut from the conversation, sound and words.
    const [truncated] = of(received, 'conversation.item.truncated');
    expect(truncated?.item_id).toBe(done[0]?.output?.[0]?.id);
    expect(truncated?.audio_end_ms).toBeGreaterThan(0);
    expect(truncated?.audio_end_ms).toBeLessThanOrEqual(heardMs[0] ?? 0);
    if (account.cut) {
      const { item_id: itemId, audio_end_ms: playedMs } = truncated ?? {};
      expect(account.cut).toEqual({ itemId, playedMs });
    } else expect(agent).toBe(true);
    const kept = of(received, 'conversation.item.retrieved').find(({ item }) => item.id === truncated?.item_id)?.item;
    const [part] = kept?.type === 'message' && kept.role === 'assistant' ? kept.content : [];
    expect(Buffer.from(part?.audio ?? '', 'base64')).toHaveLength((truncated?.audio_end_ms ?? 0) * 48);
    expect(part?.transcript ?? '').toBe('');
    expectTranscripts(account, spoken);
    if (!agent) return expect(done).toHaveLength(2);
    // Its own interruption: the third answer.
    expect(done).toHaveLength(3);
    expect(done[2]).toMatchObject(cancelled('client_cancelled'));
    expect(heardMs[2]).toBeLessThan(STORY_MS);
    expect(history).toEqual([
      `user: ${transcripts[0]}`,
      // The server has dropped these words; the package keeps them for whoever reads along.
      `assistant: ${answers[0]}`,
      `user: ${transcripts[1]}`,
      `assistant: ${answers[1]}`,
      'user: Tell me of every lamp.',
      `assistant: ${answers[2]}`,
    ]);
  },

  transcription(account, { agent }) {
    const { received } = account;
    const committed = of(received, 'input_audio_buffer.committed').map(({ item_id }) => item_id);
    expect(committed).toHaveLength(2);
    expectTranscripts(account, committed);
    expect(of(received, 'response.created')).toEqual([]);
    const [first, second] = of(received, 'conversation.item.input_audio_transcription.completed');
    for (const { usage } of agent ? [first, second].flatMap((one) => one ?? []) : [first].flatMap((one) => one ?? [])) {
      const { input_tokens = 0, output_tokens = 0 } = usage.type === 'tokens' ? usage : {};
      expect(usage).toMatchObject({ type: 'tokens', total_tokens: input_tokens + output_tokens });
      expect(input_tokens).toBeGreaterThan(10);
    }
    if (agent) return;
    const seconds = Number(/([\d.]+) seconds/.exec(second?.transcript ?? '')?.[1]);
    expect(second?.usage).toEqual({ type: 'duration', seconds: Math.ceil(seconds) });
    expect(received[0]).toMatchObject({ session: { type: 'transcription', object: 'realtime.transcription_session' } });
    const settings = of(received, 'session.updated').map(({ session }) => session.audio?.input?.transcription);
    expect(settings).toMatchObject([{ model: 'gpt-4o-transcribe', language: 'en' }, { model: 'gpt-realtime-whisper' }]);
  },
};

/** Each of the user's items has one transcript, its deltas make it up, and it speaks of some seconds. */
function expectTranscripts({ received, transcripts }: Account, items: string[]): void {
  const completed = of(received, 'conversation.item.input_audio_transcription.completed');
  expect(completed.map(({ item_id }) => item_id)).toEqual(items);
  expect(completed.map(({ transcript }) => transcript)).toEqual(transcripts.map((text) => text.trimStart()));
  for (const text of transcripts)
    expect(text).toMatch(/^ ?This is a simulated transcript of \d\.\d seconds of speech\.$/);
}

let trace: Promise<TraceContent> | undefined;
/** The whole trace, once all clients have hung up. */
function recorded(): Promise<TraceContent> {
  trace ??= Promise.allSettled(held.values())
    .then(() => proxy.stop())
    .then(() => readTrace(proxy.file));
  return trace;
}

/** The trace holds what the client was sent, event for event, and it was the client that hung up. */
async function expectRecorded(account: Account): Promise<void> {
  const { records, messages } = await recorded();
  const [created] = of(account.received, 'session.created');
  const mine = messages.find(({ data }) => data.includes(`"${created?.event_id}"`));
  const session = mine?.line['session'];
  expect(session).toBeTypeOf('string');
  const ofSession = messages.filter(({ line }) => line['session'] === session);
  const sent = ofSession.filter(({ from }) => from === 'server').map(({ line }) => line['event']);
  // What came after the app had hung up was recorded, and nobody was there to hear it.
  expect(sent.slice(0, account.received.length)).toEqual(account.received);
  const asked = ofSession.filter(({ from }) => from === 'client').map(({ line }) => line['event']);
  expect(asked.flatMap((event) => problemsOf(event, 'client'))).toEqual([]);
  const close = records.find((record) => record.kind === 'close' && record.session === session);
  expect(close).toMatchObject({ by: 'client', code: expect.toSatisfy((code) => code === 1000 || code === 1005) });
}

describe.each(['straight', 'proxied'] as const)('%s', (way) => {
  describe.each(CLIENTS)('$name', (client) => {
    // The first of them waits for all conversations of its client.
    it.for(CONVERSATIONS)('%s', { timeout: 180_000 }, async (name, { skip }) => {
      const account = await accountOf(way, client, name);
      if (typeof account === 'string') return skip(account);
      expectSound(account.received);
      MEANING[name](account, client);
      if (way === 'proxied') await expectRecorded(account);
    });
  });
});
