/** A row of tabs as VS Code's panels have them. Those that have no room are in a menu at its end. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { foldedTabs, tabByKey } from '../logic/tabs';
import './popupMenu';
import type { PopupMenu } from './popupMenu';
import { sharedStyles } from './view';

export interface TabOf<T extends string = string> {
  readonly id: T;
  readonly title: string;
  /** What a pointer that rests on it is told. */
  readonly hint?: string;
  /** What stands after its title, such as a count. */
  readonly mark?: TemplateResult | string;
}

/** Between two tabs, and of the menu's button, pixels. */
const gap = 14;
const moreWidth = 24;

/** Tells `rti-tab` with the id of the tab that was chosen; the owner then gives it back as `open`. */
@customElement('rti-tabs')
export class TabBar extends LitElement {
  @property({ attribute: false }) tabs: readonly TabOf[] = [];
  @property() open = '';
  /** Name of the list, for assistive technology. */
  @property() label = '';
  @state() private folded: readonly string[] = [];
  @query('rti-menu') private menu!: PopupMenu;
  /** A key or the menu chose the tab: it has the focus once it is drawn as the open one. */
  #takesFocus = false;
  readonly #resize = new ResizeObserver(() => this.#fit());

  static override styles = [
    sharedStyles,
    css`
      :host {
        align-items: center;
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: flex;
        flex: none;
        min-width: 0;
        padding: 0 12px;
      }
      [role='tablist'] {
        display: flex;
        flex: 1;
        gap: 14px;
        min-width: 0;
        overflow: clip;
        position: relative;
      }
      [role='tab'] {
        align-items: center;
        background: none;
        border: 0;
        border-bottom: 2px solid transparent;
        color: var(--vscode-panelTitle-inactiveForeground);
        cursor: pointer;
        display: inline-flex;
        flex: none;
        font: inherit;
        gap: 5px;
        height: 28px;
        padding: 0 2px;
        white-space: nowrap;
      }
      [role='tab'][aria-selected='true'] {
        /* High contrast draws the line under all tabs in the colour of the open one's. */
        border-bottom-color: var(--vscode-contrastActiveBorder, var(--vscode-panelTitle-activeBorder, currentColor));
        color: var(--vscode-panelTitle-activeForeground);
      }
      [role='tab']:hover {
        color: var(--vscode-panelTitle-activeForeground);
      }
      /* Out of sight, but as wide as it would be. */
      [role='tab'].folded {
        position: absolute;
        visibility: hidden;
      }
      .many {
        align-items: center;
        display: inline-flex;
        font-size: 12px;
        gap: 2px;
      }
      /* A mark that tells how grave it is. */
      .many .error {
        color: var(--vscode-errorForeground);
      }
      .many .warning {
        color: var(--vscode-editorWarning-foreground);
      }
      .many .info {
        color: var(--vscode-editorInfo-foreground);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  protected override render() {
    const { tabs, open, folded, label } = this;
    return html`<div role="tablist" aria-label=${label} @keydown=${this.#key}>
        ${tabs.map(
          ({ id, title, hint, mark }) =>
            html`<button
              role="tab"
              id="tab-${id}"
              class=${folded.includes(id) ? 'folded' : ''}
              title=${hint ?? nothing}
              aria-selected=${id === open ? 'true' : 'false'}
              tabindex=${id === open ? 0 : -1}
              @click=${() => this.#choose(id)}
            >
              ${title}${mark === undefined || mark === '' ? nothing : html`<span class="many num">${mark}</span>`}
            </button>`,
        )}
      </div>
      ${
        folded.length === 0
          ? nothing
          : html`<button
              class="icon"
              title=${tabs
                .filter(({ id }) => folded.includes(id))
                .map(({ title }) => title)
                .join(', ')}
              aria-label="${folded.length} more of ${label}"
              aria-haspopup="menu"
              @click=${this.#showMenu}
            >
              <vscode-icon name="ellipsis"></vscode-icon>
            </button>`
      }
      <rti-menu></rti-menu>`;
  }

  protected override updated(): void {
    this.#fit();
    // Where it was folded it has a place with the next drawing.
    const open = this.renderRoot.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]:not(.folded)');
    if (!this.#takesFocus || open === null) return;
    this.#takesFocus = false;
    open.focus();
  }
  #fit(): void {
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('[role="tab"]')];
    const style = getComputedStyle(this);
    const room = this.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    // In a pane that is not shown nothing has a width.
    if (!(room > 0)) return;
    const widths = buttons.map((button) => button.getBoundingClientRect().width);
    const open = this.tabs.findIndex(({ id }) => id === this.open);
    const folded = foldedTabs({ widths, room, gap, more: moreWidth }, open).map((at) => this.tabs[at]?.id ?? '');
    if (folded.join() !== this.folded.join()) this.folded = folded;
  }

  #choose(id: string): void {
    this.dispatchEvent(new CustomEvent<string>('rti-tab', { detail: id }));
  }
  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const tabs = this.tabs.map(({ id }) => id);
    const tab = tabByKey(tabs, this.open, event.key);
    if (tab === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#takesFocus = true;
    this.#choose(tab);
  };
  readonly #showMenu = (event: Event): void => {
    this.menu.show(`More of ${this.label}`, event.currentTarget as HTMLElement, () =>
      this.tabs
        .filter(({ id }) => this.folded.includes(id))
        .map(({ id, title }) => ({
          kind: 'entry',
          label: title,
          run: () => {
            this.#takesFocus = true;
            this.#choose(id);
          },
        })),
    );
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-tabs': TabBar;
  }
}
