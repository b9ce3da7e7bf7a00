/**
 * Underlines of problems that go over several lines: each line from its first letter to its last. The editor's own marks
 * would underline the indentation too; theirs are kept, for what they say under the pointer, and drawn without a line.
 */
import { StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';

/** The class of a mark that is not to be drawn. */
export const undrawn = 'cm-undrawn';
/** More lines than this are not seen at once. */
const mostLines = 200;

/** A stretch of the text, and the class that underlines it. */
export interface Underlined {
  from: number;
  to: number;
  markClass: string;
}

/** The parts of a stretch that hold something, a line each. */
export function partsOfLines(doc: Text, from: number, to: number): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  for (let line = doc.lineAt(from); parts.length < mostLines; line = doc.line(line.number + 1)) {
    const begin = Math.max(from, line.from);
    const text = doc.sliceString(begin, Math.min(to, line.to));
    const first = begin + text.length - text.trimStart().length;
    const last = begin + text.trimEnd().length;
    if (last > first) parts.push({ from: first, to: last });
    if (line.to >= to) break;
  }
  return parts;
}

/** Underlines these instead of those before. */
export const underline = StateEffect.define<readonly Underlined[]>();

export const lineMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(underline)) continue;
      const { doc } = transaction.state;
      const ranges = effect.value.flatMap(({ from, to, markClass }) =>
        partsOfLines(doc, from, to).map((part) => Decoration.mark({ class: markClass }).range(part.from, part.to)),
      );
      now = Decoration.set(ranges, true);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});
