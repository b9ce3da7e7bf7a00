/**
 * Diagnoses of every session of a trace, event by event. Nothing throws, whatever was captured; what is kept is bounded per
 * session. The rules read the bodies that `needsBody` names, and of all other events the head.
 */
import type { CloseRecord, OpenRecord } from '../../trace/records';
import { isDelta } from '../../protocol/audioEvents';
import { withIds } from '../ids';
import type { Finding, TracedEvent } from '../model';
import { Recent } from '../recent';
import type { AudioProbe } from './audioReading';
import { SessionFacts } from './facts';
import type { Watch } from './rule';
import { RULES } from './rules';
import { FindingStore } from './store';

interface Watched {
  facts: SessionFacts;
  watches: Watch[];
  ticking: Watch[];
  /** What looks at deltas: by far the most events, which most rules do not care about. */
  hearing: Watch[];
  /** Numbers of messages that were held back on arrival. */
  held: Recent<number, true>;
}

export class Findings {
  #store = new FindingStore();
  #sessions = new Map<string, Watched>();

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

  /** An event. A message that was held and its release are one, and count when it arrived. */
  event(given: TracedEvent): void {
    const event = withIds(given);
    const { facts, watches, ticking, hearing, held } = this.#session(event.session);
    if (event.sent === undefined) held.set(event.seq, true);
    if (event.replaces !== undefined && held.has(event.replaces)) return;
    for (const watch of ticking) watch.tick?.(event.t);
    facts.event(event);
    if (isDelta(event.type)) for (const watch of hearing) watch.delta?.(event);
    else for (const watch of watches) watch.event?.(event);
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
    const facts = new SessionFacts(session);
    const watches = RULES.map(({ rule, create }) => create(facts, this.#store.report(session, rule)));
    const watched = {
      facts,
      watches,
      ticking: watches.filter((watch) => watch.tick),
      hearing: watches.filter((watch) => watch.delta),
      held: new Recent<number, true>(1024),
    };
    this.#sessions.set(session, watched);
    return watched;
  }
}
