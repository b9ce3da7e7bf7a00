/** What was said in two sessions, word by word. */
import { diffArrays } from 'diff';
import type { WordStretch, WordsPair } from './model';

/** Words that may differ before two texts are told as wholly other ones. */
const MOST_EDITS = 2000;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Compares two texts; white space alone is no difference. The stretches in their order, `added` left out, are a; `removed` left out, b. */
export function compareWords(a: string, b: string): WordsPair {
  const [left, right] = [squeezed(a), squeezed(b)];
  if (left === right) return { same: true, stretches: left === '' ? [] : [{ kind: 'same', text: left }] };
  const parts = diffArrays(wordsOf(left), wordsOf(right), {
    maxEditLength: MOST_EDITS,
    // The same word with and without a space behind it.
    comparator: (one, other) => one.trim() === other.trim(),
  });
  const stretches: WordStretch[] = parts
    ? parts.map(({ value, added, removed }) => ({
        kind: added ? 'added' : removed ? 'removed' : 'same',
        text: value.join(''),
      }))
    : [
        { kind: 'removed', text: left },
        { kind: 'added', text: right },
      ];
  return { same: false, stretches: stretches.filter(({ text }) => text.trim() !== '') };
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Words of any script, each with the space behind it: a space of its own between two changes would part them. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    if (segment === ' ' && words.length > 0) words[words.length - 1] += segment;
    else words.push(segment);
  }
  return words;
}
