/** The sessions of an import as one trace: in the order of their times, numbered and named as a recorder would. */
import { Source, type SourceLine, type Work } from '../rewrite/source';
import { GrowableInts } from '../rewrite/seqMap';
import type { Target } from '../rewrite/target';
import { httpRecord } from '../proxy/httpRecord';
import type { TraceRecord } from '../trace/records';
import type { ImportedSession } from './model';
import type { Loose, Spool, SpooledSession, SpoolFile } from './spool';

/** Lines in the order of their times; `t` is in ms since 1970, as all times here but those of lines. */
interface Strand {
  /** Of its next line; Infinity when there is none. */
  t: number;
  /** Number that its next line had in the file; 0 for none. */
  seq: number;
  emit(): Promise<void>;
}

/** Sessions with their names and starts, before the trace's own start is known. */
export interface Planned {
  session: SpooledSession;
  id: string;
  base: number;
  /** When it begins and ends. */
  first: number;
  last: number;
}

/**
 * Gives each session a name (its own where it has one that a trace may have) and its place on the clock of the wall; those
 * whose times nobody knows begin at `otherwise`.
 */
export function plan(spool: Spool, otherwise: number): Planned[] {
  const planned = [...spool.sessions.values()].map((session) => {
    // What is ordered by ids has its time from them, also where the file says when it was opened.
    const known = session.times === 'recorded' ? session.base : session.clock.startedAt;
    const base = known ?? session.open?.at ?? session.close?.at ?? otherwise;
    const begins = [session.main, session.aside].filter(({ lines }) => lines > 0).map((file) => base + file.first);
    const opened = session.times === 'recorded' ? session.open?.at : undefined;
    if (opened !== undefined) begins.push(opened);
    const first = begins.length > 0 ? Math.min(...begins) : base;
    return { session, id: '', base, first, last: base + Math.max(session.main.last, session.aside.last) };
  });
  planned.sort((a, b) => a.first - b.first);
  const taken = new Set(planned.map(({ session }) => session.name));
  const used = new Set<string>();
  let count = 0;
  for (const one of planned) {
    const { name } = one.session;
    if (/^[A-Za-z0-9_-]{1,32}$/.test(name) && !used.has(name)) one.id = name;
    while (one.id === '') {
      const next = `s${(count += 1)}`;
      if (!taken.has(next)) one.id = next;
    }
    used.add(one.id);
  }
  return planned;
}

export class Weaver {
  messages = 0;
  readonly #target: Target;
  readonly #start: number;
  readonly #numbers = new GrowableInts();
  #seq = 0;

  /** `start` is the trace's, ms since 1970. */
  constructor(target: Target, start: number) {
    this.#target = target;
    this.#start = start;
  }

  /** Writes all there is. */
  async run(spool: Spool, sessions: readonly Planned[], { signal, progress }: Work): Promise<void> {
    const ids = new Map([...spool.sessions].map(([key, session]) => [key, session]));
    const idOf = (key: string | undefined) => sessions.find(({ session }) => session === ids.get(key ?? ''))?.id;
    const strands: Strand[] = [this.#loose(spool.loose, idOf)];
    const waiting = [...sessions];
    const lines = sessions.reduce((sum, { session }) => sum + session.main.lines + session.aside.lines, 0);
    let done = 0;
    for (;;) {
      let next = earliest(strands);
      // A session's files are opened when its time has come, so that those beside each other are open and no others.
      while (waiting[0] && waiting[0].first <= (next?.t ?? Infinity)) {
        const planned = waiting.shift() as Planned;
        strands.push(...(await this.#begin(planned)));
        next = earliest(strands);
      }
      if (!next) return;
      await next.emit();
      if (next.t === Infinity) strands.splice(strands.indexOf(next), 1);
      done += 1;
      if (done % 5000 !== 0) continue;
      signal?.throwIfAborted();
      progress?.(Math.min(1, done / Math.max(1, lines)));
    }
  }

  async #begin(planned: Planned): Promise<Strand[]> {
    const { session, id, base, first, last } = planned;
    if (session.open) {
      const { at: _at, ...open } = session.open;
      this.#record({ kind: 'open', session: id, t: this.#at(first), ...open });
    }
    const strands: Strand[] = [];
    for (const file of [session.main, session.aside])
      if (file.lines > 0) strands.push(await this.#file(file, id, base));
    if (session.close) {
      const { at, ...close } = session.close;
      const t = Math.max(last, session.times === 'recorded' ? (at ?? last) : last);
      const strand: Strand = {
        t,
        // After everything of that moment.
        seq: Infinity,
        emit: () => {
          this.#record({ kind: 'close', session: id, t: this.#at(t), ...close });
          strand.t = Infinity;
          return Promise.resolve();
        },
      };
      strands.push(strand);
    }
    return strands;
  }

  async #file({ file }: SpoolFile, id: string, base: number): Promise<Strand> {
    const source = await Source.open(file);
    const batches = source.batches();
    let batch: SourceLine[] = [];
    let at = 0;
    const strand: Strand = { t: Infinity, seq: 0, emit: () => Promise.resolve() };
    const advance = async () => {
      at += 1;
      if (at >= batch.length) {
        const next = await batches.next();
        batch = next.done === true ? [] : next.value;
        at = 0;
      }
      const line = batch[at];
      if (!line) await source.close();
      strand.t = line?.t === undefined ? Infinity : micro(base + line.t);
      strand.seq = line?.parsed.kind === 'event' ? line.parsed.head.seq : 0;
    };
    strand.emit = async () => {
      this.#line(batch[at] as SourceLine, id, base);
      await advance();
    };
    await advance();
    return strand;
  }

  #line({ parsed, data, t = 0 }: SourceLine, id: string, base: number): void {
    if (parsed.kind === 'record') this.#record({ ...parsed.record, session: id, t: this.#at(base + t) } as TraceRecord);
    if (parsed.kind !== 'event') return;
    const { head, body } = parsed;
    const seq = Math.max(head.seq, this.#seq + 1);
    this.#seq = seq;
    this.#numbers.set(head.seq, seq);
    const moved = { ...head, seq, session: id, t: this.#at(base + head.t) };
    if (head.sent !== undefined) moved.sent = this.#at(base + head.sent);
    const replaces = head.replaces === undefined ? undefined : this.#numbers.get(head.replaces);
    if (replaces === undefined) delete moved.replaces;
    else moved.replaces = replaces;
    this.messages += 1;
    this.#target.event(moved, body?.format, body && data.subarray(body.start, body.end));
  }

  /** Gaps, notes and calls, in the order of their times. */
  #loose(loose: readonly Loose[], idOf: (key: string | undefined) => string | undefined): Strand {
    const timeOf = (one: Loose): number =>
      (one.kind === 'call' ? one.call.at : one.kind === 'note' ? one.at : one.gap.at) ?? this.#start;
    // A note of the user comes after the message it names, which may be of the same moment.
    const seqOf = (one: Loose) => (one.kind === 'note' && one.own ? Number.MAX_SAFE_INTEGER : 0);
    const ordered = loose
      .map((one) => ({ one, t: micro(timeOf(one)), seq: seqOf(one) }))
      .sort((a, b) => a.t - b.t || a.seq - b.seq);
    let at = 0;
    const strand: Strand = { t: Infinity, seq: 0, emit: () => Promise.resolve() };
    const stand = () => {
      strand.t = ordered[at]?.t ?? Infinity;
      strand.seq = ordered[at]?.seq ?? 0;
    };
    strand.emit = () => {
      const next = ordered[at];
      if (next) this.#emitLoose(next.one, this.#at(next.t), idOf);
      at += 1;
      stand();
      return Promise.resolve();
    };
    stand();
    return strand;
  }

  #emitLoose(one: Loose, t: number, idOf: (key: string | undefined) => string | undefined): void {
    if (one.kind === 'note') {
      const { text, own } = one;
      if (own === undefined) return this.#record({ kind: 'note', t, text });
      const session = own.key === undefined ? undefined : idOf(own.key);
      const seq = own.seq > 0 ? this.#numbers.get(own.seq) : undefined;
      return this.#record({
        kind: 'note',
        t,
        text,
        id: own.id,
        by: 'user',
        at: micro(this.#at(own.about)),
        ...(session === undefined ? {} : { session }),
        ...(seq === undefined ? {} : { seq }),
        ...(own.removed ? { removed: true } : {}),
      });
    }
    if (one.kind === 'gap') {
      const { at: _at, ...gap } = one.gap;
      const session = one.key === undefined ? undefined : idOf(one.key);
      // What was not kept keeps the room of its numbers.
      this.#seq = Math.max(this.#seq, gap.to);
      return this.#record({ kind: 'gap', t, ...gap, ...(session === undefined ? {} : { session }) });
    }
    const { at: _at, start, redacted = [], ...call } = one.call;
    const began = this.#at(start);
    const record = httpRecord({ ...call, t, start: began }, t, began, []);
    const all = [...new Set([...redacted, ...(record.redacted ?? [])])];
    this.#record(all.length > 0 ? { ...record, redacted: all } : record);
  }

  #record(record: TraceRecord): void {
    this.#target.record(record);
  }

  #at(ms: number): number {
    return Math.max(0, ms - this.#start);
  }
}

/** As exact as a trace has times: what is of one moment is so whichever way it was reckoned. */
const micro = (ms: number): number => Math.round(ms * 1000) / 1000;

function earliest(strands: readonly Strand[]): Strand | undefined {
  let best: Strand | undefined;
  for (const strand of strands) {
    if (strand.t === Infinity) continue;
    if (!best || strand.t < best.t || (strand.t === best.t && strand.seq < best.seq)) best = strand;
  }
  return best;
}

/** The sessions as the report has them. */
export function toldSessions(planned: readonly Planned[]): ImportedSession[] {
  return planned.map(({ session, id }) => ({
    id,
    name: session.name,
    url: session.open?.url ?? '',
    messages: session.messages,
    times: session.times,
  }));
}
