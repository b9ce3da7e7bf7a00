/** The views of the main pane, as VS Code's panels have them. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { formatCount } from '../logic/format';
import { mainTabs, mainTabTitles, severityIcons, tabByKey, worstSeverity, type MainTab } from '../logic/mainTabs';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

@customElement('rti-main-tabs')
export class MainTabs extends View {
  protected override readonly topics: readonly Topic[] = ['panel', 'spans', 'filter', 'status'];

  static override styles = [
    sharedStyles,
    css`
      :host {
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: block;
        flex: none;
      }
      [role='tablist'] {
        display: flex;
        gap: 14px;
        overflow-x: auto;
        padding: 0 12px;
        scrollbar-width: none;
      }
      [role='tab'] {
        align-items: center;
        background: none;
        border: 0;
        border-bottom: 1px solid transparent;
        color: var(--vscode-panelTitle-inactiveForeground);
        cursor: pointer;
        display: inline-flex;
        flex: none;
        font: inherit;
        gap: 5px;
        height: 28px;
        padding: 0 2px;
      }
      [role='tab'][aria-selected='true'] {
        /* High contrast draws the line under all tabs in the colour of the open one's. */
        border-bottom-color: var(--vscode-contrastActiveBorder, var(--vscode-panelTitle-activeBorder, currentColor));
        border-bottom-width: 2px;
        color: var(--vscode-panelTitle-activeForeground);
      }
      [role='tab']:hover {
        color: var(--vscode-panelTitle-activeForeground);
      }
      .many {
        align-items: center;
        display: inline-flex;
        font-size: 12px;
        gap: 2px;
      }
      .error vscode-icon {
        color: var(--vscode-errorForeground);
      }
      .warning vscode-icon {
        color: var(--vscode-editorWarning-foreground);
      }
      .info vscode-icon {
        color: var(--vscode-editorInfo-foreground);
      }
    `,
  ];

  protected override render() {
    const { store } = this;
    return html`<div role="tablist" aria-label="Views" @keydown=${this.#key}>
      ${mainTabs.map(
        (tab) =>
          html`<button
            role="tab"
            id="main-tab-${tab}"
            title="${mainTabTitles[tab]} (${mainTabs.indexOf(tab) + 1})"
            aria-selected=${tab === store.tab ? 'true' : 'false'}
            tabindex=${tab === store.tab ? 0 : -1}
            @click=${() => store.setTab(tab)}
          >
            ${mainTabTitles[tab]}${tab === 'findings' ? this.#count() : nothing}
          </button>`,
      )}
    </div>`;
  }

  protected override updated(): void {
    // Where the tabs do not fit beside each other a key may choose one out of view.
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #count() {
    const { store } = this;
    const findings = store.meaning.findings.all.filter(
      ({ session }) => store.session === '' || session === store.session,
    );
    const worst = worstSeverity(findings);
    if (worst === undefined) return nothing;
    return html`<span class="many num ${worst}"
      ><vscode-icon name=${severityIcons[worst]} size="13"></vscode-icon>${formatCount(findings.length)}<span
        class="unseen"
        >, worst: ${worst}</span
      ></span
    >`;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tab = tabByKey<MainTab>(mainTabs, this.store.tab, event.key);
    if (tab === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.store.setTab(tab);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#main-tab-${tab}`)?.focus());
  };
}
