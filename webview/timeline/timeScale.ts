/** From time on the trace's axis (ms) to pixels and back; and the ticks of an axis. */
export interface TimeSpan {
  start: number;
  end: number;
}

/** Nothing is drawn finer than this: stamps have microsecond resolution. */
const leastSpan = 0.05;

export class TimeScale {
  readonly span: TimeSpan;
  readonly left: number;
  readonly width: number;

  /** @param left First pixel. @param width Pixels, at least 1. */
  constructor(span: TimeSpan, left: number, width: number) {
    this.span = span.end - span.start >= leastSpan ? span : { start: span.start, end: span.start + leastSpan };
    this.left = left;
    this.width = Math.max(1, width);
  }
  get msPerPixel(): number {
    return (this.span.end - this.span.start) / this.width;
  }
  x(t: number): number {
    return this.left + (t - this.span.start) / this.msPerPixel;
  }
  t(x: number): number {
    return this.span.start + (x - this.left) * this.msPerPixel;
  }
}

/** `factor` under 1 zooms in; `anchor` (ms) keeps its place on the screen. Stays within `extent`. */
export function zoomSpan(span: TimeSpan, factor: number, anchor: number, extent: TimeSpan): TimeSpan {
  const length = Math.min(Math.max((span.end - span.start) * factor, leastSpan), extent.end - extent.start);
  const share = span.end > span.start ? (anchor - span.start) / (span.end - span.start) : 0.5;
  const start = anchor - share * length;
  return clampSpan({ start, end: start + length }, extent);
}

export function panSpan(span: TimeSpan, by: number, extent: TimeSpan): TimeSpan {
  return clampSpan({ start: span.start + by, end: span.end + by }, extent);
}

/** Moves a span into the extent, and shortens one that is longer. */
export function clampSpan(span: TimeSpan, extent: TimeSpan): TimeSpan {
  const length = Math.max(leastSpan, Math.min(span.end - span.start, extent.end - extent.start));
  const start = Math.max(extent.start, Math.min(span.start, extent.end - length));
  return { start, end: start + length };
}

/** Round times for an axis, no closer than `leastPixels`, counted from `origin`; `label` shows as many digits as the step needs. */
export function ticks(scale: TimeScale, leastPixels: number, origin = 0): { t: number; label: string }[] {
  const step = roundStep(scale.msPerPixel * leastPixels);
  const marks: { t: number; label: string }[] = [];
  const first = Math.ceil((scale.span.start - origin) / step);
  for (let n = first; n * step <= scale.span.end - origin; n += 1)
    marks.push({ t: origin + n * step, label: tickLabel(n * step, step) });
  return marks;
}

const minute = 60_000;
const hour = 3_600_000;
const clockSteps = [1, 2, 5, 10, 15, 30]
  .map((s) => s * 1000)
  .concat(
    [1, 2, 5, 10, 15, 30].map((m) => m * minute),
    [1, 2, 6, 12, 24].map((h) => h * hour),
  );

function roundStep(least: number): number {
  if (least > 500) {
    const step = clockSteps.find((candidate) => candidate >= least);
    if (step !== undefined) return step;
    return Math.ceil(least / (24 * hour)) * 24 * hour;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}

function tickLabel(t: number, step: number): string {
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step / 1000) + 1e-9)));
  const seconds = t / 1000;
  if (Math.abs(t) < minute) {
    return step < 1 ? `${t.toFixed(Math.max(0, digits - 3))} ms` : `${seconds.toFixed(digits)} s`;
  }
  const whole = Math.floor(seconds / 60);
  const rest = (seconds - whole * 60).toFixed(digits).padStart(digits > 0 ? digits + 3 : 2, '0');
  return whole >= 60 ? `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}:${rest}` : `${whole}:${rest}`;
}
