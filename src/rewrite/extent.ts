/** How far a trace goes and what is in it, for whoever asks which part of it is wanted. */
import { momentOf, userNoteIn } from './heldNotes';
import { sessionOf, Source, type Work } from './source';

export interface Extent {
  /** The first and the last moment it tells of, ms since its start. */
  from: number;
  to: number;
  /** Sessions; those of joined traces are counted each. */
  sessions: number;
}

/** Reads a trace to its end. Rejects with an `UnreadableFileError` when it cannot be read, and for people when nothing is in it. */
export async function extent(file: string, work: Work): Promise<Extent> {
  const source = await Source.open(file);
  try {
    let [from, to] = [Infinity, -Infinity];
    const sessions = new Set<string>();
    for await (const batch of source.batches(work))
      for (const line of batch) {
        const session = sessionOf(line);
        if (session !== undefined && userNoteIn(line) === undefined) sessions.add(`${line.part} ${session}`);
        const t = momentOf(line);
        if (t === undefined) continue;
        from = Math.min(from, t);
        to = Math.max(to, t);
      }
    if (from > to) throw new Error(`There is nothing in ${file} that could be taken out of it.`);
    return { from, to, sessions: sessions.size };
  } finally {
    await source.close();
  }
}
