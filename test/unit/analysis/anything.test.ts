import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis';
import { audioField } from '../../../src/protocol/audioEvents';
import type { TracedEvent } from '../../../src/analysis/model';
import { CATALOGUE, RETIRED } from '../../../src/protocol';
import { Said, traced } from './wire';

type Json = Record<string, unknown>;

const known = [...CATALOGUE, ...RETIRED].map(({ type, from }) => ({ type, from }));
const ids = fc.constantFrom('', 'a', 'b', 'c', '__proto__', 'constructor', 'x'.repeat(5000));
const times = fc.integer({ min: 0, max: 400 });
const oddly = fc.oneof(
  fc.anything({ maxDepth: 2, withNullPrototype: true }),
  ids,
  fc.constantFrom(NaN, -1, Infinity, 1e300),
);

const item = fc.record(
  {
    id: ids,
    type: fc.constantFrom('message', 'function_call', 'function_call_output', 'mcp_call', 'mcp_approval_request', 'x'),
    role: fc.constantFrom('user', 'assistant', 'system'),
    status: fc.constantFrom('in_progress', 'completed', 'incomplete'),
    call_id: ids,
    name: ids,
    content: fc.array(fc.record({ type: fc.constant('input_text'), text: ids }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const response = fc.record(
  {
    id: ids,
    status: fc.constantFrom('in_progress', 'completed', 'cancelled', 'failed', 'constructor'),
    conversation_id: fc.constantFrom(null, 'conv'),
    status_details: fc.record({ reason: fc.constantFrom('turn_detected', 'client_cancelled', '') }),
    metadata: fc.dictionary(ids, ids, { maxKeys: 2 }),
    usage: oddly,
    output: oddly,
  },
  { requiredKeys: [] },
);
/** A body whose fields are mostly what they should be, and now and then anything at all. */
const body: fc.Arbitrary<Json> = fc.record(
  {
    event_id: ids,
    item_id: fc.oneof({ weight: 8, arbitrary: ids }, oddly),
    response_id: fc.oneof({ weight: 8, arbitrary: ids }, oddly),
    call_id: ids,
    content_index: oddly,
    audio_start_ms: fc.oneof(times, oddly),
    audio_end_ms: fc.oneof(times, oddly),
    item: fc.oneof({ weight: 8, arbitrary: item }, oddly),
    response: fc.oneof({ weight: 8, arbitrary: response }, oddly),
    part: oddly,
    session: fc.oneof(
      fc.record({ audio: fc.record({ input: fc.record({ turn_detection: oddly, transcription: oddly }) }) }),
      oddly,
    ),
    error: fc.oneof(fc.record({ code: ids, param: ids, event_id: ids, message: ids }), oddly),
    transcript: fc.oneof(ids, oddly),
    usage: oddly,
  },
  { requiredKeys: [] },
);
const step = fc.record({
  what: fc.constantFrom(...known),
  body,
  // An edited file may go back in time.
  after: fc.integer({ min: -60, max: 400 }),
  audioMs: fc.constantFrom(0, 20, 250),
  held: fc.boolean(),
  replaces: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 6 }),
  session: fc.constantFrom('s1', 's1', 's2'),
  close: fc.nat(30),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Feeds the steps, and says what came of each; `takeEvery` how often changes are taken. */
function play(steps: readonly Step[], takeEvery: number): { analysis: Analysis; said: Said; events: TracedEvent[] } {
  const analysis = new Analysis();
  const said = new Said();
  const events: TracedEvent[] = [];
  let t = 0;
  steps.forEach(({ what, body: fields, after, audioMs, held, replaces, session, close }, row) => {
    t += after;
    if (close === 0) {
      analysis.record(
        { kind: 'close', session, t, code: 1000, reason: '', by: 'client' },
        { row, t, session, shift: 0 },
      );
    } else {
      const isAudio = audioField(what.type, what.from) !== undefined;
      const more = {
        audioMs: isAudio ? audioMs : 0,
        sent: held ? undefined : t + 1,
        fate: held ? ('held' as const) : undefined,
        replaces,
        session,
      };
      const event = traced(row, t, what.from, { ...fields, type: what.type }, more);
      events.push(event);
      analysis.event(event);
    }
    if (row % takeEvery === 0) said.add(analysis.take());
  });
  said.add(analysis.take());
  return { analysis, said, events };
}

describe('events of any kind, in any order, with any fields', () => {
  it('break nothing, link backwards only, and end no sooner than they begin', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { analysis, said } = play(steps, 1000);
        for (let row = 0; row < steps.length; row++) {
          for (const link of analysis.links.causesOf(row)) {
            expect(link.effect).toBe(row);
            expect(link.cause).toBeLessThan(row);
            expect(analysis.links.effectsOf(link.cause)).toContainEqual(link);
          }
        }
        for (const span of said.spans.values()) {
          expect(span.end ?? Infinity).toBeGreaterThanOrEqual(span.start);
          expect(span.endRow ?? Infinity).toBeGreaterThanOrEqual(span.startRow);
          for (const [at, mark] of span.marks.entries()) {
            expect(mark.row).toBeGreaterThanOrEqual(span.marks[at - 1]?.row ?? 0);
          }
        }
        for (const turn of said.turns.values()) {
          expect(turn.end ?? Infinity).toBeGreaterThanOrEqual(turn.start);
          for (const { ms } of turn.latencies) expect(ms).toBeGreaterThanOrEqual(0);
        }
        for (const playback of said.playback.values()) {
          expect(playback.heardMs).toBeGreaterThanOrEqual(0);
          expect(playback.heardMs).toBeLessThanOrEqual(playback.generatedMs);
          expect(playback.playsTo).toBeGreaterThanOrEqual(playback.playsFrom);
          expect(playback.playsFrom).toBeGreaterThanOrEqual(playback.arrivedFrom);
        }
        for (const metrics of said.metrics.values()) {
          expect(metrics.heardAudioMs).toBeLessThanOrEqual(metrics.outputAudioMs + 0.001);
          for (const { min, p50, p95, max } of Object.values(metrics.latencies)) {
            expect([min, p50, p95, max]).toEqual([min, p50, p95, max].toSorted((a, b) => a - b));
          }
        }
        // What is said can be posted and printed.
        expect(() => JSON.stringify([...said.spans.values(), ...said.turns.values()])).not.toThrow();
        analysis.metrics({ session: '', start: 0, end: 100 });
      }),
      { numRuns: 400 },
    );
  });

  it('mean the same whenever one looks', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (steps, every) => {
        const whole = play(steps, 1000).said;
        const often = play(steps, every).said;
        for (const metrics of whole.metrics.values()) {
          const summed = play(steps, every).analysis.metrics({
            session: metrics.session,
            start: -Infinity,
            end: Infinity,
          })[0];
          expect(summed?.responses).toEqual(metrics.responses);
          expect(summed?.turns).toBe(metrics.turns);
          expect(summed?.outputAudioMs).toBeCloseTo(metrics.outputAudioMs, 1);
          expect(summed?.heardAudioMs).toBeCloseTo(metrics.heardAudioMs, 1);
        }
        expect(often.spans).toEqual(whole.spans);
        expect(often.turns).toEqual(whole.turns);
        expect(often.playback).toEqual(whole.playback);
        expect(often.metrics).toEqual(whole.metrics);
      }),
      { numRuns: 150 },
    );
  });
});
