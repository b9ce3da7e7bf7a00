/** The ways to hear, as a menu. */
import type { MenuItem } from '../views/popupMenu';
import type { PlayerLook } from './playerLook';

/** @param repeats True while a part is repeated. */
export function playerMenu(
  look: PlayerLook,
  repeats: boolean,
  set: (change: Partial<PlayerLook>) => void,
  endRepeat: () => void,
): MenuItem[] {
  const radio = (label: string, change: Partial<PlayerLook>, checked: boolean): MenuItem => ({
    kind: 'radio',
    label,
    checked,
    run: () => set(change),
  });
  return [
    { kind: 'heading', label: 'Output' },
    radio('All that arrived', { output: 'arrived' }, look.output === 'arrived'),
    radio('As heard: cut where the user interrupted', { output: 'heard' }, look.output === 'heard'),
    { kind: 'heading', label: 'Both sides' },
    radio('Mixed', { sides: 'mixed' }, look.sides === 'mixed'),
    radio('Stereo: microphone left, speaker right', { sides: 'stereo' }, look.sides === 'stereo'),
    { kind: 'heading', label: '' },
    {
      kind: 'check',
      label: 'Pass over silence',
      checked: look.skipSilence,
      run: () => set({ skipSilence: !look.skipSilence }),
    },
    { kind: 'entry', label: 'Repeat no part', disabled: !repeats, run: endRepeat },
  ];
}
