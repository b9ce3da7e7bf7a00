/** The timeline on its canvas: asks for a layout, draws it, and turns pointer, wheel and keys into moves and selections. */
import { css, html } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Peaks, Span } from '../../src/document/columns';
import { FLAG } from '../logic/rowSource';
import { formatBytes, formatDuration, formatPosition } from '../logic/format';
import type { Topic } from '../state/store';
import { drawShapes, type Palette } from '../timeline/draw';
import { hitTest, type Hit } from '../timeline/hit';
import { gutterFor, layoutTimeline, spanName, type TimelineLayout } from '../timeline/layout';
import { PeakTiles } from '../timeline/peakTiles';
import { panSpan, zoomSpan, type TimeSpan } from '../timeline/timeScale';
import { waveSessions } from '../timeline/waveSessions';
import { readPalette } from './palette';
import { sharedStyles, View } from './view';

const dragThreshold = 4;

@customElement('rti-timeline')
export class TimelineView extends View {
  protected override readonly topics: readonly Topic[] = [
    'rows',
    'spans',
    'selection',
    'view',
    'play',
    'status',
    'summaries',
  ];
  @query('canvas') private canvas!: HTMLCanvasElement;
  @query('.tip') private tip!: HTMLElement;
  @query('.left') private left!: HTMLElement;
  #layout: TimelineLayout | null = null;
  #palette: Palette | null = null;
  #font = '';
  #framed = false;
  #drawPending = false;
  #tiles!: PeakTiles;
  #stop: (() => void)[] = [];
  #hover: Hit | null = null;
  #hoverAt = { x: 0, y: 0 };
  #pointers = new Map<number, { x: number; y: number }>();

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        overflow: hidden;
        position: relative;
      }
      canvas {
        display: block;
        height: 100%;
        inset: 0;
        position: absolute;
        touch-action: none;
        width: 100%;
      }
      .tip {
        background: var(--vscode-editorHoverWidget-background);
        border: 1px solid var(--vscode-editorHoverWidget-border);
        border-radius: 3px;
        color: var(--vscode-editorHoverWidget-foreground);
        left: 0;
        max-width: min(420px, 80%);
        padding: 4px 8px;
        pointer-events: none;
        position: absolute;
        top: 0;
        z-index: 4;
      }
      .left {
        background: var(--vscode-editor-background);
        bottom: 2px;
        color: var(--vscode-descriptionForeground);
        font-size: 11px;
        padding: 0 4px;
        pointer-events: none;
        position: absolute;
        right: 4px;
        z-index: 3;
      }
      .tip div {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#tiles = new PeakTiles(
      (session, from, startMs, endMs, buckets) =>
        this.store.bridge.request('peaks', { session, from, startMs, endMs, buckets }),
      () => this.#redraw(),
    );
    const resize = new ResizeObserver(() => this.#redraw());
    resize.observe(this);
    const theme = new MutationObserver(() => {
      this.#palette = null;
      this.#redraw();
    });
    theme.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    this.#stop = [
      () => resize.disconnect(),
      () => theme.disconnect(),
      this.store.onAudio((session, from, span) => this.#tiles.invalidate(session, from, span)),
    ];
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }
  protected override storeChanged(): void {
    this.#redraw();
  }

  protected override render() {
    return html`<canvas
        tabindex="0"
        role="application"
        aria-roledescription="timeline"
        aria-label="Timeline of the session. Arrow keys or A and D move, W and S zoom, F fits, Z zooms to the selection, brackets go to the previous and next of the same kind."
        @pointerdown=${this.#down}
        @pointermove=${this.#move}
        @pointerup=${this.#up}
        @pointercancel=${this.#up}
        @pointerleave=${this.#leave}
        @wheel=${{ handleEvent: (event: WheelEvent) => this.#wheel(event), passive: false }}
        @dblclick=${() => this.store.fit()}
      ></canvas>
      <div class="left num" role="status" hidden></div>
      <div class="tip num" role="tooltip" hidden></div>`;
  }
  protected override firstUpdated(): void {
    this.#redraw();
  }

  #redraw(): void {
    if (this.#drawPending) return;
    this.#drawPending = true;
    requestAnimationFrame(() => {
      this.#drawPending = false;
      if (this.isConnected) this.#draw();
    });
  }

  #draw(): void {
    const { store } = this;
    const width = this.clientWidth;
    const height = this.clientHeight;
    if (width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const deviceWidth = Math.round(width * ratio);
    const deviceHeight = Math.round(height * ratio);
    if (this.canvas.width !== deviceWidth || this.canvas.height !== deviceHeight) {
      this.canvas.width = deviceWidth;
      this.canvas.height = deviceHeight;
    }
    const context = this.canvas.getContext('2d', { alpha: false });
    if (context === null) return;
    if (this.#palette === null) {
      const style = getComputedStyle(this);
      this.#palette = readPalette(style);
      this.#font = `11px ${style.fontFamily}`;
      this.#framed = document.body.classList.contains('vscode-high-contrast');
    }
    this.#layout = layoutTimeline({
      indexes: store.rows.indexes(store.session),
      typeOf: (row) => store.rows.typeOf(row),
      isError: (row) => store.rows.has(row, FLAG.error),
      isInjected: (row) => store.rows.has(row, FLAG.injected),
      spans: this.#spans(),
      pieces: this.#pieces(),
      peaks: this.#peaks(),
      view: store.view,
      extent: store.extent,
      width,
      height,
      selectedTime: store.selectedTime,
      selectedSpan: store.selectedSpan,
      range: store.range,
      playhead: store.playhead,
      framed: this.#framed,
    });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawShapes(context, this.#layout.shapes, { palette: this.#palette, font: this.#font, width, height });
    if (this.#hover !== null) this.#showTip();
  }

  #spans(): readonly Span[] {
    const { store } = this;
    return store.session === '' ? store.spans : store.spans.filter((span) => span.session === store.session);
  }
  #pieces() {
    const { audio, session } = this.store;
    return { client: audio.pieces(session, 'client'), server: audio.pieces(session, 'server') };
  }
  /** Waveforms of the sessions in view; of those beyond what can be drawn the count is shown, never nothing. */
  #peaks(): { client: Peaks[]; server: Peaks[] } {
    const { audio, session, view } = this.store;
    const msPerPixel = (view.end - view.start) / Math.max(1, this.clientWidth - gutterFor(this.clientWidth));
    let left = 0;
    const ofSide = (side: 'client' | 'server'): Peaks[] => {
      const lanes = (session === '' ? audio.sessions(side) : [session]).map((each) => ({
        session: each,
        pieces: audio.pieces(each, side),
      }));
      const drawn = waveSessions(lanes, view, msPerPixel);
      left = Math.max(left, drawn.left);
      return drawn.shown.flatMap((each) => {
        const start = audio.pieces(each, side)[0]?.start ?? 0;
        return this.#tiles.peaks(each, side, view, msPerPixel, { start, end: audio.endOf(each, side) });
      });
    };
    const peaks = { client: ofSide('client'), server: ofSide('server') };
    const words = left === 0 ? '' : `${left} more ${left === 1 ? 'session' : 'sessions'} without waveform: zoom in`;
    if (this.left.textContent !== words) this.left.textContent = words;
    this.left.hidden = left === 0;
    return peaks;
  }

  // ---- pointer ----

  #point(event: { clientX: number; clientY: number }) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
  #hit(x: number, y: number): Hit | null {
    if (this.#layout === null) return null;
    return hitTest(this.#layout, this.store.rows.indexes(this.store.session), this.#pieces(), x, y);
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.button === 2 || this.#layout === null) return;
    const from = this.#point(event);
    this.#pointers.set(event.pointerId, from);
    this.canvas.setPointerCapture(event.pointerId);
    if (this.#pointers.size > 1) return;
    const hit = this.#hit(from.x, from.y);
    if (hit === null) return;
    const { layout, store } = { layout: this.#layout, store: this.store };
    const inOverview = hit.lane === 'overview';
    const pans = event.button === 1 || event.shiftKey || event.altKey;
    let dragged = false;
    let last = from;
    if (inOverview && (hit.t < store.view.start || hit.t > store.view.end)) this.#centre(hit.t);
    const move = (e: PointerEvent): void => {
      if (this.#pointers.size > 1) return;
      const at = this.#point(e);
      if (!dragged && Math.abs(at.x - from.x) < dragThreshold) return;
      dragged = true;
      if (inOverview) store.setView(panSpan(store.view, (at.x - last.x) * layout.overview.msPerPixel, store.extent));
      else if (pans) store.setView(panSpan(store.view, (last.x - at.x) * layout.scale.msPerPixel, store.extent));
      else store.selectRange({ start: layout.scale.t(Math.max(layout.scale.left, from.x)), end: layout.scale.t(at.x) });
      last = at;
    };
    const up = (): void => {
      this.canvas.removeEventListener('pointermove', move);
      this.canvas.removeEventListener('pointerup', up);
      this.canvas.removeEventListener('pointercancel', up);
      if (!dragged && !inOverview && !pans) store.select(hit.row, { span: hit.span?.key ?? '', reveal: false });
    };
    this.canvas.addEventListener('pointermove', move);
    this.canvas.addEventListener('pointerup', up);
    this.canvas.addEventListener('pointercancel', up);
  };
  readonly #move = (event: PointerEvent): void => {
    const at = this.#point(event);
    const known = this.#pointers.get(event.pointerId);
    if (known !== undefined && this.#pointers.size === 2) this.#pinch(event.pointerId, known, at);
    if (known !== undefined) this.#pointers.set(event.pointerId, at);
    this.#hoverAt = at;
    this.#hover = this.#pointers.size > 0 ? null : this.#hit(at.x, at.y);
    if (this.#layout !== null) {
      const isBar = this.#hover?.span !== null && this.#hover?.span !== undefined;
      this.canvas.style.cursor = this.#hover?.lane === 'overview' ? 'grab' : isBar ? 'pointer' : 'default';
    }
    this.#showTip();
  };
  readonly #up = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
  };
  readonly #leave = (): void => {
    this.#hover = null;
    this.tip.hidden = true;
  };
  #pinch(id: number, before: { x: number }, now: { x: number }): void {
    const other = [...this.#pointers].find(([key]) => key !== id)?.[1];
    if (other === undefined || this.#layout === null) return;
    const apart = Math.max(8, Math.abs(before.x - other.x));
    const factor = apart / Math.max(8, Math.abs(now.x - other.x));
    this.store.setView(zoomSpan(this.store.view, factor, this.#layout.scale.t(other.x), this.store.extent));
  }
  #wheel(event: WheelEvent): void {
    if (this.#layout === null) return;
    event.preventDefault();
    const { store } = this;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const { scale } = this.#layout;
    // A pinch on a touchpad arrives as a wheel with ctrlKey set.
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
      const by = (event.deltaX || event.deltaY) * lines * scale.msPerPixel;
      store.setView(panSpan(store.view, by, store.extent));
      return;
    }
    const factor = Math.exp(event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0022));
    const anchor = scale.t(Math.max(scale.left, this.#point(event).x));
    store.setView(zoomSpan(store.view, factor, anchor, store.extent));
  }
  #centre(t: number): void {
    const { view, extent } = this.store;
    const half = (view.end - view.start) / 2;
    this.store.setView(panSpan({ start: t - half, end: t + half }, 0, extent));
  }

  /** Moves (share of the view) or zooms; for keys. */
  nudge(how: { pan?: number; zoom?: number }): void {
    const { store } = this;
    const { view, extent, selectedTime } = store;
    if (how.pan !== undefined) store.setView(panSpan(view, how.pan * (view.end - view.start), extent));
    if (how.zoom !== undefined) {
      const middle = (view.start + view.end) / 2;
      const isSeen = selectedTime !== null && selectedTime >= view.start && selectedTime <= view.end;
      store.setView(zoomSpan(view, how.zoom, isSeen ? selectedTime : middle, extent));
    }
  }
  /** Zooms to the range, the selected span, or the surroundings of the selected event. */
  zoomToSelection(): void {
    const { store } = this;
    const span = store.spans.find((candidate) => candidate.key === store.selectedSpan);
    const t = store.selectedTime;
    let target: TimeSpan | null = store.range;
    if (target === null && span !== undefined) target = { start: span.start, end: span.end ?? store.extent.end };
    if (target === null && t !== null) target = { start: t - 250, end: t + 250 };
    if (target === null) return;
    const margin = (target.end - target.start) * 0.05;
    store.setView({ start: target.start - margin, end: target.end + margin });
  }

  // ---- hover ----

  #showTip(): void {
    const hit = this.#hover;
    if (hit === null || this.#hoverAt.x < gutterFor(this.clientWidth)) {
      this.tip.hidden = true;
      return;
    }
    const lines = this.#tipLines(hit);
    this.tip.replaceChildren(
      ...lines.map((text) => {
        const line = document.createElement('div');
        line.textContent = text;
        return line;
      }),
    );
    this.tip.hidden = false;
    const { x, y } = this.#hoverAt;
    const left = Math.min(x + 12, this.clientWidth - this.tip.offsetWidth - 4);
    const below = y + 16 + this.tip.offsetHeight < this.clientHeight;
    const top = below ? y + 16 : Math.max(0, y - this.tip.offsetHeight - 8);
    this.tip.style.transform = `translate(${Math.max(0, left)}px, ${top}px)`;
  }
  #tipLines(hit: Hit): string[] {
    const { rows } = this.store;
    const { span } = hit;
    if (hit.lane === 'overview') return [formatPosition(hit.t)];
    if (span !== null) {
      const length = span.end === null ? 'going on' : formatDuration(span.end - span.start);
      const words = [spanName(span), span.status.replace('_', ' '), length].filter((word) => word !== '');
      return [`${formatPosition(span.start)}  ${words.join(' · ')}`, ...(span.detail === '' ? [] : [span.detail])];
    }
    if (hit.row === null || this.#layout === null) return [formatPosition(hit.t)];
    const t = rows.t[hit.row] ?? 0;
    if (Math.abs(this.#layout.scale.x(t) - this.#hoverAt.x) > 24 && hit.lane !== 'microphone' && hit.lane !== 'speaker')
      return [formatPosition(hit.t)];
    const size = formatBytes(rows.bytes[hit.row] ?? 0);
    const summary = this.store.rowSummary(hit.row);
    return [`${formatPosition(t)}  ${rows.typeOf(hit.row)}  ${size}`, ...(summary ? [summary] : [])];
  }
}
