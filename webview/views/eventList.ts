/**
 * The list of events: a window of rows of one height over any number of them.
 *
 * Rows are placed by arithmetic and not by a measuring virtualiser: that keeps two numbers for each row and rebuilds them all with
 * each batch of a live session, and its scroll height ends at Chromium's 33 million pixels, which is 1.5 million rows.
 *
 * While it is drawn nothing is asked of the page's layout: where it is scrolled to and how large it is are known from events,
 * and what is written is laid out once.
 */
import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { columnWidths, listColumns, type Column } from '../logic/listColumns';
import { scrollWindow } from '../logic/scrollWindow';
import { runRowAction, type RowAction } from '../state/rowActions';
import type { Topic } from '../state/store';
import { eventListStyles, rowHeight } from './eventListStyles';
import { EventRows } from './eventRow';
import { familyPipStyles } from './familyPip';
import './findBar';
import type { FindBar } from './findBar';
import './listHeader';
import { runListKey } from './listKeys';
import { foundStyles } from './foundText';
import { emptyNote, hiddenBar, markedBar } from './listNotes';
import type { RowLook } from './rowCells';
import { TypeFit } from './typeFit';
import { sharedStyles, View } from './view';

@customElement('rti-event-list')
export class EventList extends View {
  protected override readonly topics: readonly Topic[] = [
    'rows',
    'filter',
    'selection',
    'summaries',
    'status',
    'spans',
  ];
  @query('.scroller', true) private scroller!: HTMLElement;
  @query('.spacer', true) private spacer!: HTMLElement;
  @query('.rows', true) private box!: HTMLElement;
  @query('.probe', true) private probe!: HTMLElement;
  @query('rti-find-bar') private findBar!: FindBar | null;
  #rows: EventRows | undefined;
  #resize: ResizeObserver | undefined;
  /** Of the scrolled part, pixels, as last laid out. */
  #height = 0;
  #width = 0;
  /** Where it is scrolled to, pixels. */
  #top = 0;
  /** The same when it was last drawn; NaN before. */
  #drawnTop = NaN;
  /** Height given to what is scrolled, pixels; NaN before the first drawing. */
  #spacerHeight = NaN;
  #columns: readonly Column[] = [];
  #tracks = '';
  /** Of the type's column, pixels; 0 while it is not known. */
  #typeWidth = 0;
  readonly #fit = new TypeFit();
  #sessions: { of: unknown; nth: Map<string, number> } | null = null;
  /** Another one when rows may have something else to say; scrolling alone leaves it. */
  #stamp = 0;
  #shownHeight = 0;
  #shownList: unknown = null;
  #shownSelection: number | null = null;
  /** Scroll position as last set from here: any other one is the user's doing. */
  #ownTop = 0;
  /** When the user last used wheel, finger, scroll bar or keys, so that reaching the end again means "follow". */
  #handled = false;

  static override styles = [sharedStyles, familyPipStyles, foundStyles, eventListStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#findKey);
    this.#resize = new ResizeObserver(() => this.#measure());
    if (this.#rows !== undefined) this.#observe();
  }
  protected override firstUpdated(): void {
    this.#observe();
    this.#measure();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
    document.removeEventListener('keydown', this.#findKey);
  }
  override focus(): void {
    this.scroller.focus();
  }
  protected override storeChanged(): void {
    this.#drawAll();
  }

  #observe(): void {
    this.#resize?.observe(this.scroller);
    // Where the font becomes another, so does its size.
    this.#resize?.observe(this.probe);
  }
  #measure(): void {
    this.#height = this.scroller.clientHeight;
    if (this.#height === 0) return;
    this.#width = this.clientWidth;
    this.#top = this.scroller.scrollTop;
    if (this.#typeWidth > 0) this.#measureType(this.#typeWidth);
    this.#drawAll();
  }
  #measureType(width: number): void {
    const { fontSize, fontFamily } = getComputedStyle(this);
    this.#typeWidth = width;
    if (this.#fit.setColumn(width, `${fontSize} ${fontFamily}`)) this.#drawAll();
  }
  /** Draws every row in view again, and not only those that come into it. */
  #drawAll(): void {
    this.#stamp += 1;
    this.requestUpdate();
  }

  #window(scrollTop = this.#top) {
    return scrollWindow({ rows: this.store.list.length, rowHeight, viewHeight: this.#height, scrollTop });
  }

  /** Opens find, or goes on with what is marked; for VS Code's menus and keys. */
  act(action: RowAction | 'find'): void {
    if (action !== 'find') {
      void runRowAction(this.store, action);
      return;
    }
    this.store.finder.open();
    this.requestUpdate();
    void this.updateComplete.then(() => this.findBar?.focus());
  }

  protected override render() {
    const { list, finder, marked } = this.store;
    this.#fitColumns();
    return html`
      <rti-list-header
        .store=${this.store}
        .columns=${this.#columns}
        @rti-type-width=${(event: CustomEvent<number>) => this.#measureType(event.detail)}
      ></rti-list-header>
      ${finder.isOpen ? html`<rti-find-bar .store=${this.store}></rti-find-bar>` : nothing}
      <div
        class="scroller"
        tabindex="0"
        role="grid"
        aria-label="Events"
        aria-multiselectable="true"
        aria-rowcount=${list.length}
        aria-colcount=${this.#columns.length}
        @scroll=${this.#scrolled}
        @wheel=${{ handleEvent: this.#byHand, passive: true }}
        @touchmove=${{ handleEvent: this.#byHand, passive: true }}
        @pointerdown=${this.#byHand}
        @keydown=${this.#key}
      >
        <div class="spacer" role="presentation"></div>
        <div
          class="rows"
          role="rowgroup"
          @mousedown=${this.#pressed}
          @click=${this.#clicked}
          @dblclick=${this.#clickedTwice}
        ></div>
        ${list.length === 0 ? emptyNote(this.store) : nothing}
        <span class="probe" aria-hidden="true">m</span>
      </div>
      ${hiddenBar(this.store)} ${marked.count > 1 ? markedBar(this.store) : nothing}
    `;
  }

  protected override updated(): void {
    const { store } = this;
    this.#rows ??= new EventRows(this.box);
    // Another view has the list's place: what is shown is kept for when it comes back.
    if (this.#height === 0) return;
    const top = this.#wantedTop();
    const { first, last, offset, height } = this.#window(top);
    const look: RowLook = { store, typeText: this.#typeText, nthSession: this.#nthSession };
    this.#rows.draw(look, store.list, { first, last, columns: this.#columns, stamp: this.#stamp });
    this.box.style.transform = `translateY(${offset}px)`;
    if (height !== this.#spacerHeight) this.spacer.style.height = `${height}px`;
    this.#spacerHeight = height;
    const { selected } = this.#rows;
    if (selected === undefined) this.scroller.removeAttribute('aria-activedescendant');
    else this.scroller.setAttribute('aria-activedescendant', `row-${selected}`);
    this.#scrollTo(top);
    this.#drawnTop = this.#top;
    this.#shownSelection = store.selected;
    this.#shownHeight = this.#height;
    this.#shownList = store.list;
  }

  readonly #typeText: RowLook['typeText'] = (type, entry) => this.#fit.text(this.store, type, entry);
  readonly #nthSession: RowLook['nthSession'] = (session) => {
    const sessions = this.store.document?.sessions ?? [];
    if (this.#sessions?.of !== sessions)
      this.#sessions = { of: sessions, nth: new Map(sessions.map(({ id }, at) => [id, at])) };
    return this.#sessions.nth.get(session) ?? 0;
  };

  #fitColumns(): void {
    const { store } = this;
    const { rows, listLook } = store;
    const { number, time } = columnWidths({ lastNumber: rows.count, lastTime: rows.lastTime }, listLook.time);
    const { shown, tracks } = listColumns(listLook, {
      width: this.#width,
      sessions: store.session === '' && (store.document?.sessions.length ?? 0) > 1,
      turns: store.spanIndex.lane(store.session, 'turn').times.count > 0,
      numberWidth: number,
      timeWidth: time,
    });
    if (shown.join() !== this.#columns.join()) this.#columns = shown;
    if (tracks !== this.#tracks) this.style.setProperty('--tracks', tracks);
    this.#tracks = tracks;
  }

  // ---- where it is scrolled to ----

  /** Where the list is to be scrolled to for what is shown now, pixels. */
  #wantedTop(): number {
    const { store } = this;
    if (store.follow && this.#isScrolledAway && store.list === this.#shownList) store.setFollow(false);
    else if (store.follow && store.list.length > 0) return this.#window().height - this.#height;
    else if (this.#shownHeight > this.#height && !this.#isNewsUnderPointer && this.#isSelectionBelow())
      return this.#topThatShows(store.positionOfSelected());
    else if (store.selected !== this.#shownSelection && store.selected !== null) {
      const position = store.positionOfSelected();
      if (position >= 0) return this.#topThatShows(position);
    }
    return this.#top;
  }

  /** The list got lower by a line of news, no more, and somebody may be about to click a row: none may move. */
  get #isNewsUnderPointer(): boolean {
    return this.#shownHeight - this.#height < 3 * rowHeight && this.matches(':hover');
  }
  /** The list got lower (a panel opened) and the selected row, seen until now, is below its edge. */
  #isSelectionBelow(): boolean {
    const position = this.store.positionOfSelected();
    const { firstWhole, lastWhole } = this.#window();
    const rowsBefore = Math.ceil(this.#shownHeight / rowHeight);
    return position >= lastWhole && position <= firstWhole + rowsBefore;
  }

  /** Scroll position that shows a row: at the nearer edge, in the middle when it is far. */
  #topThatShows(position: number): number {
    const { firstWhole, lastWhole, scrollTopOf } = this.#window();
    if (position >= firstWhole && position < lastWhole) return this.#top;
    const wholeRows = Math.max(1, Math.floor(this.#height / rowHeight));
    const isNear = position >= firstWhole - wholeRows && position < lastWhole + wholeRows;
    const target = !isNear
      ? position - Math.floor(wholeRows / 2)
      : position < firstWhole
        ? position
        : position - wholeRows + 1;
    return scrollTopOf(Math.max(0, target));
  }
  #scrollTo(top: number): void {
    const wanted = Math.max(0, Math.round(top));
    if (Math.abs(this.#top - wanted) >= 1) {
      this.scroller.scrollTop = wanted;
      this.#top = this.scroller.scrollTop;
      // A click on a row came before: what scrolls now is the page, and reaching the end so does not mean "follow".
      this.#handled = false;
    }
    this.#ownTop = this.#top;
  }
  get #isAtEnd(): boolean {
    return this.#top + this.#height >= this.#spacerHeight - rowHeight / 2;
  }
  /** True when the user has scrolled away since the position was last set from here. */
  get #isScrolledAway(): boolean {
    return this.#top < this.#ownTop - 1 && !this.#isAtEnd;
  }

  readonly #scrolled = (): void => {
    const { store } = this;
    const { scrollTop } = this.scroller;
    // Where the list has scrolled itself is drawn already: while it follows, every drawing would be followed by another.
    if (scrollTop === this.#drawnTop && scrollTop === this.#top && !this.#handled) return;
    this.#top = scrollTop;
    if (store.follow && this.#isScrolledAway) store.setFollow(false);
    else if (!store.follow && this.#handled && this.#isAtEnd && store.status?.live === true) store.setFollow(true);
    this.#handled = false;
    this.requestUpdate();
  };
  readonly #byHand = (): void => {
    this.#handled = true;
  };

  // ---- what is done with rows ----

  /** With Shift a row ends a stretch that is marked, with Ctrl (Cmd) it is marked or no longer; a menu leaves marks alone. */
  readonly #pressed = (event: MouseEvent): void => {
    const { store } = this;
    const position = this.#rows?.positionOf(event);
    if (position === undefined || isOnRun(event)) return;
    const { row } = store.list.at(position);
    if (event.button !== 0) {
      if (!store.marked.has(row)) store.select(row);
      else store.select(row, { marks: 'keep' });
    } else if (event.shiftKey) {
      event.preventDefault();
      this.scroller.focus();
      store.markTo(position);
    } else if (event.ctrlKey || event.metaKey) store.toggleMark(position);
    else store.select(row);
  };
  readonly #clicked = (event: MouseEvent): void => {
    const position = this.#rows?.positionOf(event);
    if (position === undefined) return;
    if (isOnRun(event)) {
      this.store.toggleRun(position);
      // The button may be another row's by now: keys are the list's.
      this.scroller.focus();
    } else if (this.store.marked.count === 0) this.dispatchEvent(new CustomEvent('rti-row-click'));
  };
  readonly #clickedTwice = (event: MouseEvent): void => {
    const { store } = this;
    const position = this.#rows?.positionOf(event);
    if (position === undefined || isOnRun(event)) return;
    if (store.list.at(position).count > 1) store.toggleRun(position);
    else store.setPanel({ detailOpen: true });
  };

  readonly #key = (event: KeyboardEvent): void => {
    const { store } = this;
    const page = Math.max(1, Math.floor(this.#height / rowHeight) - 1);
    const openDetail = (): void => {
      store.setPanel({ detailOpen: true });
      this.dispatchEvent(new CustomEvent('rti-open-detail', { bubbles: true, composed: true }));
    };
    if (!runListKey(event, { store, page, openDetail })) return;
    // A key that leads nowhere else, such as End on the last row, still shows where one is.
    if (this.#shownSelection === store.selected) this.#shownSelection = null;
    event.preventDefault();
    event.stopPropagation();
  };

  /** F3 goes on wherever the focus is; Ctrl+F comes from VS Code's own key, and from here where there is none. */
  readonly #findKey = (event: KeyboardEvent): void => {
    const isFind =
      (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f' && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || (event.key !== 'F3' && !isFind)) return;
    // Editors of text have a find of their own.
    if (event.composedPath().some((node) => node instanceof HTMLElement && node.isContentEditable)) return;
    event.preventDefault();
    const { finder } = this.store;
    if (isFind || finder.pattern === null || !finder.isOpen) this.act('find');
    else this.findBar?.go(event.shiftKey ? -1 : 1);
  };
}

/** Whether something happened on the button that opens and folds a run. */
function isOnRun({ target }: Event): boolean {
  return target instanceof Element && target.closest('.run') !== null;
}
