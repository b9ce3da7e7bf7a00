/** Words for what was measured, the same in a terminal and on a page. */
import type { Cost, Turn } from '../../analysis/model';

/** How long the user waited for the answer of a turn, its tools included, ms; undefined without an answer. */
export function answerMs({ latencies }: Turn): number | undefined {
  return latencies.find(({ name }) => name === 'toAnswer')?.ms;
}

/** `$0.0123`; `no price known` where there is none. */
export function costText(cost: Cost | null): string {
  if (cost === null) return 'no price known';
  if (cost.usd === 0) return '$0';
  return cost.usd < 0.0001 ? 'under $0.0001' : `$${cost.usd.toFixed(cost.usd >= 1 ? 2 : 4)}`;
}
