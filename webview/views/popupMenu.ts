/** A small menu over the page: plain entries, check boxes, choices of one, headings; moved through by arrows. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { sharedStyles } from './view';

export type MenuItem =
  | { kind: 'heading'; label: string }
  | {
      kind: 'entry' | 'check' | 'radio';
      label: string;
      detail?: string;
      checked?: boolean;
      disabled?: boolean;
      run(): void;
      /** Takes the entry out of the menu. */
      remove?(): void;
    };

@customElement('rti-menu')
export class PopupMenu extends LitElement {
  @state() private items: readonly MenuItem[] = [];
  #make: () => readonly MenuItem[] = () => [];
  #opener: HTMLElement | null = null;

  static override styles = [
    sharedStyles,
    css`
      :host {
        background: var(--vscode-menu-background, var(--vscode-editorWidget-background));
        border: 1px solid var(--vscode-menu-border, var(--vscode-contrastBorder, var(--vscode-editorWidget-border)));
        border-radius: 5px;
        color: var(--vscode-menu-foreground, var(--vscode-foreground));
        inset: auto;
        margin: 0;
        max-height: 80vh;
        max-width: min(420px, 96vw);
        overflow: auto;
        padding: 4px;
        position: fixed;
      }
      .heading {
        color: var(--vscode-descriptionForeground);
        font-size: 11px;
        padding: 6px 8px 2px 26px;
      }
      .line {
        align-items: center;
        display: flex;
      }
      button.item {
        align-items: baseline;
        background: none;
        border: 0;
        border-radius: 3px;
        color: inherit;
        cursor: pointer;
        display: flex;
        flex: 1;
        font: inherit;
        gap: 6px;
        min-height: 24px;
        min-width: 0;
        padding: 2px 8px 2px 4px;
        text-align: left;
      }
      button.item:disabled {
        cursor: default;
        opacity: 0.5;
      }
      button.item:hover:not(:disabled),
      button.item:focus {
        background: var(--vscode-menu-selectionBackground, var(--vscode-list-activeSelectionBackground));
        color: var(--vscode-menu-selectionForeground, var(--vscode-list-activeSelectionForeground));
        outline: 1px solid var(--vscode-menu-selectionBorder, var(--vscode-contrastActiveBorder, transparent));
      }
      .tick {
        flex: none;
        text-align: center;
        width: 16px;
      }
      .label {
        flex: none;
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .detail {
        flex: 1;
        opacity: 0.75;
        overflow: hidden;
        text-align: right;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('popover', 'auto');
    this.setAttribute('role', 'menu');
    this.addEventListener('keydown', this.#key);
  }

  /** Shows the menu under `opener`, or at a point. `make` is asked again after each choice that leaves it open. */
  show(label: string, opener: HTMLElement, make: () => readonly MenuItem[], at?: { x: number; y: number }): void {
    this.setAttribute('aria-label', label);
    this.#make = make;
    this.#opener = opener;
    this.items = make();
    this.showPopover();
    void this.updateComplete.then(() => {
      const box = opener.getBoundingClientRect();
      const { offsetWidth, offsetHeight } = this;
      const x = at?.x ?? box.left;
      const y = at?.y ?? box.bottom + 2;
      this.style.left = `${Math.max(4, Math.min(x, innerWidth - offsetWidth - 4))}px`;
      this.style.top = `${Math.max(4, Math.min(y, innerHeight - offsetHeight - 4))}px`;
      this.#buttons()[0]?.focus();
    });
  }

  protected override render() {
    return this.items.map((item) => {
      if (item.kind === 'heading') return html`<div class="heading" role="presentation">${item.label}</div>`;
      const role = { entry: 'menuitem', check: 'menuitemcheckbox', radio: 'menuitemradio' }[item.kind];
      return html`<div class="line" role="presentation">
        <button
          class="item"
          role=${role}
          tabindex="-1"
          aria-checked=${item.kind === 'entry' ? nothing : String(item.checked === true)}
          aria-keyshortcuts=${item.remove === undefined ? nothing : 'Delete'}
          title=${item.remove === undefined ? '' : 'Delete removes it'}
          ?disabled=${item.disabled === true}
          @click=${() => this.#take(item)}
        >
          <span class="tick" aria-hidden="true"
            >${item.checked === true ? (item.kind === 'radio' ? '●' : '✓') : ''}</span
          ><span class="label">${item.label}</span
          >${item.detail === undefined ? nothing : html`<span class="detail mono">${item.detail}</span>`}
        </button>
        ${
          item.remove === undefined
            ? nothing
            : html`<button
                class="icon"
                tabindex="-1"
                title="Delete"
                aria-label=${`Delete ${item.label}`}
                @click=${() => this.#remove(item)}
              >
                <vscode-icon name="trash"></vscode-icon>
              </button>`
        }
      </div>`;
    });
  }

  #take(item: Exclude<MenuItem, { kind: 'heading' }>): void {
    item.run();
    if (item.kind === 'entry') this.#close();
    else this.items = this.#make();
  }
  #remove(item: Exclude<MenuItem, { kind: 'heading' }>): void {
    item.remove?.();
    this.items = this.#make();
    void this.updateComplete.then(() => this.#buttons()[0]?.focus());
  }
  #close(): void {
    this.hidePopover();
    this.#opener?.focus();
  }
  #buttons(): HTMLButtonElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLButtonElement>('button.item:not(:disabled)')];
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = this.#buttons();
    const focused = this.shadowRoot?.activeElement;
    const at = buttons.findIndex((button) => button === focused);
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % buttons.length,
      ArrowUp: (at - 1 + buttons.length) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    };
    const target = to[event.key];
    event.stopPropagation();
    if (target !== undefined) buttons[target]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') this.#close();
    else if (event.key === 'Delete') {
      const label = buttons[at]?.querySelector('.label')?.textContent;
      const item = this.items.find((each) => each.kind !== 'heading' && each.label === label);
      if (item !== undefined && item.kind !== 'heading' && item.remove !== undefined) this.#remove(item);
    } else return;
    event.preventDefault();
  };
}
