/** Configuration of a session through time: what was asked, what took effect, what was refused, and what differs. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { configDifferences } from '../../src/analysis/configHistory';
import type { ConfigPoint } from '../../src/analysis/model';
import { changeSigns, diffConfigs, valueWords, type ConfigChange } from '../../src/analysis/valueDiff';
import { formatCount, formatPosition } from '../logic/format';
import { RowEvents } from '../state/rowEvents';
import type { Topic } from '../state/store';
import './payloadTree';
import { sessionStyles } from './sessionStyles';
import { sharedStyles, View } from './view';

const kinds: Readonly<Record<ConfigPoint['kind'], [icon: string, words: string]>> = {
  created: ['star-empty', 'Created with'],
  asked: ['arrow-right', 'Asked for'],
  effective: ['check', 'In effect'],
  refused: ['error', 'Refused'],
};
/** Updates shown at once; the newest. */
const mostPoints = 300;

@customElement('rti-config')
export class ConfigView extends View {
  @property() session = '';
  protected override readonly topics: readonly Topic[] = ['spans', 'selection', 'summaries'];
  /** Row of the chosen point; that of the selected event, else the newest, while null. */
  @state() private chosen: number | null = null;
  /** Row it is compared with: `auto` picks one, `none` shows the configuration itself. */
  @state() private against: number | 'auto' | 'none' = 'auto';
  #events!: RowEvents;
  #selected: number | null = null;

  static override styles = [sharedStyles, sessionStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#events = new RowEvents(this.store, () => this.requestUpdate());
  }
  protected override storeChanged(): void {
    const { selected } = this.store;
    if (selected !== this.#selected) {
      this.#selected = selected;
      if (this.#points().some(({ row }) => row === selected)) this.#choose(selected);
    }
    this.requestUpdate();
  }

  #points(): ConfigPoint[] {
    return this.store.meaning.configs.all.filter(({ session }) => session === this.session);
  }
  #choose(row: number | null): void {
    if (row === this.chosen) return;
    this.chosen = row;
    this.against = 'auto';
  }

  protected override render() {
    const all = this.#points();
    const points = all.slice(-mostPoints);
    const point = all.find(({ row }) => row === this.chosen) ?? points.at(-1);
    if (point === undefined) return html`<p class="note">No event of this session tells of a configuration.</p>`;
    return html`<div class="configs">
      <div
        class="points"
        role="listbox"
        aria-label="Configurations"
        tabindex="0"
        aria-activedescendant="point-${point.row}"
        @keydown=${(event: KeyboardEvent) => this.#key(event, points, point)}
      >
        ${all.length > points.length ? html`<div class="message note">The last ${mostPoints} of ${formatCount(all.length)}</div>` : nothing}
        ${points.map((each) => this.#point(each, each === point))}
      </div>
      <div class="detail">${this.#detail(point, all)}</div>
    </div>`;
  }

  #point(point: ConfigPoint, isChosen: boolean) {
    const [icon, words] = kinds[point.kind];
    const { store } = this;
    const what = point.kind === 'refused' ? point.message : (store.rowSummary(point.row) ?? '');
    return html`<div
      class="point ${point.kind}"
      role="option"
      id="point-${point.row}"
      aria-selected=${isChosen ? 'true' : 'false'}
      title=${what}
      @click=${() => this.#go(point)}
    >
      <vscode-icon name=${icon} size="14"></vscode-icon>
      <span>${words}</span>
      <span class="num note">${formatPosition(point.t)}</span>
      <span class="words">#${store.rows.seq.at(point.row) ?? ''} ${what}</span>
    </div>`;
  }

  #go(point: ConfigPoint): void {
    this.#choose(point.row);
    this.#selected = point.row;
    this.store.select(point.row);
  }

  /** The configuration at a point: what it tells, or what was asked for where it was refused. */
  #config(point: ConfigPoint): unknown {
    const row = point.kind === 'refused' ? point.askedRow : point.row;
    return row === null ? undefined : this.#events.event(row)?.session;
  }

  /** What one would look at it beside: what it was asked to be, or what was in effect before. */
  #beside(point: ConfigPoint, all: readonly ConfigPoint[]): ConfigPoint | undefined {
    if (point.kind === 'effective' && point.askedRow !== null) {
      const asked = all.find(({ row, kind }) => row === point.askedRow && kind === 'asked');
      if (asked !== undefined) return asked;
    }
    return all.findLast(({ row, kind }) => row < point.row && (kind === 'created' || kind === 'effective'));
  }

  #detail(point: ConfigPoint, all: readonly ConfigPoint[]) {
    const { store } = this;
    const beside = this.#beside(point, all);
    const other =
      this.against === 'none'
        ? undefined
        : this.against === 'auto'
          ? point.kind === 'effective'
            ? beside
            : undefined
          : all.find(({ row }) => row === this.against);
    const config = this.#config(point);
    const label = (each: ConfigPoint) =>
      `#${store.rows.seq.at(each.row) ?? ''} ${kinds[each.kind][1].toLowerCase()}${each === beside ? ' (nearest)' : ''}`;
    return html`<div class="bar">
        <label
          >Show
          <select
            @change=${(event: Event) => {
              const { value } = event.target as HTMLSelectElement;
              this.against = value === '' ? 'none' : Number(value);
            }}
          >
            <option value="" .selected=${other === undefined}>all settings</option>
            ${all
              .filter((each) => each !== point)
              .slice(-mostPoints)
              .map(
                (each) =>
                  html`<option value=${each.row} .selected=${each === other}>difference from ${label(each)}</option>`,
              )}
          </select></label
        >
        <button class="link" @click=${() => void store.ask('openConfig', { row: point.row })}>Open in editor</button>
        ${
          other === undefined
            ? nothing
            : html`<button
                class="link"
                @click=${() => void store.ask('openConfig', { row: point.row, against: other.row })}
              >
                Compare in editor
              </button>`
        }
      </div>
      ${
        point.kind === 'refused'
          ? html`<div class="message bad" role="note">
              <vscode-icon name="error"></vscode-icon>
              <span>${point.message || 'The server refused it.'} Nothing of it took effect:</span>
            </div>`
          : nothing
      }
      ${
        config === undefined
          ? html`<div class="message note">Reading…</div>`
          : other === undefined
            ? html`<rti-payload-tree .text=${JSON.stringify(config)}></rti-payload-tree>`
            : this.#changes(point, config, other)
      }`;
  }

  #changes(point: ConfigPoint, config: unknown, other: ConfigPoint) {
    const before = this.#config(other);
    if (before === undefined) return html`<div class="message note">Reading…</div>`;
    const isAnswer = point.kind === 'effective' && point.askedRow === other.row;
    const changes: ConfigChange[] =
      isAnswer && isObject(before) && isObject(config)
        ? configDifferences(before, config).map(({ path, asked, effective }) => ({
            path,
            kind: 'changed',
            before: asked,
            after: effective,
          }))
        : diffConfigs(before, config);
    if (changes.length === 0)
      return html`<div class="message">
        <vscode-icon name="check" size="14"></vscode-icon>
        ${isAnswer ? 'Everything that was asked for took effect as it was asked.' : 'No difference.'}
      </div>`;
    return html`<table class="mono">
      <caption class="unseen">
        ${changes.length} differences
      </caption>
      <tbody>
        ${changes.map(
          ({ path, kind, before: old, after }) =>
            html`<tr class=${kind}>
              <th scope="row"><span class="sign" title=${kind}>${changeSigns[kind]}</span>${path}</th>
              <td>
                ${kind === 'added' ? nothing : html`<span class="before" title="before">${valueWords(old)}</span>`}
                ${kind === 'changed' ? ' → ' : nothing}
                ${kind === 'removed' ? nothing : html`<span title="after">${valueWords(after)}</span>`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #key(event: KeyboardEvent, points: readonly ConfigPoint[], point: ConfigPoint): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = points.indexOf(point);
    const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: points.length - 1 };
    const place = to[event.key];
    if (place === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = points[Math.max(0, Math.min(points.length - 1, place))];
    if (next === undefined) return;
    this.#go(next);
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector(`#point-${next.row}`)?.scrollIntoView({ block: 'nearest' }),
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
