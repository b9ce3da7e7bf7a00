/** A stretch of one session or of all: sums, percentiles, and how the values of each measure are spread. */
import type { Analysis, Selection } from './analysis';
import { addCost } from './cost';
import { LATENCY_NAMES } from './latency';
import type { LatencyName, SessionMetrics } from './model';
import { percentilesOf } from './percentiles';
import { addUsage, noUsage } from './usage';

/** Counts of values in bars of one width, from 0 on. */
export interface Histogram {
  /** Width of a bar, ms: 1, 2 or 5 times a power of ten. */
  width: number;
  counts: number[];
  /** The last bar also holds everything beyond it. */
  open: boolean;
}

export interface Measures {
  /** Of the picked sessions together; `session` is '' when there are several. */
  metrics: SessionMetrics;
  histograms: Partial<Record<LatencyName, Histogram>>;
  /** What kept the cost from being known, for people; of whole sessions. */
  unpriced: string[];
}

const MOST_BARS = 24;

/** Measures of a selection. */
export function measuresOf(analysis: Analysis, selection: Selection): Measures {
  const { start, end } = selection;
  const sessions = analysis.picked(selection.session);
  const all = sessions.map((session) => session.sums(start, end));
  const metrics: SessionMetrics = {
    session: all.length === 1 ? (all[0]?.session ?? '') : '',
    model: [...new Set(all.map(({ model }) => model).filter(Boolean))].slice(0, 5).join(', '),
    turns: 0,
    responses: {},
    latencies: {},
    usage: noUsage(),
    cost: { usd: 0, source: '' },
    inputAudioMs: 0,
    outputAudioMs: 0,
    heardAudioMs: 0,
  };
  const responses = new Map<string, number>();
  for (const one of all) {
    metrics.turns += one.turns;
    metrics.usage = addUsage(metrics.usage, one.usage);
    metrics.cost = addCost(metrics.cost, one.cost);
    metrics.inputAudioMs += one.inputAudioMs;
    metrics.outputAudioMs += one.outputAudioMs;
    metrics.heardAudioMs += one.heardAudioMs;
    for (const [status, count] of Object.entries(one.responses))
      responses.set(status, (responses.get(status) ?? 0) + count);
  }
  metrics.responses = Object.fromEntries(responses);
  const histograms: Measures['histograms'] = {};
  for (const name of LATENCY_NAMES) {
    const values = join(sessions.map((session) => session.values(name, start, end)));
    const told = percentilesOf(values);
    if (!told) continue;
    metrics.latencies[name] = told;
    histograms[name] = histogramOf(values, told.p95, told.max);
  }
  const unpriced = [...new Set(sessions.flatMap(({ account }) => account.unpriced))];
  return { metrics, histograms, unpriced: unpriced.slice(0, 20) };
}

/**
 * Values in at most 24 bars. A few very large ones do not press all others into one bar: what lies beyond twice the 95th
 * percentile is counted in the last.
 */
export function histogramOf(values: Float32Array, p95: number, max: number): Histogram {
  const open = max > 2 * p95 && p95 > 0;
  const top = open ? 2 * p95 : max;
  const width = niceWidth(top / MOST_BARS);
  const bars = Math.max(1, Math.min(MOST_BARS, Math.floor(top / width) + 1));
  const counts = new Array<number>(bars).fill(0);
  for (const value of values) {
    const at = Math.max(0, Math.min(bars - 1, Math.floor(value / width)));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return { width, counts, open };
}

/** The next of 1, 2, 5, 10, ... (and their tenths) that is above `least`. */
function niceWidth(least: number): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  for (const step of [1, 2, 5]) if (step * power > least) return step * power;
  return 10 * power;
}

function join(parts: Float32Array[]): Float32Array {
  const only = parts.length === 1 ? parts[0] : undefined;
  if (only) return only;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
