/** What is wrong, why it matters, what to do, and the events it rests on. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { RULES } from '../../src/analysis/findings/rules';
import type { Finding } from '../../src/analysis/model';
import { formatCount, formatPosition } from '../logic/format';
import { severities, severityIcons } from '../logic/mainTabs';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

const severityWords: Readonly<Record<Finding['severity'], string>> = {
  error: 'Errors',
  warning: 'Warnings',
  info: 'Notes',
};
/** Findings shown before one asks for more. */
const mostShown = 200;

@customElement('rti-findings')
export class FindingsView extends View {
  protected override readonly topics: readonly Topic[] = ['spans', 'rows', 'selection', 'status', 'filter'];
  /** Severities left out. */
  @state() private hiddenSeverities: ReadonlySet<Finding['severity']> = new Set();
  /** Rule shown; '' for all. */
  @state() private rule = '';
  @state() private most = mostShown;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      .bar {
        align-items: center;
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: flex;
        flex: none;
        flex-wrap: wrap;
        gap: 4px 8px;
        padding: 3px 12px;
      }
      .list {
        flex: 1;
        min-height: 0;
        overflow: auto;
      }
      .empty {
        align-items: center;
        color: var(--vscode-descriptionForeground);
        display: flex;
        flex-direction: column;
        gap: 6px;
        line-height: 1.5;
        padding: 32px 24px;
        text-align: center;
      }
      .finding {
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        border-left: 3px solid transparent;
        display: grid;
        gap: 2px 10px;
        grid-template-columns: 20px minmax(0, 1fr);
        line-height: 1.45;
        padding: 8px 14px 10px 9px;
      }
      .finding[aria-current='true'] {
        background: var(--vscode-list-inactiveSelectionBackground);
        border-left-color: var(--vscode-focusBorder);
      }
      .finding > vscode-icon {
        margin-top: 2px;
      }
      .error > vscode-icon,
      .bar .error vscode-icon {
        color: var(--vscode-errorForeground);
      }
      .warning > vscode-icon,
      .bar .warning vscode-icon {
        color: var(--vscode-editorWarning-foreground);
      }
      .info > vscode-icon,
      .bar .info vscode-icon {
        color: var(--vscode-editorInfo-foreground);
      }
      h2 {
        font-size: 13px;
        font-weight: 600;
        margin: 0;
        overflow-wrap: anywhere;
      }
      h2 .num {
        color: var(--vscode-descriptionForeground);
        font-weight: normal;
        margin-left: 8px;
      }
      .finding[aria-current='true'] :is(.num, .meta, .dim) {
        color: inherit;
      }
      p {
        grid-column: 2;
        margin: 2px 0;
        max-width: 86ch;
        overflow-wrap: anywhere;
        user-select: text;
      }
      .advice b {
        font-weight: 600;
      }
      .rows {
        display: flex;
        flex-wrap: wrap;
        font-size: 12px;
        gap: 2px 12px;
        grid-column: 2;
      }
      .meta {
        color: var(--vscode-descriptionForeground);
        font-size: 12px;
        grid-column: 2;
      }
      select {
        max-width: 260px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = -1;
  }

  #all(): readonly Finding[] {
    const { store } = this;
    return store.meaning.findings.all.filter(({ session }) => store.session === '' || session === store.session);
  }

  protected override render() {
    const all = this.#all();
    if (all.length === 0) return this.#empty();
    const rules = [...new Set(all.map(({ rule }) => rule))].sort();
    const rule = rules.includes(this.rule) ? this.rule : '';
    const shown = all
      .filter((finding) => !this.hiddenSeverities.has(finding.severity) && (rule === '' || finding.rule === rule))
      .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.t - b.t);
    return html`
      <div class="bar">
        ${severities.map((severity) => this.#toggle(severity, all.filter((each) => each.severity === severity).length))}
        <select aria-label="Rule" @change=${(event: Event) => (this.rule = (event.target as HTMLSelectElement).value)}>
          <option value="" .selected=${rule === ''}>all rules</option>
          ${rules.map((each) => html`<option value=${each} .selected=${each === rule}>${each}</option>`)}
        </select>
      </div>
      <div class="list" role="list" aria-label="Findings">
        ${shown.slice(0, this.most).map((finding) => this.#finding(finding))}
        ${
          shown.length > this.most
            ? html`<p>
                <button class="link" @click=${() => (this.most += mostShown)}>
                  Show more (${formatCount(shown.length - this.most)})
                </button>
              </p>`
            : nothing
        }
        ${shown.length === 0 ? html`<div class="empty">All ${formatCount(all.length)} are left out by what is chosen above.</div>` : nothing}
      </div>
    `;
  }

  #toggle(severity: Finding['severity'], count: number) {
    const isShown = !this.hiddenSeverities.has(severity);
    return html`<button
      class="icon num ${severity}"
      aria-pressed=${isShown ? 'true' : 'false'}
      ?disabled=${count === 0}
      @click=${() => {
        const hidden = new Set(this.hiddenSeverities);
        if (!hidden.delete(severity)) hidden.add(severity);
        this.hiddenSeverities = hidden;
      }}
    >
      <vscode-icon name=${severityIcons[severity]} size="14"></vscode-icon>${severityWords[severity]}
      ${formatCount(count)}
    </button>`;
  }

  #empty() {
    const { document, rows, session } = this.store;
    const isReading = document !== null && document.analysed < document.rows;
    const { client, server } = rows.indexes(session);
    const count = client.count + server.count;
    return html`<div class="empty">
      ${isReading ? nothing : html`<vscode-icon name="pass" size="24"></vscode-icon>`}
      <div>
        ${
          isReading
            ? `Looking for what is suspicious: ${formatCount(document.analysed)} of ${formatCount(document.rows)} rows so far…`
            : `Nothing suspicious found in ${formatCount(count)} ${count === 1 ? 'event' : 'events'} (${RULES.length} rules).`
        }
      </div>
    </div>`;
  }

  #finding(finding: Finding) {
    const { store } = this;
    const { severity, title, explanation, advice, rows, rowCount, t, rule, session } = finding;
    const isCurrent = store.selected !== null && rows.includes(store.selected);
    const sessions = store.document?.sessions.length ?? 0;
    const label = RULES.find((each) => each.rule === rule)?.looksFor ?? '';
    return html`<div class="finding ${severity}" role="listitem" aria-current=${isCurrent ? 'true' : 'false'}>
      <vscode-icon name=${severityIcons[severity]} label=${severity}></vscode-icon>
      <h2>${title}<span class="num">${formatPosition(t)}</span></h2>
      <p>${explanation}</p>
      <p class="advice"><b>What to do:</b> ${advice}</p>
      <div class="rows num">
        ${rows.map(
          (row) =>
            html`<button class="link" @click=${() => store.showRow(row)}>
              ${(store.rows.seq.at(row) ?? 0) > 0 ? `#${store.rows.seq.at(row)} ` : ''}${store.rows.typeOf(row) || '(no type)'}
            </button>`,
        )}
        ${rowCount > rows.length ? html`<span class="dim">and ${formatCount(rowCount - rows.length)} more</span>` : nothing}
      </div>
      <div class="meta" title=${label}>
        ${severity} · ${rule}${sessions > 1 && session !== '' ? ` · session ${session}` : ''}
      </div>
    </div>`;
  }
}
