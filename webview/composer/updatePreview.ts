/** The configuration beside an update: before it is sent what it would change, afterwards what was asked for and not given. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ConfigDifference } from '../../src/analysis/configHistory';
import { changeSigns, valueWords, type ConfigChange } from '../../src/analysis/valueDiff';
import type { UpdatePreview } from '../logic/updatePreview';
import { sharedStyles } from '../views/view';

@customElement('rti-update-preview')
export class UpdatePreviewView extends LitElement {
  /** What the text would change; undefined when it is no update. */
  @property({ attribute: false }) preview: UpdatePreview | undefined;
  /** What came out otherwise of the one that was sent; undefined when none was answered. */
  @property({ attribute: false }) effective: readonly ConfigDifference[] | undefined;
  @property() session = '';
  @state() private open = true;

  static override styles = [
    sharedStyles,
    css`
      :host {
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: block;
        flex: 0 1 auto;
        max-height: min(35%, 108px);
        min-height: 26px;
        overflow: auto;
        padding: 2px 8px 2px 12px;
      }
      :host([hidden]) {
        display: none;
      }
      .head {
        align-items: center;
        background: none;
        border: 0;
        color: inherit;
        cursor: pointer;
        display: flex;
        font: inherit;
        gap: 6px;
        line-height: 20px;
        padding: 0;
        text-align: left;
      }
      table {
        border-collapse: collapse;
        margin-left: 4px;
      }
      td {
        max-width: 60ch;
        overflow-wrap: anywhere;
        padding: 0 10px 0 0;
        vertical-align: top;
      }
      .sign {
        text-align: center;
        width: 16px;
      }
      .added .sign {
        color: var(--vscode-gitDecoration-addedResourceForeground, var(--vscode-charts-green));
      }
      .removed .sign {
        color: var(--vscode-gitDecoration-deletedResourceForeground, var(--vscode-charts-red));
      }
      .changed .sign {
        color: var(--vscode-gitDecoration-modifiedResourceForeground, var(--vscode-charts-yellow));
      }
      .before {
        color: var(--vscode-descriptionForeground);
      }
      .warning {
        color: var(--vscode-editorWarning-foreground);
      }
    `,
  ];

  protected override updated(): void {
    this.hidden = this.preview === undefined && this.effective === undefined;
  }

  protected override render() {
    const { effective, preview } = this;
    if (effective !== undefined)
      return effective.length === 0
        ? html`<div class="head">
            <vscode-icon name="check" size="14"></vscode-icon> In effect as it was asked for.
          </div>`
        : this.#table(
            html`<span class="warning"
              >${effective.length === 1 ? 'One setting is' : `${effective.length} settings are`} not as asked for</span
            >`,
            ['asked', 'in effect'],
            effective.map(({ path, asked, effective: now }) => ({ path, kind: 'changed', before: asked, after: now })),
          );
    if (preview === undefined) return nothing;
    const { changes, isVoid } = preview;
    if (isVoid)
      return html`<div class="head dim">
        <vscode-icon name="info" size="14"></vscode-icon> It changes nothing in ${this.session}.
      </div>`;
    const count = changes.length === 1 ? 'one setting changes' : `${changes.length} settings change`;
    return this.#table(html`After this, ${count} in ${this.session}`, ['now', 'then'], changes);
  }

  #table(title: unknown, [before, after]: readonly [string, string], changes: readonly ConfigChange[]) {
    return html`<button
        class="head"
        aria-expanded=${this.open ? 'true' : 'false'}
        @click=${() => (this.open = !this.open)}
      >
        <vscode-icon name=${this.open ? 'chevron-down' : 'chevron-right'} size="14"></vscode-icon>${title}
      </button>
      ${
        this.open
          ? html`<table class="mono">
              <tbody>
                ${changes.map(
                  ({ path, kind, before: old, after: now }) =>
                    html`<tr class=${kind}>
                      <td class="sign" title=${kind}>${changeSigns[kind]}</td>
                      <td>${path}</td>
                      <td>
                        ${kind === 'added' ? nothing : html`<span class="before" title=${before}>${valueWords(old)}</span>`}
                        ${kind === 'changed' ? ' → ' : nothing}
                        ${kind === 'removed' ? nothing : html`<span title=${after}>${valueWords(now)}</span>`}
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-update-preview': UpdatePreviewView;
  }
}
