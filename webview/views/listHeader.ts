/**
 * Head of the event list: names of the columns, what their times mean, and which of them are shown. Tells the width of the
 * type's column, pixels, by `rti-type-width` whenever it is another.
 */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import {
  COLUMN_NAMES,
  COLUMNS,
  leastTypeWidth,
  TIME_MODES,
  usualListLook,
  type Column,
  type TimeMode,
} from '../logic/listColumns';
import type { Topic } from '../state/store';
import './popupMenu';
import type { MenuItem, PopupMenu } from './popupMenu';
import './splitter';
import { sharedStyles, View } from './view';

const heads: Readonly<Record<Column, string>> = {
  number: '#',
  time: 'time',
  delta: 'delta',
  session: '',
  turn: 'turn',
  direction: '',
  type: 'type',
  summary: 'summary',
  size: 'size',
};
const timeHeads: Readonly<Record<TimeMode, string>> = {
  trace: 'time',
  clock: 'clock',
  delta: 'delta',
  turn: 'in turn',
};
const timeNames: Readonly<Record<TimeMode, string>> = {
  trace: 'Since the trace began',
  clock: 'Time of day',
  delta: 'Since the row above; empty where, in the order of the conversation, that came later',
  turn: 'Since the turn began',
};

@customElement('rti-list-header')
export class ListHeader extends View {
  protected override readonly topics: readonly Topic[] = ['filter'];
  @property({ attribute: false }) columns: readonly Column[] = [];
  @query('rti-menu') private menu!: PopupMenu;
  @query('.choose') private chooser!: HTMLElement;

  static override styles = [
    sharedStyles,
    css`
      :host {
        border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        color: var(--vscode-descriptionForeground);
        display: block;
        flex: none;
        font-size: 11px;
        position: relative;
      }
      .head {
        align-items: center;
        column-gap: 8px;
        display: grid;
        grid-template-columns: var(--tracks);
        height: 22px;
        padding: 0 20px 0 6px;
        white-space: nowrap;
      }
      .right {
        text-align: right;
      }
      .type {
        position: relative;
      }
      rti-splitter {
        background: none;
        inset: -4px -5px -4px auto;
        position: absolute;
      }
      button.name {
        background: none;
        border: 0;
        color: inherit;
        cursor: pointer;
        font: inherit;
        overflow: hidden;
        padding: 0;
        text-overflow: ellipsis;
      }
      button.name:hover {
        color: var(--vscode-foreground);
        text-decoration: underline;
      }
      button.choose {
        background: var(--vscode-editor-background);
        border-radius: 3px;
        height: 20px;
        min-width: 20px;
        padding: 0 2px;
        position: absolute;
        right: 0;
        top: 1px;
      }
      .order {
        color: var(--vscode-textLink-foreground);
      }
    `,
  ];

  #resize: ResizeObserver | undefined;
  #typeHead: HTMLElement | null = null;
  /** Of the type's column and of the whole, pixels, as last laid out: to ask for them while drawing would lay out twice. */
  #typeWidth = 0;
  #width = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries)
        if (target === this) this.#width = contentRect.width;
        else if (target === this.#typeHead) this.#typeWidth = contentRect.width;
      // Not laid out: another view is in the list's place.
      if (this.#width === 0 || this.#typeWidth === 0) return;
      this.requestUpdate();
      this.dispatchEvent(new CustomEvent('rti-type-width', { detail: this.#typeWidth }));
    });
    this.#resize.observe(this);
    if (this.#typeHead !== null) this.#resize.observe(this.#typeHead);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
  }
  protected override updated(): void {
    const head = this.renderRoot.querySelector<HTMLElement>('.type');
    if (head === this.#typeHead) return;
    if (this.#typeHead !== null) this.#resize?.unobserve(this.#typeHead);
    this.#typeHead = head;
    if (head !== null) this.#resize?.observe(head);
  }

  protected override render() {
    return html`
      <div class="head num" role="group" aria-label="Columns" @contextmenu=${this.#context}>
        ${this.columns.map((column) => this.#head(column))}
      </div>
      <button
        class="icon choose"
        title="Columns, times and order"
        aria-label="Columns, times and order"
        aria-haspopup="menu"
        @click=${() => this.#show()}
      >
        <vscode-icon name="settings" size="13"></vscode-icon>
      </button>
      <rti-menu></rti-menu>
    `;
  }
  #head(column: Column) {
    const { listLook } = this.store;
    if (column === 'time')
      return html`<button
        class="name right"
        title="${timeNames[listLook.time]}. Click for another time."
        aria-label="Time column: ${timeNames[listLook.time]}"
        @click=${() => this.#nextTime()}
      >
        ${timeHeads[listLook.time]}
      </button>`;
    if (column === 'type')
      return html`<span class="type"
        >type${
          listLook.order === 'conversation'
            ? html` <button
                class="name order"
                title="Items in the order of the conversation. Click for the order of arrival."
                @click=${() => this.store.setListLook({ order: 'arrival' })}
              >
                in conversation order
              </button>`
            : nothing
        }${
          this.columns.includes('summary')
            ? html`<rti-splitter
                orientation="vertical"
                label="Width of the type column"
                title="Drag to make the column wider; double-click for its usual width"
                .value=${this.#share}
                @rti-split=${(event: CustomEvent<number>) => this.#widen(event.detail)}
                @dblclick=${() => this.store.setListLook({ typeWidth: null })}
              ></rti-splitter>`
            : nothing
        }</span
      >`;
    const isRight = ['number', 'delta', 'turn', 'size'].includes(column);
    return html`<span class=${isRight ? 'right' : ''}>${heads[column]}</span>`;
  }

  /** Of the list's width, percent. */
  get #share(): number {
    return (this.#typeWidth / Math.max(1, this.#width)) * 100;
  }
  #widen(by: number): void {
    // A summary of a few letters is still to be gripped beside it.
    const most = Math.max(leastTypeWidth, this.#width * 0.7);
    this.store.setListLook({ typeWidth: Math.round(Math.min(most, Math.max(leastTypeWidth, this.#typeWidth + by))) });
  }
  #nextTime(): void {
    const at = TIME_MODES.indexOf(this.store.listLook.time);
    this.store.setListLook({ time: TIME_MODES[(at + 1) % TIME_MODES.length] ?? 'trace' });
  }
  readonly #context = (event: MouseEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    this.#show({ x: event.clientX, y: event.clientY });
  };
  #show(at?: { x: number; y: number }): void {
    this.menu.show('Columns, times and order', this.chooser, () => this.#items(), at);
  }
  #items(): MenuItem[] {
    const { store } = this;
    const { listLook } = store;
    return [
      { kind: 'heading', label: 'Columns' },
      ...COLUMNS.filter((column) => column !== 'type').map((column): MenuItem => ({
        kind: 'check',
        label: COLUMN_NAMES[column],
        checked: !listLook.hidden.includes(column),
        run: () =>
          store.setListLook({
            hidden: store.listLook.hidden.includes(column)
              ? store.listLook.hidden.filter((each) => each !== column)
              : [...store.listLook.hidden, column],
          }),
      })),
      { kind: 'heading', label: 'Time' },
      ...TIME_MODES.map((time): MenuItem => ({
        kind: 'radio',
        label: timeNames[time],
        checked: listLook.time === time,
        run: () => store.setListLook({ time }),
      })),
      { kind: 'heading', label: 'Order' },
      {
        kind: 'radio',
        label: 'As events arrived',
        checked: listLook.order === 'arrival',
        run: () => store.setListLook({ order: 'arrival' }),
      },
      {
        kind: 'radio',
        label: 'Items as in the conversation',
        checked: listLook.order === 'conversation',
        run: () => store.setListLook({ order: 'conversation' }),
      },
      { kind: 'heading', label: '' },
      { kind: 'entry', label: 'As it was at first', run: () => store.setListLook(usualListLook) },
    ];
  }
}
