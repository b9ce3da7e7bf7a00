/** Looks for a text or an expression in the lines of a trace, and tells what it has found as it goes. */
import { withoutAudio } from './eventBody';
import { RowMark, type TraceIndex } from './indexer';
import type { RowLines } from './rowLines';
import { makeMatcher } from './search';
import type { SearchEnd, SearchFound, SearchQuery } from './searchModel';

/** Rows found at most. */
const MOST_FOUND = 100_000;
/** How often it tells, ms. */
const TELL_MS = 50;

/**
 * First rows of notes that were changed, and say now what is looked for. What they said before, and notes that were taken away, are
 * not found: nobody sees them.
 */
async function changedNotesWith(
  { text, regex, first = 0 }: SearchQuery,
  { index, lines }: { index: TraceIndex; lines: RowLines },
): Promise<{ rows: Set<number>; complete: boolean }> {
  const firsts = new Map<number, number>();
  for (const [row, last] of index.changedNotes) if (row >= first && !index.removedNotes.has(row)) firsts.set(last, row);
  const matcher = makeMatcher(text, regex);
  const found: number[] = [];
  if (firsts.size > 0)
    await lines.each([...firsts.keys()], (last, line) => found.push(...matcher.add(last, line.toString('utf8'))));
  found.push(...matcher.finish());
  return { rows: new Set(found.map((last) => firsts.get(last) ?? -1)), complete: matcher.complete };
}

/**
 * Tells of rows whose line holds the text (any case) or matches the expression; sound is not searched. `goesOn` is asked from
 * time to time, and ends it. Rejects when the expression is not valid, with a message for people.
 */
export async function searchText(
  { text, regex, first = 0 }: SearchQuery,
  { index, lines }: { index: TraceIndex; lines: RowLines },
  tell: (found: SearchFound) => void,
  goesOn: () => boolean,
): Promise<SearchEnd> {
  const matcher = makeMatcher(text, regex);
  const of = index.rows;
  const notes = await changedNotesWith({ text, regex, first }, { index, lines });
  let rows: number[] = [];
  let found = 0;
  let next = first;
  let isCut = false;
  let toldAt = -Infinity;
  const take = (row: number, line: Buffer) => {
    next = row + 1;
    const marks = index.marks.at(row);
    if ((marks & RowMark.noteChange) !== 0 || index.removedNotes.has(row)) return;
    if (index.changedNotes.has(row)) {
      // Rows before it may wait in the matcher yet.
      if (notes.rows.has(row)) rows.push(...matcher.finish(), row);
      return;
    }
    if (line.length < index.bytes.at(row)) isCut = true;
    const isAudio = (marks & RowMark.audio) !== 0;
    rows.push(...matcher.add(row, isAudio ? withoutAudio(line, 0, line.length) : line.toString('utf8')));
  };
  const told = () => {
    rows.push(...matcher.finish());
    const room = MOST_FOUND - found;
    // Rows behind the last one that is told of have not been looked at, as far as anybody knows.
    if (rows.length > room) next = rows[room] as number;
    rows = rows.slice(0, room);
    found += rows.length;
    tell({ rows, looked: next, of });
    rows = [];
    toldAt = performance.now();
  };
  await lines.through(first, of, take, () => {
    const isFull = found + rows.length > MOST_FOUND;
    if (isFull || performance.now() - toldAt > TELL_MS) told();
    return !isFull && !matcher.exhausted && goesOn();
  });
  told();
  return { found, looked: next, of, complete: next >= of && matcher.complete && notes.complete && !isCut };
}
