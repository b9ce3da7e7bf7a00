/** The parameters of turn detection drawn over captured input: what they would hear as a turn. */
import { css, html, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AudioSelector } from '../../src/document/columns';
import { DETECTOR_RATE, estimateTurns, turnWords, type TurnEstimate } from '../logic/turnEstimate';
import { vadSettings } from '../../src/audio/vad';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import { resampleClip } from './sound';

/** Longest stretch that is drawn: more of it could not be told apart, ms. */
const longest = 15_000;
/** The picture's own units: its width, and decibels from the top down. */
const width = 600;
const loudest = -4;
const softest = -76;
const height = loudest - softest;

@customElement('rti-turn-picture')
export class TurnPicture extends View {
  protected override readonly topics: readonly Topic[] = ['selection', 'rows'];
  @property() session = '';
  /** `turn_detection` as it will be. */
  @property({ attribute: false }) detection: Readonly<Record<string, unknown>> | undefined;
  @state() private samples: Int16Array | null = null;
  @state() private problem = '';
  /** What `samples` are of. */
  #made = '';
  #estimate: { of: string; value: TurnEstimate } | undefined;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      svg {
        background: var(--vscode-textCodeBlock-background, transparent);
        border-radius: 4px;
        display: block;
        height: 84px;
        margin: 4px 0 2px;
        width: 100%;
      }
      .sound {
        fill: var(--vscode-charts-green);
      }
      .turn {
        fill: var(--vscode-charts-blue);
        opacity: 0.18;
      }
      .padding,
      .silence {
        fill: none;
        stroke: var(--vscode-charts-blue);
        stroke-width: 2px;
        vector-effect: non-scaling-stroke;
      }
      .silence {
        stroke: var(--vscode-charts-orange, var(--vscode-charts-yellow));
      }
      .limit {
        stroke: var(--vscode-charts-red);
        stroke-dasharray: 4 3;
        stroke-width: 1px;
        vector-effect: non-scaling-stroke;
      }
      p {
        margin: 0 0 4px;
      }
    `,
  ];

  protected override render() {
    if (this.detection === undefined) return nothing;
    const selector = this.#selector;
    if (selector === undefined)
      return html`<p class="dim">Once the session has input audio, these are drawn over it.</p>`;
    void this.#load(selector);
    if (this.problem !== '') return html`<p class="dim">${this.problem}</p>`;
    if (this.samples === null) return nothing;
    const of = JSON.stringify([this.#made, this.detection]);
    if (this.#estimate?.of !== of) this.#estimate = { of, value: estimateTurns(this.samples, this.detection) };
    return this.#picture(this.#estimate.value, this.detection);
  }

  #picture(estimate: TurnEstimate, detection: Readonly<Record<string, unknown>>) {
    const { levels, limit, lengthMs, turns } = estimate;
    const isServer = detection['type'] === 'server_vad';
    const x = (ms: number) => ((ms / lengthMs) * width).toFixed(1);
    const y = (db: number) => (loudest - Math.min(loudest, Math.max(softest, db))).toFixed(1);
    const bar = width / Math.max(1, levels.length);
    const path = [...levels].map((db, at) => `L${(at * bar).toFixed(1)} ${y(db)}H${((at + 1) * bar).toFixed(1)}`);
    const bracket = (from: number, to: number, at: number) => `M${x(from)} ${at - 10}V${at}H${x(to)}V${at - 10}`;
    const words = turnWords(estimate);
    const { threshold, prefixMs, silenceMs } = vadSettings(detection, false);
    const label = isServer
      ? `Levels of the input, speech above ${threshold}, ${prefixMs} ms kept from before and ${silenceMs} ms of silence. ${words}`
      : `Levels of the input. ${words}`;
    return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label=${label}>
        ${turns.map(
          ({ start, end }) =>
            svg`<rect class="turn" x=${x(start)} y="0" width=${Number(x(end)) - Number(x(start))} height=${height}></rect>`,
        )}
        <path class="sound" d="M0 ${height}${path.join('')}V${height}Z"></path>
        ${isServer ? svg`<line class="limit" x1="0" x2=${width} y1=${y(limit)} y2=${y(limit)}></line>` : nothing}
        ${turns.map(
          ({ start, soundStart, soundEnd, end, isOver }) => svg`
            ${isServer ? svg`<path class="padding" d=${bracket(start, soundStart, height - 2)}></path>` : nothing}
            ${isOver ? svg`<path class="silence" d=${bracket(soundEnd, end, height - 2)}></path>` : nothing}`,
        )}
      </svg>
      <p class="dim" title="By the energy of the sound, as the simulator detects it. The service listens for a voice.">
        ${words} An estimate from ${this.#whichWords()}, ${(lengthMs / 1000).toFixed(1)} s.
      </p>`;
  }

  #whichWords(): string {
    return this.store.range === null ? 'the latest input' : 'the input in the marked range';
  }

  /** The marked range where it has input, else the latest of the session. */
  get #selector(): AudioSelector | undefined {
    const { audio, range } = this.store;
    const session = this.session || this.store.session;
    const lane = audio.lane(session, 'client');
    if (session === '' || lane.count === 0) return undefined;
    // In steps, so that a running conversation does not make it read anew with every piece.
    const end = Math.ceil(lane.end / 1000) * 1000;
    const whole = range ?? { start: end - longest, end };
    const found = lane.within(whole);
    if (found === undefined) return undefined;
    const startMs = Math.max(0, range === null ? whole.start : range.start);
    return {
      session,
      from: 'client',
      startMs: Math.max(startMs, found.start),
      endMs: Math.min(whole.end, found.start + longest),
    };
  }

  async #load(selector: AudioSelector): Promise<void> {
    const made = JSON.stringify(selector);
    if (made === this.#made) return;
    this.#made = made;
    try {
      const clip = await this.store.bridge.request('audio', selector);
      const { samples } = await resampleClip(clip.samples, clip.rate, DETECTOR_RATE);
      // Another stretch may be wanted by now.
      if (made !== this.#made) return;
      this.problem = '';
      this.samples = Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
    } catch (error) {
      if (made !== this.#made) return;
      this.samples = null;
      this.problem = `The input could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-turn-picture': TurnPicture;
  }
}
