/** Draws a clip's waveform with how far it is played, and the part that is played over and over. */
import { waveform } from '../logic/stretch';
import { readPalette } from '../views/palette';
import type { Clip, Part } from './playback';

export class WaveCanvas {
  #wave: { min: Float32Array; max: Float32Array; of: Clip } | null = null;

  /** @param position Seconds into the clip. @param loop The part that is repeated, if any. */
  draw(
    canvas: HTMLCanvasElement,
    style: CSSStyleDeclaration,
    clip: Clip | null,
    position: number,
    loop: Part | null,
  ): void {
    if (canvas.clientWidth === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.scale(ratio, ratio);
    const palette = readPalette(style);
    if (clip === null) {
      context.fillStyle = palette.grid;
      context.fillRect(0, height / 2, width, 1);
      return;
    }
    if (this.#wave?.of !== clip || this.#wave.min.length !== width)
      this.#wave = { ...waveform(clip.samples, width), of: clip };
    const { min, max } = this.#wave;
    const length = clip.samples.length / clip.rate;
    const x = (seconds: number) => (seconds / length) * width;
    if (loop !== null) {
      context.fillStyle = palette.selection;
      context.fillRect(x(loop.start), 0, Math.max(1, x(loop.end) - x(loop.start)), height);
      context.fillStyle = palette.focus;
      context.fillRect(x(loop.start), 0, 1, height);
      context.fillRect(Math.min(width - 1, x(loop.end)), 0, 1, height);
    }
    const played = x(position);
    for (let at = 0; at < width; at += 1) {
      const top = height / 2 - Math.sqrt(max[at] ?? 0) * (height / 2);
      const bottom = height / 2 + Math.sqrt(-(min[at] ?? 0)) * (height / 2);
      context.fillStyle = at <= played ? palette.response : palette.other;
      context.fillRect(at, top, 1, Math.max(1, bottom - top));
    }
    context.fillStyle = palette.foreground;
    context.fillRect(Math.min(width - 1, played), 0, 1, height);
  }
}
