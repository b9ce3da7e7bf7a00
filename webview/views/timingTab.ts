/** When an event came and went, how far it is from others, and the measures it takes part in with their formulas. */
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LATENCIES } from '../../src/analysis/latency';
import type { RowBody } from '../../src/document/columns';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPosition,
  formatTimeOfDay,
  shortenMiddle,
} from '../logic/format';
import { rowLatencies } from '../logic/rowLatencies';
import { FLAG, FROM } from '../logic/rowSource';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

/** Rows looked back at for one of the same kind. */
const furthest = 20_000;

@customElement('rti-timing')
export class TimingTab extends View {
  protected override readonly topics: readonly Topic[] = ['related', 'selection', 'spans', 'status'];
  @property({ attribute: false }) row = 0;
  @property({ attribute: false }) body: RowBody | null = null;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        padding: 12px;
      }
      table {
        border-collapse: collapse;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        font-weight: normal;
        padding: 2px 18px 2px 0;
        text-align: left;
        vertical-align: top;
      }
      th {
        color: var(--vscode-descriptionForeground);
        white-space: nowrap;
      }
      td {
        overflow-wrap: anywhere;
        user-select: text;
      }
      h3 {
        font-size: inherit;
        margin: 16px 0 4px;
      }
      .id,
      button {
        margin-right: 6px;
      }
      .formula {
        color: var(--vscode-descriptionForeground);
        line-height: 1.4;
        margin: 0 0 8px;
        max-width: 72ch;
      }
      .value {
        font-variant-numeric: tabular-nums;
        font-weight: 600;
      }
      .measure {
        margin-top: 6px;
      }
    `,
  ];

  protected override render() {
    const { store, row } = this;
    const { rows, document } = store;
    const t = rows.t.at(row) ?? 0;
    const sent = sentOn(t, this.body?.head);
    const before = rows.timeBefore(row);
    const bytes = rows.bytes.at(row) ?? 0;
    const from = rows.from.at(row);
    const replaces = this.body?.head.replaces;
    const turn = store.meanings.turn(row);
    const cause = store.related?.row === row ? store.related.causes.find(({ effect }) => effect === row) : undefined;
    const lines: [string, unknown][] = [
      ['arrived', `${formatPosition(t)}${document ? `  ·  ${formatTimeOfDay(document.startedAt, t)}` : ''}`],
      ['sent on', Number.isNaN(sent) ? (this.body ? 'no stamp' : '') : formatPosition(sent)],
      ['in the proxy', Number.isNaN(sent) ? '' : formatDuration(Math.max(0, sent - t))],
      ['since the event before', Number.isNaN(before) ? '' : formatDuration(t - before)],
      ['since the same kind before', this.#sinceSameKind()],
      [
        'since its cause',
        cause === undefined
          ? ''
          : html`${formatDuration(t - (rows.t.at(cause.cause) ?? 0))} ${this.#rowLink(cause.cause)}
              <span class="dim">${rows.typeOf(cause.cause)}</span>`,
      ],
      [
        'turn',
        turn === undefined
          ? ''
          : html`${turn.number}, ${formatDuration(t - turn.start)} into it ${this.#rowLink(turn.startRow, 'its start')}`,
      ],
      [
        'size',
        rows.kind.at(row) !== 0
          ? ''
          : bytes < 1000
            ? formatBytes(bytes)
            : `${formatBytes(bytes)}  ·  ${formatCount(bytes)} bytes`,
      ],
      ['audio', (rows.audioMs.at(row) ?? 0) > 0 ? formatDuration(rows.audioMs.at(row) ?? 0) : ''],
      ['from', from === FROM.client ? 'client' : from === FROM.server ? 'server' : ''],
      ['sent by the inspector', rows.has(row, FLAG.injected) ? 'yes' : ''],
      ['made from', typeof replaces === 'number' ? this.#seqLink(replaces) : ''],
      ['session', this.#id(rows.sessionOf(row))],
      ['response', this.#id(rows.responseOf(row), 'response')],
      ['item', this.#id(rows.itemOf(row), 'item')],
      ['call', this.#id(rows.callOf(row))],
    ];
    return html`<table>
        <tbody>
          ${lines
            .filter(([, value]) => value !== '')
            .map(
              ([name, value]) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  <td>${value}</td>
                </tr>`,
            )}
        </tbody>
      </table>
      ${this.#measures()}`;
  }

  /** A measure may have been taken for the turn of the row or for the one before, which the row interrupts. */
  #measures() {
    const { store, row } = this;
    const turns = store.meaning.turns.all.filter(({ session }) => session === store.rows.sessionOf(row));
    const at = turns.findIndex((turn) => turn === store.meanings.turnBegun(row));
    const near = turns.slice(Math.max(0, at - 1), at + 2);
    const found = rowLatencies(near, row);
    if (found.length === 0) return nothing;
    return html`<h3>Measured with this event</h3>
      ${found.map(({ turn, latency, end }) => {
        const info = LATENCIES[latency.name];
        const other = end === 'to' ? latency.fromRow : latency.toRow;
        return html`<div class="measure">
            ${info.title}: <span class="value">${formatDuration(latency.ms)}</span>
            <span class="dim">turn ${turn.number}, ${end === 'to' ? 'from' : 'to'}</span> ${this.#rowLink(other)}
          </div>
          <p class="formula">${info.formula.replaceAll('`', '')}</p>`;
      })}`;
  }

  #sinceSameKind(): string {
    const { row } = this;
    const { rows } = this.store;
    for (let other = row - 1; other >= Math.max(0, row - furthest); other -= 1)
      if (
        rows.type.at(other) === rows.type.at(row) &&
        rows.from.at(other) === rows.from.at(row) &&
        rows.session.at(other) === rows.session.at(row)
      )
        return formatDuration((rows.t.at(row) ?? 0) - (rows.t.at(other) ?? 0));
    return '';
  }
  #rowLink(row: number, words = `#${this.store.rows.seq.at(row) ?? 0}`) {
    return html`<button class="link" @click=${() => this.store.select(row)}>${words}</button>`;
  }
  #seqLink(seq: number) {
    const row = this.store.rows.rowOfSeq(seq, this.row);
    return row === undefined ? `#${seq}` : this.#rowLink(row, `#${seq}`);
  }
  #id(id: string, filter?: 'response' | 'item') {
    if (id === '') return '';
    return html`<span class="mono id" title=${id}>${shortenMiddle(id, 28)}</span>
      <button class="link" @click=${() => void this.#copy(id)}>copy</button>
      ${
        filter === undefined
          ? nothing
          : html`<button class="link" @click=${() => this.store.filterBy(filter, this.row)}>filter</button>`
      }`;
  }
  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.store.tell({ kind: 'info', text: `Copied ${formatCount(text.length)} characters.` });
    } catch (error) {
      this.store.fail(error);
    }
  }
}

/** When an event was sent on, ms on the trace's axis: its head counts from the trace it was recorded in. NaN without a stamp. */
function sentOn(t: number, head: Readonly<Record<string, unknown>> | undefined): number {
  return typeof head?.sent === 'number' && typeof head.t === 'number' ? t + head.sent - head.t : NaN;
}
