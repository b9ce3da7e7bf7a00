/**
 * Diagnoses of every session of a trace, event by event. Nothing throws, whatever was captured; what is kept is bounded per
 * session. The rules read the bodies that `needsBody` names, and of all other events the head.
 */
import type { CloseRecord, OpenRecord } from '../../trace/records';
import { isDelta } from '../../protocol/audioEvents';
import type { Side } from '../../protocol/side';
import type { Correlated } from '../correlation';
import type { Finding, TracedEvent } from '../model';
import type { PlaybackTracker } from '../playback';
import type { AudioProbe } from './audioReading';
import { SessionFacts } from './facts';
import type { Watch } from './rule';
import { RULES } from './rules';
import { RowSeqs } from './rowSeqs';
import { FindingStore } from './store';

interface Watched {
  facts: SessionFacts;
  watches: Watch[];
  ticking: Watch[];
  /** What looks at deltas: by far the most events, which most rules do not care about. */
  hearing: Watch[];
}

export class Findings {
  #seqs = new RowSeqs();
  #store = new FindingStore((row) => this.#seqs.seqOf(row));
  #sessions = new Map<string, Watched>();
  #playbackOf: (session: string) => PlaybackTracker;

  /** @param playbackOf The playback of a session, which has not taken in yet the event that rules look at. */
  constructor(playbackOf: (session: string) => PlaybackTracker) {
    this.#playbackOf = playbackOf;
  }

  /** The handshake of a session, accepted or not; `t` on the trace's axis. */
  open(row: number, session: string, t: number, record: OpenRecord): void {
    const { facts, watches } = this.#session(session);
    const opened = {
      row,
      t,
      url: record.url,
      headers: record.headers,
      status: record.status,
      error: record.error ?? '',
      body: record.body ?? '',
    };
    facts.open(opened);
    for (const watch of watches) watch.open?.(opened);
    if (record.status !== 101) this.#sessions.delete(session);
  }

  /** An event, its ids filled in, and what it was correlated with. Of a message that was held back the line that `counts` does. */
  event(event: TracedEvent, told: Correlated): void {
    const { facts, watches, ticking, hearing } = this.#session(event.session);
    this.#seqs.add(event.row, event.seq);
    if (!told.counts) return facts.keptBack(event);
    for (const watch of ticking) watch.tick?.(event.t);
    facts.event(event, told);
    if (isDelta(event.type)) for (const watch of hearing) watch.delta?.(event);
    else for (const watch of watches) watch.event?.(event);
  }

  /** Whether anybody wants to know what more pieces of a side are like. */
  listens(session: string, from: Side): boolean {
    return this.#session(session).watches.some((watch) => watch.listens?.(from) === true);
  }

  /** What a piece of audio is like (`probeAudio`); the pieces of a session's first minutes are enough. */
  audio(probe: AudioProbe): void {
    for (const watch of this.#session(probe.session).watches) watch.probe?.(probe);
  }

  /** The time now, for live sessions in which nothing happens. */
  tick(t: number): void {
    for (const { ticking } of this.#sessions.values()) for (const watch of ticking) watch.tick?.(t);
  }

  /** The end of a session. */
  close(row: number, session: string, t: number, record: Pick<CloseRecord, 'code' | 'reason' | 'by' | 'origin'>): void {
    const { watches, ticking } = this.#session(session);
    for (const watch of ticking) watch.tick?.(t);
    const closed = { row, t, code: record.code, reason: record.reason, by: record.origin ?? record.by };
    for (const watch of watches) watch.close?.(closed);
    this.#sessions.delete(session);
  }

  /** All findings as they are now, in the order they were made. */
  all(): Finding[] {
    return this.#store.all();
  }

  /** Findings new or changed since the last call, and keys of those that no longer hold. */
  take(): { findings: Finding[]; withdrawn: string[] } {
    return this.#store.take();
  }

  #session(session: string): Watched {
    const known = this.#sessions.get(session);
    if (known) return known;
    const facts = new SessionFacts(session, this.#playbackOf(session));
    const watches = RULES.map(({ rule, create }) => create(facts, this.#store.report(session, rule)));
    const watched = {
      facts,
      watches,
      ticking: watches.filter((watch) => watch.tick),
      hearing: watches.filter((watch) => watch.delta),
    };
    this.#sessions.set(session, watched);
    return watched;
  }
}
