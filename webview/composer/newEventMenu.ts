/** What a new event may be made of: an answer to what waits, the selected event, the clipboard, a payload file, a template. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { sharedStyles } from '../views/view';

/** One beginning. */
export interface Beginning {
  group: string;
  label: string;
  detail: string;
  run(): void;
}

@customElement('rti-new-event')
export class NewEventMenu extends LitElement {
  @state() private items: readonly Beginning[] = [];
  @state() private typed = '';
  @state() private at = 0;
  @query('input') private input!: HTMLInputElement | null;
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
        max-height: 70vh;
        overflow: hidden;
        padding: 4px;
        position: fixed;
        width: min(520px, 96vw);
      }
      :host(:popover-open) {
        display: flex;
        flex-direction: column;
      }
      input {
        background: var(--vscode-input-background);
        border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
        border-radius: 4px;
        color: var(--vscode-input-foreground);
        flex: none;
        font: inherit;
        height: 26px;
        padding: 0 8px;
        width: 100%;
      }
      [role='listbox'] {
        margin-top: 4px;
        min-height: 0;
        overflow: auto;
      }
      .group {
        color: var(--vscode-descriptionForeground);
        font-size: 11px;
        padding: 6px 8px 2px;
      }
      [role='option'] {
        border-radius: 3px;
        cursor: pointer;
        display: flex;
        gap: 12px;
        line-height: 22px;
        padding: 0 8px;
      }
      [role='option'][aria-selected='true'] {
        background: var(--vscode-menu-selectionBackground, var(--vscode-list-activeSelectionBackground));
        color: var(--vscode-menu-selectionForeground, var(--vscode-list-activeSelectionForeground));
        outline: 1px solid var(--vscode-menu-selectionBorder, var(--vscode-contrastActiveBorder, transparent));
        outline-offset: -1px;
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
    this.addEventListener('keydown', this.#key);
  }

  /** Shows the menu under `opener`; `items` may be given again while it is open, when more is known. */
  show(opener: HTMLElement, items: readonly Beginning[]): void {
    this.#opener = opener;
    this.items = items;
    this.typed = '';
    this.at = 0;
    const box = opener.getBoundingClientRect();
    this.showPopover();
    void this.updateComplete.then(() => {
      const below = innerHeight - box.bottom;
      this.style.left = `${Math.max(4, Math.min(box.left, innerWidth - this.offsetWidth - 4))}px`;
      this.style.maxHeight = `${Math.round(Math.max(below, box.top) - 12)}px`;
      const { offsetHeight } = this;
      this.style.top = `${below >= box.top ? box.bottom + 2 : Math.max(4, box.top - offsetHeight - 2)}px`;
      this.input?.focus();
    });
  }
  more(items: readonly Beginning[]): void {
    if (this.matches(':popover-open')) this.items = items;
  }

  get #shown(): Beginning[] {
    const words = this.typed.toLowerCase().split(/\s+/).filter(Boolean);
    return this.items.filter(({ label, group, detail }) => {
      const all = `${label} ${group} ${detail}`.toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }

  protected override render() {
    const shown = this.#shown;
    const chosen = Math.min(this.at, shown.length - 1);
    return html`<input
        placeholder="What to send: a type, answer, file…"
        aria-label="Find a beginning"
        role="combobox"
        aria-expanded="true"
        aria-controls="list"
        aria-activedescendant="option-${chosen}"
        .value=${this.typed}
        @input=${(event: Event) => {
          this.typed = (event.target as HTMLInputElement).value;
          this.at = 0;
        }}
      />
      <div role="listbox" id="list" aria-label="Beginnings">
        ${shown.length === 0 ? html`<div class="group">Nothing of that name.</div>` : nothing}
        ${shown.map(
          (item, at) =>
            html`${
                at === 0 || shown[at - 1]?.group !== item.group
                  ? html`<div class="group" role="presentation">${item.group}</div>`
                  : nothing
              }
              <div
                role="option"
                id="option-${at}"
                aria-selected=${at === chosen ? 'true' : 'false'}
                @pointermove=${() => (this.at = at)}
                @click=${() => this.#take(item)}
              >
                <span class="label">${item.label}</span><span class="detail">${item.detail}</span>
              </div>`,
        )}
      </div>`;
  }

  #take(item: Beginning | undefined): void {
    if (item === undefined) return;
    this.hidePopover();
    item.run();
  }
  readonly #key = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const shown = this.#shown;
    const to: Record<string, number> = {
      ArrowDown: this.at + 1,
      ArrowUp: this.at - 1,
      PageDown: this.at + 10,
      PageUp: this.at - 10,
    };
    const target = to[event.key];
    if (target !== undefined) {
      this.at = Math.max(0, Math.min(shown.length - 1, target));
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector(`#option-${this.at}`)?.scrollIntoView({ block: 'nearest' }),
      );
    } else if (event.key === 'Enter') this.#take(shown[Math.min(this.at, shown.length - 1)]);
    else if (event.key === 'Escape' || event.key === 'Tab') {
      this.hidePopover();
      this.#opener?.focus();
    } else return;
    event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-new-event': NewEventMenu;
  }
}
