/** Gives the panes of the page their heights and widths, and takes what the user pulls at the bars between them. */
import type { InterceptView } from '../intercept/interceptView';
import {
  leastComposer,
  paneHeights,
  stripHeight,
  type PaneHeights,
  type PaneWish,
  type SizedPane,
} from '../logic/paneHeights';
import type { Store } from '../state/store';

/** What stands above and between the panes; the queue too, as long as it is but a line. */
const bar = 'rti-toolbar, rti-player, rti-splitter[orientation="horizontal"]';
/** Sizes until the user pulls them: pixels, and the list's share of the width. */
const usual = { timeline: 300, list: 0.62, composer: 300, intercept: 260 } as const;
/** A sheet of details over a list lower than this covers all of it. */
const lowList = 280;

/** A list above the sheet of details on a narrow page, pixels. */
const leastListAbove = 112;

/** Panes that a bar makes larger or smaller. */
export type Pane = SizedPane | 'list';

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
  #wished: Record<Pane, number> = { ...usual };
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
    const { root, store, intercept, clientHeight, clientWidth, narrow } = this.#places();
    if (clientHeight === 0) return undefined;
    const { isTall } = intercept;
    intercept.hidden = !intercept.isShown;
    const splitter = root.querySelector<HTMLElement>('rti-splitter[data-pane="intercept"]');
    if (splitter !== null) splitter.hidden = !isTall;
    if (!isTall) intercept.style.height = '';
    const bars = [...root.querySelectorAll<HTMLElement>(bar)].reduce((sum, { offsetHeight }) => sum + offsetHeight, 0);
    const timeline = root.querySelector<HTMLElement>('rti-timeline');
    const wishes = {
      room: clientHeight - bars - (isTall ? 0 : intercept.offsetHeight),
      timeline: this.#wish('timeline', timeline !== null),
      composer: this.#wish('composer', store.composer !== null),
      intercept: this.#wish('intercept', isTall),
      narrow,
    };
    let panes = paneHeights(wishes);
    // The list's end makes room for news, so that nothing else moves; without a list the composer has to.
    if (panes.sheet) {
      const news = root.querySelector<HTMLElement>('rti-notices')?.offsetHeight ?? 0;
      panes = paneHeights({ ...wishes, room: wishes.room - news });
    }
    this.#panes = panes;
    const main = root.querySelector<HTMLElement>('.main');
    main?.style.setProperty('--list-height', `${Math.round(Math.max(panes.main * 0.22, leastListAbove))}px`);
    if (timeline !== null) timeline.style.height = `${panes.timeline}px`;
    if (isTall) intercept.style.height = `${panes.intercept}px`;
    const left = root.querySelector<HTMLElement>('.left');
    if (left !== null) left.style.width = `${Math.round(clientWidth * this.#wished.list)}px`;
    const composer = root.querySelector<HTMLElement>('.composer');
    if (composer !== null) composer.style.height = `${panes.composer}px`;
    const shares: Record<Pane, number> = {
      timeline: panes.timeline / clientHeight,
      list: this.#wished.list,
      composer: panes.composer / clientHeight,
      intercept: panes.intercept / clientHeight,
    };
    for (const each of root.querySelectorAll('rti-splitter'))
      each.value = Math.round(Math.min(1, shares[each.dataset.pane as Pane]) * 100);
    return { sheet: panes.sheet, low: panes.main < lowList };
  }
  #wish(pane: SizedPane, isThere: boolean): PaneWish {
    const height = this.#wished[pane];
    return { height: isThere ? height : null, isSet: height !== usual[pane] };
  }

  /** The composer needs so much height for what it shows now; a size the user set is not lowered, nor is this one kept. */
  giveComposer(height: number): void {
    this.#wished.composer = Math.max(this.#wished.composer, height);
  }

  /** A bar was pulled by so many pixels; the new sizes are kept. */
  pull(pane: Pane, by: number): void {
    const { clientWidth } = this.#places();
    if (pane === 'list')
      this.#wished.list = Math.max(0.25, Math.min(0.8, this.#wished.list + by / Math.max(1, clientWidth)));
    else if (this.#panes !== undefined) {
      // From what can be had, not from what was wished for: a bar that is pulled moves at once.
      const most = Math.max(stripHeight, this.#panes.most[pane]);
      const { height, isSet } = this.#wish(pane, true);
      const from = isSet ? Math.min(most, height ?? 0) : this.#panes[pane];
      this.#wished[pane] = Math.max(stripHeight, Math.min(most, from + by));
    }
    this.#keep();
  }

  /** Gives a pane the size that it has where nobody pulled it. */
  reset(pane: Pane): void {
    this.#wished[pane] = usual[pane];
    this.#keep();
  }
  /** Makes a pane as low as it can be, or as it usually is where it is low already. */
  fold(pane: SizedPane): void {
    const least = pane === 'timeline' ? stripHeight : leastComposer;
    if (this.#wished[pane] <= least) return this.reset(pane);
    this.#wished[pane] = least;
    this.#keep();
  }
  #keep(): void {
    this.#places().store.keep({ sizes: { ...this.#wished } });
  }
}
