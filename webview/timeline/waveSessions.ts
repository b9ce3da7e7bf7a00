/** Whose waveforms are drawn when several sessions are shown at once. */
import type { AudioLane } from '../state/audioIndex';
import type { TimeSpan } from './timeScale';

/** Pixels under which a waveform could not be told from the plain block that stands there anyway. */
const leastWidth = 3;
/** Sessions drawn over one another on one lane; each costs a few tiles. */
export const mostWaveSessions = 96;

export interface WaveSessions {
  /** Widest first. */
  shown: string[];
  /** Sessions with audio wide enough to be drawn that are left as plain blocks. */
  left: number;
}

/**
 * Sessions whose audio is in view and wide enough to be seen, the widest when there are too many.
 *
 * @param lanes One side's audio of each session.
 */
export function waveSessions(
  lanes: readonly { session: string; audio: AudioLane }[],
  view: TimeSpan,
  msPerPixel: number,
): WaveSessions {
  const wide = lanes.flatMap(({ session, audio }) => {
    const heard = audio.within(view);
    const width = heard === undefined ? 0 : (heard.end - heard.start) / msPerPixel;
    return width >= leastWidth ? [{ session, width }] : [];
  });
  if (wide.length > mostWaveSessions) wide.sort((a, b) => b.width - a.width);
  return {
    shown: wide.slice(0, mostWaveSessions).map(({ session }) => session),
    left: Math.max(0, wide.length - mostWaveSessions),
  };
}
