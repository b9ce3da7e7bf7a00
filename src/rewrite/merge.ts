/** Several traces as one, on the clock of the wall. Bodies stay as they are; numbers, times and names of sessions are new. */
import { GrowableInts } from './seqMap';
import type { CutOptions, Rewritten } from './cut';
import { Source, type SourceLine } from './source';
import { Target } from './target';
import { HeldNotes, userNoteIn } from './heldNotes';
import type { EventRecord, NoteRecord, TimesFrom, TraceRecord } from '../trace/records';
import { UnreadableFileError } from '../trace/unreadable';

/** One of the traces, with its next line. */
interface Stream {
  source: Source;
  lines: AsyncGenerator<SourceLine[]>;
  batch: SourceLine[];
  at: number;
  /** Milliseconds from the merged trace's start to its own. */
  shift: number;
  /** New numbers of its messages. */
  numbers: GrowableInts;
  /** The first of them whose recording this one goes on with; itself where it does not. */
  chain: number;
  /** Others are of the same recording: each begins with lines of the one before. */
  isPart: boolean;
  /** Share of it read, 0 to 1. */
  share: number;
}

/**
 * Merges traces in the order of their times. Rejects with an `UnreadableFileError` when one of them cannot be read or does not
 * say when it began.
 */
export async function merge(files: readonly string[], out: string, options: CutOptions): Promise<Rewritten> {
  const { signal, progress, generator, over } = options;
  const sources: Source[] = [];
  let target: Target | undefined;
  let merger: Merger | undefined;
  try {
    const streams: Stream[] = [];
    for (const file of files) {
      const source = await Source.open(file);
      sources.push(source);
      const stream: Stream = {
        source,
        lines: source.batches({
          ...(signal ? { signal } : {}),
          progress: (share) => {
            stream.share = share;
            progress?.(streams.reduce((sum, one) => sum + one.share, 0) / streams.length);
          },
        }),
        batch: [],
        at: 0,
        shift: 0,
        numbers: new GrowableInts(),
        chain: streams.length,
        isPart: false,
        share: 0,
      };
      streams.push(stream);
      await fill(stream);
    }
    joinParts(streams);
    const starts = streams.map(({ source }) => startOf(source));
    const first = Math.min(...starts);
    for (const [at, stream] of streams.entries()) stream.shift = (starts[at] ?? first) - first;
    target = new Target(out, {
      startedAt: new Date(first).toISOString(),
      generator,
      madeBy: 'merge',
      madeFrom: streams.flatMap(({ source }) => source.headers.map(({ id }) => id)),
      times: timesFrom(streams),
      over,
    });
    merger = new Merger(target);
    for (let next = earliest(streams); next !== undefined; next = earliest(streams)) {
      merger.take(next);
      next.at += 1;
      if (next.at >= next.batch.length) await fill(next);
    }
    merger.finish();
    await target.finish();
    return {
      made: [{ file: out, lines: target.lines }],
      notes: merger.notes(files),
      problems: sources.flatMap(({ file, problems }) => problems.map((problem) => `${file}: ${problem}`)),
    };
  } catch (error) {
    merger?.discard();
    target?.discard();
    throw error;
  } finally {
    for (const source of sources) await source.close();
  }
}

/** Finds which are parts of one recording, however they are named: these share their sessions and numbers. */
function joinParts(streams: readonly Stream[]): void {
  const byId = new Map(streams.map((stream) => [stream.source.headers[0]?.id ?? '', stream]));
  // A copy of a part stands for it where the part itself is not among them.
  for (const stream of streams) {
    const { madeBy = '', madeFrom = [] } = stream.source.headers[0] ?? {};
    const [was] = madeFrom;
    if (/^(?:recover|share)$/.test(madeBy) && madeFrom.length === 1 && was !== undefined && !byId.has(was))
      byId.set(was, stream);
  }
  for (const stream of streams) {
    let first = stream;
    // As many steps as there are traces: ids that go round in a circle lead nowhere.
    for (let step = 0; step < streams.length; step += 1) {
      const before = byId.get(first.source.headers[0]?.continues ?? ' ');
      if (before === undefined || before === stream) break;
      first = before;
    }
    if (first === stream) continue;
    stream.chain = streams.indexOf(first);
    stream.isPart = first.isPart = true;
    stream.numbers = first.numbers;
  }
}

/** What is true of one of them is said of all. */
function timesFrom(streams: readonly Stream[]): TimesFrom | undefined {
  const all = streams.flatMap(({ source }) => source.headers.map(({ times }) => times));
  return all.find((times) => times === 'order') ?? all.find((times) => times === 'ids');
}

async function fill(stream: Stream): Promise<void> {
  const next = await stream.lines.next();
  stream.batch = next.done === true ? [] : next.value;
  stream.at = 0;
}

function startOf({ file, headers }: Source): number {
  const start = Date.parse(headers[0]?.startedAt ?? '');
  if (Number.isNaN(start))
    throw new UnreadableFileError(`${file} does not say when it began, so it cannot be put in order with others.`);
  return start;
}

const timeOf = ({ batch, at, shift }: Stream): number => {
  const line = batch[at];
  // What cannot be read goes with what stands before it: at once.
  return line === undefined ? Infinity : (line.t ?? -Infinity) + shift;
};

/** The stream whose next line comes first; of several the one named first. */
function earliest(streams: readonly Stream[]): Stream | undefined {
  let best: Stream | undefined;
  for (const stream of streams)
    if (stream.batch.length > 0 && (best === undefined || isBefore(stream, best))) best = stream;
  return best;
}

/** Messages of one moment go by their numbers where they are of one recording. */
function isBefore(one: Stream, other: Stream): boolean {
  const [t, otherT] = [timeOf(one), timeOf(other)];
  if (t !== otherT) return t < otherT;
  return one.chain === other.chain && seqOf(one) < seqOf(other);
}

function seqOf({ batch, at }: Stream): number {
  const parsed = batch[at]?.parsed;
  return parsed?.kind === 'event' ? parsed.head.seq : 0;
}

class Merger {
  readonly #target: Target;
  /** New names of sessions, by trace, header and name. */
  readonly #sessions = new Map<string, { name: string; from: number; was: string }>();
  readonly #notes: HeldNotes;
  #lastT = 0;
  #seq = 0;
  #unread = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#notes = new HeldNotes(target.file);
  }

  take(stream: Stream): void {
    const line = stream.batch[stream.at] as SourceLine;
    const shift = stream.shift + line.shift;
    const { parsed } = line;
    if (parsed.kind === 'unreadable') this.#unread += 1;
    else if (stream.isPart && this.#isRepeated(stream, line)) return;
    else if (parsed.kind === 'event') this.#takeEvent(stream, line, stream.chain, shift);
    else {
      const moved = this.#moved(parsed.record, line.part, stream.chain, shift);
      this.#lastT = Math.max(this.#lastT, moved.t);
      if (moved.kind !== 'note' || userNoteIn({ parsed: { kind: 'record', record: moved } }) === undefined)
        this.#target.record(moved);
      else this.#hold(moved, stream, shift);
    }
  }

  /** A note's moment and message are told anew like any other; it waits for the end. */
  #hold(note: NoteRecord, { numbers }: Stream, shift: number): void {
    const { id, seq, ...rest } = note;
    if (id === undefined) return;
    const number = seq === undefined ? undefined : numbers.get(seq);
    const at = note.at === undefined ? note.t : note.at + shift;
    this.#notes.hold({ ...rest, id, at, ...(number === undefined ? {} : { seq: number }) });
  }

  /** Writes what waited for the end. */
  finish(): void {
    for (const { note } of this.#notes.release(this.#lastT)) this.#target.record(note);
  }
  /** Nothing comes of it. */
  discard(): void {
    this.#notes.discard();
  }

  /** A part of a recording begins with what the parts before had of its open sessions. */
  #isRepeated({ numbers, chain }: Stream, { parsed, part }: SourceLine): boolean {
    if (parsed.kind === 'event') return numbers.get(parsed.head.seq) !== undefined;
    if (parsed.kind !== 'record' || parsed.record.kind !== 'open') return false;
    return this.#sessions.has(`${chain} ${part} ${parsed.record.session}`);
  }

  #takeEvent({ numbers }: Stream, { parsed, data, part }: SourceLine, index: number, shift: number): void {
    if (parsed.kind !== 'event') return;
    const { head, body } = parsed;
    this.#seq += 1;
    this.#lastT = Math.max(this.#lastT, head.t + shift);
    // Where traces were joined before, numbers begin again: the last of that number is meant.
    numbers.set(head.seq, this.#seq);
    const moved = { ...head, seq: this.#seq, session: this.#session(index, part, head.session), t: head.t + shift };
    if (head.sent !== undefined) moved.sent = head.sent + shift;
    const replaces = head.replaces === undefined ? undefined : numbers.get(head.replaces);
    if (replaces === undefined) delete moved.replaces;
    else moved.replaces = replaces;
    this.#target.event(moved, body?.format, body && data.subarray(body.start, body.end));
  }

  #moved(record: Exclude<TraceRecord, EventRecord>, part: number, index: number, shift: number): TraceRecord {
    const moved = { ...record, t: record.t + shift };
    if ('session' in moved && moved.session !== undefined) moved.session = this.#session(index, part, moved.session);
    if (moved.kind === 'http') moved.start += shift;
    if (moved.kind === 'gap' && moved.from > 0) {
      // What was not kept keeps its numbers' room.
      moved.from = this.#seq + 1;
      this.#seq += moved.count;
      moved.to = this.#seq;
    }
    return moved;
  }

  #session(from: number, part: number, was: string): string {
    const key = `${from} ${part} ${was}`;
    const found = this.#sessions.get(key);
    if (found !== undefined) return found.name;
    const name = `s${this.#sessions.size + 1}`;
    this.#sessions.set(key, { name, from, was });
    return name;
  }

  notes(files: readonly string[]): string[] {
    const notes = ['Messages are numbered anew, in the order of their times.'];
    const renamed = [...this.#sessions.values()].filter(({ name, was }) => name !== was);
    for (const { name, from, was } of renamed.slice(0, MOST_RENAMED))
      notes.push(`Session ${was} of ${files[from] ?? ''} is ${name} now.`);
    if (renamed.length > MOST_RENAMED) notes.push(`${renamed.length - MOST_RENAMED} more sessions have new names.`);
    if (this.#unread > 0) notes.push(`${this.#unread} lines that could not be read were left out.`);
    return notes;
  }
}

/** New names told one by one. */
const MOST_RENAMED = 50;
