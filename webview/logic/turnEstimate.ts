/**
 * What turn detection would make of captured sound: an estimate by the simulator's energy detector. The service's own listens
 * for a voice, so that it hears less in noise, and more in soft speech.
 */
import { FRAME_MS, FRAME_SAMPLES, level, limitOf, Vad, vadSettings } from '../../src/audio/vad';

/** Rate the detector hears at, samples a second. */
export const DETECTOR_RATE = 24_000;

/** One turn, times in ms of the sound: `start` to `soundStart` is the padding, `soundEnd` to `end` the silence that ends it. */
export interface EstimatedTurn {
  start: number;
  soundStart: number;
  soundEnd: number;
  end: number;
  /** False where the sound ends before the turn does. */
  isOver: boolean;
}

export interface TurnEstimate {
  lengthMs: number;
  /** Loudness of each 20 ms, dB below full scale. */
  levels: Float32Array;
  /** Sound above it is taken for speech, dB. */
  limit: number;
  turns: EstimatedTurn[];
}

/** @param detection `turn_detection` of a session. @param samples At `DETECTOR_RATE`, mono. */
export function estimateTurns(samples: Int16Array, detection: Readonly<Record<string, unknown>>): TurnEstimate {
  const settings = vadSettings(detection, false);
  const frames = Math.floor(samples.length / FRAME_SAMPLES);
  const lengthMs = frames * FRAME_MS;
  const levels = Float32Array.from({ length: frames }, (_, at) =>
    level(samples.subarray(at * FRAME_SAMPLES, (at + 1) * FRAME_SAMPLES)),
  );
  const turns: EstimatedTurn[] = [];
  for (const event of new Vad().feed(samples, settings)) {
    if (event.kind === 'started')
      turns.push({
        start: event.startMs,
        soundStart: event.soundMs,
        soundEnd: lengthMs,
        end: lengthMs,
        isOver: false,
      });
    else turns.push({ ...turns.pop()!, soundEnd: event.soundMs, end: event.endMs, isOver: true });
  }
  return { lengthMs, levels, limit: limitOf(settings.threshold), turns };
}

/** "2 turns: 0.30 to 1.82 s, 2.40 to 4.00 s" */
export function turnWords({ turns }: TurnEstimate): string {
  if (turns.length === 0) return 'Nothing of it would be heard as speech.';
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  const shown = turns
    .slice(0, 4)
    .map(({ start, end, isOver }) =>
      isOver ? `${seconds(start)} to ${seconds(end)} s` : `from ${seconds(start)} s on`,
    );
  const rest = turns.length - shown.length;
  return `${turns.length === 1 ? 'One turn' : `${turns.length} turns`}: ${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}.`;
}
