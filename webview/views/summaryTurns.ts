/** The table of turns, of any length: sorted by a click on a head, a row's click selects its first event. */
import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Turn } from '../../src/analysis/model';
import { formatCount } from '../logic/format';
import { sortTurns, turnColumns } from '../logic/turnTable';
import type { Topic } from '../state/store';
import { turnRowHeight, turnsStyles } from './summaryStyles';
import { sharedStyles, View } from './view';

const headHeight = turnRowHeight;

@customElement('rti-turns')
export class TurnsTable extends View {
  @property({ attribute: false }) turns: readonly Turn[] = [];
  protected override readonly topics: readonly Topic[] = ['selection'];
  @state() private sort = 'number';
  @state() private descending = false;
  @query('.scroller') private scroller!: HTMLElement | null;
  #sorted: { of: readonly Turn[]; by: string; turns: readonly Turn[] } | undefined;

  static override styles = [sharedStyles, turnsStyles];

  #inOrder(): readonly Turn[] {
    const by = `${this.sort} ${this.descending}`;
    // Turns of several sessions begin with 1 each: time is the order of all of them.
    const key = this.sort === 'number' ? 'start' : this.sort;
    if (this.#sorted?.of !== this.turns || this.#sorted.by !== by)
      this.#sorted = { of: this.turns, by, turns: sortTurns(this.turns, key, this.descending) };
    return this.#sorted.turns;
  }

  /** The turn in which the selected event stands: the last that had begun. */
  #chosen(): Turn | undefined {
    const { store } = this;
    const { selected, rows } = store;
    if (selected === null) return undefined;
    const session = rows.sessionOf(selected);
    let found: Turn | undefined;
    for (const turn of this.turns)
      if (turn.session === session && turn.startRow <= selected && turn.startRow >= (found?.startRow ?? -1))
        found = turn;
    return found !== undefined && (found.endRow === null || selected <= found.endRow) ? found : undefined;
  }

  protected override render() {
    const turns = this.#inOrder();
    const chosen = this.#chosen();
    const top = this.scroller?.scrollTop ?? 0;
    const height = this.scroller?.clientHeight ?? 400;
    const first = Math.max(0, Math.floor((top - headHeight) / turnRowHeight) - 4);
    const last = Math.min(turns.length, Math.ceil((top + height) / turnRowHeight) + 4);
    return html`<div
      class="scroller"
      role="grid"
      aria-label="Turns"
      aria-rowcount=${turns.length + 1}
      tabindex="0"
      @scroll=${() => this.requestUpdate()}
      @keydown=${this.#key}
    >
      <div class="inside">
        <div class="row head" role="row">
          ${turnColumns.map(
            ({ key, title, explains, isNumber }) =>
              html`<span
                role="columnheader"
                class="${key} ${isNumber ? 'right' : ''}"
                aria-sort=${key !== this.sort ? 'none' : this.descending ? 'descending' : 'ascending'}
                ><button title=${explains} @click=${() => this.#sortBy(key)}>
                  ${title}${key !== this.sort ? '' : this.descending ? ' ↓' : ' ↑'}
                </button></span
              >`,
          )}
        </div>
        <div class="body" role="rowgroup">
          <div class="rows">
            ${turns.slice(first, last).map((turn, at) => this.#row(turn, first + at, turn === chosen))}
          </div>
        </div>
      </div>
    </div>`;
  }

  #row(turn: Turn, at: number, isChosen: boolean) {
    return html`<div
      class="row"
      role="row"
      aria-rowindex=${at + 2}
      aria-selected=${isChosen ? 'true' : 'false'}
      @click=${() => this.store.select(turn.startRow)}
    >
      ${turnColumns.map((column) => {
        const text = column.text(turn);
        const mark =
          column.key !== 'status'
            ? ''
            : turn.status === 'failed'
              ? 'bad'
              : turn.status === 'cancelled' || turn.status === 'incomplete'
                ? 'stopped'
                : '';
        return html`<span role="gridcell" class="${column.key} ${column.isNumber ? 'right' : ''} ${mark}" title=${text}
          >${text}</span
        >`;
      })}
    </div>`;
  }

  protected override updated(): void {
    const body = this.renderRoot.querySelector<HTMLElement>('.body');
    const rows = this.renderRoot.querySelector<HTMLElement>('.rows');
    if (body === null || rows === null) return;
    body.style.height = `${this.turns.length * turnRowHeight}px`;
    const top = this.scroller?.scrollTop ?? 0;
    rows.style.top = `${Math.max(0, Math.floor((top - headHeight) / turnRowHeight) - 4) * turnRowHeight}px`;
  }

  #sortBy(key: string): void {
    this.descending =
      this.sort === key
        ? !this.descending
        : turnColumns.find((each) => each.key === key)?.isNumber === true && key !== 'number' && key !== 'start';
    this.sort = key;
    if (this.scroller !== null) this.scroller.scrollTop = 0;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turns = this.#inOrder();
    const chosen = this.#chosen();
    const at = chosen === undefined ? -1 : turns.indexOf(chosen);
    const to: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? turns.length - 1 : at - 1,
      PageDown: at + 12,
      PageUp: at - 12,
      Home: 0,
      End: turns.length - 1,
    };
    const place = to[event.key];
    if (place === undefined || turns.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.max(0, Math.min(turns.length - 1, place));
    const turn = turns[next];
    if (turn === undefined || this.scroller === null) return;
    this.store.select(turn.startRow);
    const y = next * turnRowHeight;
    const { scroller } = this;
    const room = scroller.clientHeight - headHeight - turnRowHeight;
    if (y < scroller.scrollTop) scroller.scrollTop = y;
    else if (y > scroller.scrollTop + room) scroller.scrollTop = y - room;
    scroller.setAttribute('aria-description', `Turn ${formatCount(turn.number)} of ${formatCount(turns.length)}`);
  };
}
