/** What a stretch of a trace needs from before it: that its sessions were open, and what they were configured to. */
import { sessionOf, type SourceLine } from './source';

interface Before {
  open?: SourceLine;
  created?: SourceLine;
  /** The last configuration the server confirmed. */
  updated?: SourceLine;
}

const CREATED = /^(?:session|transcription_session)\.created$/;
const UPDATED = /^(?:session|transcription_session)\.updated$/;

export class Context {
  readonly #sessions = new Map<string, Before>();

  /** Takes note of a line that has passed. */
  add(line: SourceLine): void {
    const session = sessionOf(line);
    if (session === undefined) return;
    const key = `${line.part} ${session}`;
    const { parsed } = line;
    if (parsed.kind === 'event') {
      const before = this.#sessions.get(key);
      const { type = '', from } = parsed.head;
      if (before === undefined || from !== 'server') return;
      if (CREATED.test(type)) before.created = line;
      else if (UPDATED.test(type)) before.updated = line;
    } else if (parsed.kind === 'record') {
      if (parsed.record.kind === 'open') this.#sessions.set(key, { open: line });
      else if (parsed.record.kind === 'close') this.#sessions.delete(key);
    }
  }

  /** Lines of sessions open now, in their order. `wanted` tells which sessions count. */
  lines(wanted: (session: string) => boolean): SourceLine[] {
    return [...this.#sessions.values()]
      .flatMap(({ open, created, updated }) => [open, created, updated])
      .filter((line): line is SourceLine => line !== undefined && wanted(sessionOf(line) ?? ''))
      .sort((a, b) => a.number - b.number);
  }
}
