/** Clips: pieces of audio put together for playing and saving. */

/** Other rates than the clip's are brought to it, so that a session that changed its format still plays in one go. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to || samples.length === 0) return samples;
  const length = Math.max(1, Math.round((samples.length * to) / from));
  const out = new Int16Array(length);
  for (let i = 0; i < length; i++) {
    const place = Math.min(samples.length - 1, (i * from) / to);
    const before = Math.floor(place);
    const a = samples[before] as number;
    const b = samples[Math.min(samples.length - 1, before + 1)] as number;
    out[i] = Math.round(a + (b - a) * (place - before));
  }
  return out;
}

/** A stretch of samples that stands at a time of the clip's axis, ms. */
export interface PlacedSamples {
  startMs: number;
  samples: Int16Array;
}

/** Puts pieces on one axis from `startMs` on, silence between them. Pieces stand in order; rounding never tears two adjoining ones apart. */
export function assembleClip(pieces: readonly PlacedSamples[], startMs: number, rate: number): Int16Array {
  const placed: { at: number; samples: Int16Array }[] = [];
  let end = 0;
  for (const piece of pieces) {
    const wanted = Math.max(0, Math.round(((piece.startMs - startMs) * rate) / 1000));
    const at = wanted <= end + 2 ? end : wanted;
    placed.push({ at, samples: piece.samples });
    end = at + piece.samples.length;
  }
  const clip = new Int16Array(end);
  for (const { at, samples } of placed) clip.set(samples, at);
  return clip;
}
