/** Long strings (audio) drawn as a chip; the text itself stays whole. */
import { type EditorState, RangeSetBuilder, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import { formatBytes } from '../logic/format';
import { base64Bytes, looksLikeBase64 } from '../logic/jsonText';

/** Strings longer than this become a chip, characters. */
const longString = 400;

class StringChip extends WidgetType {
  readonly #label: string;
  constructor(label: string) {
    super();
    this.#label = label;
  }
  override eq(other: StringChip): boolean {
    return other.#label === this.#label;
  }
  override toDOM(): HTMLElement {
    const chip = document.createElement('span');
    chip.className = 'cm-chip';
    chip.textContent = this.#label;
    return chip;
  }
}

/** A state field and not a plugin's decorations: only of the former does the editor know before it measures long lines. */
export const longStrings = StateField.define<DecorationSet>({
  create: (state) => chips(state),
  update: (value, transaction) => (transaction.docChanged ? chips(transaction.state) : value),
  provide: (field) => [
    EditorView.decorations.from(field),
    EditorView.atomicRanges.of((view) => view.state.field(field)),
  ],
});

function chips(state: EditorState): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (let number = 1; number <= state.doc.lines; number += 1) {
    const line = state.doc.line(number);
    if (line.length < longString) continue;
    for (const match of line.text.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
      if (match[0].length < longString) continue;
      const value = match[0].slice(1, -1);
      const picture = /^data:(image\/[\w.+-]+);base64,/.exec(value.slice(0, 100));
      const label =
        picture !== null
          ? `picture, ${picture[1]}, ${formatBytes(base64Bytes(value.slice(picture[0].length)))}`
          : looksLikeBase64(value)
            ? `audio or other base64, ${formatBytes(base64Bytes(value))}`
            : `text, ${value.length} characters`;
      const from = line.from + match.index + 1;
      builder.add(from, from + value.length, Decoration.replace({ widget: new StringChip(label) }));
    }
  }
  return builder.finish();
}
