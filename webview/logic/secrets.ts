/** Values that were replaced before recording, and what has to be asked for before their event can be sent again. */
import { textAt } from './jsonText';

/** A replaced value of an event that is being edited. */
export interface Redaction {
  /** JSON pointer. */
  pointer: string;
  /** The replacement as it stands in the recording. */
  replacement: string;
}

/** The redactions of an event, from its recorded text and the pointers of its head. */
export function redactionsOf(text: string, pointers: readonly string[]): Redaction[] {
  return pointers.flatMap((pointer) => {
    const replacement = textAt(text, pointer);
    return replacement === undefined ? [] : [{ pointer, replacement }];
  });
}

/** Those whose replacement still stands in the edited text: a value typed or removed there needs no asking. */
export function stillRedacted(edited: string, redactions: readonly Redaction[]): Redaction[] {
  return redactions.filter(({ pointer, replacement }) => textAt(edited, pointer) === replacement);
}

/** A replacement that was moved elsewhere in the text cannot be filled in, and must not be sent; its text, or undefined. */
export function strayReplacement(edited: string, redactions: readonly Redaction[]): string | undefined {
  for (const { pointer, replacement } of redactions) {
    if (replacement.length < 3) continue;
    const known = redactions.filter(
      (other) => other.replacement === replacement && textAt(edited, other.pointer) === replacement,
    );
    const count = edited.split(replacement).length - 1;
    if (count > known.length) return `${replacement} (from ${pointer})`;
  }
  return undefined;
}
