/** The player: what to play for the selection, its waveform to seek in, speed, and saving it as a WAV file. */
import '@vscode-elements/elements/dist/vscode-icon/index.js';
import { html, nothing, type PropertyValues } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { AudioChoice } from '../logic/audioChoice';
import { formatClock } from '../logic/format';
import { SIDEBAND } from '../../src/analysis/calls';
import { shownCall } from '../logic/shownSession';
import type { Topic } from '../state/store';
import '../views/popupMenu';
import type { PopupMenu } from '../views/popupMenu';
import { sharedStyles, View } from '../views/view';
import { clipOf } from './clipOf';
import { lookControls } from './lookControls';
import { Playable } from './playable';
import { Playback, type Clip, type Part } from './playback';
import { usualPlayerLook, type PlayerLook } from './playerLook';
import { playerStyles } from './playerStyles';
import { SilenceSkip } from './silenceSkip';
import { playerMenu } from './playerMenu';
import { pointAt, pressKey, type Slider } from './slider';
import { WaveCanvas } from './waveCanvas';

/** Audio up to this long is fetched when it is chosen, so that its waveform is there before it is played. */
const mostPreloadMs = 180_000;
const preloadDelay = 200;
/** A browser that may not play lets `resume` wait for ever. */
const startPatience = 1500;

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
  /** Time of the trace to go to once the chosen clip is here, ms. */
  #wanted: number | null = null;
  /** What is being played: the selection may move on while it is heard. */
  #playing: AudioChoice | null = null;
  @state() private isPlaying = false;
  @state() private loading = false;
  @state() private look: PlayerLook = usualPlayerLook;
  /** A part that the user drew to be heard over and over, seconds. */
  @state() private repeated: Part | null = null;
  /** For screen readers: what has just happened. */
  @state() private news = '';
  @state() private problem = '';
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  @query('rti-menu') private menu!: PopupMenu;
  @query('.more') private opener!: HTMLElement;
  #playback: Playback | null = null;
  #clip: Clip | null = null;
  #clipKey = '';
  /** Length the clip had on the axis when it was fetched: more means that audio arrived since. */
  #clipMs = 0;
  #playable!: Playable;
  #fetching: { key: string; done: Promise<void> } | null = null;
  #preload: ReturnType<typeof setTimeout> | undefined;
  /** Key and length of what `#preload` was last set for. */
  #preloading = '';
  readonly #wave = new WaveCanvas();
  readonly #silence = new SilenceSkip();
  #resize: ResizeObserver | undefined;
  #theme: MutationObserver | undefined;

  static override styles = [sharedStyles, playerStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute('role', 'region');
    this.setAttribute('aria-label', 'Player');
    this.#playable = new Playable(this.store);
    this.look = { ...usualPlayerLook, ...this.store.kept.player };
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

  /** Goes to a time of the trace, ms, as soon as what is chosen is here and covers it. */
  seekTime(t: number): void {
    this.#wanted = t;
    this.#updateChoices();
    this.#seekWanted();
  }
  #seekWanted(): void {
    const clip = this.#shown;
    const t = this.#wanted;
    if (clip === null || t === null) return;
    this.#wanted = null;
    const at = (t - clip.startMs) / 1000;
    if (at < 0 || at > clip.samples.length / clip.rate) return;
    void this.#seek(at).then(() => this.store.setPlayhead(clip.startMs + at * 1000));
  }

  #updateChoices(): void {
    const choices = this.#playable.choices();
    const playing = this.isPlaying ? this.#playing : null;
    const isOffered = playing === null || choices.some(({ key }) => key === playing.key);
    this.choices = isOffered ? choices : [playing, ...choices];
    // The mark of where one clip was left says nothing of another.
    if (!this.isPlaying && this.#shown === null && this.store.playhead !== null) this.store.setPlayhead(null);
    const choice = this.#choice;
    const awaited = choice === undefined ? '' : `${choice.key}|${choice.ms}`;
    // Rows that keep coming must not put it off for ever.
    if (awaited === this.#preloading) return;
    this.#preloading = awaited;
    clearTimeout(this.#preload);
    if (choice === undefined || this.isPlaying || this.#isLoaded(choice) || choice.ms > mostPreloadMs) return;
    this.#preload = setTimeout(() => void this.#prepare(choice), preloadDelay);
  }
  #isLoaded(choice: AudioChoice): boolean {
    return this.#clipKey === this.#keyOf(choice) && this.#clipMs === choice.ms;
  }
  /** A clip is of a choice and of how it is to be heard. */
  #keyOf(choice: AudioChoice): string {
    return `${choice.key}|${this.look.output}|${this.look.sides}`;
  }
  /** Fetches a choice, once at a time; what fails is shown when it is played. */
  #prepare(choice: AudioChoice): Promise<void> {
    if (this.#isLoaded(choice)) return Promise.resolve();
    const key = this.#keyOf(choice);
    if (this.#fetching?.key === key) return this.#fetching.done;
    const done = this.#loadClip(choice).finally(() => {
      if (this.#fetching?.done === done) this.#fetching = null;
    });
    this.#fetching = { key, done };
    done.catch(() => undefined);
    return done;
  }
  get #choice(): AudioChoice | undefined {
    if (this.isPlaying && this.#playing !== null) return this.#playing;
    return this.choices.find((choice) => choice.key === this.picked) ?? this.choices[0];
  }

  /** The clip of what is chosen; null while it is on its way: another one's must not pass for it. */
  get #shown(): Clip | null {
    const choice = this.#choice;
    return choice !== undefined && this.#keyOf(choice) === this.#clipKey ? this.#clip : null;
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
      if (this.#clip === null || this.#clipKey !== this.#keyOf(choice)) return;
      if (this.#playback.clip !== this.#clip) this.#playback.load(this.#clip);
      await this.#playback.setLoop(this.#loop);
      await this.#playback.play(startPatience);
      this.#playing = choice;
      this.isPlaying = this.#playback.isPlaying;
      if (this.isPlaying) {
        this.news = `Playing ${choice.label}${this.#loop === null ? '' : ', over and over'}`;
        this.#tick();
      }
    } catch (error) {
      this.isPlaying = false;
      this.store.fail(error);
    }
  }

  async #loadClip(choice: AudioChoice): Promise<void> {
    const key = this.#keyOf(choice);
    this.loading = true;
    this.problem = '';
    try {
      const clips = await Promise.all(choice.selectors.map((selector) => this.store.bridge.request('audio', selector)));
      this.problem = clips.map((clip) => clip.problem).find((problem) => problem !== '') ?? '';
      const { audio, meaning } = this.store;
      const clip = clipOf(clips, choice, this.look, meaning.playback.all, (session, item) =>
        audio.lane(session, 'server').ofItem(item),
      );
      // Another choice was made, or playing began, while this one was on its way.
      if (this.isPlaying || this.#choice?.key !== choice.key || key !== this.#keyOf(choice)) return;
      this.#clipKey = key;
      this.repeated = null;
      this.#clipMs = choice.ms;
      this.#clip = clip.samples.length === 0 ? null : clip;
      if (this.#clip === null && this.problem === '') this.problem = 'No audio was kept here.';
      this.#showPosition();
      this.#seekWanted();
    } finally {
      this.loading = false;
    }
  }

  /** What is played over and over; null when it ends at the end. */
  get #loop(): Part | null {
    const clip = this.#shown;
    if (clip === null) return null;
    return this.repeated ?? (this.look.loop ? { start: 0, end: clip.samples.length / clip.rate } : null);
  }
  #setLook(change: Partial<PlayerLook>): void {
    const wasPlaying = this.isPlaying;
    const at = this.#now;
    const isOther = change.output !== undefined || change.sides !== undefined;
    if (wasPlaying && isOther) this.#pause();
    this.look = { ...this.look, ...change };
    this.store.keep({ player: this.look });
    if (change.speed !== undefined) void this.#playback?.setSpeed(change.speed);
    if (change.loop !== undefined) void this.#playback?.setLoop(this.#loop);
    if (!isOther) return;
    const choice = this.#choice;
    if (choice === undefined) return;
    void this.#prepare(choice).then(
      async () => {
        await this.#seek(at);
        if (wasPlaying) await this.#start();
      },
      (error: unknown) => this.store.fail(error),
    );
  }
  #setPart(part: Part | null): void {
    this.repeated = part;
    this.news =
      part === null ? 'No part is repeated' : `Repeats ${formatClock(part.start)} to ${formatClock(part.end)}`;
    void this.#playback?.setLoop(this.#loop);
    this.#drawWave();
  }
  #makePlayback(): Playback {
    const playback = new Playback();
    playback.ended = () => this.#ended();
    void playback.setSpeed(this.look.speed);
    return playback;
  }
  /** Seconds into the clip that is shown. */
  get #now(): number {
    const shown = this.#shown;
    return this.#playback !== null && shown !== null && this.#playback.clip === shown ? this.#playback.position : 0;
  }
  #pause(): void {
    if (this.isPlaying) this.news = `Paused at ${formatClock(this.#now)}`;
    this.#playback?.pause();
    this.isPlaying = false;
    this.#updateChoices();
    this.#showPosition();
  }
  #ended(): void {
    this.isPlaying = false;
    this.news = 'Ended';
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
  #tick(): void {
    this.#passSilence();
    this.#showPosition();
    if (this.isPlaying) requestAnimationFrame(() => this.#tick());
  }
  /** In a silence of both sides playing goes on where it ends. */
  #passSilence(): void {
    const clip = this.#shown;
    if (!this.look.skipSilence || clip === null || !this.isPlaying) return;
    const end = this.#silence.endOf(clip, this.#now);
    if (end !== null) void this.#playback?.seek(end);
  }
  #showPosition(): void {
    const position = this.#now;
    if (this.#clip !== null && this.isPlaying) this.store.setPlayhead(this.#clip.startMs + position * 1000);
    const label = this.renderRoot.querySelector('.now');
    if (label !== null) label.textContent = formatClock(position);
    this.canvas?.setAttribute('aria-valuenow', position.toFixed(1));
    this.canvas?.setAttribute('aria-valuetext', `${formatClock(position)} of ${formatClock(this.#length)}`);
    this.#drawWave();
  }

  readonly #slider: Slider = {
    length: () => (this.#shown === null ? null : this.#shown.samples.length / this.#shown.rate),
    now: () => this.#now,
    part: () => this.repeated,
    seek: (seconds) => void this.#seek(seconds),
    setPart: (part) => this.#setPart(part),
  };

  get #noneWords(): string {
    return shownCall(this.store) === '' ? 'no audio here' : `No audio here: this sideband tells the ${SIDEBAND}.`;
  }

  #drawWave(): void {
    const { canvas } = this;
    if (canvas !== null && canvas !== undefined)
      this.#wave.draw(canvas, getComputedStyle(this), this.#shown, this.#now, this.repeated ?? null);
  }
  /** What the server took of the user's speech is known with the clip: between the events that tell of it lies its patience. */
  get #isGuess(): boolean {
    return this.#shown === null && this.#choice?.key.includes('|item-client|') === true;
  }
  get #length(): number {
    const clip = this.#shown;
    return clip === null ? (this.#choice?.ms ?? 0) / 1000 : clip.samples.length / clip.rate;
  }

  protected override updated(_changed: PropertyValues): void {
    this.#drawWave();
  }
  protected override render() {
    const choice = this.#choice;
    const length = this.#length;
    const { look } = this;
    if (choice === undefined)
      return html`<button class="icon play" title="Play (Space)" aria-label="Play" disabled>
          <vscode-icon name="play"></vscode-icon></button
        ><span class="none dim" title=${this.#noneWords}>${this.#noneWords}</span>`;
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
      ${this.problem === '' || this.#clipKey !== this.#keyOf(choice) ? nothing : html`<span class="problem" title=${this.problem}>${this.problem}</span>`}
      <canvas
        tabindex="0"
        role="slider"
        aria-label="Position"
        title="Click to seek; Shift and drag to repeat a part; I and O set its ends"
        aria-valuemin="0"
        aria-valuemax=${length.toFixed(1)}
        aria-valuenow="0"
        @pointerdown=${(event: PointerEvent) => pointAt(event, this.#slider)}
        @keydown=${(event: KeyboardEvent) => pressKey(event, this.#slider)}
      ></canvas>
      <span class="time num"
        ><span class="now" .textContent=${formatClock(this.#now)}></span
        ><span class="total dim"> / ${this.#isGuess ? '…' : formatClock(length)}</span></span
      >
      ${lookControls({
        look,
        isPartRepeated: this.repeated !== null,
        set: (change) => this.#setLook(change),
        endRepeat: () => this.#setPart(null),
        showMenu: () => this.#showMenu(),
      })}
      <rti-menu></rti-menu>
      <span class="unseen" role="status">${this.news}</span>
      <button class="icon save" title="Save as WAV" aria-label="Save as WAV" @click=${() => void this.#save(choice)}>
        <vscode-icon name="save"></vscode-icon>
      </button>
    `;
  }

  #showMenu(): void {
    // Made anew after each choice, which changes the look.
    const items = () =>
      playerMenu(
        this.look,
        this.repeated !== null,
        (change) => this.#setLook(change),
        () => this.#setPart(null),
      );
    this.menu.show('How to hear it', this.opener, items);
  }

  async #save(choice: AudioChoice): Promise<void> {
    for (const selector of choice.selectors) {
      const side = selector.from === 'client' ? 'microphone' : 'speaker';
      const result = await this.store.ask('saveWav', { ...selector, name: `${choice.name}-${side}.wav` });
      if (result === undefined || result.saved === '') return;
      this.store.tell({ kind: 'info', text: `Saved ${result.saved}` });
    }
  }
}
