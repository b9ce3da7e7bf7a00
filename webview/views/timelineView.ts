/** The timeline on its canvas: asks for a layout, draws it, and tells what is under the pointer and the keys. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, query, queryAll, state } from 'lit/decorators.js';
import { formatCount } from '../logic/format';
import type { Topic } from '../state/store';
import { BufferLevels } from '../timeline/bufferLevels';
import { drawShapes, type Palette } from '../timeline/draw';
import { FrameDrawing } from '../timeline/frameDrawing';
import { Gestures } from '../timeline/gestures';
import { Glide } from '../timeline/glide';
import { hitTest, type Hit } from '../timeline/hit';
import { LANE_GROUPS, type LaneGroup } from '../timeline/lanes';
import { labelHeight, layoutTimeline } from '../timeline/layout';
import { PeakTiles } from '../timeline/peakTiles';
import { gutterFor, type SessionPeaks, type TimelineInput, type TimelineLayout } from '../timeline/picture';
import { panSpan, zoomSpan, type TimeSpan } from '../timeline/timeScale';
import { waveSessions } from '../timeline/waveSessions';
import { LaneWalk } from './laneWalk';
import { readPalette } from './palette';
import './rangeBar';
import { hoverLines, inputOf } from './timelineInput';
import { timelineStyles } from './timelineStyles';
import { sharedStyles, View } from './view';

/** What people do, and what is played to them: drawn with every frame. */
const handTopics: readonly Topic[] = ['selection', 'view', 'play', 'filter'];

const groupNames: Readonly<Record<LaneGroup, string>> = { input: 'Input', answer: 'Answers', output: 'Output' };

/** What the last frame took, for whoever measures. */
export interface FrameCost {
  layoutMs: number;
  drawMs: number;
  shapes: number;
}

@customElement('rti-timeline')
export class TimelineView extends View {
  /** What comes of itself; what a hand does is told of beside (`handTopics`). */
  protected override readonly topics: readonly Topic[] = ['rows', 'spans', 'related', 'status'];
  @query('canvas') private canvas!: HTMLCanvasElement;
  @query('.stage') private stage!: HTMLElement;
  @query('.tip') private tip!: HTMLElement;
  @query('.left') private left!: HTMLElement;
  @query('.news') private news!: HTMLElement;
  @query('.said') private said!: HTMLElement;
  @queryAll('.fold') private folds!: NodeListOf<HTMLButtonElement>;
  /** A range is being drawn: what is said of it waits, or the lanes would move under the pointer. */
  @state() private dragging = false;
  @state() private hasRange = false;
  frame: FrameCost = { layoutMs: 0, drawMs: 0, shapes: 0 };
  #layout: TimelineLayout | null = null;
  #palette: Palette | null = null;
  #font = '';
  #framed = false;
  #drawing!: FrameDrawing;
  #tiles!: PeakTiles;
  #levels!: BufferLevels;
  #analysed = 0;
  readonly #glide = new Glide();
  readonly #stillness = window.matchMedia('(prefers-reduced-motion: reduce)');
  #stop: (() => void)[] = [];
  #hover: Hit | null = null;
  #hoverAt = { x: 0, y: 0 };
  #hoverIn = '';
  #gestures!: Gestures;
  #drags = false;
  #walk!: LaneWalk;
  #folded: ReadonlySet<LaneGroup> = new Set();

  static override styles = [sharedStyles, timelineStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    const { store } = this;
    this.#folded = new Set(LANE_GROUPS.filter((group) => store.kept.foldedLanes?.includes(group)));
    this.#walk = new LaneWalk(store);
    this.#drawing = new FrameDrawing((now) => this.#draw(now));
    this.#tiles = new PeakTiles(
      (places, buckets) => store.bridge.request('waveforms', { places, buckets }),
      () => this.#drawing.news(),
    );
    this.#levels = new BufferLevels(
      (session, { start, end }, most) =>
        store.bridge.request('bufferSteps', { session, startMs: start, endMs: end, most }),
      () => this.#drawing.news(),
    );
    this.#gestures = new Gestures({
      element: () => this.canvas,
      layout: () => this.#layout,
      view: () => store.view,
      extent: () => store.extent,
      setView: (view) => store.setView(view),
      selectRange: (range) => store.selectRange(range),
      dragging: (now) => this.#dragged(now),
      click: (x, y) => this.#click(x, y),
      hover: (at) => this.#hovered(at),
    });
    const resize = new ResizeObserver(() => this.#drawing.soon());
    resize.observe(this);
    const theme = new MutationObserver(() => {
      this.#palette = null;
      this.#drawing.soon();
    });
    theme.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    this.#stop = [
      () => resize.disconnect(),
      () => theme.disconnect(),
      store.onAudio((session, from, span) => this.#tiles.invalidate(session, from, span)),
      store.subscribe(handTopics, () => {
        this.#storeMoved();
        this.#drawing.hand();
      }),
      // The list asks for summaries with each row it scrolls by; only the words under the pointer rest on them.
      store.subscribe(['summaries'], () => {
        if (this.#hover !== null) this.#showTip();
      }),
    ];
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#drawing.stop();
  }
  protected override storeChanged(): void {
    this.#storeMoved();
    this.#drawing.news();
  }
  #storeMoved(): void {
    const { store } = this;
    this.hasRange = store.range !== null;
    if (store.session !== this.#hoverIn) {
      // What lay under a pointer at rest was of another session.
      this.#hoverIn = store.session;
      this.#hovered(null);
    }
    const analysed = store.document?.analysed ?? 0;
    if (analysed !== this.#analysed) this.#levels.invalidate();
    this.#analysed = analysed;
  }

  protected override render() {
    return html`<div class="stage">
        <canvas
          tabindex="0"
          role="application"
          aria-roledescription="timeline"
          aria-label="Timeline of the session. A and D or arrow keys move, W and S zoom, F fits, Z zooms to the selection, brackets go to the previous and next of the same kind, C and V to the cause and the effect. Shift with arrow keys walks along a lane and from lane to lane, down to the findings and notes, B sets a bookmark, Shift+B a note, R makes a range of what is selected."
          @pointerdown=${(event: PointerEvent) => this.#gestures.down(event)}
          @pointermove=${(event: PointerEvent) => this.#gestures.move(event)}
          @pointerup=${(event: PointerEvent) => this.#gestures.up(event)}
          @pointercancel=${(event: PointerEvent) => this.#gestures.up(event)}
          @pointerleave=${() => this.#gestures.leave()}
          @wheel=${{ handleEvent: (event: WheelEvent) => this.#gestures.wheel(event), passive: false }}
          @dblclick=${() => this.store.fit()}
          @keydown=${this.#key}
        ></canvas>
        ${LANE_GROUPS.map(
          (group) =>
            html`<button class="fold" hidden data-group=${group} @click=${() => this.#fold(group)}>
              <vscode-icon></vscode-icon>
            </button>`,
        )}
        <div class="left num" role="status" hidden></div>
        <button class="news num" hidden @click=${() => this.#showNews()}></button>
        <div class="tip num" role="tooltip" hidden></div>
        <div class="said unseen" role="status"></div>
      </div>
      ${this.hasRange && !this.dragging ? html`<rti-range-bar .store=${this.store}></rti-range-bar>` : nothing}`;
  }
  protected override updated(): void {
    this.#drawing.soon();
  }

  #draw(now: number): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
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
      this.#framed = document.body.classList.contains('vscode-high-contrast');
      this.#palette = readPalette(style, this.#framed);
      this.#font = `11px ${style.fontFamily}`;
    }
    const began = performance.now();
    const { store } = this;
    const view = this.#glide.next(store.view, now, store.viewGlides && !this.#stillness.matches, width);
    this.#layout = layoutTimeline(this.#input(view, width, height));
    const laid = performance.now();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { shapes } = this.#layout;
    drawShapes(context, shapes, { palette: this.#palette, font: this.#font, width, height });
    this.frame = { layoutMs: laid - began, drawMs: performance.now() - laid, shapes: shapes.length };
    this.#placeButtons(this.#layout);
    if (this.#hover !== null) this.#showTip();
    if (this.#glide.moving) this.#drawing.news();
  }

  /** The moment under the pointer, ms; null while it is elsewhere. */
  get pointedAt(): number | null {
    return this.#hover === null || this.#hover.lane === 'overview' ? null : this.#hover.t;
  }

  /** What was drawn last; null before the first frame. */
  get layout(): TimelineLayout | null {
    return this.#layout;
  }

  #input(view: TimeSpan, width: number, height: number): TimelineInput {
    const { store } = this;
    const { session, document } = store;
    const only = session === '' && document?.sessions.length === 1 ? (document.sessions[0]?.id ?? '') : session;
    return {
      ...inputOf(store, view),
      peaks: this.#peaks(view, width),
      buffer: this.#levels.steps(only, view),
      width,
      height,
      folded: this.#folded,
      framed: this.#framed,
    };
  }

  /** Waveforms of the sessions in view; of those beyond what can be drawn the count is shown, never nothing. */
  #peaks(view: TimeSpan, width: number): { client: SessionPeaks[]; server: SessionPeaks[] } {
    const { audio, session } = this.store;
    const msPerPixel = (view.end - view.start) / Math.max(1, width - gutterFor(width));
    let left = 0;
    const ofSide = (side: 'client' | 'server'): SessionPeaks[] => {
      const lanes = (session === '' ? audio.sessions(side) : [session]).map((each) => ({
        session: each,
        audio: audio.lane(each, side),
      }));
      const drawn = waveSessions(lanes, view, msPerPixel);
      left = Math.max(left, drawn.left);
      return drawn.shown.flatMap((each) => {
        const lane = audio.lane(each, side);
        const tiles = this.#tiles.peaks(each, side, view, msPerPixel, { start: lane.times.start(0), end: lane.end });
        return tiles.map((peaks) => ({ ...peaks, session: each }));
      });
    };
    const peaks = { client: ofSide('client'), server: ofSide('server') };
    const words = left === 0 ? '' : `${left} more ${left === 1 ? 'session' : 'sessions'} without waveform: zoom in`;
    if (this.left.textContent !== words) this.left.textContent = words;
    this.left.hidden = left === 0;
    return peaks;
  }

  // ---- what stands over the canvas ----

  #placeButtons(layout: TimelineLayout): void {
    for (const button of this.folds) {
      const group = button.dataset.group as LaneGroup;
      const members = layout.lanes.filter((lane) => lane.group === group);
      const [first] = members;
      const isFolded = this.#folded.has(group);
      button.hidden = first === undefined || (members.length < 2 && !isFolded);
      if (first === undefined) continue;
      button.style.top = `${first.y + Math.min(first.h, labelHeight) / 2 - 7}px`;
      button.setAttribute('aria-expanded', String(!isFolded));
      const name = `${groupNames[group]}: ${isFolded ? 'show all lanes' : 'fold to one lane'}`;
      if (button.title === name) continue;
      button.title = name;
      button.setAttribute('aria-label', name);
      button.querySelector('vscode-icon')?.setAttribute('name', isFolded ? 'chevron-right' : 'chevron-down');
    }
    const { unseen } = this.store;
    this.news.hidden = unseen === 0;
    const words = `${formatCount(unseen)} new`;
    if (unseen > 0 && this.news.textContent !== words) {
      this.news.textContent = words;
      this.news.title = this.store.pausedAt === null ? 'Follow the end (.)' : 'Go on and follow the end';
    }
  }
  #fold(group: LaneGroup): void {
    const folded = new Set(this.#folded);
    if (!folded.delete(group)) folded.add(group);
    this.#folded = folded;
    this.store.keep({ foldedLanes: [...folded] });
    this.#drawing.soon();
  }
  #showNews(): void {
    const { store } = this;
    if (store.pausedAt !== null) store.setPaused(false);
    store.setFollow(true);
    this.canvas.focus();
  }

  // ---- pointer and keys ----

  #hit(x: number, y: number): Hit | null {
    if (this.#layout === null) return null;
    const { store } = this;
    const { session, audio } = store;
    const lanes = { client: audio.lane(session, 'client'), server: audio.lane(session, 'server') };
    return hitTest(this.#layout, { indexes: store.rows.indexes(session), audio: lanes }, x, y);
  }
  #click(x: number, y: number): void {
    const hit = this.#hit(x, y);
    if (hit === null || hit.lane === 'overview') return;
    const target = hit.target;
    if (target?.kind === 'spans') {
      // Too many to choose from: the click brings them apart.
      const { scale } = this.#layout as TimelineLayout;
      this.store.setView(zoomSpan(this.store.view, 0.1, scale.t(x), this.store.extent));
      return;
    }
    this.store.select(hit.row, { span: target?.kind === 'span' ? target.span.key : '', reveal: false });
    this.dispatchEvent(new CustomEvent<number>('rti-time', { detail: hit.t }));
  }
  #hovered(at: { x: number; y: number } | null): void {
    if (at !== null) this.#hoverAt = at;
    this.#hover = at === null ? null : this.#hit(at.x, at.y);
    if (at !== null) {
      const cursor = this.#gestures.cursor(at);
      this.canvas.style.cursor = cursor !== '' ? cursor : this.#hover?.target ? 'pointer' : 'default';
    }
    this.#showTip();
  }

  /** What is said of an earlier range stays while another is drawn. */
  #dragged(now: boolean): void {
    if (now && !this.#drags) this.dragging = this.store.range === null;
    if (!now) this.dragging = false;
    this.#drags = now;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { store } = this;
    if (event.key === 'r' || event.key === 'R') {
      const span = store.spanIndex.get(store.selectedSpan);
      store.selectRange(span === undefined ? store.view : { start: span.start, end: span.end ?? store.extent.end });
    } else if (event.shiftKey && this.#walk.step(event.key)) this.said.textContent = this.#walk.words();
    else return;
    event.preventDefault();
  };

  /** Moves (share of the view) or zooms; for keys. */
  nudge(how: { pan?: number; zoom?: number }): void {
    const { store } = this;
    const { view, extent, selectedTime } = store;
    if (how.pan !== undefined) store.setView(panSpan(view, how.pan * (view.end - view.start), extent));
    if (how.zoom !== undefined) {
      const isSeen = selectedTime !== null && selectedTime >= view.start && selectedTime <= view.end;
      // Who follows a live session goes on following it.
      const follows = store.status?.live === true && store.viewFollows;
      const anchor = isSeen ? selectedTime : follows ? view.end : (view.start + view.end) / 2;
      store.setView(zoomSpan(view, how.zoom, anchor, extent));
    }
  }
  /** Zooms to the range, the selected span, or the surroundings of the selected event. */
  zoomToSelection(): void {
    const { store } = this;
    const span = store.spanIndex.get(store.selectedSpan);
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
    const isLabel = this.#hoverAt.x < gutterFor(this.stage.clientWidth);
    const title = this.#layout?.lanes.find(({ name }) => name === hit?.lane)?.title ?? '';
    if (hit === null || this.#layout === null || (isLabel && title === '')) {
      this.tip.hidden = true;
      return;
    }
    const lines = isLabel ? [title] : hoverLines(this.store, this.#layout, hit, this.#hoverAt.x);
    this.tip.replaceChildren(
      ...lines.map((text) => {
        const line = document.createElement('div');
        line.textContent = text;
        return line;
      }),
    );
    this.tip.hidden = false;
    const { x, y } = this.#hoverAt;
    const { clientWidth, clientHeight } = this.stage;
    const left = Math.min(x + 12, clientWidth - this.tip.offsetWidth - 4);
    const below = y + 16 + this.tip.offsetHeight < clientHeight;
    const top = below ? y + 16 : Math.max(0, y - this.tip.offsetHeight - 8);
    this.tip.style.transform = `translate(${Math.max(0, left)}px, ${top}px)`;
  }
}
