/** What a new file of a recording begins with: of each session that is open its handshake, first and last configuration. */
import type { Line } from '../trace/line';
import type { CloseRecord, OpenRecord } from '../trace/records';
import type { TraceWriter } from '../trace/writer';

/** A message's line as it was written; `t` in ms of the trace. */
export interface Written {
  seq: number;
  t: number;
  line: Line;
}

interface Beginning {
  open: OpenRecord;
  created?: Written;
  updated?: Written;
}

const CREATED = '"type":"session.created"';
const UPDATED = '"type":"session.updated"';

/** See the file's head. */
export class Beginnings {
  readonly #open = new Map<string, Beginning>();

  opened(open: OpenRecord): void {
    if (open.status === 101) this.#open.set(open.session, { open });
  }

  closed({ session }: CloseRecord): void {
    this.#open.delete(session);
  }

  /** A message of the session's server was written. */
  wrote(session: string, { seq, t, line }: Written): void {
    const isCreated = line.head.includes(CREATED);
    if (!isCreated && !line.head.includes(UPDATED)) return;
    const beginning = this.#open.get(session);
    if (!beginning) return;
    // Its bytes lie in a buffer that is used again.
    const written = { seq, t, line: { ...line, body: line.body && Buffer.from(line.body) } };
    if (isCreated) beginning.created = written;
    else beginning.updated = written;
  }

  /** Writes them all, with the times and numbers they had. */
  write(writer: Pick<TraceWriter, 'record' | 'message'>): void {
    for (const { open, created, updated } of this.#open.values()) {
      writer.record(open);
      for (const kept of [created, updated]) if (kept) writer.message(kept.seq, kept.t, kept.line);
    }
  }
}
