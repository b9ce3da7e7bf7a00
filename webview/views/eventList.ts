/**
 * The list of events: a window of rows of one height over any number of them.
 *
 * Rows are placed by arithmetic and not by a measuring virtualiser: that keeps two numbers for each row and rebuilds them all with
 * each batch of a live session, and its scroll height ends at Chromium's 33 million pixels, which is 1.5 million rows.
 */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { formatCount } from '../logic/format';
import type { ListEntry } from '../logic/fold';
import { columnWidths, fitType, listColumns, type Column } from '../logic/listColumns';
import { FLAG } from '../logic/rowSource';
import { scrollWindow } from '../logic/scrollWindow';
import { runRowAction, type RowAction } from '../state/rowActions';
import type { Topic } from '../state/store';
import { eventListStyles, rowHeight } from './eventListStyles';
import { eventRow, findingOf, runLabel, type RowLook } from './eventRow';
import { familyPipStyles } from './familyPip';
import './findBar';
import type { FindBar } from './findBar';
import './listHeader';
import { sharedStyles, View } from './view';

/** Room that a badge takes beside its text, and a mark (`injected`, `!`) altogether, pixels. */
const badgeExtra = 21;
/** A badge's letters are 11 pixels high where the row's are 13. */
const badgeScale = 11 / 13;
const pipWidth = 9;
const findingWidth = 22;
const markWidths = [
  [FLAG.error, 21],
  [FLAG.injected, 58],
  [FLAG.held, 40],
  [FLAG.released, 44],
  [FLAG.dropped, 60],
  [FLAG.rule, 36],
  [FLAG.redacted, 60],
] as const;

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
  @query('.scroller') private scroller!: HTMLElement;
  @query('rti-find-bar') private findBar!: FindBar | null;
  #resize: ResizeObserver | undefined;
  #height = 0;
  #width = 0;
  #columns: readonly Column[] = [];
  #sessions: { of: unknown; nth: Map<string, number> } | null = null;
  #shownHeight = 0;
  /** Pixels for a type without badge and marks, the font they are measured in, and what was found to fit. */
  #typeRoom = 0;
  #font = '';
  #typeTexts = new Map<string, string>();
  #pen: CanvasRenderingContext2D | null | undefined;
  #shownList: unknown = null;
  #shownSelection: number | null = null;
  /** Scroll position as last set from here: any other one is the user's doing. */
  #ownTop = 0;
  /** When the user last used wheel, finger, scroll bar or keys, so that reaching the end again means "follow". */
  #handled = false;

  static override styles = [sharedStyles, familyPipStyles, eventListStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#findKey);
    this.#resize = new ResizeObserver(() => {
      this.#height = this.scroller?.clientHeight ?? 0;
      this.#width = this.clientWidth;
      this.#measureColumn();
      this.requestUpdate();
    });
  }
  protected override firstUpdated(): void {
    this.#height = this.scroller.clientHeight;
    this.#width = this.clientWidth;
    this.#resize?.observe(this.scroller);
    this.requestUpdate();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
    document.removeEventListener('keydown', this.#findKey);
  }
  override focus(): void {
    this.scroller.focus();
  }

  #window() {
    const top = this.scroller === undefined || this.scroller === null ? 0 : this.scroller.scrollTop;
    return scrollWindow({ rows: this.store.list.length, rowHeight, viewHeight: this.#height, scrollTop: top });
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
    const { first, last } = this.#window();
    this.#fitColumns();
    const entries: { entry: ListEntry; position: number }[] = [];
    for (let position = first; position < last; position += 1) entries.push({ entry: list.at(position), position });
    const shown = entries.find(({ entry, position }) => this.#isSelected(entry, position));
    return html`
      <rti-list-header .store=${this.store} .columns=${this.#columns}></rti-list-header>
      ${finder.isOpen ? html`<rti-find-bar .store=${this.store}></rti-find-bar>` : nothing}
      <div
        class="scroller"
        tabindex="0"
        role="grid"
        aria-label="Events"
        aria-multiselectable="true"
        aria-rowcount=${list.length}
        aria-colcount=${this.#columns.length}
        aria-activedescendant=${shown === undefined ? nothing : `row-${shown.position}`}
        @scroll=${this.#scrolled}
        @wheel=${{ handleEvent: this.#byHand, passive: true }}
        @touchmove=${{ handleEvent: this.#byHand, passive: true }}
        @pointerdown=${this.#byHand}
        @keydown=${this.#key}
      >
        <div class="spacer" role="presentation"></div>
        <div class="rows" role="rowgroup">
          ${entries.map(({ entry, position }, at) =>
            eventRow(
              this.#look(entry, position, entries[at - 1]?.entry ?? (position > 0 ? list.at(position - 1) : undefined)),
              entry,
              position,
            ),
          )}
        </div>
        ${list.length === 0 ? this.#empty() : nothing}
      </div>
      ${marked.count > 1 ? this.#markedBar() : nothing}
    `;
  }

  #look(entry: ListEntry, position: number, above: ListEntry | undefined): RowLook {
    return {
      store: this.store,
      columns: this.#columns,
      above,
      selected: this.#isSelected(entry, position),
      typeText: (type, of) => this.#typeText(type, of),
      nthSession: (session) => this.#nthSession(session),
      press: (event, at) => this.#press(event, at),
      click: () => {
        if (this.store.marked.count === 0) this.dispatchEvent(new CustomEvent('rti-row-click'));
      },
    };
  }
  /** With Shift a row ends a stretch that is marked, with Ctrl (Cmd) it is marked or no longer; a menu leaves marks alone. */
  #press(event: MouseEvent, position: number): void {
    const { store } = this;
    const { row } = store.list.at(position);
    if (event.button !== 0) {
      if (!store.marked.has(row)) store.select(row);
      else store.select(row, { marks: 'keep' });
      return;
    }
    if (event.shiftKey) {
      event.preventDefault();
      this.scroller.focus();
      store.markTo(position);
    } else if (event.ctrlKey || event.metaKey) store.toggleMark(position);
    else store.select(row);
  }

  #markedBar() {
    const { store } = this;
    const { count } = store.marked;
    const button = (label: string, action: RowAction) =>
      html`<button class="link" @click=${() => void runRowAction(store, action)}>${label}</button>`;
    return html`<div class="markedBar" role="toolbar" aria-label="Selected events">
      <span class="num" role="status">${formatCount(count)} events selected</span>
      ${button('Copy as JSONL', 'copyAsJsonl')} ${button('Copy as text', 'copyAsText')}
      ${button('Save as trace…', 'saveRows')} ${count === 2 ? button('Compare', 'compareMarked') : nothing}
      <span class="grow"></span>
      <button class="link" @click=${() => store.unmark()}>Clear selection</button>
    </div>`;
  }

  #nthSession(session: string): number {
    const sessions = this.store.document?.sessions ?? [];
    if (this.#sessions?.of !== sessions)
      this.#sessions = { of: sessions, nth: new Map(sessions.map(({ id }, at) => [id, at])) };
    return this.#sessions.nth.get(session) ?? 0;
  }

  #isSelected(entry: ListEntry, position: number): boolean {
    const { selected } = this.store;
    if (selected === entry.row) return !entry.open || entry.count === 1 || position === this.store.positionOfSelected();
    if (selected === null || entry.count === 1 || selected < entry.row || selected > entry.last) return false;
    return position === this.store.list.positionOf(selected);
  }

  /** The type as far as the column has room for it beside badge and marks. */
  #typeText(type: string, entry: ListEntry): string {
    if (type === '') return '(no type)';
    const { rows } = this.store;
    const badge = entry.count > 1 ? this.#textWidth(runLabel(entry)) * badgeScale + badgeExtra : 0;
    const marks = markWidths.reduce((sum, [flag, width]) => sum + (rows.has(entry.row, flag) ? width : 0), 0);
    const finding =
      this.store.meaning.findings.all.length > 0 && findingOf(this.store, entry) !== undefined ? findingWidth : 0;
    const most = Math.max(40, this.#typeRoom - badge - marks - finding);
    const key = `${Math.round(most)} ${type}`;
    let text = this.#typeTexts.get(key);
    if (text === undefined) {
      text = fitType(type, most, (part) => this.#textWidth(part));
      // Types of strangers may be without number.
      if (this.#typeTexts.size > 2000) this.#typeTexts.clear();
      this.#typeTexts.set(key, text);
    }
    return text;
  }
  #textWidth(text: string): number {
    this.#pen ??= document.createElement('canvas').getContext('2d');
    if (this.#pen === null) return text.length * 7;
    this.#pen.font = this.#font;
    return this.#pen.measureText(text).width;
  }
  /** The column or the font may have another width now. */
  #measureColumn(): void {
    const head = this.renderRoot.querySelector<HTMLElement>('rti-list-header')?.shadowRoot?.querySelector('.type');
    const { fontSize, fontFamily } = getComputedStyle(this);
    const font = `${fontSize} ${fontFamily}`;
    const room = (head?.clientWidth ?? 0) - pipWidth;
    if (room === this.#typeRoom && font === this.#font) return;
    this.#typeRoom = room;
    this.#font = font;
    this.#typeTexts.clear();
    this.requestUpdate();
  }

  #empty() {
    const { store } = this;
    if (store.filtering) return html`<div class="empty">Looking through ${formatCount(store.rows.count)} events…</div>`;
    if (store.rows.count === 0) return html`<div class="empty">No events yet. They appear here as they pass.</div>`;
    if (store.filterText.trim() !== '')
      return html`<div class="empty">
        All ${formatCount(store.rows.indexes(store.session).all.count)} events are hidden by the filter.
        <button class="link" @click=${() => store.setFilter('')}>Clear the filter</button>
      </div>`;
    if (store.clearedBefore > 0)
      return html`<div class="empty">
        ${formatCount(store.clearedBefore)} earlier events were cleared from the list.
        <button class="link" @click=${() => store.unclear()}>Show them again</button>
      </div>`;
    return html`<div class="empty">This session has no events.</div>`;
  }

  protected override updated(): void {
    const { store } = this;
    const window = this.#window();
    const spacer = this.renderRoot.querySelector<HTMLElement>('.spacer');
    if (spacer !== null) spacer.style.height = `${window.height}px`;
    this.#measureColumn();
    if (store.follow && this.#wasScrolledAway && store.list === this.#shownList) store.setFollow(false);
    else if (store.follow && store.list.length > 0) this.#scrollTo(window.height - this.#height);
    else if (this.#shownHeight !== this.#height && this.#shownHeight > this.#height && this.#isSelectionBelow())
      this.#reveal(store.positionOfSelected());
    else if (store.selected !== this.#shownSelection && store.selected !== null) {
      const position = store.positionOfSelected();
      if (position >= 0) this.#reveal(position);
    }
    this.#shownSelection = store.selected;
    this.#shownHeight = this.#height;
    this.#shownList = store.list;
    const rows = this.renderRoot.querySelector<HTMLElement>('.rows');
    const now = this.#window();
    if (rows !== null) rows.style.transform = `translateY(${now.offset}px)`;
    if (now.first !== window.first || now.last !== window.last) this.requestUpdate();
  }

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
    this.style.setProperty('--tracks', tracks);
  }

  /** The list got lower (a panel opened) and the selected row, seen until now, is below its edge. */
  #isSelectionBelow(): boolean {
    const position = this.store.positionOfSelected();
    const { firstWhole, lastWhole } = this.#window();
    const rowsBefore = Math.ceil(this.#shownHeight / rowHeight);
    return position >= lastWhole && position <= firstWhole + rowsBefore;
  }

  #reveal(position: number): void {
    const { firstWhole, lastWhole } = this.#window();
    if (position >= firstWhole && position < lastWhole) return;
    const window = this.#window();
    const wholeRows = Math.max(1, Math.floor(this.#height / rowHeight));
    const isNear = position >= firstWhole - wholeRows && position < lastWhole + wholeRows;
    const target = !isNear
      ? position - Math.floor(wholeRows / 2)
      : position < firstWhole
        ? position
        : position - wholeRows + 1;
    this.#scrollTo(window.scrollTopOf(Math.max(0, target)));
  }
  #scrollTo(top: number): void {
    const wanted = Math.max(0, Math.round(top));
    if (Math.abs(this.scroller.scrollTop - wanted) >= 1) {
      this.scroller.scrollTop = wanted;
      // A click on a row came before: what scrolls now is the page, and reaching the end so does not mean "follow".
      this.#handled = false;
    }
    this.#ownTop = this.scroller.scrollTop;
  }
  get #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollTop + clientHeight >= scrollHeight - rowHeight / 2;
  }
  /** True when the user has scrolled away since the position was last set from here. */
  get #wasScrolledAway(): boolean {
    return this.scroller.scrollTop < this.#ownTop - 1 && !this.#isAtEnd;
  }

  readonly #scrolled = (): void => {
    const { store } = this;
    if (store.follow && this.#wasScrolledAway) store.setFollow(false);
    else if (!store.follow && this.#handled && this.#isAtEnd && store.status?.live === true) store.setFollow(true);
    this.#handled = false;
    this.requestUpdate();
  };
  readonly #byHand = (): void => {
    this.#handled = true;
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

  readonly #key = (event: KeyboardEvent): void => {
    const { store } = this;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      const key = event.key.toLowerCase();
      if (key === 'a') store.markAll();
      else if (key === 'c' && (getSelection()?.isCollapsed ?? true)) this.act('copyAsJsonl');
      else if (key === ' ' && store.selected !== null) store.toggleMark(store.positionOfSelected());
      else return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.#height / rowHeight) - 1);
    const position = store.positionOfSelected();
    const go = (step: number) => (event.shiftKey ? store.markBy(step) : store.selectBy(step));
    switch (event.key) {
      case 'ArrowDown':
        go(1);
        break;
      case 'ArrowUp':
        go(-1);
        break;
      case 'PageDown':
        go(page);
        break;
      case 'PageUp':
        go(-page);
        break;
      case 'Home':
        go(-store.list.length);
        break;
      case 'End':
        go(store.list.length);
        break;
      case 'ArrowRight':
      case 'ArrowLeft': {
        const entry = position < 0 ? null : store.list.at(position);
        if (entry === null || entry.count < 2 || entry.open !== (event.key === 'ArrowLeft')) return;
        store.toggleRun(position);
        break;
      }
      case 'Escape':
        if (store.marked.count > 0) store.unmark();
        else if (store.finder.isOpen) store.finder.close();
        else return;
        break;
      case 'Enter':
        store.setPanel({ detailOpen: true });
        this.dispatchEvent(new CustomEvent('rti-open-detail', { bubbles: true, composed: true }));
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
