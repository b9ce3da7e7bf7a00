/** Numbers in sentences for people. */

/** `250 ms`, `3.2 s`. */
export function formatMs(ms: number): string {
  // What would be printed as 1000 ms is a second.
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A position on the trace's axis, always to the millisecond, so that a column of them lines up: `0.412 s`, `1:02.104`. */
export function formatPosition(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  if (Math.abs(ms) < 59_999.5) return `${(ms / 1000).toFixed(3)} s`;
  const sign = ms < 0 ? '-' : '';
  const whole = Math.round(Math.abs(ms));
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const rest = `${pad(Math.floor((whole % 60_000) / 1000))}.${pad(whole % 1000, 3)}`;
  return hours > 0 ? `${sign}${hours}:${pad(minutes)}:${rest}` : `${sign}${minutes}:${rest}`;
}

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

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
