/** The events of both sessions, aligned: each pair a row, what differs in the chosen one below. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { valueWords } from '../../src/analysis/valueDiff';
import type { ComparedEvent, EventPair, Which } from '../../src/compare/model';
import { PAIR_SIGNS, PAIR_WORDS, soundText } from '../../src/compare/wording';
import { formatPosition, shortenEnd } from '../logic/format';
import { scrollWindow } from '../logic/scrollWindow';
import { sharedStyles } from '../views/view';
import { changesTable, partStyles } from './parts';

const rowHeight = 22;

/** An event's place in one of the traces. */
export interface EventPlace {
  which: Which;
  row: number;
}

@customElement('rti-compare-events')
export class EventsPane extends LitElement {
  /** What is shown of them, in their order. */
  @property({ attribute: false }) events: readonly EventPair[] = [];
  @property({ attribute: false }) chosen: EventPair | null = null;
  /** Where each trace's session begins, ms. */
  @property({ attribute: false }) origins: Record<Which, number> = { a: 0, b: 0 };
  /** Why there are none, where there are none. */
  @property() none = '';
  @query('.list') private list!: HTMLElement | null;
  #resize = new ResizeObserver(() => this.requestUpdate());

  static override styles = [
    sharedStyles,
    partStyles,
    css`
      :host {
        container-type: inline-size;
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      .list {
        flex: 1;
        min-height: 66px;
        overflow: auto;
        position: relative;
      }
      .rows {
        left: 0;
        position: absolute;
        right: 0;
      }
      .pair {
        align-items: center;
        cursor: pointer;
        display: grid;
        gap: 10px;
        grid-template-columns: 108px 128px 128px minmax(180px, 2fr) minmax(120px, 3fr);
        height: ${rowHeight}px;
        padding: 0 12px;
      }
      .pair > * {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .pair:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .pair[aria-selected='true'] {
        background: var(--vscode-list-inactiveSelectionBackground);
        outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
        outline-offset: -1px;
      }
      .pair[aria-selected='true'] :is(.dim, .sign) {
        color: inherit;
      }
      .list:focus-visible .pair[aria-selected='true'] {
        background: var(--vscode-list-activeSelectionBackground);
        color: var(--vscode-list-activeSelectionForeground);
        outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
      }
      @container (width < 800px) {
        .pair {
          grid-template-columns: 26px 64px 64px 1fr;
        }
        .words,
        .at,
        .what {
          display: none;
        }
      }
      .detail {
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        flex: none;
        max-height: 45%;
        overflow: auto;
        padding-bottom: 6px;
      }
      .detail h2 {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        font-size: 1em;
        gap: 4px 8px;
        margin: 6px 12px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  protected override render() {
    if (this.events.length === 0) return html`<p class="empty">${this.none}</p>`;
    const shown = scrollWindow({
      rows: this.events.length,
      rowHeight,
      viewHeight: this.list?.clientHeight ?? 400,
      scrollTop: this.list?.scrollTop ?? 0,
    });
    const at = this.#place();
    return html`<div
        class="list"
        role="listbox"
        aria-label="Events of both sessions"
        aria-activedescendant=${at >= shown.first && at < shown.last ? `pair-${at}` : nothing}
        tabindex="0"
        @scroll=${() => this.requestUpdate()}
        @keydown=${this.#key}
      >
        <div class="height"></div>
        <div class="rows">
          ${this.events.slice(shown.first, shown.last).map((pair, index) => this.#row(pair, shown.first + index, at))}
        </div>
      </div>
      ${this.chosen === null ? nothing : this.#detail(this.chosen)}`;
  }

  #row(pair: EventPair, at: number, chosen: number) {
    const { status, a, b, changes } = pair;
    const one = a ?? b;
    const [first] = changes;
    const what = first
      ? `${first.path}: ${shortenEnd(valueWords(first.before), 60)} → ${shortenEnd(valueWords(first.after), 60)}${changes.length > 1 ? `, and ${changes.length - 1} more` : ''}`
      : pair.moved
        ? 'in another place'
        : pair.sound && pair.sound.kind !== 'bytes'
          ? soundText(pair.sound)
          : '';
    const arrow = one?.from === 'client' ? '→' : one?.from === 'server' ? '←' : '';
    return html`<div
      class="pair"
      id="pair-${at}"
      role="option"
      aria-selected=${at === chosen ? 'true' : 'false'}
      aria-posinset=${at + 1}
      aria-setsize=${this.events.length}
      @click=${() => this.#choose(at)}
    >
      <span
        ><span class="sign ${status}" aria-hidden="true">${PAIR_SIGNS[status].trim() || '='}</span
        ><span class="words dim">${PAIR_WORDS[status]}</span></span
      >
      ${this.#number(a, 'a')}${this.#number(b, 'b')}
      <span class="mono"
        >${arrow} ${one?.type || '(no type)'}<span class="dim"> ${one?.about} ${this.#pieces(pair)}</span></span
      >
      <span class="what dim" title=${what}>${what}</span>
    </div>`;
  }

  #number(event: ComparedEvent | null, which: Which) {
    if (!event) return html`<span class="num dim">–</span>`;
    const t = formatPosition(event.t - this.origins[which]);
    return html`<span class="num">${event.seq > 0 ? `#${event.seq}` : 'line'}<span class="at dim"> ${t}</span></span>`;
  }

  #pieces({ a, b }: EventPair): string {
    const [left, right] = [a?.count ?? 0, b?.count ?? 0];
    return Math.max(left, right) < 2
      ? ''
      : `×${left === right || !a || !b ? Math.max(left, right) : `${left} | ${right}`}`;
  }

  #detail(pair: EventPair) {
    const { status, a, b, changes, sound } = pair;
    const open = (which: Which, event: ComparedEvent | null) =>
      event &&
      html`<button class="text" @click=${() => this.#tell<EventPlace>('rti-open', { which, row: event.row })}>
        Open in ${which}
      </button>`;
    return html`<section class="detail" aria-label="The chosen event">
      <h2>
        ${[(a ?? b)?.type || '(no type)', (a ?? b)?.about].filter(Boolean).join(' ')}: ${PAIR_WORDS[status]}
        ${open('a', a)} ${open('b', b)}
      </h2>
      ${changes.length > 0 ? changesTable(changes, 'What differs') : nothing}
      ${sound === null ? nothing : html`<p>Sound: ${soundText(sound)}${sound.kind === 'bytes' ? ', byte for byte' : ''}.</p>`}
      ${status === 'follows' ? html`<p class="dim">An earlier event told these differences already.</p>` : nothing}
    </section>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { list } = this;
    if (!list) return;
    const shown = scrollWindow({
      rows: this.events.length,
      rowHeight,
      viewHeight: list.clientHeight,
      scrollTop: list.scrollTop,
    });
    // Written as properties: a style attribute is refused by the page's policy.
    const [height, rows] = [list.querySelector<HTMLElement>('.height'), list.querySelector<HTMLElement>('.rows')];
    if (height) height.style.height = `${shown.height}px`;
    if (rows) rows.style.top = `${shown.offset}px`;
    if (changed.has('events') && changed.get('events') !== undefined) this.requestUpdate();
    if (changed.has('chosen')) this.#reveal(this.#place());
  }

  #place(): number {
    return this.chosen === null ? -1 : this.events.indexOf(this.chosen);
  }
  #reveal(at: number): void {
    const { list } = this;
    if (!list || at < 0) return;
    const shown = scrollWindow({
      rows: this.events.length,
      rowHeight,
      viewHeight: list.clientHeight,
      scrollTop: list.scrollTop,
    });
    if (at >= shown.firstWhole && at < shown.lastWhole) return;
    const above = Math.floor(list.clientHeight / rowHeight / 2);
    list.scrollTop = shown.scrollTopOf(Math.max(0, at - above));
  }
  #choose(at: number): void {
    const pair = this.events[at];
    if (pair) this.#tell<EventPair>('rti-event', pair);
  }
  #tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail }));
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const at = this.#place();
    const page = Math.max(1, Math.floor((this.list?.clientHeight ?? 0) / rowHeight) - 1);
    const to: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? this.events.length - 1 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this.events.length - 1,
    };
    const place = to[event.key];
    if (place === undefined) return;
    event.preventDefault();
    this.#choose(Math.max(0, Math.min(this.events.length - 1, place)));
  };
}
