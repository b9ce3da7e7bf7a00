/** How the user wants to hear. */
export interface PlayerLook {
  /** `heard`: output ends where the user interrupted it; `arrived`: all that came. */
  output: 'heard' | 'arrived';
  /** Two sides at once: laid over each other, or the app on the left and the server on the right. */
  sides: 'mixed' | 'stereo';
  /** Silence of both sides is passed over. */
  skipSilence: boolean;
  /** At the end it begins again. */
  loop: boolean;
  speed: number;
}

export const usualPlayerLook: PlayerLook = {
  output: 'arrived',
  sides: 'mixed',
  skipSilence: false,
  loop: false,
  speed: 1,
};

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;
/** Silence shorter than this belongs to speech, seconds; and what is left of a longer one, so that it is heard as a pause. */
export const SHORTEST_SILENCE = 1;
export const SILENCE_LEFT = 0.25;
