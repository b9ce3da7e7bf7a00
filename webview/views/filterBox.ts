/** The filter: a box that completes, says what is wrong, counts what it leaves, and has filters with names. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { completeFilter, takeOption, type FilterCompletion } from '../logic/filterCompletion';
import { builtInPresets } from '../logic/filterPresets';
import { filterProblem } from '../../src/protocol/filterProblem';
import { formatCount } from '../logic/format';
import { staysInField } from '../logic/keys';
import type { FilterPreset } from '../messages';
import type { Topic } from '../state/store';
import { filterBoxStyles } from './filterBoxStyles';
import './popupMenu';
import type { MenuItem, PopupMenu } from './popupMenu';
import { sharedStyles, View } from './view';

const nothingToOffer: FilterCompletion = { from: 0, to: 0, options: [] };

@customElement('rti-filter-box')
export class FilterBox extends View {
  protected override readonly topics: readonly Topic[] = ['rows', 'filter', 'selection'];
  @query('input.text') private input!: HTMLInputElement;
  @query('input.name') private nameInput!: HTMLInputElement | null;
  @query('.presets') private opener!: HTMLElement;
  @query('rti-menu') private menu!: PopupMenu;
  @state() private completion = nothingToOffer;
  @state() private active = -1;
  /** True while the filter is being given a name. */
  @state() private naming = false;
  @state() private own: readonly FilterPreset[] = [];

  static override styles = [sharedStyles, filterBoxStyles];

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  protected override render() {
    const { store } = this;
    const wrong = filterProblem(store.filterText);
    const { options } = this.completion;
    const isOpen = options.length > 0;
    return html`<div class="filter ${wrong === '' ? '' : 'wrong'}">
      <button
        class="icon presets"
        title="Filters with a name"
        aria-label="Filters with a name"
        aria-haspopup="menu"
        @click=${() => void this.#showPresets()}
      >
        <vscode-icon name="filter"></vscode-icon>
      </button>
      <rti-menu></rti-menu>
      ${this.naming ? this.#nameBox() : nothing}
      <input
        class="text"
        ?hidden=${this.naming}
        type="text"
        placeholder="Filter: text, /regex/, type:, turn:, error, -exclude"
        aria-label="Filter events"
        role="combobox"
        aria-autocomplete="list"
        aria-controls=${isOpen ? 'options' : nothing}
        aria-expanded=${String(isOpen)}
        aria-activedescendant=${isOpen && this.active >= 0 ? `option-${this.active}` : nothing}
        aria-invalid=${wrong === '' ? 'false' : 'true'}
        aria-describedby=${wrong === '' ? nothing : 'wrong'}
        spellcheck="false"
        autocomplete="off"
        .value=${store.filterText}
        @input=${this.#typed}
        @click=${() => this.#offer()}
        @blur=${() => this.#close()}
        @keydown=${this.#key}
      />
      ${this.#count()}
      ${
        isOpen
          ? html`<div id="options" role="listbox" aria-label="Suggestions">
              ${options.map(
                (option, at) =>
                  html`<div
                    role="option"
                    id="option-${at}"
                    aria-selected=${at === this.active ? 'true' : 'false'}
                    class=${at === this.active ? 'active' : ''}
                    @mousedown=${(event: Event) => {
                      event.preventDefault();
                      this.#take(at);
                    }}
                  >
                    <span class="label mono">${option.label}</span><span class="detail">${option.detail}</span>
                  </div>`,
              )}
            </div>`
          : wrong === ''
            ? nothing
            : html`<div id="wrong" class="wrong-words" role="status">${wrong}</div>`
      }
      ${
        store.filterText === ''
          ? nothing
          : html`<button
              class="icon"
              title="Clear the filter (Escape)"
              aria-label="Clear the filter"
              @click=${() => store.setFilter('')}
            >
              <vscode-icon name="close"></vscode-icon>
            </button>`
      }
    </div>`;
  }

  #count() {
    const { store } = this;
    const total = store.session === '' ? store.rows.count : store.rows.indexes(store.session).all.count;
    const { passed } = store.list;
    if (store.filtering)
      return html`<span class="count num">${formatCount(passed)} so far…</span>${
          store.shown.searching
            ? html`<button
                class="icon"
                title="Stop searching, keep what was found"
                aria-label="Stop searching"
                @click=${() => store.shown.stopSearch()}
              >
                <vscode-icon name="stop-circle"></vscode-icon>
              </button>`
            : nothing
        }`;
    const { stoppedAt } = store.shown;
    if (stoppedAt !== null)
      return html`<span
        class="count num"
        aria-live="polite"
        title="The search was stopped. Change the filter to search again."
        >${formatCount(passed)} in the first ${formatCount(stoppedAt)}</span
      >`;
    return html`<span class="count num" aria-live="polite"
      >${passed < total ? `${formatCount(passed)} of ${formatCount(total)}` : formatCount(total)}</span
    >`;
  }

  // ---- completion ----

  readonly #typed = (): void => {
    this.store.setFilter(this.input.value);
    this.#offer();
  };
  #offer(): void {
    const caret = this.input.selectionStart ?? this.input.value.length;
    const isRange = this.input.selectionEnd !== caret;
    this.completion = isRange ? nothingToOffer : completeFilter(this.input.value, caret, this.store.seen);
    this.active = -1;
  }
  /** True when Tab means an option: one was gone to, or the word under the caret was begun. A box only passed through keeps nobody. */
  get #isTyped(): boolean {
    const { from, options } = this.completion;
    const caret = this.input.selectionStart ?? 0;
    return options.length > 0 && (this.active >= 0 || caret > from || this.input.value[caret - 1] === ':');
  }
  #close(): void {
    this.completion = nothingToOffer;
    this.active = -1;
  }
  #take(at: number): void {
    const option = this.completion.options[at];
    if (option === undefined) return;
    const { text, caret } = takeOption(this.input.value, this.completion, option);
    this.store.setFilter(text);
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    if (option.open) this.#offer();
    else this.#close();
  }
  #move(step: number): void {
    const { length } = this.completion.options;
    this.active = this.active < 0 ? (step > 0 ? 0 : length - 1) : (this.active + step + length) % length;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector(`#option-${this.active}`)?.scrollIntoView({ block: 'nearest' }),
    );
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === ' ' && event.ctrlKey) {
      this.#offer();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Tab' && !event.shiftKey && this.#isTyped) {
      this.#take(Math.max(0, this.active));
      event.preventDefault();
      return;
    }
    // Space, letters and arrows mean something to the page; the rest has to reach VS Code.
    if (!staysInField(event)) return;
    event.stopPropagation();
    const isOpen = this.completion.options.length > 0;
    switch (event.key) {
      case 'ArrowDown':
        if (isOpen) this.#move(1);
        else this.#emit('rti-focus-list');
        break;
      case 'ArrowUp':
        if (isOpen) this.#move(-1);
        else this.#offer();
        break;
      case 'Enter':
        if (isOpen && this.active >= 0) this.#take(this.active);
        else {
          this.#close();
          this.#emit('rti-focus-list');
        }
        break;
      case 'Escape':
        if (isOpen) this.#close();
        else if (this.store.filterText !== '') this.store.setFilter('');
        else this.#emit('rti-focus-list');
        break;
      case 'ArrowLeft':
      case 'ArrowRight':
      case 'Home':
      case 'End':
        // The options are those of the word under the caret, which moves now.
        this.#close();
        return;
      default:
        return;
    }
    event.preventDefault();
  };
  #emit(name: string): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true }));
  }

  // ---- filters with a name ----

  async #showPresets(): Promise<void> {
    this.own = (await this.store.ask('filterPresets', {}))?.presets ?? this.own;
    this.menu.show('Filters with a name', this.opener, () => this.#items());
  }
  #items(): MenuItem[] {
    const { store } = this;
    const { rows, selected } = store;
    const context =
      selected === null
        ? { response: '', item: '', turn: 0 }
        : {
            response: rows.responseOf(selected),
            item: rows.itemOf(selected),
            turn: store.meanings.turnNumber(selected),
          };
    const isIn = (filter: string) => filter !== '' && store.filterText.trim() === filter;
    return [
      ...builtInPresets(context).map(({ name, filter, missing }): MenuItem => ({
        kind: 'radio',
        label: name,
        detail: missing === '' ? filter : missing,
        checked: isIn(filter),
        disabled: missing !== '',
        run: () => store.setFilter(isIn(filter) ? '' : filter),
      })),
      ...(this.own.length === 0 ? [] : [{ kind: 'heading', label: 'Your own' } as const]),
      ...this.own.map((preset): MenuItem => ({
        kind: 'radio',
        label: preset.name,
        detail: preset.filter,
        checked: isIn(preset.filter),
        run: () => store.setFilter(isIn(preset.filter) ? '' : preset.filter),
        remove: () => void this.#save(this.own.filter((each) => each !== preset)),
      })),
      { kind: 'heading', label: '' },
      {
        kind: 'entry',
        label: 'Save this filter…',
        disabled: store.filterText.trim() === '',
        run: () => {
          this.naming = true;
          void this.updateComplete.then(() => this.nameInput?.focus());
        },
      },
    ];
  }
  #nameBox() {
    return html`<input
      class="name"
      type="text"
      maxlength="60"
      placeholder="Name for: ${this.store.filterText}"
      aria-label="Name for the filter ${this.store.filterText}. Enter saves it."
      @blur=${() => (this.naming = false)}
      @keydown=${(event: KeyboardEvent) => {
        if (!staysInField(event)) return;
        event.stopPropagation();
        if (event.key === 'Enter') this.#saveAs((event.target as HTMLInputElement).value.trim());
        else if (event.key !== 'Escape') return;
        event.preventDefault();
        this.naming = false;
        void this.updateComplete.then(() => this.input.focus());
      }}
    />`;
  }
  #saveAs(name: string): void {
    const filter = this.store.filterText.trim();
    if (name === '' || filter === '') return;
    void this.#save([...this.own.filter((each) => each.name !== name), { name, filter }]);
    this.store.tell({ kind: 'info', text: `Saved the filter "${name}".` });
  }
  async #save(presets: readonly FilterPreset[]): Promise<void> {
    this.own = presets;
    this.own = (await this.store.ask('filterPresets', { save: [...presets] }))?.presets ?? this.own;
  }
}
