import { afterEach, describe, expect, it } from 'vitest';
import { compareTraces } from '../../../src/compare/compare';
import type { Comparison, EventPair, SessionPair } from '../../../src/compare/model';
import { failures, parseFailOn } from '../../../src/compare/verdict';
import { formatComparison } from '../../../src/cli/diffText';
import { PARTS } from '../../../src/compare/verdict';
import { cleanUp } from '../fidelity/bed';
import { recorded, WEATHER } from './recorded';

afterEach(cleanUp);

const text = (comparison: Comparison) => formatComparison(comparison, PARTS, false);
const only = ({ sessions }: Comparison): SessionPair => {
  expect(sessions).toHaveLength(1);
  return sessions[0]!;
};
const different = ({ events }: SessionPair): EventPair[] =>
  events.filter(({ status }) => status !== 'same' && status !== 'follows');

describe('the same session with the simulator, recorded twice,', () => {
  it.each([
    ['with the same seed', 1],
    ['with another seed, and so with other ids', 7],
  ])('%s has no differences', async (_what, seed) => {
    const [a, b] = await Promise.all([recorded(), recorded({ seed })]);
    const comparison = await compareTraces(a, b);
    expect(comparison.same, text(comparison)).toBe(true);
    const session = only(comparison);
    expect(different(session)).toEqual([]);
    expect(session.counts.same).toBeGreaterThan(40);
    expect(session.turns.map(({ a, b, status }) => [a?.by, b?.by, status])).toEqual([
      ['speech', 'speech', 'same'],
      ['text', 'text', 'same'],
      ['text', 'text', 'same'],
    ]);
    expect(session.calls).toMatchObject([{ status: 'same', a: { name: 'get_weather' }, turn: 1 }]);
    const sound = session.events.filter(({ a }) => a?.type === 'input_audio_buffer.append');
    expect(sound).toMatchObject([{ sound: { kind: 'bytes' } }]);
  });
});

describe('a session that is told from another one', () => {
  it('has another turn detection: told where it was asked for, and not again where it came into effect', async () => {
    const vad = (silence: number) => ({
      audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: silence } } },
    });
    const [a, b] = await Promise.all([recorded({ session: vad(300) }), recorded({ session: vad(500) })]);
    const session = only(await compareTraces(a, b));
    const change = {
      path: 'session.audio.input.turn_detection.silence_duration_ms',
      kind: 'changed',
      before: 300,
      after: 500,
    };
    expect(different(session)).toMatchObject([{ a: { type: 'session.update' }, changes: [change] }]);
    expect(session.configs.filter(({ status }) => status !== 'same')).toMatchObject([
      { a: { kind: 'asked' }, changes: [change] },
      { a: { kind: 'effective' }, changes: [change] },
    ]);
    expect(session.turns.every(({ status }) => status === 'same')).toBe(true);
  });

  it('lacks a tool call, which is told as one', async () => {
    const turns = [{ when: { text: 'weather' }, answer: 'I do not know the weather.' }, ...WEATHER.slice(2)];
    const [a, b] = await Promise.all([recorded(), recorded({ turns })]);
    const comparison = await compareTraces(a, b);
    const session = only(comparison);
    expect(session.turns.map(({ status }) => status)).toEqual(['same', 'changed', 'same']);
    expect(session.calls).toMatchObject([
      { status: 'removed', a: { name: 'get_weather', output: expect.stringContaining('foggy') as string }, b: null },
    ]);
    const removed = session.events.filter(({ status }) => status === 'removed').map(({ a }) => a?.type);
    expect(removed).toContain('response.function_call_arguments.done');
    expect(removed.filter((type) => type === 'conversation.item.create')).toHaveLength(1);
    expect(session.turns[1]?.model.stretches).toContainEqual({
      kind: 'added',
      text: expect.stringContaining('not know'),
    });
    expect(failures(comparison, [parseFailOn('missing')])).toEqual([
      expect.stringMatching(/^Missing in the second: 1 tool call, \d+ events\.$/),
    ]);
    const back = await compareTraces(b, a);
    expect(failures(back, [parseFailOn('missing')]).join()).not.toContain('tool call');
  });

  it('calls the same tool otherwise: the argument is named', async () => {
    const call = { output: [{ call: 'get_weather', arguments: { city: 'Bergen', unit: 'celsius' } }] };
    const turns = [{ when: { text: 'weather' }, answer: call }, ...WEATHER.slice(1)];
    const [a, b] = await Promise.all([recorded(), recorded({ turns })]);
    const session = only(await compareTraces(a, b));
    const change = { path: 'arguments.city', kind: 'changed', before: 'Oslo', after: 'Bergen' };
    expect(session.calls).toMatchObject([{ status: 'changed', changes: [change] }]);
    // Told once, by the first event that has it.
    expect(different(session)).toMatchObject([
      { a: { type: 'response.function_call_arguments.delta' }, changes: [change] },
    ]);
  });

  it('answers later: no difference, but a slower one', async () => {
    const slow = WEATHER.map(({ answer, ...rest }) => ({
      ...rest,
      answer: { ...(typeof answer === 'string' ? { output: [{ say: answer }] } : answer), delayMs: 9000 },
    }));
    const [a, b] = await Promise.all([recorded(), recorded({ turns: slow })]);
    const comparison = await compareTraces(a, b);
    expect(comparison.same, text(comparison)).toBe(true);
    const session = only(comparison);
    for (const { latencies } of session.turns) {
      const wait = latencies.find(({ name }) => name === 'toAnswer');
      expect(wait?.b ?? 0).toBeGreaterThan(wait?.a ?? Infinity);
    }
    expect(failures(comparison, [parseFailOn('changed'), parseFailOn('missing')])).toEqual([]);
    expect(failures(comparison, [parseFailOn('slower:20%')])).toHaveLength(2);
    expect(failures(await compareTraces(b, a), [parseFailOn('slower:20%')])).toEqual([]);
  });

  it('has another voice: the configuration differs, and what only repeats it follows', async () => {
    const voice = (name: string) => ({ audio: { output: { voice: name } } });
    const [a, b] = await Promise.all([recorded({ session: voice('marin') }), recorded({ session: voice('cedar') })]);
    const session = only(await compareTraces(a, b));
    const changes = different(session).map(({ a, changes }) => [a?.type, ...changes.map(({ path }) => path)]);
    expect(changes).toEqual([['session.update', 'session.audio.output.voice']]);
    expect(session.counts.follows).toBeGreaterThan(0);
  });

  it('says something else: word by word, and in one event', async () => {
    const turns = WEATHER.map((turn) =>
      turn.answer === 'It is foggy in Oslo and ten degrees.'
        ? { ...turn, answer: 'It is sunny in Oslo and ten degrees.' }
        : turn,
    );
    const [a, b] = await Promise.all([recorded(), recorded({ turns })]);
    const comparison = await compareTraces(a, b);
    const session = only(comparison);
    expect(session.turns[1]?.model).toEqual({
      same: false,
      stretches: [
        { kind: 'same', text: 'It is ' },
        { kind: 'removed', text: 'foggy ' },
        { kind: 'added', text: 'sunny ' },
        { kind: 'same', text: 'in Oslo and ten degrees.' },
      ],
    });
    expect(different(session).map(({ a }) => a?.type)).toEqual(['response.output_audio_transcript.delta']);
    expect(text(comparison)).toContain('model It is [-foggy-] {+sunny+} in Oslo and ten degrees.');
  });

  it('has a turn less, in the middle: the others are still those they were', async () => {
    const [a, b] = await Promise.all([recorded(), recorded({ says: ['(speak)', 'bye'] })]);
    const comparison = await compareTraces(a, b);
    const session = only(comparison);
    expect(
      session.turns.map(({ a, b, status }) => [a?.number, b?.number, status]),
      text(comparison),
    ).toEqual([
      [1, 1, 'same'],
      [2, undefined, 'removed'],
      [3, 2, 'same'],
    ]);
    expect(
      different(session).every(
        ({ turn, status, a }) => status === 'removed' && (turn === 1 || a?.type === 'rate_limits.updated'),
      ),
    ).toBe(true);
  });
});
