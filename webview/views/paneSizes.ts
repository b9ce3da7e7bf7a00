/** Gives the panes of the page their heights and widths, and takes what the user pulls at the bars between them. */
import type { InterceptView } from '../intercept/interceptView';
import { paneHeights, stripHeight, type PaneHeights } from '../logic/paneHeights';
import type { Store } from '../state/store';

/** What stands above and between the panes. */
const bar = 'rti-toolbar, .notice, rti-player, rti-intercept, rti-splitter[orientation="horizontal"]';
/** Height of the timeline until the user pulls it, pixels. */
const usualTimeline = 300;
/** A sheet of details over a list lower than this covers all of it. */
const lowList = 280;

/** Panes that a bar makes larger or smaller. */
export type Pane = 'timeline' | 'list' | 'composer' | 'intercept';

/** The page, as far as its panes go. */
export interface PanePlaces {
  readonly root: HTMLElement | DocumentFragment;
  readonly store: Store;
  readonly intercept: InterceptView;
  readonly clientHeight: number;
  readonly clientWidth: number;
  /** One above the other instead of side by side. */
  readonly narrow: boolean;
}

export class PaneSizes {
  /** Sizes the user set, pixels; `list` is a share of the width. */
  #wished = { timeline: usualTimeline, list: 0.62, composer: 300, intercept: 260 };
  #panes: PaneHeights | undefined;
  readonly #places: () => PanePlaces;

  constructor(places: () => PanePlaces) {
    this.#places = places;
  }

  /** Takes up what was kept. */
  restore(): void {
    this.#wished = { ...this.#wished, ...this.#places().store.kept.sizes };
  }

  /** Sizes all panes; undefined while the page has no height. */
  apply(): { sheet: boolean; low: boolean } | undefined {
    const { root, store, clientHeight, clientWidth } = this.#places();
    if (clientHeight === 0) return undefined;
    this.#applyIntercept();
    const bars = [...root.querySelectorAll<HTMLElement>(bar)].reduce((sum, { offsetHeight }) => sum + offsetHeight, 0);
    const timeline = root.querySelector<HTMLElement>('rti-timeline');
    const panes = paneHeights({
      room: clientHeight - bars,
      timeline: timeline === null ? null : this.#wished.timeline,
      isTimelineSet: this.#wished.timeline !== usualTimeline,
      composer: store.composer === null ? null : this.#wished.composer,
    });
    this.#panes = panes;
    if (timeline !== null) timeline.style.height = `${panes.timeline}px`;
    const left = root.querySelector<HTMLElement>('.left');
    if (left !== null) left.style.width = `${Math.round(clientWidth * this.#wished.list)}px`;
    const composer = root.querySelector<HTMLElement>('.composer');
    if (composer !== null) composer.style.height = `${panes.composer}px`;
    const shares: Record<Pane, number> = {
      timeline: panes.timeline / clientHeight,
      list: this.#wished.list,
      composer: panes.composer / clientHeight,
      intercept: this.#wished.intercept / clientHeight,
    };
    for (const splitter of root.querySelectorAll('rti-splitter'))
      splitter.value = Math.round(Math.min(1, shares[splitter.dataset.pane as Pane]) * 100);
    return { sheet: panes.sheet, low: panes.main < lowList };
  }

  /** The queue takes its height before the other panes get theirs: somebody's app waits for it. */
  #applyIntercept(): void {
    const { intercept, root, store, clientHeight, narrow } = this.#places();
    const { isShown, isTall } = intercept;
    intercept.hidden = !isShown;
    const splitter = root.querySelector<HTMLElement>('rti-splitter[data-pane="intercept"]');
    if (splitter !== null) splitter.hidden = !isTall;
    const most = clientHeight * (store.composer === null ? 0.6 : 0.4);
    // Narrow, its list stands above its editor.
    const wished = this.#wished.intercept + (narrow ? 80 : 0);
    intercept.style.height = isTall ? `${Math.max(150, Math.min(wished, most))}px` : '';
  }

  /** The composer needs so much height for what it shows now; a size the user set is not lowered, nor is this one kept. */
  giveComposer(height: number): void {
    this.#wished.composer = Math.max(this.#wished.composer, height);
  }

  /** A bar was pulled by so many pixels; the new sizes are kept. */
  pull(pane: Pane, by: number): void {
    const { store, clientHeight, clientWidth } = this.#places();
    if (pane === 'list')
      this.#wished.list = Math.max(0.25, Math.min(0.8, this.#wished.list + by / Math.max(1, clientWidth)));
    else if (pane === 'intercept')
      this.#wished.intercept = Math.max(150, Math.min(clientHeight * 0.6, this.#wished.intercept + by));
    else {
      // From what can be had, not from what was wished for: a bar that is pulled moves at once.
      const most = Math.max(stripHeight, this.#panes?.most[pane] ?? 0);
      this.#wished[pane] = Math.max(stripHeight, Math.min(most, Math.min(most, this.#wished[pane]) + by));
    }
    store.keep({ sizes: { ...this.#wished } });
  }
}
