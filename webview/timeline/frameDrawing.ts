/** Draws before a frame: at once what a hand does, at its pace what comes of itself. */
import { DrawPace } from './drawPace';

export class FrameDrawing {
  readonly #draw: (now: number) => void;
  readonly #pace = new DrawPace();
  /** A task begun before a frame is painted runs when it has been. */
  readonly #painted = new MessageChannel();
  #pending = false;
  #stopped = false;
  #news: ReturnType<typeof setTimeout> | undefined;

  /** @param draw Called before a frame, with its time. */
  constructor(draw: (now: number) => void) {
    this.#draw = draw;
    this.#painted.port1.onmessage = ({ data }: MessageEvent<number>) => {
      const now = performance.now();
      this.#pace.drawn(now, now - data);
    };
  }

  /** A hand moved something: it is drawn before the next frame, and for a while all that follows is. */
  hand(): void {
    this.#pace.hand(performance.now());
    this.soon();
  }
  /** Something came of itself: it is drawn when the last drawing is long enough ago. */
  news(): void {
    if (this.#pending || this.#news !== undefined) return;
    const wait = this.#pace.wait(performance.now());
    if (wait === 0) this.soon();
    else this.#news = setTimeout(() => this.soon(), wait);
  }
  /** Draws before the next frame. */
  soon(): void {
    if (this.#pending || this.#stopped) return;
    this.#pending = true;
    requestAnimationFrame((now) => {
      this.#pending = false;
      clearTimeout(this.#news);
      this.#news = undefined;
      if (this.#stopped) return;
      const began = performance.now();
      this.#draw(now);
      this.#painted.port2.postMessage(began);
    });
  }
  /** Draws nothing any more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#news);
    this.#painted.port1.close();
  }
}
