/** Sends sound into the input buffer without base64 by hand: a file, captured audio, a tone or silence. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import { css, html, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SessionSnapshot } from '../../src/document/sessionSnapshot';
import type { AudioSelector } from '../../src/document/columns';
import { expectedConfig } from '../../src/protocol';
import { valueAtPath } from '../logic/jsonPlace';
import { audioPlan, encodeSamples, formatWords, inputFormat, longestAudio, tone } from '../logic/composeAudio';
import { formatBytes, formatDuration } from '../logic/format';
import type { ComposePlan } from '../composeMessages';
import { Playable } from '../player/playable';
import type { Topic } from '../state/store';
import { sharedStyles, View } from '../views/view';
import { dropStyles, dropZone } from './dropZone';
import { fieldStyles } from './fieldStyles';
import { decodeFile, levels, resampleClip, type Sound } from './sound';

type Source = 'file' | 'captured' | 'tone' | 'silence';
const sources: Readonly<Record<Source, string>> = {
  file: 'A file',
  captured: 'Captured audio',
  tone: 'A tone',
  silence: 'Silence',
};
type Then = 'nothing' | 'commit' | 'commit and respond';
/** Turn detection ends a turn after silence; most settings wait for less than this, ms. */
const usualRest = 1000;
/** Bars of the little waveform. */
const bars = 160;
const mostFile = 200 * 1024 * 1024;

@customElement('rti-compose-audio')
export class AudioPanel extends View {
  protected override readonly topics: readonly Topic[] = ['selection', 'rows', 'status'];
  @property() session = '';
  @property({ attribute: false }) known: SessionSnapshot | null = null;
  @state() private source: Source = 'file';
  @state() private file: File | null = null;
  @state() private captured = 0;
  @state() private pitch = 440;
  @state() private lengthMs = 1000;
  @state() private inRealTime = true;
  @state() private then: Then | '' = '';
  /** Silence after the sound, ms; null for what the session's turn detection needs. */
  @state() private restMs: number | null = null;
  @state() private sound: Sound | null = null;
  @state() private problem = '';
  @state() private over = false;
  #playable!: Playable;
  /** What `sound` was made of. */
  #made = '';
  #player: AudioContext | null = null;

  static override styles = [
    sharedStyles,
    fieldStyles,
    dropStyles,
    css`
      :host {
        display: grid;
        gap: 8px;
      }
      .row {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
      }
      label {
        align-items: center;
        display: flex;
        gap: 6px;
      }
      input[type='number'] {
        width: 90px;
      }
      svg {
        background: var(--vscode-textCodeBlock-background, transparent);
        border-radius: 4px;
        color: var(--vscode-charts-blue);
        display: block;
        height: 40px;
        width: 100%;
      }
      .error {
        color: var(--vscode-errorForeground);
      }
      .warning {
        color: var(--vscode-editorWarning-foreground);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#playable = new Playable(this.store);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.#player?.close();
    this.#player = null;
  }

  get #format() {
    return inputFormat(this.known?.state);
  }
  get #choices() {
    return this.#playable.choices().flatMap(({ label, selectors }) =>
      selectors.map((selector) => ({
        label: selectors.length > 1 ? `${label}, ${selector.from === 'client' ? 'the user' : 'the model'}` : label,
        selector,
      })),
    );
  }
  /** Turn detection commits by itself; without it somebody has to. */
  get #commits(): boolean {
    const config = this.known === null ? undefined : expectedConfig(this.known.state);
    return valueAtPath(config, ['audio', 'input', 'turn_detection']) === null;
  }
  get #rest(): number {
    return this.restMs ?? (this.#commits || this.source === 'silence' ? 0 : usualRest);
  }
  get #then(): Then {
    return this.then === '' ? (this.#commits ? 'commit' : 'nothing') : this.then;
  }

  protected override updated(): void {
    void this.#make();
  }

  protected override render() {
    const format = this.#format;
    const { sound, problem } = this;
    const ms = sound === null ? 0 : (sound.samples.length / sound.rate) * 1000;
    return html`<div class="row" role="radiogroup" aria-label="What sound">
        ${(Object.keys(sources) as Source[]).map(
          (source) =>
            html`<label
              ><input
                type="radio"
                name="source"
                .checked=${source === this.source}
                @change=${() => (this.source = source)}
              />${sources[source]}</label
            >`,
        )}
      </div>
      ${this.#sourceFields()} ${problem === '' ? nothing : html`<span class="error" role="alert">${problem}</span>`}
      ${
        sound === null
          ? nothing
          : html`${this.#wave(sound)}
              <div class="row">
                <span class="dim num"
                  >${formatDuration(ms)}, sent as ${formatWords(format)},
                  ${formatBytes(sound.samples.length * (format.codec === 'pcm16' ? 2 : 1))}</span
                >
                <button class="link" @click=${() => void this.#listen(sound)}>Listen</button>
              </div>`
      }
      <div class="row">
        <label
          >Pace
          <select @change=${(event: Event) => (this.inRealTime = (event.target as HTMLSelectElement).value === 'real')}>
            <option value="real" .selected=${this.inRealTime}>in real time</option>
            <option value="once" .selected=${!this.inRealTime}>all at once</option>
          </select></label
        >
        <label
          >Then
          <select @change=${(event: Event) => (this.then = (event.target as HTMLSelectElement).value as Then)}>
            ${(['nothing', 'commit', 'commit and respond'] as const).map(
              (then) => html`<option value=${then} .selected=${then === this.#then}>${then}</option>`,
            )}
          </select></label
        >
        <label title="Turn detection ends a turn after silence"
          >Silence after it
          <input
            type="number"
            min="0"
            max="60000"
            .value=${String(this.#rest)}
            @change=${(event: Event) => {
              const typed = Number((event.target as HTMLInputElement).value);
              this.restMs = Math.max(0, Math.min(60_000, Number.isFinite(typed) ? typed : 0));
            }}
          />
          ms</label
        >
      </div>
      ${
        this.#then !== 'nothing' && !this.#commits && this.known !== null
          ? html`<span class="warning"
              >Turn detection is on, so the server may have committed before: the commit may be refused as empty.</span
            >`
          : nothing
      }
      <div>
        <vscode-button
          ?disabled=${sound === null || ms > longestAudio || this.session === ''}
          @click=${() => this.#send()}
          >Send sound</vscode-button
        >
      </div>`;
  }

  #sourceFields() {
    const number = (
      label: string,
      unit: string,
      value: number,
      least: number,
      most: number,
      set: (to: number) => void,
    ) =>
      html`<label
        >${label}
        <input
          type="number"
          min=${least}
          max=${most}
          .value=${String(value)}
          @change=${(event: Event) => set(Math.max(least, Math.min(most, Number((event.target as HTMLInputElement).value) || least)))}
        />
        ${unit}</label
      >`;
    const length = number('Length', 'ms', this.lengthMs, 10, longestAudio, (to) => (this.lengthMs = to));
    switch (this.source) {
      case 'file':
        return html`${dropZone({
          accept: 'audio/*,.wav',
          words: this.file === null ? 'Drop a WAV or other sound here, or' : `${this.file.name}. Drop another, or`,
          isOver: this.over,
          over: (isOver) => (this.over = isOver),
          take: (file) => (this.file = file),
        })}`;
      case 'captured': {
        const choices = this.#choices;
        if (choices.length === 0) return html`<span class="dim">No audio has been captured yet.</span>`;
        return html`<select
            aria-label="Captured audio"
            @change=${(event: Event) => (this.captured = Number((event.target as HTMLSelectElement).value))}
          >
            ${choices.map(({ label }, at) => html`<option value=${at} .selected=${at === this.captured}>${label}</option>`)}
          </select>
          <span class="dim">A stretch marked on the timeline, or the selected event, stands first.</span>`;
      }
      case 'tone':
        return html`<div class="row">
          ${number('Pitch', 'Hz', this.pitch, 20, 4000, (to) => (this.pitch = to))} ${length}
        </div>`;
      case 'silence':
        return html`<div class="row">${length}</div>`;
    }
  }

  #wave({ samples }: Sound) {
    return html`<svg viewBox="0 0 ${bars} 2" preserveAspectRatio="none" role="img" aria-label="Waveform">
      ${levels(samples, bars).map(
        (level, at) =>
          svg`<rect x=${at} width="0.8" y=${1 - Math.max(0.02, level)} height=${2 * Math.max(0.02, level)} fill="currentColor"></rect>`,
      )}
    </svg>`;
  }

  /** Makes the sound of what is chosen, once. */
  async #make(): Promise<void> {
    const { rate } = this.#format;
    const { source, file } = this;
    const selector = source === 'captured' ? this.#choices[this.captured]?.selector : undefined;
    const parts = {
      file: [file?.name, file?.size, file?.lastModified],
      captured: selector,
      tone: [this.pitch, this.lengthMs],
      silence: this.lengthMs,
    };
    const made = JSON.stringify([source, rate, parts[source]]);
    if (made === this.#made) return;
    this.#made = made;
    this.problem = '';
    this.sound = null;
    try {
      const sound = await this.#soundOf(rate, selector);
      // Another may have been chosen meanwhile.
      if (made !== this.#made) return;
      const ms = sound === null ? 0 : (sound.samples.length / rate) * 1000;
      if (ms > longestAudio)
        this.problem = `This is ${formatDuration(ms)} long; ${formatDuration(longestAudio)} are sent at most.`;
      this.sound = sound;
    } catch (error) {
      if (made === this.#made) this.problem = error instanceof Error ? error.message : String(error);
    }
  }
  async #soundOf(rate: number, selector: AudioSelector | undefined): Promise<Sound | null> {
    const { source, file } = this;
    if (source === 'tone' || source === 'silence')
      return { rate, samples: tone(source === 'tone' ? this.pitch : 0, this.lengthMs, rate) };
    if (source === 'file') {
      if (file === null) return null;
      if (file.size > mostFile) throw new Error(`${file.name} has ${formatBytes(file.size)}, too much to read here.`);
      return decodeFile(await file.arrayBuffer(), file.name, rate);
    }
    if (selector === undefined) return null;
    const clip = await this.store.bridge.request('audio', selector);
    if (clip.samples.length === 0) throw new Error('There is no audio in what is selected.');
    return resampleClip(clip.samples, clip.rate, rate);
  }

  async #listen({ samples, rate }: Sound): Promise<void> {
    await this.#player?.close();
    const context = new AudioContext();
    this.#player = context;
    const buffer = new AudioBuffer({ length: samples.length, numberOfChannels: 1, sampleRate: rate });
    buffer.copyToChannel(samples, 0);
    const node = new AudioBufferSourceNode(context, { buffer });
    node.connect(context.destination);
    node.start();
  }

  #send(): void {
    const { sound, session, inRealTime } = this;
    if (sound === null || session === '') return;
    const format = this.#format;
    const samples = new Float32Array(sound.samples.length + Math.round((this.#rest / 1000) * sound.rate));
    samples.set(sound.samples);
    const detail = audioPlan({
      session,
      bytes: encodeSamples(samples, format),
      format,
      inRealTime,
      then: this.#then,
      isTranslation: this.known?.state.config?.['type'] === 'translation',
    });
    this.dispatchEvent(new CustomEvent<ComposePlan>('rti-plan', { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rti-compose-audio': AudioPanel;
  }
}
