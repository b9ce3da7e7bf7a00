/**
 * From records to meaning: spans, causes, turns, measures, playback and configurations of every session of a trace. It is fed
 * row by row, is complete after any of them, and reads nothing by itself.
 */
import type { TraceRecord } from '../trace/records';
import { callJoined, callOfHttp } from './calls';
import type { Correlated } from './correlation';
import { Findings } from './findings/findings';
import { withIds } from './ids';
import { LinkStore } from './links';
import type { AnalysisChanges, BufferLevel, SessionMetrics, TracedEvent } from './model';
import type { UserPrices } from './prices';
import { NoteSpans } from './notes';
import { Recent } from './recent';
import { SessionAnalysis } from './sessionAnalysis';
import { SpanBook } from './spans/book';
import { ConnectionSpans } from './spans/connection';

/** Where a record stands. */
export interface RecordPlace {
  row: number;
  /** ms on the trace's axis. */
  t: number;
  /** The session it belongs to, as the document names it; '' for none. */
  session: string;
  /** Added to the record's own times to get those of the axis, ms. */
  shift: number;
}

/** A stretch of time, of one session or ('') of all. */
export interface Selection {
  start: number;
  end: number;
  session: string;
}

/** Prices nobody has set. */
const NO_PRICES: UserPrices = new Map();

export class Analysis {
  /** What followed from what. */
  readonly links = new LinkStore();
  /** Diagnoses; what a piece of audio is like and the time of a live trace are told to it directly. */
  readonly findings = new Findings((session) => this.#session(session).playback);
  #sessions = new Map<string, SessionAnalysis>();
  #changed = new Set<SessionAnalysis>();
  #outside = new SpanBook('');
  #calls = new ConnectionSpans(this.#outside);
  #notes = new NoteSpans();
  /** The newest row that began, accepted or joined a call, by its id. */
  #callRows = new Recent<string, number>(1024);
  #prices: UserPrices;

  /** @param prices The user's own prices, which go before those of the list. */
  constructor(prices: UserPrices = NO_PRICES) {
    this.#prices = prices;
  }

  /** Takes an event. Rows must ascend. Never throws, whatever the event holds. */
  event(event: TracedEvent): Correlated {
    const whole = withIds(event);
    const session = this.#touch(event.session);
    const told = session.correlate(whole);
    // Rules look at what was playing when the event came.
    this.findings.event(whole, told);
    session.event(whole, told);
    return told;
  }

  /** Takes any other record. */
  record(record: Exclude<TraceRecord, { kind: 'event' }>, place: RecordPlace): void {
    switch (record.kind) {
      case 'open':
        this.findings.open(place.row, place.session, place.t, record);
        this.#join(callJoined(record), place.row, record.status === 101);
        return this.#touch(place.session).open(record, place);
      case 'close':
        this.findings.close(place.row, place.session, place.t, record);
        return this.#touch(place.session).close(record, place);
      case 'http':
        this.#join(callOfHttp(record), place.row, record.status >= 200 && record.status < 300);
        return this.#calls.http(record, place.shift, place);
      case 'gap':
        if (place.session !== '') this.#touch(place.session).gap();
        else for (const session of this.#sessions.values()) session.gap();
        return;
      case 'note':
        return this.#notes.add(record, place);
      case 'control':
        return;
    }
  }

  /** Everything new or changed since the last call, each as it is now. */
  take(): AnalysisChanges {
    const { findings, withdrawn } = this.findings.take();
    const changes: AnalysisChanges = {
      spans: this.#outside.take(),
      turns: [],
      playback: [],
      findings,
      withdrawn,
      configs: [],
      metrics: [],
    };
    changes.spans.push(...this.#notes.take());
    for (const session of this.#changed) {
      const { spans, turns, playback, configs, metrics } = session.take();
      // Not spread as arguments: a batch may hold a hundred thousand.
      for (const span of spans) changes.spans.push(span);
      for (const turn of turns) changes.turns.push(turn);
      for (const item of playback) changes.playback.push(item);
      for (const config of configs) changes.configs.push(config);
      for (const metric of metrics) changes.metrics.push(metric);
    }
    this.#changed.clear();
    return changes;
  }

  /** Metrics of a stretch of time, a session each. */
  metrics({ start, end, session }: Selection): SessionMetrics[] {
    return this.picked(session).map((each) => each.metrics(start, end));
  }

  /** Steps of a session's input buffer level (ms since the last commit or clear) between two times, at most `most`. */
  bufferLevels({ start, end, session }: Selection, most?: number): BufferLevel[] {
    return this.#sessions.get(session)?.bufferLevels(start, end, most) ?? [];
  }

  /** The session of that name, or ('') all of them. */
  picked(session: string): SessionAnalysis[] {
    if (session === '') return [...this.#sessions.values()];
    const found = this.#sessions.get(session);
    return found ? [found] : [];
  }

  /** Binds a record to what was last heard of its call. */
  #join(call: string, row: number, taken: boolean): void {
    if (call === '') return;
    const cause = this.#callRows.get(call);
    if (cause !== undefined) this.links.add({ cause, effect: row, kind: 'joined' });
    if (taken) this.#callRows.set(call, row);
  }

  #touch(id: string): SessionAnalysis {
    const session = this.#session(id);
    this.#changed.add(session);
    return session;
  }

  #session(id: string): SessionAnalysis {
    let session = this.#sessions.get(id);
    if (!session) {
      session = new SessionAnalysis(id, this.links, this.#prices);
      this.#sessions.set(id, session);
    }
    return session;
  }
}
