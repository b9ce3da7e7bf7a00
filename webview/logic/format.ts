/** How numbers, times and names stand on the screen: units always, ms under a second, SI bytes, ids shortened in the middle. */
export { formatPosition } from '../../src/analysis/format';

/** A duration for people: `0.06 ms`, `480 ms`, `2.104 s`, `1:02.104`, `1:02:03.1`. `ms` may be negative; NaN gives ''. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  // Compare what will be printed, so that 999.6 becomes `1.000 s` and never `1000 ms`.
  if (ms === 0) return '0 ms';
  if (ms < 9.995) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 59_999.5) return `${(ms / 1000).toFixed(3)} s`;
  const tenths = Math.round(ms / 100);
  const hours = Math.floor(tenths / 36_000);
  if (hours > 0) {
    const minutes = Math.floor((tenths % 36_000) / 600);
    return `${hours}:${pad(minutes)}:${pad(Math.floor((tenths % 600) / 10))}.${tenths % 10}`;
  }
  const whole = Math.round(ms);
  return `${Math.floor(whole / 60_000)}:${pad(Math.floor((whole % 60_000) / 1000))}.${pad(whole % 1000, 3)}`;
}

/** The distance to the row before: `+12.0 ms`, `+2.300 s`; '' when there is none. */
export function formatDelta(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  return ms < 0 ? formatDuration(ms) : `+${formatDuration(ms)}`;
}

/** Playback time: `0:03.2`. */
export function formatClock(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10));
  return `${Math.floor(tenths / 600)}:${pad(Math.floor((tenths % 600) / 10))}.${tenths % 10}`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in SI units: `412 B`, `12.3 kB`, `15.7 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '';
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${byteUnits[unit] ?? ''}`;
}

/** Made once: `toLocaleString` makes one for each number, and rows of a list ask for dozens in a frame. */
const counts = new Intl.NumberFormat('en-US');

/** A whole number with separators: `1,234,567`. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** At most `most` characters, the middle left out: `resp_CdE…x9Yz`. */
export function shortenMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  if (most <= 1) return '…';
  const head = Math.ceil((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

/** At most about `most` characters, cut at the end of a word: `It is sunny in…`. */
export function shortenEnd(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  const space = cut.lastIndexOf(' ');
  // Half a pair of surrogates would show as a box.
  const kept = space > most / 2 ? cut.slice(0, space) : cut.replace(/[\ud800-\udbff]$/, '');
  return `${kept.replace(/[\s,;:.]+$/, '')}…`;
}

/** The time of day of a position, local, to the millisecond; '' when the trace's start is unknown. */
export function formatTimeOfDay(startedAt: string, ms: number): string {
  const start = Date.parse(startedAt);
  if (Number.isNaN(start)) return '';
  const at = new Date(start + ms);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
