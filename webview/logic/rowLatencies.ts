/** Which measures a row takes part in. */
import type { Latency, Turn } from '../../src/analysis/model';

/** A measure, the turn it was taken for, and which of its two ends the row is. */
export interface RowLatency {
  turn: Turn;
  latency: Latency;
  end: 'from' | 'to';
}

/** Measures of these turns that begin or end at the row, in the order of the turns. */
export function rowLatencies(turns: readonly Turn[], row: number): RowLatency[] {
  return turns.flatMap((turn) =>
    turn.latencies
      .filter(({ fromRow, toRow }) => fromRow === row || toRow === row)
      .map((latency): RowLatency => ({ turn, latency, end: latency.toRow === row ? 'to' : 'from' })),
  );
}
