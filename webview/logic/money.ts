/** Money and tokens on the screen. */
import type { Cost, Usage } from '../../src/analysis/model';

/** `$1.24`, `$0.0123`, `under $0.0001`. */
export function formatUsd(usd: number): string {
  if (!Number.isFinite(usd)) return '';
  if (usd === 0) return '$0';
  if (usd < 0.0001) return 'under $0.0001';
  return `$${usd.toFixed(usd >= 1 ? 2 : 4)}`;
}

/** What is shown where a cost stands: a price that is not known is never a number. */
export function costWords(cost: Cost | null | undefined): string {
  return cost === null || cost === undefined ? 'no price known' : formatUsd(cost.usd);
}

/** Modalities that were used, each with its counts; `cached` is a part of `input`. */
export function usedTokens(usage: Usage): { name: string; input: number; cached: number; output: number }[] {
  return (['text', 'audio', 'image', 'unknown'] as const)
    .map((name) => ({ name: name === 'unknown' ? 'not told' : name, ...usage[name] }))
    .filter(({ input, cached, output }) => input + cached + output > 0);
}
