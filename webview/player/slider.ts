/** The waveform as a slider: a click or a drag seeks, with Shift it draws the part that is repeated, keys do both. */
import type { Part } from './playback';

/** What is slid over; times in seconds from the beginning of the clip. */
export interface Slider {
  /** Length of the clip; null while there is none. */
  length(): number | null;
  now(): number;
  /** The part that is repeated; null without one. */
  part(): Part | null;
  seek(seconds: number): void;
  setPart(part: Part): void;
}

/** A press on the slider, until it is let go. */
export function pointAt(event: PointerEvent, slider: Slider): void {
  const canvas = event.currentTarget as HTMLElement;
  const length = slider.length();
  if (length === null) return;
  const place = (e: PointerEvent): number => {
    const box = canvas.getBoundingClientRect();
    return Math.max(0, Math.min(1, (e.clientX - box.left) / box.width)) * length;
  };
  const began = place(event);
  const seek = (e: PointerEvent): void => {
    if (!event.shiftKey) slider.seek(place(e));
    else if (e !== event) slider.setPart({ start: Math.min(began, place(e)), end: Math.max(began, place(e)) });
  };
  canvas.setPointerCapture(event.pointerId);
  seek(event);
  const up = (): void => {
    canvas.removeEventListener('pointermove', seek);
    canvas.removeEventListener('pointerup', up);
    canvas.removeEventListener('pointercancel', up);
  };
  canvas.addEventListener('pointermove', seek);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
}

/** A key on the slider; those it takes go no further. */
export function pressKey(event: KeyboardEvent, slider: Slider): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const position = slider.now();
  const length = slider.length() ?? 0;
  const to: Record<string, number> = {
    ArrowLeft: position - (event.shiftKey ? 0.1 : 1),
    ArrowRight: position + (event.shiftKey ? 0.1 : 1),
    PageDown: position - 10,
    PageUp: position + 10,
    Home: 0,
    End: length,
  };
  const target = to[event.key];
  if (event.key === 'i' || event.key === 'o') {
    const part = slider.part() ?? { start: 0, end: length };
    const next = event.key === 'i' ? { ...part, start: position } : { ...part, end: position };
    if (next.end > next.start) slider.setPart(next);
  } else if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  if (target !== undefined) slider.seek(target);
}
