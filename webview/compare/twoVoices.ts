/** Two sounds on one clock of Web Audio: started, stopped and moved together, each with a loudness and a place of its own. */
import type { Which } from '../../src/compare/model';

/** A sound and where it begins on the common axis, seconds. */
export interface Voice {
  samples: Float32Array<ArrayBuffer>;
  rate: number;
  offset: number;
}

/** Loudness from 0 to 1, and where it is heard: -1 left, 1 right. */
export interface VoiceLook {
  gain: number;
  pan: number;
}

const SIDES = ['a', 'b'] as const;
/** Of full scale: what lies below is shown as nothing, dB. */
const SHOWN_DB = 60;
/** Both begin so much later than they are told to, so that neither misses its beginning, seconds. */
const LEAD = 0.02;

interface Line {
  gain: GainNode;
  pan: StereoPannerNode;
  analyser: AnalyserNode;
  buffer: AudioBuffer | null;
  offset: number;
  source: AudioBufferSourceNode | null;
}

export class TwoVoices {
  readonly #context = new AudioContext();
  readonly #lines: Record<Which, Line> = { a: this.#line(), b: this.#line() };
  readonly #wave = new Float32Array(1024);
  /** Place (s) when the sources were started, and the context's clock then; NaN while nothing is heard. */
  #from = 0;
  #startedAt = NaN;

  get isPlaying(): boolean {
    return !Number.isNaN(this.#startedAt);
  }
  /** Seconds from the beginning of the axis to the end of the one that ends last. */
  get length(): number {
    return Math.max(...SIDES.map((which) => this.#end(which)));
  }
  get position(): number {
    if (!this.isPlaying) return this.#from;
    const played = this.#context.currentTime - this.#startedAt - (this.#context.outputLatency || 0);
    return Math.min(this.length, this.#from + Math.max(0, played));
  }

  load(voices: Record<Which, Voice | null>): void {
    this.pause();
    this.#from = 0;
    for (const which of SIDES) {
      const voice = voices[which];
      const line = this.#lines[which];
      line.offset = voice?.offset ?? 0;
      line.buffer = null;
      if (!voice || voice.samples.length === 0) continue;
      line.buffer = this.#context.createBuffer(1, voice.samples.length, voice.rate);
      line.buffer.copyToChannel(voice.samples, 0);
    }
  }

  /** Plays from the place. Rejects when the browser has not begun to play after `patience` ms; it has to be called from a click or key. */
  async play(patience = 1500): Promise<void> {
    if (this.isPlaying) return;
    if (this.#context.state !== 'running') {
      const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), patience));
      if ((await Promise.race([this.#context.resume(), late])) === 'late')
        throw new Error('The browser lets sound start only after a click in this page: click Play once.');
    }
    if (this.#from >= this.length - 0.005) this.#from = 0;
    const at = this.#context.currentTime + LEAD;
    this.#startedAt = at;
    for (const which of SIDES) {
      const line = this.#lines[which];
      if (!line.buffer || this.#from >= this.#end(which)) continue;
      line.source = this.#context.createBufferSource();
      line.source.buffer = line.buffer;
      line.source.connect(line.gain);
      line.source.start(at + Math.max(0, line.offset - this.#from), Math.max(0, this.#from - line.offset));
    }
  }

  pause(): void {
    this.#from = this.position;
    this.#startedAt = NaN;
    for (const line of Object.values(this.#lines)) {
      line.source?.stop();
      line.source?.disconnect();
      line.source = null;
    }
  }

  async seek(seconds: number): Promise<void> {
    const wasPlaying = this.isPlaying;
    this.pause();
    this.#from = Math.max(0, Math.min(this.length, seconds));
    if (wasPlaying) await this.play();
  }

  look(which: Which, { gain, pan }: VoiceLook): void {
    const line = this.#lines[which];
    line.gain.gain.value = gain;
    line.pan.pan.value = pan;
  }

  /** How loud it is just now, as it is heard: 0 for nothing, 1 for full scale. */
  level(which: Which): number {
    this.#lines[which].analyser.getFloatTimeDomainData(this.#wave);
    let most = 0;
    for (const value of this.#wave) most = Math.max(most, Math.abs(value));
    return Math.max(0, Math.min(1, 1 + (20 * Math.log10(most + 1e-9)) / SHOWN_DB));
  }

  async close(): Promise<void> {
    this.pause();
    await this.#context.close();
  }

  #end(which: Which): number {
    const { buffer, offset } = this.#lines[which];
    return buffer ? offset + buffer.duration : 0;
  }

  #line(): Line {
    const gain = this.#context.createGain();
    const pan = this.#context.createStereoPanner();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    gain.connect(analyser).connect(pan).connect(this.#context.destination);
    return { gain, pan, analyser, buffer: null, offset: 0, source: null };
  }
}
