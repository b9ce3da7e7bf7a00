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
