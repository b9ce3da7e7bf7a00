/** How much of an answer the user heard, as a place in its text. */

export interface HeardText {
  heard: string;
  /** Said by the model and not heard; '' when all was. */
  unheard: string;
}

/**
 * The text split where the sound was cut, in proportion to its length and at the end of a word: an estimate, since no event
 * tells when which word is spoken.
 */
export function heardText(text: string, heardMs: number, generatedMs: number): HeardText {
  if (!(generatedMs > 0) || heardMs >= generatedMs) return { heard: text, unheard: '' };
  if (heardMs <= 0) return { heard: '', unheard: text };
  const at = Math.round((text.length * heardMs) / generatedMs);
  const space = text.indexOf(' ', at);
  // Nothing but the rest of a word was left: then it counts as heard.
  const cut = space < 0 ? text.length : space;
  return { heard: text.slice(0, cut), unheard: text.slice(cut) };
}
