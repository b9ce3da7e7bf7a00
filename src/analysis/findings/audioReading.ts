/** What is known of a piece of audio without its samples. */
import type { Side } from '../../protocol/side';

/** Ways to read the same bytes. */
export type Reading = 'pcm16' | 'mulaw' | 'alaw' | 'big-endian pcm16' | 'float32';

/** Sums over the samples of one reading, so that pieces can be added up. */
export interface Roughness {
  /** Sum of squares of the samples, their mean taken off: PCM silence is a full-scale constant in G.711. */
  energy: number;
  /** Sum of squares of the steps from one sample to the next: twice the energy for noise, little of it for sound. */
  steps: number;
  samples: number;
}

/** A piece of audio as it was sent. */
export interface AudioProbe {
  row: number;
  t: number;
  session: string;
  from: Side;
  /** ms in the session's format. */
  ms: number;
  declared: Reading;
  /** Root mean square in the declared reading, of 32,768. */
  rms: number;
  /** Changes of sign a sample, 0 to 1, in the declared reading: about 0.5 for noise, below 0.2 for speech. */
  zeroCrossings: number;
  readings: Readonly<Record<Reading, Roughness | undefined>>;
  /** `RIFF`, `OggS`, ... when the bytes begin as a file does; else ''. */
  container: string;
}
