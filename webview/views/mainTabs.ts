/** The views of the main pane, as VS Code's panels have them. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { formatCount } from '../logic/format';
import { asMainTab, mainTabs, mainTabTitles, severityIcons, worstSeverity, type MainTab } from '../logic/mainTabs';
import type { Topic } from '../state/store';
import './tabBar';
import type { TabOf } from './tabBar';
import { View } from './view';

@customElement('rti-main-tabs')
export class MainTabs extends View {
  protected override readonly topics: readonly Topic[] = ['panel', 'spans', 'filter', 'status'];

  static override styles = css`
    :host {
      display: block;
      flex: none;
    }
  `;

  protected override render() {
    const { store } = this;
    const tabs = mainTabs.map((id, at): TabOf<MainTab> => {
      const title = mainTabTitles[id];
      return { id, title, hint: `${title} (${at + 1})`, mark: id === 'findings' ? this.#count() : '' };
    });
    return html`<rti-tabs
      label="Views"
      .tabs=${tabs}
      .open=${store.tab}
      @rti-tab=${({ detail }: CustomEvent<string>) => store.setTab(asMainTab(detail))}
    ></rti-tabs>`;
  }

  #count() {
    const { store } = this;
    const findings = store.meaning.findings.all.filter(
      ({ session }) => store.session === '' || session === store.session,
    );
    const worst = worstSeverity(findings);
    if (worst === undefined) return '';
    return html`<vscode-icon class=${worst} name=${severityIcons[worst]} size="13"></vscode-icon
      >${formatCount(findings.length)}<span class="unseen">, worst: ${worst}</span>`;
  }
}
