/** What is played of a choice, out of the clips of its sides and the way the user wants to hear them. */
import type { AudioClip } from '../../src/document/columns';
import type { AudioChoice } from '../logic/audioChoice';
import { besides, layTrack, silence, unheard, type AudioOf, type Heard } from '../logic/heardAudio';
import { mix } from '../logic/stretch';
import type { Clip } from './playback';
import type { PlayerLook } from './playerLook';

/** @param clips In the order of the choice's selectors. @param items What is known of each output item's playback. */
export function clipOf(
  clips: readonly AudioClip[],
  choice: AudioChoice,
  look: Pick<PlayerLook, 'output' | 'sides'>,
  items: readonly Heard[],
  audioOf: AudioOf,
): Clip {
  const tracks = clips.map((clip, at) => {
    const selector = choice.selectors[at];
    if (look.output !== 'heard' || selector?.from !== 'server') return clip;
    const { session, item, response } = selector;
    const silent = unheard(items, session, audioOf);
    const isAlone = item !== undefined || response !== undefined;
    return { ...clip, samples: silence(clip, isAlone ? silent : besides(silent, items, session)) };
  });
  const clip = mix(tracks);
  const [left, right] = tracks;
  if (look.sides !== 'stereo' || choice.selectors.length !== 2 || left === undefined || right === undefined)
    return clip;
  const place = { rate: clip.rate, startMs: clip.startMs, length: clip.samples.length };
  return { ...clip, channels: [layTrack(left, place), layTrack(right, place)] };
}
