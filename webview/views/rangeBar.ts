/** What lies in the selected range: length, events by direction, audio, turns, latencies, tokens and cost. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { SessionMetrics } from '../../src/analysis/model';
import { rangeFacts, type RangeFact } from '../logic/rangeFacts';
import { exportSound, keepRange } from '../state/rangeActions';
import type { Topic } from '../state/store';
import type { TimeSpan } from '../timeline/timeScale';
import { sharedStyles, View } from './view';

/** A range that is drawn changes with every move; it is asked about when it rests, ms. */
const askAfter = 120;
/** News of a live session are asked for at most this often, ms. */
const askAgainAfter = 1000;

@customElement('rti-range-bar')
export class RangeBar extends View {
  protected override readonly topics: readonly Topic[] = ['selection', 'spans', 'rows'];
  @state() private metrics: SessionMetrics | null = null;
  /** What was asked about last, and how far the trace was analysed then. */
  #of: TimeSpan | null = null;
  #session = '';
  #rows: unknown = null;
  #analysed = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    sharedStyles,
    css`
      :host {
        align-items: center;
        background: var(--vscode-editorWidget-background);
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: flex;
        font-size: 12px;
        gap: 4px 14px;
        padding: 2px 4px 2px 8px;
      }
      dl {
        display: flex;
        flex: 1;
        flex-wrap: wrap;
        gap: 0 14px;
        margin: 0;
        max-height: 54px;
        min-width: 0;
        overflow: auto;
      }
      dl div {
        display: flex;
        gap: 5px;
      }
      dt {
        color: var(--vscode-descriptionForeground);
      }
      dd {
        margin: 0;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Selected range');
    this.#ask();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }
  protected override storeChanged(): void {
    this.#ask();
    super.storeChanged();
  }

  /** The same question as the summary's, so that both say the same; asked again when the session changes or more is known. */
  #ask(): void {
    const { range, session, rows, document } = this.store;
    if (range === null) return;
    const analysed = document?.analysed ?? 0;
    const isSame = range === this.#of && session === this.#session && rows === this.#rows;
    if (isSame && (analysed === this.#analysed || this.#timer !== undefined)) return;
    if (!isSame) this.metrics = null;
    this.#of = range;
    this.#session = session;
    this.#rows = rows;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#analysed = this.store.document?.analysed ?? 0;
        this.store.bridge.request('measures', { session, start: range.start, end: range.end }).then(
          ({ metrics }) => {
            if (this.#of === range && this.#session === session && this.#rows === rows) this.metrics = metrics;
          },
          // The counts from the rows stand there all the same.
          () => undefined,
        );
      },
      isSame ? askAgainAfter : askAfter,
    );
  }

  protected override render() {
    const { store } = this;
    const { range } = store;
    if (range === null) return nothing;
    const facts = rangeFacts({
      range,
      indexes: store.rows.indexes(store.session),
      metrics: this.metrics,
    });
    return html`<dl class="num" aria-live="polite">${facts.map((fact) => this.#fact(fact))}</dl>
      <button
        class="icon"
        title="Zoom to the range (Z)"
        aria-label="Zoom to the range"
        @click=${() => store.setView(range)}
      >
        <vscode-icon name="zoom-in"></vscode-icon>
      </button>
      <button
        class="icon"
        title="Keep this range as a trace of its own"
        aria-label="Keep this range as a trace of its own"
        @click=${() => void keepRange(store)}
      >
        <vscode-icon name="save-as"></vscode-icon>
      </button>
      <button
        class="icon"
        title="Export the sound of this range as WAV (X)"
        aria-label="Export the sound of this range"
        @click=${() => void exportSound(store)}
      >
        <vscode-icon name="unmute"></vscode-icon>
      </button>
      <button
        class="icon"
        title="Clear the range (Escape)"
        aria-label="Clear the range"
        @click=${() => store.selectRange(null)}
      >
        <vscode-icon name="close"></vscode-icon>
      </button>`;
  }
  #fact({ name, value, title }: RangeFact) {
    return html`<div title=${title}>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  }
}
