/**
 * What differs, between the two timelines: a line from where an event stands in a (above) to where its counterpart stands in b (below); half
 * a line where there is none.
 */
import { css, html, LitElement, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EventPair, Which } from '../../src/compare/model';
import { eventTitle, PAIR_WORDS } from '../../src/compare/wording';
import { gutterFor } from '../timeline/picture';
import { TimeScale } from '../timeline/timeScale';
import { sharedStyles } from '../views/view';
import type { CompareStore } from './compareStore';
import { arrowed, partStyles } from './parts';

const HEIGHT = 20;
/** A pointer so near means the mark, px. */
const NEAR = 6;
const STATUSES = ['changed', 'added', 'removed'] as const;
type Marked = (typeof STATUSES)[number];

/** A pair and where its ends are, px; undefined where it has none. */
interface Mark {
  pair: EventPair;
  above: number | undefined;
  below: number | undefined;
}

@customElement('rti-compare-marks')
export class DifferenceMarks extends LitElement {
  @property({ attribute: false }) stores!: Record<Which, CompareStore>;
  @property({ attribute: false }) events: readonly EventPair[] = [];
  @property({ attribute: false }) chosen: EventPair | null = null;
  /** The timelines are so low that they show all of the time, whatever is zoomed to. */
  @property({ type: Boolean }) whole = false;
  @state() private width = 0;
  #stop: (() => void)[] = [];
  #marks: Mark[] = [];

  static override styles = [
    sharedStyles,
    partStyles,
    css`
      :host {
        background: var(--vscode-editor-background);
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        display: block;
        flex: none;
        height: ${HEIGHT}px;
        overflow: hidden;
      }
      svg {
        cursor: pointer;
        display: block;
        height: ${HEIGHT}px;
        width: 100%;
      }
      path {
        fill: none;
        stroke-width: 1.5px;
      }
      .changed {
        stroke: var(--changed-text);
      }
      .added {
        stroke: var(--added-text);
      }
      .removed {
        stroke: var(--error-text);
      }
      .chosen {
        stroke: var(--vscode-foreground);
        stroke-width: 3px;
      }
      text {
        fill: var(--vscode-descriptionForeground);
        font-size: 11px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    const resize = new ResizeObserver(() => (this.width = this.clientWidth));
    resize.observe(this);
    this.#stop = [
      () => resize.disconnect(),
      ...Object.values(this.stores).map((store) => store.subscribe(['view'], () => this.requestUpdate())),
    ];
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  protected override render() {
    this.#marks = this.#visible();
    const paths = STATUSES.map((status) => svg`<path class=${status} d=${this.#path(status)}></path>`);
    const chosen = this.#marks.find(({ pair }) => pair === this.chosen);
    const count = this.#marks.length;
    return html`<svg
      role="img"
      aria-label="${count} ${count === 1 ? 'difference' : 'differences'} in this stretch"
      @click=${this.#click}
      @pointermove=${this.#tell}
    >
      <text x="4" y="14">${count === 0 ? 'no difference here' : ''}</text>
      ${paths}${chosen ? svg`<path class="chosen" d=${line(chosen)}></path>` : ''}
    </svg>`;
  }

  #visible(): Mark[] {
    const left = gutterFor(this.width);
    const scaleOf = (which: Which) =>
      new TimeScale(this.stores[which][this.whole ? 'extent' : 'view'], left, this.width - left);
    const scales = { a: scaleOf('a'), b: scaleOf('b') };
    const place = (pair: EventPair, which: Which) => (pair[which] ? scales[which].x(pair[which].t) : undefined);
    const isShown = (x: number | undefined) => x !== undefined && x >= left && x <= this.width;
    return this.events.flatMap((pair) => {
      if (!isMarked(pair)) return [];
      const mark = { pair, above: place(pair, 'a'), below: place(pair, 'b') };
      return isShown(mark.above) || isShown(mark.below) ? [mark] : [];
    });
  }

  /** One for all of a kind, and one line for what falls into the same pixels: there may be thousands. */
  #path(status: Marked): string {
    const drawn = new Set<string>();
    for (const mark of this.#marks) if (mark.pair.status === status) drawn.add(line(mark));
    return [...drawn].join('');
  }

  #at(event: MouseEvent): EventPair | undefined {
    const box = this.getBoundingClientRect();
    const [x, down] = [event.clientX - box.left, (event.clientY - box.top) / HEIGHT];
    let [found, nearest]: [EventPair | undefined, number] = [undefined, NEAR];
    for (const { pair, above, below } of this.#marks) {
      const [top, bottom] = [above ?? below ?? 0, below ?? above ?? 0];
      const distance = Math.abs(top + (bottom - top) * down - x);
      if (distance <= nearest) [found, nearest] = [pair, distance];
    }
    return found;
  }
  readonly #click = (event: MouseEvent): void => {
    const detail = this.#at(event);
    if (detail) this.dispatchEvent(new CustomEvent<EventPair>('rti-event', { detail }));
  };
  readonly #tell = (event: PointerEvent): void => {
    const pair = this.#at(event);
    this.title = pair ? `${PAIR_WORDS[pair.status]}: ${arrowed(eventTitle(pair))}` : '';
  };
}

/** Whether a pair is a difference of its own. */
export function isMarked({ status }: EventPair): boolean {
  return status === 'changed' || status === 'added' || status === 'removed';
}

function line({ above, below }: Mark): string {
  const [top, bottom] = [above ?? below ?? 0, below ?? above ?? 0].map(Math.round);
  const from = above === undefined ? HEIGHT / 2 : 0;
  const to = below === undefined ? HEIGHT / 2 : HEIGHT;
  return `M${top} ${from}L${bottom} ${to}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-compare-marks': DifferenceMarks;
  }
}
