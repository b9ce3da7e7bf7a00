/** What a hand did to the selected event: held by which breakpoint or rule and for how long, and what became of it. */
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { formatDuration } from '../logic/format';
import { heldPair } from '../logic/heldPair';
import { FLAG } from '../logic/rowSource';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';

const touched = FLAG.held | FLAG.edited | FLAG.dropped | FLAG.released | FLAG.rule;

/** Who did it, as the record says. */
interface Hands {
  row: number;
  rule: string;
  /** Undefined: no breakpoint. */
  breakpoint: string | undefined;
  fate: string;
}

@customElement('rti-hand-line')
export class HandLine extends View {
  protected override readonly topics: readonly Topic[] = ['selection', 'related', 'rows'];
  /** Of the line that tells the end of the selected message. */
  @state() private hands: Hands | undefined;
  #asked = -1;
  #of: unknown;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      div {
        background: var(--vscode-editorWidget-background);
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: flex;
        flex-wrap: wrap;
        gap: 2px 12px;
        line-height: 20px;
        overflow-wrap: anywhere;
        padding: 2px 12px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#look();
  }
  protected override storeChanged(): void {
    this.#look();
    this.requestUpdate();
  }

  get #pair() {
    const { related, selected } = this.store;
    return selected === null || related?.row !== selected ? undefined : heldPair(selected, related);
  }

  #look(): void {
    const { rows, selected } = this.store;
    if (selected === null || !rows.has(selected, touched)) return;
    // A line on which a message was held does not tell how that ended.
    const row = rows.has(selected, FLAG.held) ? this.#pair?.end : selected;
    if (row === undefined || (row === this.#asked && rows === this.#of)) return;
    this.#asked = row;
    this.#of = rows;
    void this.#load(row);
  }
  async #load(row: number): Promise<void> {
    const head = (await this.store.body(row))?.head;
    if (head === undefined || row !== this.#asked) return;
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    this.hands = {
      row,
      rule: text(head.rule) ?? '',
      breakpoint: text(head.breakpoint),
      fate: text(head.fate) ?? '',
    };
  }

  protected override render() {
    const { rows, selected } = this.store;
    if (selected === null || !rows.has(selected, touched)) return nothing;
    const pair = this.#pair;
    const end = rows.has(selected, FLAG.held) ? pair?.end : selected;
    const hands = this.hands?.row === end ? this.hands : undefined;
    const other = pair === undefined ? undefined : pair.arrived === selected ? pair.end : pair.arrived;
    return html`<div>
      <span>${this.#words(selected, pair, hands)}</span>
      ${
        other === undefined
          ? nothing
          : html`<button class="link" @click=${() => this.store.select(other)}>
              ${other === pair?.arrived ? 'As it arrived' : 'How it went on'}: #${rows.seq.at(other)}
            </button>`
      }
      ${
        pair?.became === 'edited'
          ? html`<button
              class="link"
              @click=${() => void this.store.ask('compare', { row: pair.end, with: pair.arrived })}
            >
              Compare with what arrived
            </button>`
          : nothing
      }
    </div>`;
  }

  #words(row: number, pair: ReturnType<typeof heldPair>, hands: Hands | undefined): string {
    const { rows } = this.store;
    const rule = hands?.rule ? ` by the rule “${hands.rule}”` : '';
    const breakpoint =
      hands?.breakpoint === undefined ? '' : ` at the breakpoint ${hands.breakpoint || 'on every message'}`;
    if (pair === undefined) {
      if (rows.has(row, FLAG.held)) return 'Held back when it arrived; what becomes of it is not recorded yet.';
      if (rows.has(row, FLAG.dropped)) return `Never sent on${rule}.`;
      return rows.has(row, FLAG.rule)
        ? `Made or ended${rule || ' by a rule'}.`
        : 'Sent in the place of another message.';
    }
    const began = rows.t.at(pair.arrived) ?? 0;
    const held = formatDuration(Math.max(0, (rows.t.at(pair.end) ?? 0) - began));
    // Without either it only waited behind one that was held.
    const by = rule || breakpoint ? `${breakpoint}` : hands === undefined ? '' : ' behind another message';
    const ended = this.#ended(pair.became, hands?.fate ?? '');
    return `Held for ${held}${by}, then ${ended}${rule}.`;
  }
  #ended(became: 'released' | 'edited' | 'dropped', fate: string): string {
    if (became === 'released') return 'let go as it came';
    if (became === 'edited') return 'sent on with another text';
    return fate === 'lost' ? 'lost: its connection had ended' : 'dropped';
  }
}
