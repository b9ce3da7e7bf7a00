/** The configuration through time, and what was measured and found in both sessions. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LATENCIES } from '../../src/analysis/latency';
import type { ConfigPair, SessionPair, Which } from '../../src/compare/model';
import { deltaText, msText, PAIR_WORDS } from '../../src/compare/wording';
import { formatDuration, formatPosition } from '../logic/format';
import { formatUsd } from '../logic/money';
import { sharedStyles } from '../views/view';
import { arrowed, changesTable, partStyles, signOf } from './parts';

const KINDS = { created: 'Created with', asked: 'Asked for', effective: 'In effect', refused: 'Refused' } as const;

const pane = css`
  :host {
    display: block;
    min-height: 0;
    overflow: auto;
  }
`;

const measures = css`
  :host {
    container-type: inline-size;
  }
  .measures th[scope='row'] {
    background: var(--vscode-editor-background);
    left: 0;
    max-width: 30ch;
    overflow-wrap: break-word;
    position: sticky;
  }
  .measures td {
    overflow-wrap: normal;
  }
  /* Narrow, the change in percent stands below its values. */
  @container (width < 900px) {
    .share {
      display: block;
    }
  }
`;

/** A change of a measure: its values, and what they differ by. */
function changed(text: string) {
  const [values = '', share] = arrowed(text).split(/ (?=\()/);
  return share === undefined ? values : html`${values} <span class="share">${share}</span>`;
}

/** Scrolled by keys too, though nothing in it can be focused. */
abstract class ScrolledPane extends LitElement {
  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = 0;
  }
}

@customElement('rti-compare-config')
export class ConfigPane extends ScrolledPane {
  @property({ attribute: false }) session: SessionPair | null = null;
  @property({ attribute: false }) origins: Record<Which, number> = { a: 0, b: 0 };
  @property({ type: Boolean }) onlyDifferent = false;
  static override styles = [sharedStyles, partStyles, pane];

  protected override render() {
    const configs = (this.session?.configs ?? []).filter(({ status }) => !this.onlyDifferent || status !== 'same');
    if (configs.length === 0) return html`<p class="empty">The configuration is the same all the time.</p>`;
    return configs.slice(0, 300).map((config) => this.#step(config));
  }

  #step({ a, b, status, changes }: ConfigPair) {
    const kind = a && b && a.kind !== b.kind ? `${KINDS[a.kind]} | ${KINDS[b.kind]}` : KINDS[(a ?? b)?.kind ?? 'asked'];
    const when = (which: Which, t: number | undefined) =>
      t === undefined ? '–' : formatPosition(t - this.origins[which]);
    return html`<h2>
        ${signOf(status)}${kind}: ${PAIR_WORDS[status]}
        <span class="dim num">${when('a', a?.t)} | ${when('b', b?.t)}</span>
      </h2>
      ${changes.length > 0 ? changesTable(changes, `What differs: ${kind}`) : nothing}`;
  }
}

@customElement('rti-compare-measures')
export class MeasuresPane extends ScrolledPane {
  @property({ attribute: false }) session: SessionPair | null = null;
  static override styles = [sharedStyles, partStyles, pane, measures];

  protected override render() {
    const { session } = this;
    if (!session) return nothing;
    const { measures, sums, findings } = session;
    const { a, b } = sums;
    return html`<h2>Latencies</h2>
      ${
        measures.length === 0
          ? html`<p class="dim">Nothing was measured in both.</p>`
          : html`<table class="measures">
              <thead>
                <tr>
                  ${['measure', 'count', 'p50', 'p95', 'most'].map((head) => html`<th scope="col">${head}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${measures.map(
                  ({ name, title, a: was, b: is }) =>
                    html`<tr>
                      <th scope="row" title=${LATENCIES[name].formula}>${title}</th>
                      <td class="num">
                        ${arrowed(deltaText(was?.count ?? null, is?.count ?? null, String, Infinity))}
                      </td>
                      ${(['p50', 'p95', 'max'] as const).map((rank) => html`<td class="num">${changed(msText(was?.[rank] ?? null, is?.[rank] ?? null))}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
      ${
        a && b
          ? html`<h2>Sums</h2>
              <table>
                <tbody>
                  ${[
                    ['Turns', deltaText(a.turns, b.turns, String)],
                    ['Tokens', deltaText(a.tokens, b.tokens, String)],
                    ['Cost', a.usd === null && b.usd === null ? 'not known' : deltaText(a.usd, b.usd, formatUsd)],
                    ['User spoke', deltaText(a.inputAudioMs, b.inputAudioMs, formatDuration)],
                    ['Model spoke', deltaText(a.outputAudioMs, b.outputAudioMs, formatDuration)],
                    ['Heard of it', deltaText(a.heardAudioMs, b.heardAudioMs, formatDuration)],
                  ].map(
                    ([name, words]) =>
                      html`<tr>
                        <th scope="row">${name}</th>
                        <td class="num">${arrowed(words ?? '')}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
          : nothing
      }
      <h2>Findings</h2>
      ${findings.gained.length + findings.lost.length === 0 ? html`<p class="dim">Both have the same${findings.kept > 0 ? ` ${findings.kept}` : ''}.</p>` : nothing}
      ${(
        [
          ['added', findings.gained],
          ['removed', findings.lost],
        ] as const
      ).map(([status, list]) =>
        list.map(
          ({ severity, title, explanation }) =>
            html`<p>
              ${signOf(status)}<b>${severity === 'info' ? 'note' : severity}: ${title}</b>
              <span class="dim">${PAIR_WORDS[status]}</span><br />${explanation}
            </p>`,
        ),
      )}`;
  }
}
