/**
 * When recorded messages go once more: `original` as recorded, `gated` when what they waited for has come and as long after it,
 * `fast` as soon as it has come.
 */
export type Timing = 'original' | 'gated' | 'fast';

export const TIMINGS: readonly Timing[] = ['original', 'gated', 'fast'];
