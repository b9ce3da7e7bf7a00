/**
 * Sessions folded into their state, on demand and only as far as asked: each keeps where it stopped, so that a live one
 * costs what is new. States along the way are kept too (they share what does not change), for questions about the past.
 */
import { dialectOfHandshake, type DialectId } from '../protocol/dialects';
import { advance, advanceAudio, NEW_SESSION, type SessionState } from '../protocol/state/session';
import { parseLine } from '../trace/parseLine';
import { parseEventBody } from './eventBody';
import type { TraceIndex } from './indexer';
import { postable, type SessionSnapshot } from './sessionSnapshot';
import { StateRowKind, type StateRows } from './stateRows';

/** Rows and bytes folded before other requests have their turn. */
const STEP_ROWS = 2000;
const STEP_BYTES = 4 << 20;
/** Lines larger than this hold a file, not news of a session. */
const LARGEST_LINE = 64 << 20;
/** So many rows lie between two states that are kept. */
const KEEP_EACH = 10_000;

/** How far a session has been folded. */
interface Folded {
  /** Rows of `StateRows` that are in it. */
  count: number;
  state: SessionState;
  dialect?: DialectId;
  /** It was opened or closed before: the next `open` begins another session of that name. */
  begun: boolean;
}
const NOTHING: Folded = { count: 0, state: NEW_SESSION, begun: false };

/** Reads the lines of rows in ascending order. */
export type EachLine = (rows: number[], take: (row: number, line: Buffer) => void) => Promise<void>;

export class SessionFold {
  /** Of each session asked for, the states kept so far, oldest first; the last is how far it is folded. */
  #kept = new Map<string, Folded[]>();
  #queues = new Map<string, Promise<unknown>>();

  constructor(
    private readonly index: TraceIndex,
    private readonly eachLine: EachLine,
  ) {}

  /**
   * The state after all rows so far, or after those up to and with `upTo`. A session nobody has heard of is a new one.
   * Rejects only when the file cannot be read.
   */
  at(session: string, upTo?: number): Promise<SessionSnapshot> {
    return this.#inTurn(session, () => this.#at(session, upTo));
  }

  /** The state after the rows up to and with `upTo`, with all texts as they are. Rejects as `at` does. */
  whole(session: string, upTo: number): Promise<SessionState> {
    return this.#inTurn(session, async () => {
      const rows = this.index.stateRows.get(session);
      return rows ? (await this.#fold(session, rows, rows.row.after(upTo))).state : NEW_SESSION;
    });
  }

  #inTurn<T>(session: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(session) ?? Promise.resolve();
    // One after the other: two that fold the same rows would count them twice.
    const answer = before.then(work);
    const settled = answer.catch(() => undefined);
    this.#queues.set(session, settled);
    void settled.then(() => {
      if (this.#queues.get(session) === settled) this.#queues.delete(session);
    });
    return answer;
  }

  async #at(session: string, upTo?: number): Promise<SessionSnapshot> {
    const last = this.index.offset.length - 1;
    const row = upTo === undefined ? last : Math.min(upTo, last);
    const rows = this.index.stateRows.get(session);
    if (!rows) return { session, row, state: NEW_SESSION };
    const { state, dialect } = await this.#fold(session, rows, rows.row.after(row));
    return { session, row, ...(dialect === undefined ? {} : { dialect }), state: postable(state) };
  }

  /** The session with its first `count` rows. */
  async #fold(session: string, rows: StateRows, count: number): Promise<Folded> {
    let kept = this.#kept.get(session);
    if (!kept) this.#kept.set(session, (kept = []));
    let folded = kept.findLast((one) => one.count <= count) ?? NOTHING;
    while (folded.count < count) {
      folded = await this.#step(rows, folded, count);
      this.#keep(kept, folded);
    }
    return folded;
  }

  #keep(kept: Folded[], folded: Folded): void {
    const last = kept.at(-1);
    if (last && last.count >= folded.count) return;
    const beforeLast = kept.at(-2);
    // The newest is always kept; one that is too near to the one before it makes room.
    if (last && folded.count - (beforeLast?.count ?? 0) < KEEP_EACH) kept.pop();
    kept.push(folded);
  }

  async #step(rows: StateRows, from: Folded, most: number): Promise<Folded> {
    const { bytes } = this.index;
    const toRead: number[] = [];
    let to = from.count;
    for (let size = 0; to < most && to - from.count < STEP_ROWS && size < STEP_BYTES; to++) {
      const row = rows.row.at(to);
      if (!needsLine(rows.kind.at(to)) || bytes.at(row) > LARGEST_LINE) continue;
      toRead.push(row);
      size += bytes.at(row);
    }
    const folded: Folded = { ...from };
    const audioUntil = (end: number) => {
      for (; folded.count < end; folded.count++) this.#addKnown(folded, rows, folded.count);
    };
    await this.eachLine(toRead, (row, line) => {
      // Rows in between need no reading; their turn is before this one's.
      audioUntil(rows.row.after(row) - 1);
      addLine(folded, line);
      folded.count++;
    });
    audioUntil(to);
    if (toRead.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return folded;
  }

  #addKnown(folded: Folded, rows: StateRows, at: number): void {
    const kind = rows.kind.at(at);
    if (kind === StateRowKind.close) folded.begun = true;
    if (kind !== StateRowKind.clientAudio && kind !== StateRowKind.serverAudio) return;
    const side = kind === StateRowKind.clientAudio ? 'client' : 'server';
    const item = this.index.columns.strings.get(rows.item.at(at));
    folded.state = guarded(folded.state, () => advanceAudio(folded.state, side, rows.bytes.at(at), item));
  }
}

function needsLine(kind: number): boolean {
  return kind === StateRowKind.event || kind === StateRowKind.open;
}

function addLine(folded: Folded, line: Buffer): void {
  const parsed = parseLine(line);
  if (parsed.kind === 'event') {
    const event = parsed.body && parseEventBody(line, parsed.body, LARGEST_LINE);
    if (event) folded.state = guarded(folded.state, () => advance(folded.state, event, parsed.head.from));
  } else if (parsed.kind === 'record' && parsed.record.kind === 'open') {
    // A trace made of several runs may use a name again.
    if (folded.begun) folded.state = NEW_SESSION;
    folded.begun = true;
    const { url, headers } = parsed.record;
    const dialect = dialectOfHandshake({ url, headers });
    if (dialect === undefined) delete folded.dialect;
    else folded.dialect = dialect;
  }
}

/** JSON nested deeper than the stack changes nothing. */
function guarded(state: SessionState, next: () => SessionState): SessionState {
  try {
    return next();
  } catch (error) {
    if (error instanceof RangeError) return state;
    throw error;
  }
}
