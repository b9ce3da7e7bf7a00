import { readFileSync } from 'node:fs';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/rules/ruleFile';
import { cleanUp, readTrace, sessionOf, type Recorded, type TraceContent } from '../fidelity/bed';
import { runEngine } from '../proxy/runningEngine';

// The openai package, unmodified, talks to the simulator while one rule is in force: what the app meets, and what the record
// tells of it.

afterEach(cleanUp);

/** What the app saw of its one turn. */
interface Seen {
  events: RealtimeServerEvent[];
  errors: string[];
  close: { code: number; reason: string };
}
interface Case {
  rule: Record<string, unknown>;
  /** The answer is spoken. */
  spoken?: true;
  /** The app is done when this says so; else with the answer. */
  done?(seen: Pick<Seen, 'events' | 'errors'>): boolean;
  app(seen: Seen): void;
  record(trace: TraceContent): void;
}

const typesOf = ({ events }: Pick<Seen, 'events'>): string[] => events.map(({ type }) => type);
const only = <T extends RealtimeServerEvent['type']>({ events }: Pick<Seen, 'events'>, type: T) =>
  events.filter((event): event is Extract<RealtimeServerEvent, { type: T }> => event.type === type);
/** The lines of a type, by what became of each. */
const lines = ({ messages }: TraceContent, type: string) => messages.filter(({ line }) => line['type'] === type);
const told = (trace: TraceContent, type: string) =>
  lines(trace, type).map(({ line: { fate, origin, rule } }) => [fate, origin, rule].filter(Boolean).join(' '));
/** What arrived, and what went in its place. */
function pairs(trace: TraceContent): [arrived: Recorded, gone: Recorded][] {
  const bySeq = new Map(trace.messages.map((message) => [message.seq, message]));
  return trace.messages.flatMap((gone): [Recorded, Recorded][] => {
    const arrived = bySeq.get(Number(gone.line['replaces']));
    return arrived === undefined ? [] : [[arrived, gone]];
  });
}
const eventOf = ({ data }: Recorded) => JSON.parse(data.toString()) as Record<string, never>;
const soundOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

const cases: Record<string, Case> = {
  'drops an event': {
    rule: { match: 'type:conversation.item.added from:server', drop: true },
    app: (seen) => expect(typesOf(seen)).not.toContain('conversation.item.added'),
    record: (trace) =>
      expect(new Set(told(trace, 'conversation.item.added'))).toEqual(new Set(['held', 'dropped the rule'])),
  },
  'delays an event': {
    rule: { match: 'type:session.updated', delay: 250 },
    app: (seen) => expect(only(seen, 'session.updated')).toHaveLength(1),
    record: (trace) => {
      const [pair] = pairs(trace).filter(([, { line }]) => line['rule'] === 'the rule');
      const [arrived, gone] = pair!;
      expect(gone.line['type']).toBe('session.updated');
      expect(Number(gone.line['sent']) - Number(arrived.line['t'])).toBeGreaterThanOrEqual(249);
    },
  },
  'doubles an event': {
    rule: { match: 'type:response.done', duplicate: 2 },
    done: (seen) => only(seen, 'response.done').length === 3,
    app: (seen) => expect(new Set(only(seen, 'response.done').map((event) => event.event_id)).size).toBe(1),
    record: (trace) => expect(told(trace, 'response.done')).toEqual(['', 'inspector the rule', 'inspector the rule']),
  },
  'sets a field of what the app sends': {
    rule: { match: 'type:session.update', set: { 'session.instructions': 'Sing.' } },
    app: (seen) => expect(only(seen, 'session.updated')[0]?.session).toMatchObject({ instructions: 'Sing.' }),
    record: (trace) => {
      const [arrived, gone] = lines(trace, 'session.update').map(eventOf) as { session?: { instructions: string } }[];
      expect([arrived?.session?.instructions, gone?.session?.instructions]).toEqual(['Talk.', 'Sing.']);
      expect(told(trace, 'session.update')).toEqual(['held', 'inspector the rule']);
    },
  },
  'answers in the place of the server': {
    rule: {
      match: 'type:response.create',
      drop: true,
      inject: { to: 'client', event: { type: 'error', event_id: 'e1', error: { type: 'x', message: 'Not today.' } } },
    },
    done: ({ errors }) => errors.length > 0,
    app: ({ errors, events }) => {
      expect(errors.join()).toContain('Not today.');
      expect(typesOf({ events })).not.toContain('response.created');
    },
    record: (trace) => {
      expect(told(trace, 'response.create')).toEqual(['held', 'dropped the rule']);
      expect(told(trace, 'error')).toEqual(['inspector the rule']);
    },
  },
  'ends the session with a code': {
    rule: { match: 'type:response.created', disconnect: { code: 4008, reason: 'on purpose' } },
    done: () => false,
    app: (seen) => {
      expect(seen.close).toEqual({ code: 4008, reason: 'on purpose' });
      expect(typesOf(seen)).not.toContain('response.done');
    },
    record: ({ records }) =>
      // What was on its way from the server may come behind it.
      expect(records.filter(({ kind }) => kind === 'close')).toMatchObject([
        { code: 4008, origin: 'inspector', rule: 'the rule' },
      ]),
  },
  'silences the sound': {
    rule: { match: 'type:response.output_audio.delta', corruptAudio: 'silence' },
    spoken: true,
    app: (seen) => {
      const deltas = only(seen, 'response.output_audio.delta').map(({ delta }) => soundOf(delta));
      expect(Buffer.concat(deltas).length).toBeGreaterThan(0);
      expect(Buffer.concat(deltas).every((byte) => byte === 0)).toBe(true);
    },
    record: (trace) => {
      const sounds = pairs(trace).filter(([{ line }]) => line['type'] === 'response.output_audio.delta');
      expect(sounds.length).toBeGreaterThan(0);
      const size = (message: Recorded) => soundOf(eventOf(message)['delta'] ?? '').length;
      for (const [arrived, gone] of sounds) expect(size(gone)).toBe(size(arrived));
      expect(sounds.some(([arrived]) => soundOf(eventOf(arrived)['delta'] ?? '').some((byte) => byte !== 0))).toBe(
        true,
      );
    },
  },
  'slows a direction down': {
    rule: { match: 'from:server', throttle: 20_000 },
    app: (seen) => {
      const numbers = only(seen, 'response.output_text.delta').map(({ delta }) => delta);
      expect(numbers.join('')).toBe(only(seen, 'response.output_text.done')[0]?.text);
    },
    record: (trace) => {
      const gone = trace.messages.filter(({ from, line }) => from === 'server' && line['sent'] !== undefined);
      const bytes = gone.slice(1, -1).reduce((sum, { data }) => sum + data.length, 0);
      const took = Number(gone.at(-1)?.line['sent']) - Number(gone[0]?.line['sent']);
      expect(took).toBeGreaterThan((bytes / 20_000) * 1000 - 5);
    },
  },
  'changes the order': {
    rule: { match: 'type:response.output_text.delta', probability: 0.5, reorder: { window: 3, ms: 400 } },
    app: (seen) => {
      const [whole] = only(seen, 'response.output_text.done');
      const deltas = only(seen, 'response.output_text.delta').map(({ delta }) => delta);
      expect(deltas.join('')).not.toBe(whole?.text);
      expect([...deltas.join('')].toSorted()).toEqual([...(whole?.text ?? '')].toSorted());
    },
    record: (trace) => {
      const deltas = pairs(trace).filter(([{ line }]) => line['type'] === 'response.output_text.delta');
      expect(deltas.some(([, { line }]) => line['rule'] === 'the rule')).toBe(true);
      expect(new Set(deltas.map(([{ seq }]) => seq)).size).toBe(deltas.length);
    },
  },
};

async function talk({ rule, spoken, done }: Case): Promise<Seen & { file: string }> {
  const engine = await runEngine('', { upstream: { kind: 'simulator' }, simulation: { speed: 50 } });
  const text = JSON.stringify({ seed: 7, rules: [{ name: 'the rule', ...rule }] });
  expect(parseRules(text, 'realtime-rules.json').problems).toEqual([]);
  await engine.setRules({ text, file: 'realtime-rules.json' });
  const rt = new OpenAIRealtimeWS(
    { model: 'gpt-realtime', options: { ca: readFileSync(engine.address.ca) } },
    { apiKey: 'sk-secret', baseURL: engine.address.https },
  );
  const seen = { events: [] as RealtimeServerEvent[], errors: [] as string[] };
  const isDone = done ?? ((now: typeof seen) => only(now, 'response.done').length > 0);
  const look = () => void (isDone(seen) && rt.close());
  const closed = new Promise<Seen['close']>((resolve) =>
    rt.socket.on('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString() })),
  );
  rt.on('event', (event) => {
    seen.events.push(event);
    if (event.type === 'session.created') {
      const output_modalities: ('audio' | 'text')[] = [spoken ? 'audio' : 'text'];
      rt.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Talk.', output_modalities } });
    }
    if (event.type === 'session.updated') {
      const content = [{ type: 'input_text' as const, text: 'Tell me something about ships.' }];
      rt.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      rt.send({ type: 'response.create' });
    }
    look();
  });
  rt.on('error', (error) => {
    seen.errors.push(error.message);
    look();
  });
  return { ...seen, close: await closed, file: engine.file };
}

describe('the openai package, where a rule', () => {
  it.each(Object.entries(cases))('%s', async (_name, one) => {
    const seen = await talk(one);
    one.app(seen);
    one.record(await sessionOf(seen.file, 'model=gpt-realtime'));
  });

  it('refuses the handshake', async () => {
    const rule = { refuse: { status: 429, body: { error: { message: 'Slow down.' } } } };
    const seen = await talk({ rule, app: () => undefined, record: () => undefined });
    expect(seen.events).toEqual([]);
    expect(seen.errors.join()).toContain('429');
    await expect
      .poll(async () => (await readTrace(seen.file)).records)
      .toMatchObject([{ kind: 'open', status: 429, origin: 'inspector', rule: 'the rule' }]);
  });
});
