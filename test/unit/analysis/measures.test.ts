import { describe, expect, it } from 'vitest';
import { histogramOf, measuresOf } from '../../../src/analysis/measures';
import { percentilesOf } from '../../../src/analysis/percentiles';
import { Wire } from './wire';

describe('the spread of a measure', () => {
  const spread = (values: number[]) => {
    const sorted = Float32Array.from(values);
    const told = percentilesOf(sorted);
    return histogramOf(sorted, told?.p95 ?? 0, told?.max ?? 0);
  };

  it('counts every value once, in at most 24 bars of a round width', () => {
    const { width, counts, open } = spread(Array.from({ length: 1000 }, (_, n) => n));
    expect([width, open]).toEqual([50, false]);
    expect(counts).toHaveLength(20);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(counts[0]).toBe(50);
  });
  it('keeps a few very large values from pressing all others into one bar', () => {
    const { width, counts, open } = spread([...Array.from({ length: 99 }, (_, n) => n), 100_000]);
    expect(open).toBe(true);
    expect(width).toBe(10);
    expect(counts.at(-1)).toBe(1);
    expect(counts.filter((count) => count > 0)).toHaveLength(11);
  });
  it('is one bar where all are nothing', () => {
    expect(spread([0, 0, 0])).toEqual({ width: 1, counts: [3], open: false });
  });
});

describe('measures of a stretch', () => {
  /** The user speaks from 1 to 4.7 s and is heard at 5 s; the answer sounds from 6 to 10 s, 1.5 s of it cut off. */
  const talk = () => {
    const wire = new Wire();
    wire.session(0);
    for (let t = 100; t <= 5000; t += 100) wire.append(t, 100);
    wire.started(1200, 'u1', 1000);
    wire.stopped(5000, 'u1', 4700);
    wire.committed(5000, 'u1');
    wire.created(5100);
    wire.audio(6000, 4000);
    wire.done(6100, 'r1', 'completed', { usage: { total_tokens: 30, input_tokens: 20, output_tokens: 10 } });
    wire.started(8500, 'u2', 8300);
    return wire;
  };
  const spoken = (wire: Wire, start: number, end: number) => {
    const { inputAudioMs, outputAudioMs, heardAudioMs } = wire.metrics(start, end);
    return [inputAudioMs, outputAudioMs, heardAudioMs].map((ms) => Math.round(ms));
  };

  it('have the part of speech and answers that lies in it, wherever they end', () => {
    const wire = talk();
    expect(spoken(wire, 0, 20_000)).toEqual([3700, 4000, 2500]);
    expect(spoken(wire, 1000, 4700)).toEqual([3700, 0, 0]);
    expect(spoken(wire, 2000, 3000)).toEqual([1000, 0, 0]);
    expect(spoken(wire, 4000, 7000)).toEqual([700, 1000, 1000]);
    // What was cut off lies behind what was heard.
    expect(spoken(wire, 8000, 9000)).toEqual([0, 1000, 500]);
    expect(spoken(wire, 11_000, 12_000)).toEqual([0, 0, 0]);
  });
  it('add up to the whole, wherever it is cut', () => {
    const wire = talk();
    const cuts = [0, 1234, 4321, 6789, 8500.5, 9999, 20_000];
    const parts = cuts.slice(1).map((end, at) => spoken(wire, cuts[at] ?? 0, end));
    const sums = [0, 1, 2].map((which) => parts.reduce((sum, part) => sum + (part[which] ?? 0), 0));
    for (const [at, whole] of [3700, 4000, 2500].entries()) expect(Math.abs((sums[at] ?? 0) - whole)).toBeLessThan(4);
  });
  it('have the tokens of the turns that begin in it, as the table of turns has them', () => {
    const wire = talk();
    const [turn] = wire.turns();
    expect(turn?.usage?.totalTokens).toBe(30);
    expect(wire.metrics(0, 5500)).toMatchObject({ turns: 1, usage: { totalTokens: 30 } });
    expect(wire.metrics(5500, 20_000).usage.totalTokens).toBe(0);
  });
  it('are those of all sessions together, with percentiles of all values', () => {
    const wire = new Wire();
    wire.session(0);
    wire.types(10, 'Hello');
    wire.client(20, 'response.create');
    wire.created(120);
    wire.done(200);
    wire.client(300, 'response.create', {}, { session: 's2' });
    wire.server(600, 'response.created', { response: { id: 'x1', conversation_id: 'c' } }, { session: 's2' });
    wire.server(700, 'response.done', { response: { id: 'x1', status: 'failed' } }, { session: 's2' });
    const all = measuresOf(wire.analysis, { session: '', start: -Infinity, end: Infinity });
    expect(all.metrics).toMatchObject({ session: '', responses: { completed: 1, failed: 1 } });
    expect(all.metrics.latencies.createToCreated).toMatchObject({ count: 2, min: 100, max: 300 });
    expect(all.histograms.createToCreated?.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
    const late = measuresOf(wire.analysis, { session: '', start: 250, end: 1000 });
    expect(late.metrics.latencies.createToCreated).toMatchObject({ count: 1, p50: 300 });
    expect(measuresOf(wire.analysis, { session: 'nobody', start: 0, end: 1 }).metrics).toMatchObject({ turns: 0 });
  });
});
