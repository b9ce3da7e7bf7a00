/** Pointer and wheel on the timeline, turned into moves of the view, ranges and clicks. */
import { overviewWindow } from './overview';
import type { TimelineLayout } from './picture';
import { clampSpan, panSpan, zoomSpan, type TimeSpan } from './timeScale';

const dragThreshold = 4;
/** Pixels beside an edge of the overview's window that take hold of it. */
const edgeReach = 5;

/** What gestures work on; the element gives it. */
export interface GestureTarget {
  /** Where points are measured from. */
  element(): HTMLElement;
  layout(): TimelineLayout | null;
  view(): TimeSpan;
  extent(): TimeSpan;
  setView(view: TimeSpan): void;
  selectRange(range: TimeSpan): void;
  /** A range is being drawn (true), or has been (false). */
  dragging(now: boolean): void;
  click(x: number, y: number): void;
  /** The pointer is at a point, or (null) not over the timeline or busy. */
  hover(at: { x: number; y: number } | null): void;
}

type OverviewPart = 'left' | 'right' | 'window' | 'outside';

export class Gestures {
  readonly #target: GestureTarget;
  readonly #pointers = new Map<number, { x: number; y: number }>();

  constructor(target: GestureTarget) {
    this.#target = target;
  }

  point(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.#target.element().getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  readonly down = (event: PointerEvent): void => {
    const target = this.#target;
    const layout = target.layout();
    if (event.button === 2 || layout === null) return;
    const from = this.point(event);
    this.#pointers.set(event.pointerId, from);
    target.element().setPointerCapture(event.pointerId);
    if (this.#pointers.size > 1) return;
    const part = overviewPart(layout, target.view(), from);
    const pans = event.button === 1 || event.shiftKey || event.altKey;
    if (part === 'outside') this.#centre(layout.overview.t(Math.max(layout.overview.left, from.x)));
    const atStart = target.view();
    let dragged = false;
    const move = (e: PointerEvent): void => {
      if (this.#pointers.size > 1) return;
      const at = this.point(e);
      if (!dragged && Math.abs(at.x - from.x) < dragThreshold) return;
      dragged = true;
      const { overview } = layout;
      if (part !== null)
        target.setView(dragWindow(part, atStart, (at.x - from.x) * overview.msPerPixel, target.extent()));
      else if (pans) target.setView(panSpan(atStart, (from.x - at.x) * layout.scale.msPerPixel, target.extent()));
      else {
        const { scale } = layout;
        target.dragging(true);
        target.selectRange({ start: scale.t(Math.max(scale.left, from.x)), end: scale.t(Math.max(scale.left, at.x)) });
      }
    };
    const up = (): void => {
      target.element().removeEventListener('pointermove', move);
      target.element().removeEventListener('pointerup', up);
      target.element().removeEventListener('pointercancel', up);
      target.dragging(false);
      if (!dragged && part === null && !pans) target.click(from.x, from.y);
    };
    target.element().addEventListener('pointermove', move);
    target.element().addEventListener('pointerup', up);
    target.element().addEventListener('pointercancel', up);
  };

  readonly move = (event: PointerEvent): void => {
    const at = this.point(event);
    const known = this.#pointers.get(event.pointerId);
    if (known !== undefined && this.#pointers.size === 2) this.#pinch(event.pointerId, known, at);
    if (known !== undefined) this.#pointers.set(event.pointerId, at);
    this.#target.hover(this.#pointers.size > 0 ? null : at);
  };
  readonly up = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
  };
  readonly leave = (): void => this.#target.hover(null);

  /** The cursor that tells what a drag from here would do. */
  cursor(at: { x: number; y: number }): string {
    const layout = this.#target.layout();
    const part = layout === null ? null : overviewPart(layout, this.#target.view(), at);
    if (part === 'left' || part === 'right') return 'ew-resize';
    return part === 'window' ? 'grab' : part === 'outside' ? 'pointer' : '';
  }

  wheel(event: WheelEvent): void {
    const target = this.#target;
    const layout = target.layout();
    if (layout === null) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const { scale } = layout;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      const by = (event.deltaX || event.deltaY) * lines * scale.msPerPixel;
      target.setView(panSpan(target.view(), by, target.extent()));
      return;
    }
    const factor = zoomFactor(event.deltaY * lines, event.ctrlKey);
    const { x, y } = this.point(event);
    const strip = layout.lanes[0];
    const over = strip?.name === 'overview' && y < strip.h ? layout.overview : scale;
    target.setView(zoomSpan(target.view(), factor, over.t(Math.max(over.left, x)), target.extent()));
  }

  #pinch(id: number, before: { x: number }, now: { x: number }): void {
    const target = this.#target;
    const other = [...this.#pointers].find(([key]) => key !== id)?.[1];
    const layout = target.layout();
    if (other === undefined || layout === null) return;
    const apart = Math.max(8, Math.abs(before.x - other.x));
    const factor = apart / Math.max(8, Math.abs(now.x - other.x));
    target.setView(zoomSpan(target.view(), factor, layout.scale.t(other.x), target.extent()));
  }
  #centre(t: number): void {
    const { start, end } = this.#target.view();
    const half = (end - start) / 2;
    this.#target.setView(clampSpan({ start: t - half, end: t + half }, this.#target.extent()));
  }
}

/** What a notch of a mouse's wheel, and a pixel of scrolling, zoom by: 120 px (100 in some browsers) to about 1.25 times. */
const perPixel = 0.0022;
/** A pinch on a touchpad arrives as a wheel with ctrlKey set, in steps of a few pixels. */
const perPinchedPixel = 0.01;
/** So many pixels at once no pinch makes, but every notch of a wheel. */
const leastNotch = 40;

/** What a wheel's move of so many pixels (down is positive) multiplies the length of the view by. */
export function zoomFactor(pixels: number, hasCtrl: boolean): number {
  const isPinch = hasCtrl && Math.abs(pixels) < leastNotch;
  return Math.exp(pixels * (isPinch ? perPinchedPixel : perPixel));
}

/** Which part of the overview a point takes hold of; null for a point elsewhere. */
export function overviewPart(
  layout: TimelineLayout,
  view: TimeSpan,
  { x, y }: { x: number; y: number },
): OverviewPart | null {
  const strip = layout.lanes[0];
  if (strip?.name !== 'overview' || y >= strip.y + strip.h) return null;
  const { left, right } = overviewWindow(layout.overview, view);
  // A narrow window keeps a middle to be dragged by.
  const reach = Math.min(edgeReach, (right - left) / 4);
  if (Math.abs(x - left) <= Math.max(3, reach) && x < left + reach) return 'left';
  if (Math.abs(x - right) <= Math.max(3, reach) && x > right - reach) return 'right';
  return x >= left && x <= right ? 'window' : 'outside';
}

/** The view after its window was dragged by `by` ms: moved, or one edge moved with the other staying. */
export function dragWindow(part: OverviewPart, view: TimeSpan, by: number, extent: TimeSpan): TimeSpan {
  if (part === 'left') {
    const start = Math.max(extent.start, Math.min(view.start + by, view.end));
    return { start, end: view.end };
  }
  if (part === 'right') return { start: view.start, end: Math.min(extent.end, Math.max(view.end + by, view.start)) };
  return panSpan(view, by, extent);
}
