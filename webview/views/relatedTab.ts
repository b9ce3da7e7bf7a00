/** What the selected event came of and what it led to: each a line that leads there. */
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { formatDuration, formatPosition } from '../logic/format';
import { relationLines, type RelationLine } from '../logic/relation';
import { FROM } from '../logic/rowSource';
import type { Topic } from '../state/store';
import { familyColor } from '../timeline/shapes';
import { familyPipStyles } from './familyPip';
import { sharedStyles, View } from './view';

@customElement('rti-related')
export class RelatedTab extends View {
  protected override readonly topics: readonly Topic[] = ['related', 'selection', 'spans', 'summaries', 'status'];

  static override styles = [
    sharedStyles,
    familyPipStyles,
    css`
      :host {
        display: block;
        padding: 8px 0 16px;
      }
      h3 {
        font-size: inherit;
        font-weight: 600;
        margin: 10px 12px 4px;
      }
      p {
        color: var(--vscode-descriptionForeground);
        margin: 4px 12px;
      }
      button.line {
        align-items: baseline;
        background: none;
        border: 0;
        color: inherit;
        cursor: pointer;
        display: flex;
        flex-wrap: wrap;
        font: inherit;
        gap: 0 8px;
        line-height: 20px;
        padding: 2px 12px 2px calc(12px + var(--step, 0) * 14px);
        text-align: left;
        width: 100%;
      }
      button.line:hover {
        background: var(--vscode-list-hoverBackground);
        outline: 1px dashed var(--vscode-contrastActiveBorder, transparent);
        outline-offset: -1px;
      }
      .words,
      .ms,
      .summary {
        color: var(--vscode-descriptionForeground);
      }
      .type {
        overflow-wrap: anywhere;
      }
      .summary {
        flex: 1 1 120px;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        unicode-bidi: isolate;
        white-space: nowrap;
      }
      .finding {
        margin: 4px 12px 8px;
      }
      .finding .advice {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  protected override render() {
    const { store } = this;
    const row = store.selected;
    if (row === null) return nothing;
    const { related, document } = store;
    const isPending = (document?.analysed ?? 0) <= row;
    const findings = store.meanings.findings(row);
    const t = (of: number) => store.rows.t.at(of) ?? 0;
    const causes = related === null ? [] : relationLines(row, related.causes, 'causes', t);
    const effects = related === null ? [] : relationLines(row, related.effects, 'effects', t);
    return html`
      ${
        findings.length === 0
          ? nothing
          : html`<h3>Findings</h3>
              ${findings.map(
                (finding) =>
                  html`<div class="finding">
                    <div>${finding.severity}: ${finding.title}</div>
                    <div>${finding.explanation}</div>
                    <div class="advice">${finding.advice}</div>
                  </div>`,
              )}`
      }
      <h3 id="causes">Came of</h3>
      ${this.#lines(causes, 'causes', isPending ? 'Still being worked out…' : 'Nothing that is known.')}
      <h3 id="effects">Led to</h3>
      ${this.#lines(effects, 'effects', isPending ? 'Still being worked out…' : 'Nothing that is known.')}
    `;
  }

  #lines(lines: readonly RelationLine[], id: string, none: string) {
    if (lines.length === 0) return html`<p>${none}</p>`;
    return html`<div role="list" aria-labelledby=${id}>${lines.map((line) => this.#line(line))}</div>`;
  }
  #line({ row, words, step, ms }: RelationLine) {
    const { store } = this;
    const { rows } = store;
    const seq = rows.seq.at(row) ?? 0;
    const from = rows.from.at(row);
    const side = from === FROM.client ? 'client →' : from === FROM.server ? '← server' : '';
    const distance = ms < 0 ? `${formatDuration(-ms)} earlier` : `${formatDuration(ms)} later`;
    return html`<div role="listitem">
      <button
        class="line"
        data-step=${step}
        title=${`At ${formatPosition(rows.t.at(row) ?? 0)}. Click selects it.`}
        @click=${() => store.showRow(row)}
      >
        <span class="words">${step > 1 ? '↳ which ' : ''}${words}</span>
        <span class="type"
          ><span class="pip ${familyColor(rows.typeOf(row))}"></span> ${rows.typeOf(row) || '(no type)'}</span
        >
        ${seq > 0 ? html`<span class="num dim">#${seq}</span>` : nothing}
        ${side === '' ? nothing : html`<span class="dim">${side}</span>`}
        <span class="ms num">${distance}</span>
        <span class="summary">${store.rowSummary(row) ?? ''}</span>
      </button>
    </div>`;
  }

  protected override updated(): void {
    // The policy of the page forbids style attributes.
    for (const line of this.renderRoot.querySelectorAll<HTMLElement>('[data-step]'))
      line.style.setProperty('--step', String(Math.min(8, Number(line.dataset.step) - 1)));
  }
}
