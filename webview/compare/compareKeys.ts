/** Keys of the page of a comparison, outside of what keys are typed into. */
import { html } from 'lit';
import type { TimelineView } from '../views/timelineView';
import type { CompareStore } from './compareStore';

/** What a key does. */
export type CompareAct =
  | 'next'
  | 'previous'
  | 'openA'
  | 'openB'
  | 'find'
  | 'play'
  | 'muteA'
  | 'muteB'
  | 'swap'
  | 'again'
  | 'onlyDifferent'
  | 'zoom'
  | 'fit'
  | 'fitA'
  | 'fitB'
  | 'fold'
  | 'help';

const KEYS: Readonly<Record<string, CompareAct>> = {
  n: 'next',
  F7: 'next',
  p: 'previous',
  'Shift+F7': 'previous',
  o: 'openB',
  'Shift+O': 'openA',
  '/': 'find',
  ' ': 'play',
  '1': 'muteA',
  '2': 'muteB',
  x: 'swap',
  g: 'again',
  i: 'onlyDifferent',
  z: 'zoom',
  f: 'fit',
  '3': 'fitA',
  '4': 'fitB',
  t: 'fold',
  '?': 'help',
};

const HELP: readonly (readonly [keys: string, does: string])[] = [
  ['N, F7', 'the next difference'],
  ['P, Shift+F7', 'the one before'],
  ['O', 'open what is chosen in its trace: in b, or where it is'],
  ['Shift+O', 'the same in a'],
  ['/, Ctrl+F', 'find in turns and events; Enter: the next one'],
  ['I', 'only what differs, or all'],
  ['Space', 'play what is shown, pause, go on'],
  ['1, 2', 'mute a, mute b'],
  ['Z', 'zoom to what is chosen, in both'],
  ['F, 3, 4', 'fit all of both, of a, of b'],
  ['T', 'fold the timelines, or unfold them'],
  ['X', 'swap a and b'],
  ['G', 'compare again'],
  ['W, S, A, D', 'in a timeline: closer, further, left, right'],
  ['[, ], C, V', 'in a timeline: the one before or after of its kind, its cause, its effect'],
];

/** What a key press means; undefined for nothing, as where somebody types, or a button has keys of its own. */
export function actOf(event: KeyboardEvent): CompareAct | undefined {
  if (event.altKey) return undefined;
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === 'f' && !event.shiftKey ? 'find' : undefined;
  const [target] = event.composedPath();
  if (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'range') return undefined;
  if (target instanceof HTMLSelectElement) return undefined;
  if (event.key === ' ' && (target instanceof HTMLInputElement || target instanceof HTMLButtonElement))
    return undefined;
  const key = event.key.length === 1 && event.key !== '?' && event.key !== '/' ? event.key.toLowerCase() : event.key;
  const name =
    event.shiftKey && key !== '?' && key !== '/' ? `Shift+${key.length === 1 ? key.toUpperCase() : key}` : key;
  return Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
}

/** Keys of the field that finds: `Enter` goes on (with Shift back), `Escape` ends it. */
export function findKey(event: KeyboardEvent, step: (by: 1 | -1) => void, end: () => void): void {
  if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
  else if (event.key === 'Escape') {
    end();
    (event.target as HTMLInputElement).blur();
  } else return;
  event.preventDefault();
}

/** All keys in a table. */
export function keysTable() {
  return html`<table aria-label="Keys">
    <tbody>
      ${HELP.map(
        ([keys, does]) =>
          html`<tr>
            <th scope="row">${keys}</th>
            <td>${does}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Keys within a timeline of one of the two: they are those of an ordinary trace's. Both move together, so either may be nudged. */
export function timelineKey(event: KeyboardEvent, timelines: Iterable<TimelineView>, store: CompareStore): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const timeline = [...timelines].find((one) => one.store === store);
  const keys: Record<string, () => void> = {
    a: () => timeline?.nudge({ pan: -0.2 }),
    d: () => timeline?.nudge({ pan: 0.2 }),
    ArrowLeft: () => timeline?.nudge({ pan: -0.2 }),
    ArrowRight: () => timeline?.nudge({ pan: 0.2 }),
    w: () => timeline?.nudge({ zoom: 0.7 }),
    s: () => timeline?.nudge({ zoom: 1 / 0.7 }),
    ArrowUp: () => timeline?.nudge({ zoom: 0.7 }),
    ArrowDown: () => timeline?.nudge({ zoom: 1 / 0.7 }),
    '[': () => store.selectSameKind(-1),
    ']': () => store.selectSameKind(1),
    c: () => store.selectRelated('cause'),
    v: () => store.selectRelated('effect'),
  };
  // A range or bar that was marked here goes before the difference it belongs to.
  if (store.range !== null || store.spanIndex.get(store.selectedSpan)) keys['z'] = () => timeline?.zoomToSelection();
  const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!run) return;
  event.preventDefault();
  run();
}
