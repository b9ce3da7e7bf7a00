/** The player: what to play for the selection, its waveform to seek in, speed, and saving it as a WAV file. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing, type PropertyValues } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { audioChoices, type AudioChoice, type SpokenName } from '../logic/audioChoice';
import { formatClock } from '../logic/format';
import { mix, waveform } from '../logic/stretch';
import { SpokenIndex, type Spoken } from '../state/spoken';
import type { Topic } from '../state/store';
import { readPalette } from '../views/palette';
import { sharedStyles, View } from '../views/view';
import { Playback, type Clip } from './playback';
import { playerStyles } from './playerStyles';

/** Audio up to this long is fetched when it is chosen, so that its waveform is there before it is played. */
const mostPreloadMs = 180_000;
const preloadDelay = 200;
/** A browser that may not play lets `resume` wait for ever. */
const startPatience = 1500;
const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2];

@customElement('rti-player')
export class PlayerView extends View {
  protected override readonly topics: readonly Topic[] = ['rows', 'selection', 'spans', 'status', 'summaries'];
  /** Measures what is being played; null before the first play. */
  get analyser(): AnalyserNode | null {
    return this.#playback?.analyser ?? null;
  }
  @state() private choices: AudioChoice[] = [];
  /** Key the user picked; the best choice while '' or when it is not among the choices. */
  @state() private picked = '';
  /** What is being played: the selection may move on while it is heard. */
  #playing: AudioChoice | null = null;
  @state() private isPlaying = false;
  @state() private loading = false;
  @state() private speed = 1;
  @state() private problem = '';
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  #playback: Playback | null = null;
  #clip: Clip | null = null;
  #clipKey = '';
  /** Length the clip had on the axis when it was fetched: more means that audio arrived since. */
  #clipMs = 0;
  #spoken: { of: unknown; index: SpokenIndex } | null = null;
  #fetching: { key: string; done: Promise<void> } | null = null;
  #preload: ReturnType<typeof setTimeout> | undefined;
  /** Key and length of what `#preload` was last set for. */
  #preloading = '';
  #wave: { min: Float32Array; max: Float32Array; of: Clip } | null = null;
  #resize: ResizeObserver | undefined;
  #theme: MutationObserver | undefined;

  static override styles = [sharedStyles, playerStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Player');
    this.#resize = new ResizeObserver(() => this.#drawWave());
    this.#resize.observe(this);
    this.#theme = new MutationObserver(() => this.#drawWave());
    this.#theme.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    this.#updateChoices();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
    this.#theme?.disconnect();
    void this.#playback?.close();
    this.#playback = null;
  }
  protected override storeChanged(): void {
    this.#updateChoices();
  }

  /** Plays or pauses what is chosen; call it from a click or key. */
  async toggle(): Promise<void> {
    if (this.isPlaying) {
      this.#pause();
      return;
    }
    await this.#start();
  }
  /** Plays the best choice for the selection from its start. */
  async playSelection(): Promise<void> {
    this.#pause();
    this.picked = '';
    this.#updateChoices();
    await this.#seek(0);
    await this.#start();
  }
  /** Plays only the audio of the selected event. */
  async playRow(row: number): Promise<void> {
    this.#pause();
    this.#updateChoices();
    this.picked = this.choices.find((choice) => choice.key.includes(`|row-${row}|`))?.key ?? '';
    await this.#seek(0);
    await this.#start();
  }

  #updateChoices(): void {
    const { store } = this;
    const { rows, selected } = store;
    const session =
      store.session ||
      (selected === null ? '' : rows.sessionOf(selected)) ||
      (store.audio.sessions('client')[0] ?? store.audio.sessions('server')[0] ?? '');
    const span = store.spanIndex.get(store.selectedSpan);
    // A stretch of speech stands for its item: the row under it is just a piece of what was sent.
    const item = span?.lane === 'speech' ? span.item : '';
    const choices = audioChoices({
      audio: { client: store.audio.lane(session, 'client'), server: store.audio.lane(session, 'server') },
      session,
      selected:
        selected === null
          ? null
          : {
              row: selected,
              response: rows.responseOf(selected),
              item: item || rows.itemOf(selected),
              piece: rows.pieceOf(selected),
            },
      range: store.range,
      response: (id) => this.#named(session, 'response', id),
      heard: (id) => this.#named(session, 'heard', id),
      sessions: store.document?.sessions.length ?? 1,
    });
    const playing = this.isPlaying ? this.#playing : null;
    const isOffered = playing === null || choices.some(({ key }) => key === playing.key);
    this.choices = isOffered ? choices : [playing, ...choices];
    const choice = this.#choice;
    const awaited = choice === undefined ? '' : `${choice.key}|${choice.ms}`;
    // Rows that keep coming must not put it off for ever.
    if (awaited === this.#preloading) return;
    this.#preloading = awaited;
    clearTimeout(this.#preload);
    if (choice === undefined || this.isPlaying || this.#isLoaded(choice) || choice.ms > mostPreloadMs) return;
    this.#preload = setTimeout(() => void this.#prepare(choice), preloadDelay);
  }
  #named(session: string, what: 'response' | 'heard', id: string): SpokenName | undefined {
    const { store } = this;
    if (this.#spoken?.of !== store.rows) this.#spoken = { of: store.rows, index: new SpokenIndex(store.rows) };
    const spoken: Spoken | undefined = this.#spoken.index[what](session, id);
    const span = store.spanIndex.get(`${session} ${what === 'heard' ? 'speech' : 'response'} ${id}`);
    if (spoken === undefined) return undefined;
    const end = span?.end ?? store.audio.lane(session, 'client').end;
    return {
      ordinal: spoken.ordinal,
      words: spoken.wordsRow === null ? '' : (store.rowSummary(spoken.wordsRow) ?? ''),
      ms: span === undefined ? 0 : Math.max(0, end - span.start),
    };
  }
  #isLoaded(choice: AudioChoice): boolean {
    return this.#clipKey === choice.key && this.#clipMs === choice.ms;
  }
  /** Fetches a choice, once at a time; what fails is shown when it is played. */
  #prepare(choice: AudioChoice): Promise<void> {
    if (this.#isLoaded(choice)) return Promise.resolve();
    if (this.#fetching?.key === choice.key) return this.#fetching.done;
    const done = this.#loadClip(choice).finally(() => {
      if (this.#fetching?.done === done) this.#fetching = null;
    });
    this.#fetching = { key: choice.key, done };
    done.catch(() => undefined);
    return done;
  }
  get #choice(): AudioChoice | undefined {
    if (this.isPlaying && this.#playing !== null) return this.#playing;
    return this.choices.find((choice) => choice.key === this.picked) ?? this.choices[0];
  }

  /** The clip of what is chosen; null while it is on its way: another one's must not pass for it. */
  get #shown(): Clip | null {
    return this.#choice?.key === this.#clipKey ? this.#clip : null;
  }

  async #start(): Promise<void> {
    const choice = this.#choice;
    if (choice === undefined) {
      this.store.tell({ kind: 'info', text: 'There is no audio to play here.' });
      return;
    }
    try {
      // Made before anything is awaited, while the click still counts as the user's gesture.
      this.#playback ??= this.#makePlayback();
      await this.#prepare(choice);
      if (this.#clip === null || this.#clipKey !== choice.key) return;
      if (this.#playback.clip !== this.#clip) this.#playback.load(this.#clip);
      await this.#playback.play(startPatience);
      this.#playing = choice;
      this.isPlaying = this.#playback.isPlaying;
      if (this.isPlaying) this.#tick();
    } catch (error) {
      this.isPlaying = false;
      this.store.fail(error);
    }
  }

  async #loadClip(choice: AudioChoice): Promise<void> {
    this.loading = true;
    this.problem = '';
    try {
      const clips = await Promise.all(choice.selectors.map((selector) => this.store.bridge.request('audio', selector)));
      this.problem = clips.map((clip) => clip.problem).find((problem) => problem !== '') ?? '';
      const clip = mix(clips);
      // Another choice was made, or playing began, while this one was on its way.
      if (this.isPlaying || this.#choice?.key !== choice.key) return;
      this.#clipKey = choice.key;
      this.#clipMs = choice.ms;
      this.#clip = clip.samples.length === 0 ? null : clip;
      if (this.#clip === null && this.problem === '') this.problem = 'No audio was kept here.';
      this.#showPosition();
    } finally {
      this.loading = false;
    }
  }

  #makePlayback(): Playback {
    const playback = new Playback();
    playback.ended = () => this.#ended();
    void playback.setSpeed(this.speed);
    return playback;
  }
  /** Seconds into the clip that is shown. */
  get #now(): number {
    const shown = this.#shown;
    return this.#playback !== null && shown !== null && this.#playback.clip === shown ? this.#playback.position : 0;
  }
  #pause(): void {
    this.#playback?.pause();
    this.isPlaying = false;
    this.#updateChoices();
    this.#showPosition();
  }
  #ended(): void {
    this.isPlaying = false;
    this.store.setPlayhead(null);
    this.#updateChoices();
    this.#showPosition();
  }
  async #stop(): Promise<void> {
    this.#pause();
    await this.#seek(0);
    this.store.setPlayhead(null);
    this.#showPosition();
  }
  async #seek(seconds: number): Promise<void> {
    const clip = this.#shown;
    if (clip === null) return;
    this.#playback ??= this.#makePlayback();
    if (this.#playback.clip !== clip) this.#playback.load(clip);
    await this.#playback.seek(seconds);
    this.#showPosition();
  }
  async #setSpeed(speed: number): Promise<void> {
    this.speed = speed;
    await this.#playback?.setSpeed(speed);
  }

  #tick(): void {
    this.#showPosition();
    if (this.isPlaying) requestAnimationFrame(() => this.#tick());
  }
  #showPosition(): void {
    const position = this.#now;
    if (this.#clip !== null && this.isPlaying) this.store.setPlayhead(this.#clip.startMs + position * 1000);
    const label = this.renderRoot.querySelector('.now');
    if (label !== null) label.textContent = formatClock(position);
    this.canvas?.setAttribute('aria-valuenow', position.toFixed(1));
    this.#drawWave();
  }

  #drawWave(): void {
    const { canvas } = this;
    if (canvas === null || canvas === undefined || canvas.clientWidth === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.scale(ratio, ratio);
    const palette = readPalette(getComputedStyle(this));
    const clip = this.#shown;
    if (clip === null) {
      context.fillStyle = palette.grid;
      context.fillRect(0, height / 2, width, 1);
      return;
    }
    if (this.#wave?.of !== clip || this.#wave.min.length !== width)
      this.#wave = { ...waveform(clip.samples, width), of: clip };
    const played = this.#now / (clip.samples.length / clip.rate);
    for (let x = 0; x < width; x += 1) {
      const top = height / 2 - Math.sqrt(this.#wave.max[x] ?? 0) * (height / 2);
      const bottom = height / 2 + Math.sqrt(-(this.#wave.min[x] ?? 0)) * (height / 2);
      context.fillStyle = x / width <= played ? palette.response : palette.other;
      context.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
    context.fillStyle = palette.foreground;
    context.fillRect(Math.min(width - 1, played * width), 0, 1, height);
  }

  protected override updated(_changed: PropertyValues): void {
    this.#drawWave();
  }
  protected override render() {
    const choice = this.#choice;
    const clip = this.#shown;
    const length = clip === null ? (choice?.ms ?? 0) / 1000 : clip.samples.length / clip.rate;
    if (choice === undefined)
      return html`<button class="icon play" title="Play (Space)" aria-label="Play" disabled>
          <vscode-icon name="play"></vscode-icon></button
        ><span class="none dim">no audio here</span>`;
    return html`
      <button
        class="icon play"
        title=${this.isPlaying ? 'Pause (Space)' : 'Play (Space)'}
        aria-label=${this.isPlaying ? 'Pause' : 'Play'}
        ?disabled=${this.loading}
        @click=${() => void this.toggle()}
      >
        <vscode-icon
          name=${this.loading ? 'loading' : this.isPlaying ? 'debug-pause' : 'play'}
          ?spin=${this.loading}
        ></vscode-icon>
      </button>
      <button class="icon" title="Stop" aria-label="Stop" @click=${() => void this.#stop()}>
        <vscode-icon name="debug-stop"></vscode-icon>
      </button>
      <select
        class="what"
        aria-label="What to play"
        title=${choice.label}
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          const wasPlaying = this.isPlaying;
          this.#pause();
          this.picked = value;
          if (wasPlaying) void this.#start();
          else this.#updateChoices();
        }}
      >
        ${this.choices.map(
          (each) => html`<option value=${each.key} .selected=${each.key === choice.key}>${each.label}</option>`,
        )}
      </select>
      ${this.problem === '' || this.#clipKey !== choice.key ? nothing : html`<span class="problem" title=${this.problem}>${this.problem}</span>`}
      <canvas
        tabindex="0"
        role="slider"
        aria-label="Position"
        aria-valuemin="0"
        aria-valuemax=${length.toFixed(1)}
        aria-valuenow="0"
        @pointerdown=${this.#pointer}
        @keydown=${this.#key}
      ></canvas>
      <span class="time num"
        ><span class="now" .textContent=${formatClock(this.#now)}></span
        ><span class="total dim"> / ${formatClock(length)}</span></span
      >
      <select
        class="speed"
        aria-label="Speed"
        @change=${(event: Event) => void this.#setSpeed(Number((event.target as HTMLSelectElement).value))}
      >
        ${speeds.map((speed) => html`<option value=${speed} .selected=${speed === this.speed}>${speed}×</option>`)}
      </select>
      <button class="icon save" title="Save as WAV" aria-label="Save as WAV" @click=${() => void this.#save(choice)}>
        <vscode-icon name="save"></vscode-icon>
      </button>
    `;
  }

  async #save(choice: AudioChoice): Promise<void> {
    for (const selector of choice.selectors) {
      const side = selector.from === 'client' ? 'microphone' : 'speaker';
      const result = await this.store.ask('saveWav', { ...selector, name: `${choice.name}-${side}.wav` });
      if (result === undefined || result.saved === '') return;
      this.store.tell({ kind: 'info', text: `Saved ${result.saved}` });
    }
  }

  readonly #pointer = (event: PointerEvent): void => {
    const { canvas } = this;
    const clip = this.#shown;
    if (canvas === null || clip === null) return;
    const length = clip.samples.length / clip.rate;
    const seek = (e: PointerEvent): void => {
      const box = canvas.getBoundingClientRect();
      void this.#seek(((e.clientX - box.left) / box.width) * length);
    };
    canvas.setPointerCapture(event.pointerId);
    seek(event);
    const up = (): void => {
      canvas.removeEventListener('pointermove', seek);
      canvas.removeEventListener('pointerup', up);
      canvas.removeEventListener('pointercancel', up);
    };
    canvas.addEventListener('pointermove', seek);
    canvas.addEventListener('pointerup', up);
    canvas.addEventListener('pointercancel', up);
  };
  readonly #key = (event: KeyboardEvent): void => {
    const position = this.#now;
    const to: Record<string, number> = {
      ArrowLeft: position - 1,
      ArrowRight: position + 1,
      Home: 0,
      End: this.#shown === null ? 0 : this.#shown.samples.length / this.#shown.rate,
    };
    const target = to[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    void this.#seek(target);
  };
}
