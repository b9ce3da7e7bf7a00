/** Plays samples through Web Audio: seek, loop, speed at the voice's own pitch, pause. Position and length are seconds of the original. */
import { stretch } from '../logic/stretch';

export interface Clip {
  /** All sides laid over each other. */
  samples: Float32Array<ArrayBuffer>;
  rate: number;
  /** Time of the first sample on the trace's axis, ms. */
  startMs: number;
  /** Left and right where the sides are to be heard apart, as long as `samples`. */
  channels?: readonly [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>];
}

/** A part of a clip, seconds. */
export interface Part {
  start: number;
  end: number;
}

/** A loop shorter than this would only buzz, seconds. */
const shortestLoop = 0.05;

export class Playback {
  /** What is heard also goes through here, so that it can be measured. */
  readonly analyser: AnalyserNode;
  readonly #context: AudioContext;
  #clip: Clip | null = null;
  #stretched = new Map<number, AudioBuffer>();
  #source: AudioBufferSourceNode | null = null;
  #speed = 1;
  #loop: Part | null = null;
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
    return Math.min(this.length, wrap(this.#from + played, this.#from, this.#loop));
  }

  load(clip: Clip): void {
    this.pause();
    this.#clip = clip;
    this.#from = 0;
    this.#loop = null;
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
    const loop = this.#loop;
    if (loop !== null && this.#from >= loop.end) this.#from = loop.start;
    if (this.#from >= this.length - 0.005) this.#from = loop?.start ?? 0;
    const buffer = this.#buffer();
    if (buffer === null) return;
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    if (loop !== null) {
      source.loop = true;
      source.loopStart = loop.start / this.#speed;
      source.loopEnd = loop.end / this.#speed;
    }
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

  /** Plays a part over and over; null plays to the end once. */
  async setLoop(part: Part | null): Promise<void> {
    const loop = part === null || part.end - part.start < shortestLoop ? null : part;
    if (loop?.start === this.#loop?.start && loop?.end === this.#loop?.end) return;
    const wasPlaying = this.isPlaying;
    this.pause();
    this.#loop = loop;
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
      const sides = (clip.channels ?? [clip.samples]).map((samples) =>
        this.#speed === 1 ? samples : stretch(samples, clip.rate, this.#speed),
      );
      const length = Math.max(1, ...sides.map((samples) => samples.length));
      buffer = this.#context.createBuffer(sides.length, length, clip.rate);
      for (const [channel, samples] of sides.entries()) buffer.copyToChannel(samples, channel);
      this.#stretched.set(this.#speed, buffer);
    }
    return buffer;
  }
}

/** Where playing is that began at `from` and would be at `reached` were there no loop; all in seconds. */
export function wrap(reached: number, from: number, loop: Part | null): number {
  if (loop === null || reached < loop.end || from >= loop.end) return reached;
  return loop.start + ((reached - loop.start) % (loop.end - loop.start));
}
