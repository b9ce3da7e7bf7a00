/**
 * Text of others in places that VS Code reads: notifications and the words of an input box make links of `[words](command:...)`,
 * and the status bar, pickers, code lenses and input boxes make icons of `$(name)`. A server's message, an event's type, a rule's or
 * a file's name could bring one. Free of `vscode`.
 */

/** Control characters but the line feed, and marks that turn the direction of reading. */
const TURNING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;
/** The same with the line feed. */
const NO_LINE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;
const MOST_LABEL = 120;
/** VS Code cuts notifications there too, without saying so. */
const MOST_MESSAGE = 1000;

/** A text as one line of text: no control characters, nothing that turns the reading direction, `most` characters. */
export function oneLine(text: string, most = MOST_LABEL): string {
  // Only as much as can matter is gone through: a captured name may have megabytes.
  const line = text
    .slice(0, 4 * most)
    .replace(NO_LINE, ' ')
    .trim();
  return line.length > most ? `${clipped(line, most - 1)}…` : line;
}

/** The text for a status bar, a picker or a code lens: one line in which nothing is an icon. */
export const label = (text: string, most = MOST_LABEL): string => iconless(oneLine(text, most));

/** The text for a notification or the words of an input box, so that it is shown as it stands; line feeds stay. */
export function plain(text: string): string {
  const cut = text.length > MOST_MESSAGE ? `${clipped(text, MOST_MESSAGE - 1)}…` : text;
  return iconless(cut.replace(TURNING, ' ').replaceAll('](', '] ('));
}

const iconless = (text: string) => text.replaceAll('$(', '$ (');

/** Its beginning, without half of a character at the end. */
const clipped = (text: string, most: number) => text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
