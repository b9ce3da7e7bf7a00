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
import type { Topic } from '../state/store';
import { familyColor } from '../timeline/shapes';
import { scrollWindow } from '../logic/scrollWindow';
import { eventListStyles, rowHeight } from './eventListStyles';
import { sharedStyles, View } from './view';

/** What VS Code hands to a command of a row's menu. */
export function rowContext(row: number): string {
  return JSON.stringify({ webviewSection: 'row', rtiRow: row, preventDefaultContextMenuItems: true });
}

@customElement('rti-event-list')
export class EventList extends View {
  protected override readonly topics: readonly Topic[] = ['rows', 'filter', 'selection', 'summaries', 'status'];
  @query('.scroller') private scroller!: HTMLElement;
  #resize: ResizeObserver | undefined;
  #height = 0;
  #shownHeight = 0;
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
        ><span>type</span><span class="summary">summary</span><span class="right">size</span>
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
    const split = type.length > 18 ? type.lastIndexOf('.') : -1;
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
      data-vscode-context=${rowContext(row)}
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
        <span class="lead">${split > 0 ? type.slice(0, split) : type || '(no type)'}</span>${
          split > 0 ? html`<span class="tail">${type.slice(split)}</span>` : nothing
        }
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
                ${entry.open ? '▾' : '▸'} ×${formatCount(entry.count)}
              </button>`
            : nothing
        }
        ${this.#marks(row)}
      </span>
      <span class="summary dim" role="gridcell">${this.#summary(entry)}</span>
      <span class="right dim" role="gridcell"
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

  /** A run tells what it holds altogether; the first summary stands for text that goes on. */
  #summary(entry: ListEntry): string {
    const first = this.store.summary(entry.row) ?? '';
    if (entry.count === 1) return first;
    if (entry.audioMs > 0) return `audio ${formatDuration(entry.audioMs)}`;
    return first === '' ? '' : `${first} …`;
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
        All ${formatCount(store.rows.count - store.clearedBefore)} events are hidden by the filter.
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
    if (Math.abs(this.scroller.scrollTop - wanted) >= 1) this.scroller.scrollTop = wanted;
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
