/** A session, or the selected range of it, in numbers: turns, measures, tokens, cost, audio. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing, svg } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { LATENCIES, LATENCY_NAMES } from '../../src/analysis/latency';
import type { Histogram, Measures } from '../../src/analysis/measures';
import type { LatencyName, Percentiles, Turn } from '../../src/analysis/model';
import { countingWords } from '../logic/counting';
import { formatCount, formatDuration, formatPosition } from '../logic/format';
import { formatUsd, usedTokens } from '../logic/money';
import type { Topic } from '../state/store';
import { summaryStyles } from './summaryStyles';
import './summaryTurns';
import { sharedStyles, View } from './view';

/** News of a live session are asked for at most this often, ms. */
const askAgainAfter = 1000;
/** A range that is drawn changes with every move; it is asked about when it rests, ms. */
const askAtRestAfter = 120;
const spreadWidth = 200;
const spreadHeight = 30;

@customElement('rti-summary')
export class SummaryView extends View {
  protected override readonly topics: readonly Topic[] = ['spans', 'rows', 'selection', 'status', 'filter'];
  @state() private measures: Measures | null = null;
  /** The measure whose formula is shown. */
  @state() private explained: LatencyName | null = null;
  /** What `measures` was asked for, and how far the trace was analysed then. */
  #asked = '';
  #analysed = -1;
  /** How far it was when the numbers shown were added up. */
  #counted = 0;
  #of: unknown = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turns: { of: unknown; key: string; turns: readonly Turn[] } | undefined;

  static override styles = [sharedStyles, summaryStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.tabIndex = -1;
    this.storeChanged();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  protected override storeChanged(): void {
    const { store } = this;
    const scope = this.#scope();
    const analysed = store.document?.analysed ?? 0;
    if (scope !== this.#asked || store.rows !== this.#of) {
      const isFirst = this.#asked === '' || store.rows !== this.#of;
      this.#asked = scope;
      this.#of = store.rows;
      clearTimeout(this.#timer);
      if (isFirst) this.#askNow();
      else this.#timer = setTimeout(() => this.#askNow(), askAtRestAfter);
    } else if (analysed !== this.#analysed && this.#timer === undefined) this.#askNow();
    this.requestUpdate();
  }
  #askNow(): void {
    this.#analysed = this.store.document?.analysed ?? 0;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.storeChanged();
    }, askAgainAfter);
    void this.#ask(this.#asked);
  }
  #scope(): string {
    const { session, range } = this.store;
    return JSON.stringify([session, range?.start, range?.end]);
  }
  async #ask(scope: string): Promise<void> {
    const { session, range, document } = this.store;
    const analysed = document?.analysed ?? 0;
    const answer = await this.store.ask('measures', {
      session,
      ...(range === null ? {} : { start: range.start, end: range.end }),
    });
    if (answer === undefined || scope !== this.#asked) return;
    this.measures = answer;
    this.#counted = analysed;
  }

  #shownTurns(): readonly Turn[] {
    const { store } = this;
    const { all } = store.meaning.turns;
    const key = this.#scope();
    if (this.#turns?.of !== all || this.#turns.key !== key) {
      const { session, range } = store;
      const turns = all.filter(
        (turn) =>
          (session === '' || turn.session === session) &&
          (range === null || (turn.start >= range.start && turn.start <= range.end)),
      );
      this.#turns = { of: all, key, turns };
    }
    return this.#turns.turns;
  }

  protected override render() {
    const { measures, store } = this;
    if (measures === null) return html`<div class="empty">Adding up…</div>`;
    const { metrics } = measures;
    const turns = this.#shownTurns();
    const counting = countingWords(store.document, { counted: this.#counted, isLive: store.status?.live === true });
    return html`
      <div class="scope">
        <span>${this.#scopeWords()}</span>
        ${
          store.range === null
            ? html`<span>Drag in the timeline to see a part of it.</span>`
            : html`<button class="link" @click=${() => store.selectRange(null)}>Show all of it</button>`
        }
        ${counting === '' ? nothing : html`<strong class="counting" role="status">${counting}</strong>`}
      </div>
      ${this.#tiles(measures)}
      <section>
        <h2>Turns</h2>
        ${
          turns.length === 0
            ? html`<p class="note">
                ${store.range === null ? 'Nobody has said or asked anything here yet.' : 'No turn begins in this range.'}
              </p>`
            : html`<rti-turns .store=${store} .turns=${turns}></rti-turns>`
        }
      </section>
      <section>
        <h2>Measures</h2>
        ${this.#latencies(measures)}
      </section>
      <section>
        <h2>Tokens</h2>
        ${this.#tokens(measures)}
      </section>
      ${metrics.model === '' ? nothing : html`<section><p class="note">Model: ${metrics.model}</p></section>`}
    `;
  }

  #scopeWords(): string {
    const { session, range, document } = this.store;
    const many = document?.sessions.length ?? 0;
    const which = session !== '' ? `Session ${session}` : many > 1 ? `All ${many} sessions` : '';
    if (range === null) return which === '' ? 'The whole session' : which;
    const part = `${formatPosition(range.start)} to ${formatPosition(range.end)}`;
    return which === '' ? `From ${part}` : `${which}, ${part}`;
  }

  #tiles({ metrics, unpriced }: Measures) {
    const { usage, cost, responses } = metrics;
    const all = Object.values(responses).reduce((sum, count) => sum + count, 0);
    const unheard = metrics.outputAudioMs - metrics.heardAudioMs;
    const proxy = metrics.latencies.proxyDelay;
    const input = usage.text.input + usage.audio.input + usage.image.input + usage.unknown.input;
    const cached = usage.text.cached + usage.audio.cached + usage.image.cached + usage.unknown.cached;
    const source = unpriced.length > 0 ? unpriced.join('; ') : 'See the setting realtimeInspector.prices.';
    return html`<dl class="tiles">
      ${tile('Turns', formatCount(metrics.turns))}
      ${tile(
        'Responses',
        formatCount(all),
        Object.entries(responses)
          .map(([status, count]) => `${formatCount(count)} ${status.replaceAll('_', ' ')}`)
          .join(', '),
      )}
      ${tile('User spoke', formatDuration(metrics.inputAudioMs))}
      ${tile(
        'Model spoke',
        formatDuration(metrics.outputAudioMs),
        metrics.outputAudioMs === 0
          ? ''
          : unheard > 0
            ? `${formatDuration(metrics.heardAudioMs)} heard, ${formatDuration(unheard)} not`
            : 'all of it heard',
      )}
      ${tile(
        'Tokens',
        formatCount(usage.totalTokens),
        input > 0 ? `${Math.round((cached / input) * 100)}% of the input was cached` : '',
      )}
      ${
        cost === null
          ? tile('Cost', 'no price known', source)
          : tile('Cost', formatUsd(cost.usd), cost.source === '' ? '' : `by ${cost.source}`)
      }
      ${proxy === undefined ? nothing : tile('Added by the proxy', formatDuration(proxy.p50), `p95 ${formatDuration(proxy.p95)}, at most ${formatDuration(proxy.max)}`)}
    </dl>`;
  }

  #latencies({ metrics, histograms }: Measures) {
    const names = LATENCY_NAMES.filter((name) => metrics.latencies[name] !== undefined);
    if (names.length === 0) return html`<p class="note">Nothing could be measured here yet.</p>`;
    return html`<p class="note">
        All times are taken where the inspector stands: when messages arrive at the proxy. A click on a name shows its
        formula.
      </p>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">measure</th>
              <th scope="col" class="right">count</th>
              <th scope="col" class="right">p50</th>
              <th scope="col" class="right">p95</th>
              <th scope="col" class="right">most</th>
              <th scope="col">spread (line: p50, dashes: p95)</th>
            </tr>
          </thead>
          <tbody>
            ${names.map((name) => this.#latency(name, metrics.latencies[name], histograms[name]))}
          </tbody>
        </table>
      </div>`;
  }

  #latency(name: LatencyName, told: Percentiles | undefined, histogram: Histogram | undefined) {
    if (told === undefined) return nothing;
    const { title, formula } = LATENCIES[name];
    const isOpen = this.explained === name;
    return html`<tr class="measure">
        <td>
          <button
            class="link"
            title=${formula.replaceAll('`', '')}
            aria-expanded=${isOpen ? 'true' : 'false'}
            aria-controls="formula-${name}"
            @click=${() => (this.explained = isOpen ? null : name)}
          >
            ${title}
          </button>
        </td>
        <td class="right">${formatCount(told.count)}</td>
        <td class="right">${formatDuration(told.p50)}</td>
        <td class="right">${formatDuration(told.p95)}</td>
        <td class="right">${formatDuration(told.max)}</td>
        <td>${histogram === undefined || told.count < 2 ? nothing : spread(histogram, told)}</td>
      </tr>
      <tr class="formula" id="formula-${name}" ?hidden=${!isOpen}>
        <td colspan="6">${formula.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}</td>
      </tr>`;
  }

  #tokens({ metrics }: Measures) {
    const used = usedTokens(metrics.usage);
    if (used.length === 0 && metrics.usage.transcribedSeconds === 0)
      return html`<p class="note">The server has not told of any.</p>`;
    return html`<table class="tokens">
        <thead>
          <tr>
            <th scope="col">modality</th>
            <th scope="col" class="right">input</th>
            <th scope="col" class="right">of it cached</th>
            <th scope="col" class="right">output</th>
          </tr>
        </thead>
        <tbody>
          ${used.map(
            ({ name, input, cached, output }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="right">${formatCount(input)}</td>
                <td class="right">
                  ${formatCount(cached)}${input > 0 ? ` (${Math.round((cached / input) * 100)}%)` : ''}
                </td>
                <td class="right">${formatCount(output)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${
        metrics.usage.transcribedSeconds > 0
          ? html`<p class="note num">
              ${formatDuration(metrics.usage.transcribedSeconds * 1000)} of input were transcribed by a model that
              counts time.
            </p>`
          : nothing
      }`;
  }
}

function tile(name: string, big: string, small = '') {
  return html`<div class="tile">
    <dt>${name}</dt>
    <dd><span class="big">${big}</span>${small === '' ? nothing : html`<span class="small">${small}</span>`}</dd>
  </div>`;
}

/** Bars of counts with lines at the percentiles; the words for it are the numbers beside it. */
function spread({ width, counts, open }: Histogram, { p50, p95 }: Percentiles) {
  const top = Math.max(1, ...counts);
  const bar = spreadWidth / counts.length;
  const x = (ms: number) => Math.min(spreadWidth - 1, (ms / width) * bar);
  const label = `${counts.map((count, at) => `${count} from ${formatDuration(at * width)}`).join(', ')}${open ? ' and more' : ''}`;
  return html`<svg class="spread" viewBox="0 0 ${spreadWidth} ${spreadHeight}" role="img" aria-label=${label}>
    ${counts.map((count, at) => {
      const height = count === 0 ? 0 : Math.max(1.5, (count / top) * (spreadHeight - 2));
      const words = `${formatCount(count)}: ${formatDuration(at * width)} to ${
        open && at === counts.length - 1 ? 'the most' : formatDuration((at + 1) * width)
      }`;
      return svg`<rect x=${at * bar + 0.5} width=${Math.max(0.5, bar - 1)} y=${spreadHeight - 1 - height} height=${height}><title>${words}</title></rect>`;
    })}
    ${svg`<line class="base" x1="0" x2=${spreadWidth} y1=${spreadHeight - 0.5} y2=${spreadHeight - 0.5} />
      <line class="p50" x1=${x(p50)} x2=${x(p50)} y1="0" y2=${spreadHeight} />
      <line class="p95" x1=${x(p95)} x2=${x(p95)} y1="0" y2=${spreadHeight} />`}
  </svg>`;
}
