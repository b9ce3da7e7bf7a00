/** The turns of both sessions side by side, with what their differences come to; below, the chosen pair. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { LATENCIES } from '../../src/analysis/latency';
import type { SessionPair, TurnPair, Which } from '../../src/compare/model';
import { deltaText, msText, PAIR_WORDS, soundText } from '../../src/compare/wording';
import { formatUsd } from '../logic/money';
import { sharedStyles } from '../views/view';
import type { EventPlace } from './eventsPane';
import { arrowed, changesTable, partStyles, signOf, wordsLine } from './parts';

/** Rows shown at first, and more with each wish for more. */
const STEP = 300;

@customElement('rti-compare-turns')
export class TurnsPane extends LitElement {
  @property({ attribute: false }) session: SessionPair | null = null;
  @property({ type: Number }) chosen = -1;
  /** Places of those that are shown, in their order. */
  @property({ attribute: false }) shown: readonly number[] = [];
  /** Why none is shown, where there are some. */
  @property() none = '';
  @state() private most = STEP;

  static override styles = [
    sharedStyles,
    partStyles,
    css`
      :host {
        container-type: inline-size;
        display: block;
        min-height: 0;
        overflow: auto;
      }
      .turns {
        margin: 4px 12px;
        min-width: calc(100% - 24px);
      }
      .turns td {
        vertical-align: middle;
        white-space: nowrap;
      }
      .turns .what {
        max-width: 0;
        width: 60%;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .turns button.pick {
        background: none;
        border: 0;
        color: inherit;
        cursor: pointer;
        font: inherit;
        font-variant-numeric: tabular-nums;
        min-height: 24px;
        padding: 0 4px;
        text-align: left;
      }
      .turns .what {
        min-width: 20ch;
      }
      /* What was said and how long it took stay; the rest is told below the table, of the chosen turn. */
      @container (width < 800px) {
        .spent {
          display: none;
        }
      }
      @container (width < 640px) {
        .by {
          display: none;
        }
        .turns :is(th, td).wait {
          padding-left: 8px;
          white-space: normal;
        }
      }
      @container (width < 480px) {
        .status {
          display: none;
        }
      }
      tr.chosen {
        background: var(--vscode-list-inactiveSelectionBackground);
        outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
        outline-offset: -1px;
      }
      tr.chosen .dim {
        color: inherit;
      }
      .detail {
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        padding: 4px 0 10px;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
      }
      .detail h2 {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        font-size: 1em;
        gap: 8px;
        margin: 6px 12px;
      }
    `,
  ];

  protected override render() {
    const { session } = this;
    if (!session) return nothing;
    const rows = this.shown.flatMap((at) => {
      const turn = session.turns[at];
      return turn ? [{ turn, at }] : [];
    });
    if (rows.length === 0)
      return html`<p class="empty">${session.turns.length === 0 ? 'There are no turns.' : this.none}</p>`;
    const turn = session.turns[this.chosen];
    return html`<table class="turns">
        <thead>
          <tr>
            <th scope="col">a | b</th>
            <th scope="col" class="by">begun by</th>
            <th scope="col" class="right wait">wait for the answer</th>
            <th scope="col" class="right spent">tokens</th>
            <th scope="col" class="right spent">cost</th>
            <th scope="col" class="status">status</th>
            <th scope="col">what was said</th>
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, this.most).map(({ turn, at }) => this.#row(turn, at))}
        </tbody>
      </table>
      ${rows.length > this.most ? html`<p><button class="text" @click=${() => (this.most += STEP)}>${rows.length - this.most} more</button></p>` : nothing}
      ${turn === undefined ? nothing : this.#detail(turn, session)}`;
  }

  #row(turn: TurnPair, at: number) {
    const { a, b, status, latencies, user, model } = turn;
    const wait = latencies.find(({ name }) => name === 'toAnswer');
    const said = (b ?? a)?.said || (b ?? a)?.heard || '';
    const isChosen = at === this.chosen;
    return html`<tr class=${isChosen ? 'chosen' : ''} @click=${() => this.#choose(at)}>
      <td>
        <button class="pick" aria-pressed=${isChosen ? 'true' : 'false'} title=${PAIR_WORDS[status]}>
          ${signOf(status)}${a?.number ?? '–'} | ${b?.number ?? '–'}
        </button>
      </td>
      <td class="by">${(a ?? b)?.by}</td>
      <td class="right num wait">${wait ? arrowed(msText(wait.a, wait.b)) : ''}</td>
      <td class="right num spent">${tokensOf(turn)}</td>
      <td class="right num spent">${costOf(turn)}</td>
      <td class="status">${statusOf(turn)}</td>
      <td class="what">
        ${user.same && model.same ? said : html`<span class="dim">${a && b ? 'other words:' : `only in ${a ? 'a' : 'b'}:`}</span> ${said}`}
      </td>
    </tr>`;
  }

  #detail(turn: TurnPair, session: SessionPair) {
    const own = session.calls.filter((call) => call.turn === this.chosen);
    const { a, b, status, latencies, user, model } = turn;
    return html`<section class="detail" aria-label="The chosen turn">
      <h2>
        Turn ${a?.number ?? '–'} | ${b?.number ?? '–'}: ${PAIR_WORDS[status]}
        <button class="text" @click=${() => this.#tell('rti-play-turn', this.chosen)}>
          <vscode-icon name="play"></vscode-icon> Play both
        </button>
        <button class="text" @click=${() => this.#tell('rti-turn-events', this.chosen)}>Its events</button>
        ${this.#open('a', a?.startRow)} ${this.#open('b', b?.startRow)}
      </h2>
      <p class="dim num facts">
        ${[`begun by ${(a ?? b)?.by}`, statusOf(turn), withUnit(tokensOf(turn), 'tokens'), costOf(turn)].filter(Boolean).map((fact) => html`<span>${fact}</span>`)}
      </p>
      ${wordsLine('User', user)}${wordsLine('Model', model)} ${this.#sounds(session)}
      ${own.map(
        (call) =>
          html`<h3>${signOf(call.status)}Call of ${(call.a ?? call.b)?.name}: ${PAIR_WORDS[call.status]}</h3>
            ${call.changes.length > 0 ? changesTable(call.changes, 'What differs in the call') : html`<p class="mono">${(call.a ?? call.b)?.arguments}</p>`}`,
      )}
      ${
        latencies.length === 0
          ? nothing
          : html`<h3>Latencies</h3>
              <table>
                <thead>
                  <tr>
                    <th scope="col">measure</th>
                    <th scope="col">a → b</th>
                  </tr>
                </thead>
                <tbody>
                  ${latencies.map(
                    ({ name, a: was, b: is }) =>
                      html`<tr>
                        <th scope="row" title=${LATENCIES[name].formula}>${LATENCIES[name].title}</th>
                        <td class="num">${arrowed(msText(was, is))}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
      }
    </section>`;
  }

  #open(which: Which, row: number | undefined) {
    if (row === undefined) return nothing;
    const detail: EventPlace = { which, row };
    return html`<button
      class="text"
      @click=${() => this.dispatchEvent(new CustomEvent<EventPlace>('rti-open', { detail }))}
    >
      Open in ${which}
    </button>`;
  }

  /** How the sound of the turn compares; the input's belongs to the whole session. */
  #sounds({ events }: SessionPair) {
    const own = events.flatMap(({ turn, sound }) => (turn === this.chosen && sound ? [sound] : []));
    return own.map((sound) => html`<p><b>Sound</b> ${soundText(sound)}</p>`);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('chosen') || this.chosen < 0) return;
    const at = this.shown.indexOf(this.chosen);
    if (at >= this.most) this.most = Math.ceil((at + 1) / STEP) * STEP;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector('tr.chosen')?.scrollIntoView({ block: 'nearest' }),
    );
  }

  #choose(at: number): void {
    this.#tell('rti-turn', at);
  }
  #tell(name: string, detail: number): void {
    this.dispatchEvent(new CustomEvent<number>(name, { detail }));
  }
}

const tokensOf = ({ a, b }: TurnPair): string =>
  (a?.tokens ?? b?.tokens) == null ? '' : arrowed(deltaText(a?.tokens ?? null, b?.tokens ?? null, String));
const costOf = ({ a, b }: TurnPair): string =>
  (a?.usd ?? b?.usd) == null ? '' : arrowed(deltaText(a?.usd ?? null, b?.usd ?? null, formatUsd));
const statusOf = ({ a, b }: TurnPair): string => [...new Set([a?.status, b?.status].filter(Boolean))].join(' | ');
const withUnit = (value: string, unit: string): string => (value === '' ? '' : `${unit} ${value}`);
