import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTraces } from '../../../src/compare/compare';
import { explain } from '../../../src/compare/explain';
import { readSteps } from '../../../src/compare/steps';
import type { Comparison, EventPair, PairStatus, SessionPair } from '../../../src/compare/model';
import { failures, parseFailOn } from '../../../src/compare/verdict';
import { HEADER, openLine, traceFile } from '../trace/traceLines';
import { exchange, lines, made, type Json, type Said } from './made';

const only = ({ sessions }: Comparison): SessionPair => sessions[0]!;
const told = ({ events }: SessionPair): [PairStatus, string | undefined][] =>
  events
    .filter(({ status }) => status !== 'same')
    .map(({ status, a, b }): [PairStatus, string | undefined] => [status, (a ?? b)?.type]);
const counts = (session: SessionPair) => {
  const { same, follows, changed, added, removed } = session.counts;
  return { equal: same + follows + changed, added, removed };
};

describe('two made sessions', () => {
  const talk = [...exchange('1', 'Hello?', 'Good morning.'), ...exchange('2', 'Tea?', 'With milk, please.')];

  it('differ in nothing when only ids, times, padding, odds and the pieces of the words do', async () => {
    const other: Said[] = [...exchange('7', 'Hello?', 'Good morning.'), ...exchange('8', 'Tea?', 'With milk, please.')];
    const cut = other.flatMap(([side, event]): Said[] =>
      typeof event.delta === 'string'
        ? [...event.delta].map((delta): Said => [
            side,
            { ...event, delta, obfuscation: 'other', logprobs: [{ logprob: -1 }] },
          ])
        : [[side, { ...event, event_id: `other_${Math.random()}` }]],
    );
    const comparison = await compareTraces(await made(talk), await made(cut, 3));
    expect(told(only(comparison))).toEqual([]);
    expect(comparison.same).toBe(true);
    expect(only(comparison).turns).toMatchObject([{ status: 'same' }, { status: 'same' }]);
  });

  it('may refer to other things by their ids: that is a difference', async () => {
    const behind = (previous_item_id: string): Said[] => [
      ...talk,
      ['<', { type: 'conversation.item.added', previous_item_id, item: { id: 'x', type: 'message', role: 'system' } }],
    ];
    const [a, b] = [await made(behind('item_a2')), await made(behind('item_u1'))];
    const session = only(await compareTraces(a, b));
    expect(told(session)).toEqual([['changed', 'conversation.item.added']]);
    expect(session.events.flatMap(({ changes }) => changes)).toMatchObject([
      {
        path: 'previous_item_id',
        before: expect.stringMatching(/^\(item/) as string,
        after: expect.stringMatching(/^\(item/) as string,
      },
    ]);
  });

  it('keep ids that people chose, and fields of their own that look like ids', async () => {
    const update = (prompt: string, order_id: string): Said[] => [
      ['>', { type: 'session.update', session: { type: 'realtime', prompt: { id: prompt } } }],
      ['>', { type: 'response.create', response: { metadata: { order_id } } }],
    ];
    const session = only(await compareTraces(await made(update('p1', 'o1')), await made(update('p2', 'o2'))));
    expect(session.events.flatMap(({ changes }) => changes.map(({ path }) => path))).toEqual([
      'session.prompt.id',
      'response.metadata.order_id',
    ]);
  });

  it('take JSON in strings apart: another order of names is no difference, another value has its path', async () => {
    const call = (given: string): Said => [
      '<',
      { type: 'response.function_call_arguments.done', response_id: 'r', item_id: 'i', call_id: 'c', arguments: given },
    ];
    const a = await made([call('{"city":"Oslo","days":2}')]);
    expect((await compareTraces(a, await made([call('{ "days": 2, "city": "Oslo" }')]))).same).toBe(true);
    const session = only(await compareTraces(a, await made([call('{"city":"Oslo","days":3}')])));
    expect(session.events.flatMap(({ changes }) => changes)).toEqual([
      { path: 'arguments.days', kind: 'changed', before: 2, after: 3 },
    ]);
  });

  it('are told apart by what stands in another place', async () => {
    const [first, second]: Said[] = [
      ['<', { type: 'response.content_part.added', response_id: 'r', item_id: 'i', part: { type: 'text' } }],
      ['<', { type: 'response.output_item.added', response_id: 'r', item: { id: 'i', type: 'message' } }],
    ];
    const session = only(await compareTraces(await made([first!, second!]), await made([second!, first!])));
    expect(session.events.filter(({ moved }) => moved)).toMatchObject([{ status: 'changed', changes: [] }]);
  });

  it('compare sound by its length, and say whether it is the same', async () => {
    const sound = (ms: number, fill: number): Said => [
      '>',
      { type: 'input_audio_buffer.append', audio: Buffer.alloc(ms * 48, fill).toString('base64') },
    ];
    const a = await made([sound(1000, 1), sound(1000, 1)]);
    const pair = async (...events: Said[]): Promise<EventPair | undefined> =>
      only(await compareTraces(a, await made(events))).events.find(({ a }) => a && a.audioMs > 0);
    // Cut into other pieces it is the same sound.
    expect(await pair(...Array.from({ length: 20 }, () => sound(100, 1)))).toMatchObject({
      status: 'same',
      sound: { kind: 'bytes' },
    });
    expect(await pair(sound(2100, 2))).toMatchObject({ status: 'same', sound: { kind: 'other' } });
    expect(await pair(sound(3000, 1))).toMatchObject({
      status: 'changed',
      changes: [{ path: 'audio', before: '2.00 s of sound', after: '3.00 s of sound' }],
    });
  });

  it('pair sessions by model and order; one too many stands alone', async () => {
    const session = (id: string, model: string) => [
      openLine(id, 1, `model=${model}`),
      ...lines(exchange(id, 'Hi', 'Ho'), 10, id),
    ];
    const a = await traceFile([HEADER, ...session('s1', 'm'), ...session('s2', 'n'), ''].join('\n'));
    const b = await traceFile([HEADER, ...session('x', 'n'), ''].join('\n'));
    const { same, sessions } = await compareTraces(a, b);
    expect(same).toBe(false);
    expect(sessions.map(({ a, b, same }) => [a?.id, b?.id, same])).toEqual([
      ['s1', undefined, false],
      ['s2', 'x', true],
    ]);
    const two = await compareTraces(a, a, { sessionA: 's1', sessionB: 's2' });
    expect(told(only(two))).toEqual([['changed', 'open']]);
    await expect(compareTraces(a, b, { sessionA: 's9', sessionB: 'x' })).rejects.toThrow(
      /has no session s9; it has s1, s2\.$/,
    );
  });

  it('may lie in torn and broken files: what can be read is compared, and the rest is said', async () => {
    const whole = [HEADER, openLine(), ...lines(talk)].join('\n');
    const torn = await traceFile(`${whole}\nnot json at all\n{"kind":"event","seq":99,`);
    const comparison = await compareTraces(await made(talk), torn);
    expect(comparison.b.problems.join(' ')).toMatch(/torn/);
    expect(told(only(comparison))).toEqual([['removed', 'close']]);
    await expect(compareTraces(torn, await traceFile(`${HEADER}\n`))).rejects.toThrow(
      /holds no session: there is nothing to compare/,
    );
  });

  it('never hold many large messages at once', async () => {
    const image = (fill: string): Said => [
      '>',
      {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_image', image_url: fill.repeat(6_000_000) }] },
      },
    ];
    const [a, b] = [
      await readSteps(await made(['a', 'b', 'c'].map(image))),
      await readSteps(await made(['d', 'e', 'f'].map(image))),
    ];
    const pairs = a.sessions[0]!.steps.map((step, at) => ({
      a: step,
      b: b.sessions[0]!.steps[at],
      turn: -1,
      moved: false,
    }));
    let most = 0;
    const bodies: typeof a.bodies = (steps) => {
      most = Math.max(
        most,
        steps.reduce((sum, { place }) => sum + (place?.bytes ?? 0), 0),
      );
      return a.bodies(steps);
    };
    const { events } = await explain(pairs, { ...a, bodies }, b, false);
    expect(events.filter(({ status }) => status === 'changed')).toHaveLength(3);
    expect(most).toBeLessThan(7e6);
    await Promise.all([a.close(), b.close()]);
  });

  it('count a message that was held and edited as it went on', async () => {
    const text = (word: string) => JSON.stringify({ type: 'response.create', response: { instructions: word } });
    const head = { type: 'response.create', session: 's1', from: 'client' };
    const held = [
      JSON.stringify({ kind: 'event', seq: 1, ...head, t: 5, bytes: text('one').length, fate: 'held' }).replace(
        /\}$/,
        `,"event":${text('one')}}`,
      ),
      JSON.stringify({
        kind: 'event',
        seq: 2,
        ...head,
        t: 9,
        sent: 9,
        bytes: text('two').length,
        origin: 'inspector',
        replaces: 1,
      }).replace(/\}$/, `,"event":${text('two')}}`),
    ];
    const a = await traceFile([HEADER, openLine(), ...held, ''].join('\n'));
    const b = await traceFile([HEADER, openLine(), ...lines([['>', JSON.parse(text('two')) as Json]]), ''].join('\n'));
    expect((await compareTraces(a, b)).same).toBe(true);
  });
});

// ---- anything --------------------------------------------------------------------------------------------------------------

const WORDS = ['tea', 'milk', 'rain', '__proto__', '<b>', '\u001b[31m', 'ß', '日本'];
const sentence = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
const turn = fc.record({
  question: sentence,
  answer: sentence,
  noise: fc.array(fc.constantFrom('error', 'update', 'clear', 'odd'), { maxLength: 2 }),
});
const session = fc.array(turn, { maxLength: 6 });

const NOISE: Record<string, Said> = {
  error: ['<', { type: 'error', error: { type: 'invalid_request_error', code: 'nope', message: 'No.' } }],
  update: ['>', { type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.' } }],
  clear: ['>', { type: 'input_audio_buffer.clear' }],
  odd: ['<', JSON.parse('{"type":"__proto__","constructor":{"id":"x","__proto__":[1,null]}}') as Json],
};
type Turns = { question: string; answer: string; noise: string[] }[];
const eventsOf = (turns: Turns, ids: string): Said[] =>
  turns.flatMap(({ question, answer, noise }, at) => [
    ...noise.map((name) => NOISE[name]!),
    ...exchange(`${ids}${at}`, question, answer),
  ]);

describe('any two sessions', () => {
  it('compared with themselves under other ids and times, differ in nothing', async () => {
    await fc.assert(
      fc.asyncProperty(session, async (turns) => {
        const { same } = await compareTraces(await made(eventsOf(turns, 'a')), await made(eventsOf(turns, 'other'), 7));
        expect(same).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('compared the other way round, lack what the others had too much, and every event is told once', async () => {
    await fc.assert(
      fc.asyncProperty(session, session, async (one, other) => {
        const [a, b] = [await made(eventsOf(one, 'a')), await made(eventsOf(other, 'b'))];
        const [there, back] = [only(await compareTraces(a, b)), only(await compareTraces(b, a))];
        expect(counts(back)).toEqual({ ...counts(there), added: there.counts.removed, removed: there.counts.added });
        expect(back.same).toBe(there.same);
        expect(back.turns.map(({ a, b }) => [b?.number, a?.number])).toEqual(
          there.turns.map(({ a, b }) => [a?.number, b?.number]),
        );
        for (const which of ['a', 'b'] as const) {
          const rows = there.events.flatMap((event) => event[which]?.row ?? []);
          expect(new Set(rows).size).toBe(rows.length);
        }
      }),
      { numRuns: 25 },
    );
  });
});

// ---- sessions of live services ------------------------------------------------------------------------------------------------

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
const live = (name: string): string => path.join(folder, name);

describe.runIf(names.length > 0)('sessions recorded from live services', () => {
  it.each(names)('%s is the same as itself', async (name) => {
    const { same, sessions } = await compareTraces(live(name), live(name));
    expect(same).toBe(true);
    expect(sessions[0]?.counts.same).toBeGreaterThan(10);
  });

  it('of two services have the same turn, and it is told what differs', async () => {
    const [openai, azure] = [
      'test_openai_ws__test_text_in_audio_out_turn.jsonl',
      'test_azure_ws__test_text_in_audio_out_turn.jsonl',
    ];
    const comparison = await compareTraces(live(openai), live(azure));
    const session = only(comparison);
    // They have no times: there is nothing to measure.
    expect(session.turns).toMatchObject([{ a: { number: 1 }, b: { number: 1 }, latencies: [] }]);
    expect(failures(comparison, [parseFailOn('slower:20%')])).toEqual([expect.stringMatching(/were not recorded\.$/)]);
    const pair = session.events.find(({ a }) => a?.type === 'response.done');
    expect(pair?.b?.type).toBe('response.done');
  });
});
