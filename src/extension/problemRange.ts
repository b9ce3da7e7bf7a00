/** Where a problem that has a beginning only ends in its line. Free of `vscode`. */

/** A string, or a word with its dots and dashes, or one character: what stands at the place. */
const TOKEN = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,:{}[\]"']+|\S/y;

/** A stretch of a line; both ends count from 0, and it is never empty unless the line is. */
export interface LineStretch {
  start: number;
  end: number;
}

/** What to underline for a problem at `column`, from 1, of a line. A place behind the line's end marks its last character. */
export function problemStretch(line: string, column: number): LineStretch {
  const start = Math.max(0, Math.min(column - 1, line.trimEnd().length - 1));
  TOKEN.lastIndex = start;
  const length = TOKEN.exec(line)?.[0].length ?? 1;
  return { start, end: Math.min(line.length, start + length) };
}
