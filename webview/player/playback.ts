/** Plays samples through Web Audio: seek, speed at the voice's own pitch, pause. Position and length are seconds of the original. */
import { stretch } from '../logic/stretch';

export interface Clip {
  samples: Float32Array<ArrayBuffer>;
  rate: number;
  /** Time of the first sample on the trace's axis, ms. */
  startMs: number;
}

export class Playback {
  /** What is heard also goes through here, so that it can be measured. */
  readonly analyser: AnalyserNode;
  readonly #context: AudioContext;
  #clip: Clip | null = null;
  #stretched = new Map<number, AudioBuffer>();
  #source: AudioBufferSourceNode | null = null;
  #speed = 1;
  /** Position (s) when the source started, and the context's clock then. */
  #from = 0;
  #startedAt = 0;
  /** Called when the end is reached by playing. */
  ended: () => void = () => undefined;

  /** Has to be made in a user's click: a context made elsewhere stays suspended. */
  constructor() {
    this.#context = new AudioContext();
    this.analyser = this.#context.createAnalyser();
    this.analyser.fftSize = 2048;
    this.analyser.connect(this.#context.destination);
  }

  get clip(): Clip | null {
    return this.#clip;
  }
  get isPlaying(): boolean {
    return this.#source !== null;
  }
  get length(): number {
    return this.#clip === null ? 0 : this.#clip.samples.length / this.#clip.rate;
  }
  get position(): number {
    if (this.#source === null) return this.#from;
    const latency = this.#context.outputLatency || 0;
    const played = Math.max(0, this.#context.currentTime - this.#startedAt - latency) * this.#speed;
    return Math.min(this.length, this.#from + played);
  }

  load(clip: Clip): void {
    this.pause();
    this.#clip = clip;
    this.#from = 0;
    this.#stretched.clear();
  }

  /** Plays from the position. Rejects when the browser has not begun to play after `patience` ms. */
  async play(patience = 1500): Promise<void> {
    if (this.#clip === null || this.#source !== null) return;
    if (this.#context.state !== 'running') {
      const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), patience));
      if ((await Promise.race([this.#context.resume(), late])) === 'late')
        throw new Error('The browser lets sound start only after a click in this page: click Play once.');
    }
    if (this.#from >= this.length - 0.005) this.#from = 0;
    const buffer = this.#buffer();
    if (buffer === null) return;
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.analyser);
    source.onended = () => {
      if (this.#source !== source) return;
      this.#source = null;
      this.#from = this.length;
      this.ended();
    };
    this.#source = source;
    this.#startedAt = this.#context.currentTime;
    source.start(0, this.#from / this.#speed);
  }

  pause(): void {
    const source = this.#source;
    if (source === null) return;
    this.#from = this.position;
    this.#source = null;
    source.stop();
    source.disconnect();
  }

  async seek(seconds: number): Promise<void> {
    const wasPlaying = this.isPlaying;
    this.pause();
    this.#from = Math.max(0, Math.min(this.length, seconds));
    if (wasPlaying) await this.play();
  }

  async setSpeed(speed: number): Promise<void> {
    const wasPlaying = this.isPlaying;
    this.pause();
    this.#speed = speed;
    if (wasPlaying) await this.play();
  }

  async close(): Promise<void> {
    this.pause();
    await this.#context.close();
  }

  #buffer(): AudioBuffer | null {
    const clip = this.#clip;
    if (clip === null || clip.samples.length === 0) return null;
    let buffer = this.#stretched.get(this.#speed);
    if (buffer === undefined) {
      const samples = this.#speed === 1 ? clip.samples : stretch(clip.samples, clip.rate, this.#speed);
      buffer = this.#context.createBuffer(1, Math.max(1, samples.length), clip.rate);
      buffer.copyToChannel(samples, 0);
      this.#stretched.set(this.#speed, buffer);
    }
    return buffer;
  }
}
