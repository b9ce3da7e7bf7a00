/** Find within the list: what is looked for, how many there are, and the way from one to the next. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { filterProblem } from '../../src/protocol/filterProblem';
import { formatCount } from '../logic/format';
import { staysInField } from '../logic/keys';
import type { Topic } from '../state/store';
import { sharedStyles, View } from './view';

@customElement('rti-find-bar')
export class FindBar extends View {
  protected override readonly topics: readonly Topic[] = ['filter', 'selection', 'rows'];
  @query('input') private input!: HTMLInputElement;

  static override styles = [
    sharedStyles,
    css`
      :host {
        align-items: center;
        background: var(--vscode-editorWidget-background);
        border: 1px solid var(--vscode-contrastBorder, var(--vscode-editorWidget-border, transparent));
        border-radius: 4px;
        box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
        display: flex;
        gap: 2px;
        max-width: calc(100% - 30px);
        padding: 3px 4px;
        position: absolute;
        right: 18px;
        top: 24px;
        z-index: 5;
      }
      input {
        background: var(--vscode-input-background);
        border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
        border-radius: 3px;
        color: var(--vscode-input-foreground);
        flex: 1 1 180px;
        font: inherit;
        height: 24px;
        min-width: 60px;
        padding: 0 6px;
      }
      input::placeholder {
        color: var(--vscode-input-placeholderForeground);
      }
      input[aria-invalid='true'] {
        border-color: var(--vscode-inputValidation-warningBorder, var(--vscode-focusBorder));
      }
      .count {
        min-width: 72px;
        padding: 0 6px;
      }
      .count.none {
        color: var(--error-text);
      }
    `,
  ];

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  protected override render() {
    const { finder } = this.store;
    const problem = finder.text.startsWith('/') ? filterProblem(finder.text) : '';
    return html`
      <input
        type="text"
        placeholder="Find: text or /regex/"
        aria-label="Find in the list"
        aria-invalid=${problem === '' ? 'false' : 'true'}
        title=${problem}
        spellcheck="false"
        autocomplete="off"
        .value=${finder.text}
        @input=${(event: Event) => finder.setText((event.target as HTMLInputElement).value)}
        @keydown=${this.#key}
      />
      <span
        class="count num ${finder.count === 0 && finder.pattern !== null && !finder.isLooking ? 'none' : ''}"
        role="status"
        >${this.#count()}</span
      >
      ${finder.isSearching ? this.#button('stop-circle', 'Stop searching, keep what was found', () => finder.stop()) : nothing}
      ${this.#button('arrow-up', 'Previous (Shift+F3)', () => this.go(-1))}
      ${this.#button('arrow-down', 'Next (F3)', () => this.go(1))}
      ${this.#button('close', 'Close (Escape)', () => this.#close())}
    `;
  }
  #count(): string {
    const { finder } = this.store;
    if (finder.pattern === null) return '';
    if (finder.count === 0)
      return finder.isLooking ? 'searching…' : finder.isStopped ? 'none yet, stopped' : 'no results';
    const more = finder.isLooking ? ' so far…' : finder.isStopped ? ', stopped' : '';
    const { current } = finder;
    return current > 0
      ? `${formatCount(current)} of ${formatCount(finder.count)}${more}`
      : `${formatCount(finder.count)} found${more}`;
  }
  #button(icon: string, label: string, run: () => void) {
    return html`<button class="icon" title=${label} aria-label=${label} @click=${run}>
      <vscode-icon name=${icon}></vscode-icon>
    </button>`;
  }

  /** Selects the next (1) or previous (-1) one. */
  go(step: 1 | -1): void {
    const { store } = this;
    const { list } = store;
    const row = store.finder.next(step);
    if (row === undefined) return;
    const position = list.positionOf(row);
    // Folded, a run would show its first event in place of the one that holds the text.
    if (position >= 0) {
      const entry = list.at(position);
      if (entry.count > 1 && !entry.open && entry.row !== row) store.toggleRun(position);
    }
    store.select(row);
  }
  #close(): void {
    this.store.finder.close();
    this.dispatchEvent(new CustomEvent('rti-focus-list', { bubbles: true, composed: true }));
  }
  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') this.go(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') this.#close();
    else if (event.key === 'ArrowDown')
      this.dispatchEvent(new CustomEvent('rti-focus-list', { bubbles: true, composed: true }));
    else {
      if (staysInField(event)) event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
