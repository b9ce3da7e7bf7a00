/**
 * The list of events: a window of rows of one height over any number of them.
 *
 * Rows are placed by arithmetic and not by a measuring virtualiser: that keeps two numbers for each row and rebuilds them all with
 * each batch of a live session, and its scroll height ends at Chromium's 33 million pixels, which is 1.5 million rows.
 */
import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { formatBytes, formatCount, formatDelta, formatDuration, formatPosition } from '../logic/format';
import { FLAG, FROM } from '../logic/rowSource';
import type { ListEntry } from '../logic/fold';
import { columnWidths, fitType } from '../logic/listColumns';
import type { Rows } from '../state/rows';
import type { Topic } from '../state/store';
import { familyColor } from '../timeline/shapes';
import { scrollWindow } from '../logic/scrollWindow';
import { eventListStyles, rowHeight } from './eventListStyles';
import { sharedStyles, View } from './view';

/** Room that a badge takes beside its text, and a mark (`injected`, `!`) altogether, pixels. */
const badgeExtra = 21;
/** A badge's letters are 11 pixels high where the row's are 13. */
const badgeScale = 11 / 13;
const pipWidth = 9;
const markWidths = [
  [FLAG.error, 21],
  [FLAG.injected, 58],
  [FLAG.redacted, 60],
] as const;

function runLabel(entry: ListEntry): string {
  return `${entry.open ? '▾' : '▸'} ×${formatCount(entry.count)}`;
}

/** What VS Code hands to a command of a row's menu. */
export function rowContext(rows: Rows, row: number): string {
  return JSON.stringify({
    webviewSection: 'row',
    rtiRow: row,
    rtiEvent: (rows.seq[row] ?? 0) > 0,
    rtiType: rows.typeOf(row) !== '',
    rtiResponse: rows.responseOf(row) !== '',
    rtiItem: rows.itemOf(row) !== '',
    rtiHasAudio: (rows.audioMs[row] ?? 0) > 0 || rows.responseOf(row) !== '' || rows.itemOf(row) !== '',
    preventDefaultContextMenuItems: true,
  });
}

@customElement('rti-event-list')
export class EventList extends View {
  protected override readonly topics: readonly Topic[] = ['rows', 'filter', 'selection', 'summaries', 'status'];
  @query('.scroller') private scroller!: HTMLElement;
  #resize: ResizeObserver | undefined;
  #height = 0;
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

  static override styles = [sharedStyles, eventListStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize = new ResizeObserver(() => {
      this.#height = this.scroller?.clientHeight ?? 0;
      this.#measureColumn();
      this.requestUpdate();
    });
  }
  protected override firstUpdated(): void {
    this.#height = this.scroller.clientHeight;
    this.#resize?.observe(this.scroller);
    this.requestUpdate();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
  }
  override focus(): void {
    this.scroller.focus();
  }

  #window() {
    const top = this.scroller === undefined || this.scroller === null ? 0 : this.scroller.scrollTop;
    return scrollWindow({ rows: this.store.list.length, rowHeight, viewHeight: this.#height, scrollTop: top });
  }

  protected override render() {
    const { list } = this.store;
    const { first, last } = this.#window();
    const entries: { entry: ListEntry; position: number }[] = [];
    for (let position = first; position < last; position += 1) entries.push({ entry: list.at(position), position });
    const shown = entries.find(({ entry, position }) => this.#isSelected(entry, position));
    return html`
      <div class="head" aria-hidden="true">
        <span class="right nr">#</span><span class="right">time</span><span class="right delta">delta</span><span></span
        ><span class="kind">type</span><span class="summary">summary</span><span class="right size">size</span>
      </div>
      <div
        class="scroller"
        tabindex="0"
        role="grid"
        aria-label="Events"
        aria-rowcount=${list.length}
        aria-activedescendant=${shown === undefined ? nothing : `row-${shown.entry.row}`}
        @scroll=${this.#scrolled}
        @wheel=${{ handleEvent: this.#byHand, passive: true }}
        @touchmove=${{ handleEvent: this.#byHand, passive: true }}
        @pointerdown=${this.#byHand}
        @keydown=${this.#key}
      >
        <div class="spacer" role="presentation"></div>
        <div class="rows" role="rowgroup">${entries.map(({ entry, position }) => this.#row(entry, position))}</div>
        ${list.length === 0 ? this.#empty() : nothing}
      </div>
    `;
  }

  #row(entry: ListEntry, position: number) {
    const { store } = this;
    const { rows, range } = store;
    const { row } = entry;
    const t = rows.t[row] ?? 0;
    const from = rows.from[row];
    const type = rows.typeOf(row);
    const isRun = entry.count > 1;
    const selected = this.#isSelected(entry, position);
    const isEvent = rows.kind[row] === 0;
    const before = position > 0 ? store.list.at(position - 1).row : -1;
    const direction = from === FROM.client ? 'to server' : from === FROM.server ? 'to client' : '';
    return html`<div
      class=${classMap({
        row: true,
        num: true,
        selected,
        member: entry.member,
        plain: !isEvent,
        inRange: range !== null && t >= range.start && t <= range.end,
      })}
      role="row"
      id="row-${row}"
      aria-rowindex=${position + 1}
      aria-selected=${selected ? 'true' : 'false'}
      data-row=${row}
      data-vscode-context=${rowContext(rows, row)}
      @mousedown=${() => this.store.select(row)}
      @click=${() => this.dispatchEvent(new CustomEvent('rti-row-click'))}
      @dblclick=${() => (isRun ? store.toggleRun(position) : store.setPanel({ detailOpen: true }))}
    >
      <span class="right dim nr" role="gridcell">${isEvent ? rows.seq[row] : ''}</span>
      <span class="right" role="gridcell">${formatPosition(t)}</span>
      <span class="right dim delta" role="gridcell">${before < 0 ? '' : formatDelta(t - (rows.t[before] ?? 0))}</span>
      <span
        class=${classMap({ dir: true, client: from === FROM.client, server: from === FROM.server })}
        role="gridcell"
        aria-label=${direction || 'neither'}
        title=${direction}
        >${from === FROM.client ? '→' : from === FROM.server ? '←' : '·'}</span
      >
      <span class="type" role="gridcell" title=${type}>
        <span class="pip ${isEvent ? familyColor(type) : 'other'}"></span>
        <span class="name">${this.#typeText(type, entry)}</span>
        ${
          isRun
            ? html`<button
                class="run"
                tabindex="-1"
                aria-expanded=${String(entry.open)}
                title=${entry.open ? 'Fold this run' : 'Show every event of this run'}
                @mousedown=${(event: Event) => event.stopPropagation()}
                @click=${() => store.toggleRun(position)}
              >
                ${runLabel(entry)}
              </button>`
            : nothing
        }
        ${this.#marks(row)}
      </span>
      <span class="summary dim" role="gridcell">${this.#summary(entry)}</span>
      <span class="right dim size" role="gridcell"
        >${isEvent ? formatBytes(entry.open ? (rows.bytes[row] ?? 0) : entry.bytes) : ''}</span
      >
    </div>`;
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
    const most = Math.max(40, this.#typeRoom - badge - marks);
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
    const head = this.renderRoot.querySelector<HTMLElement>('.head .kind');
    const { fontSize, fontFamily } = getComputedStyle(this);
    const font = `${fontSize} ${fontFamily}`;
    const room = (head?.clientWidth ?? 0) - pipWidth;
    if (room === this.#typeRoom && font === this.#font) return;
    this.#typeRoom = room;
    this.#font = font;
    this.#typeTexts.clear();
    this.requestUpdate();
  }

  /** A run tells what it holds altogether; the first summary stands for text that goes on. */
  #summary(entry: ListEntry): string {
    const first = this.store.summary(entry.row) ?? '';
    if (entry.count === 1) return first;
    if (entry.audioMs > 0) return `audio ${formatDuration(entry.audioMs)}`;
    // A run of text says its joined words; what the store gives is already cut to the width.
    return first;
  }
  #marks(row: number) {
    const { rows } = this.store;
    return html`${rows.has(row, FLAG.error) ? html`<span class="mark error" title="error">!</span>` : nothing}${
      rows.has(row, FLAG.injected)
        ? html`<span class="mark injected" title="Sent by the inspector">injected</span>`
        : nothing
    }${
      rows.has(row, FLAG.redacted)
        ? html`<span class="mark redacted" title="A secret was replaced before recording">redacted</span>`
        : nothing
    }`;
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
    this.#fitColumns();
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
    const { rows } = this.store;
    const { number, time } = columnWidths({ lastNumber: rows.count, lastTime: rows.lastTime });
    this.style.setProperty('--number-width', `${number}px`);
    this.style.setProperty('--time-width', `${time}px`);
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

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { store } = this;
    const page = Math.max(1, Math.floor(this.#height / rowHeight) - 1);
    const position = store.positionOfSelected();
    switch (event.key) {
      case 'ArrowDown':
        store.selectBy(1);
        break;
      case 'ArrowUp':
        store.selectBy(-1);
        break;
      case 'PageDown':
        store.selectBy(page);
        break;
      case 'PageUp':
        store.selectBy(-page);
        break;
      case 'Home':
        store.selectBy(-store.list.length);
        break;
      case 'End':
        store.selectBy(store.list.length);
        break;
      case 'ArrowRight':
      case 'ArrowLeft': {
        const entry = position < 0 ? null : store.list.at(position);
        if (entry === null || entry.count < 2 || entry.open !== (event.key === 'ArrowLeft')) return;
        store.toggleRun(position);
        break;
      }
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
