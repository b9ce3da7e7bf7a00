/** Numbers in sentences for people. */

/** `250 ms`, `3.2 s`. */
export function formatMs(ms: number): string {
  // What would be printed as 1000 ms is a second.
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** SI, three digits and never `1000`: `412 B`, `12.3 kB`, `412 kB`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}
