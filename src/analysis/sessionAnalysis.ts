/** One session as the analysis has it: its trackers, and the order in which they take an event. */
import { audioField } from '../protocol/audioEvents';
import { ConfigHistory } from './configHistory';
import { callJoined } from './calls';
import { Correlator, type Correlated } from './correlation';
import { addCost, SessionAccount } from './cost';
import { InputBuffer } from './inputBuffer';
import { asText, dig } from './json';
import { LatencyLog } from './latency';
import { LatencyTracker } from './latencyTracker';
import type { LinkStore } from './links';
import type { BufferLevel, ConfigPoint, LatencyName, Playback, SessionMetrics, Span, TracedEvent, Turn } from './model';
import { PlaybackTracker } from './playback';
import type { UserPrices } from './prices';
import { Recent } from './recent';
import { SpanBook, type Moment } from './spans/book';
import { CallSpans } from './spans/calls';
import { ConnectionSpans } from './spans/connection';
import { ResponseSpans } from './spans/responses';
import { SpeechSpans } from './spans/speech';
import { SessionTally } from './tally';
import { SessionTraits } from './traits';
import { TurnTracker } from './turns';
import { addUsage, noUsage } from './usage';
import type { CloseRecord, OpenRecord } from '../trace/records';

/** What changed in a session since it was last asked. */
export interface SessionChanges {
  spans: Span[];
  turns: Turn[];
  playback: Playback[];
  configs: ConfigPoint[];
  metrics: SessionMetrics[];
}

export class SessionAnalysis {
  readonly id: string;
  #config: ConfigHistory;
  readonly account: SessionAccount;
  readonly playback: PlaybackTracker;
  #links: LinkStore;
  #traits = new SessionTraits();
  #correlator = new Correlator(this.#traits);
  #buffer = new InputBuffer();
  #log = new LatencyLog();
  #tally = new SessionTally();
  #turns: TurnTracker;
  #latencies: LatencyTracker;
  #book: SpanBook;
  #responseSpans: ResponseSpans;
  #speechSpans: SpeechSpans;
  #callSpans: CallSpans;
  #connectionSpans: ConnectionSpans;
  #running = new Recent<string, true>(4096);
  /** Row of the handshake whose greeting has not come. */
  #handshake: number | undefined;
  #turnCount = 0;
  #isChanged = false;
  #isClosed = false;

  constructor(id: string, links: LinkStore, prices: UserPrices) {
    this.id = id;
    this.#links = links;
    this.#config = new ConfigHistory(id);
    this.account = new SessionAccount(prices);
    this.playback = new PlaybackTracker(id, this.#traits);
    this.#turns = new TurnTracker(id, this.#buffer);
    this.#latencies = new LatencyTracker(this.#log, this.#turns, this.playback);
    this.#book = new SpanBook(id);
    this.#responseSpans = new ResponseSpans(this.#book);
    this.#speechSpans = new SpeechSpans(this.#book, this.#buffer, this.#traits);
    this.#callSpans = new CallSpans(this.#book);
    this.#connectionSpans = new ConnectionSpans(this.#book);
  }

  open(record: OpenRecord, at: Moment): void {
    this.account.open(record.url);
    this.#connectionSpans.open(record, at);
    this.#correlator.open(at.row);
    this.#handshake = record.status === 101 && callJoined(record) === '' ? at.row : undefined;
    this.#isChanged = true;
  }

  /** Binds the next event (its row is greater than any before) to others; `event` is to be called with it then. */
  correlate(event: TracedEvent): Correlated {
    this.#isChanged = true;
    this.#traits.observe(event);
    const told = this.#correlator.add(event);
    for (const link of told.links) this.#links.add(link);
    return told;
  }

  /** Takes the event that was just correlated, its ids filled in. */
  event(event: TracedEvent, told: Correlated): void {
    if (told.held) this.#latencies.released(event, told.held);
    const isAudio = audioField(event.type, event.from) !== undefined;
    // The client hears what was sent on to it, when it was: not what waits, is dropped, or was something else when it came.
    if (isAudio && event.from === 'server' && event.fate === undefined) this.playback.audio(event);
    if (!told.counts) return;
    this.#greeted(event);
    if (!isAudio) this.playback.event(event, told);
    else if (event.from === 'client') this.#buffer.append(event);
    const took = this.#buffer.event(event, told);
    if (took && took.by !== 'idle') this.#tally.speech(event.t, took);
    this.#config.event(event, told);
    this.#turns.event(event, told, took);
    this.#latencies.event(event, told);
    if (event.from === 'server') {
      this.#count(event, told);
      this.#spend(event);
      this.#responseSpans.event(event, told.started?.aside ?? false);
      this.#speechSpans.event(event, told, took);
    }
    this.#callSpans.event(event, told);
  }

  /** Messages were not kept. */
  gap(): void {
    this.#correlator.gap();
  }

  close({ by, origin }: Pick<CloseRecord, 'by' | 'origin'>, at: Moment): void {
    // Where the server or the inspector ended it, a client plays on what it has.
    if (by === 'client' && origin === undefined) this.playback.closedByClient(at.t, at.row);
    this.#turns.close(at);
    this.#book.close(at);
    this.#isChanged = true;
    this.#isClosed = true;
  }

  take(): SessionChanges {
    this.#tallyPlayback();
    const { turns, spans } = this.#turns.take();
    const isChanged = this.#isChanged;
    this.#isChanged = false;
    return {
      spans: [...this.#book.take(), ...spans],
      turns,
      playback: this.playback.take(),
      configs: this.#config.take(),
      metrics: isChanged ? [this.#whole()] : [],
    };
  }

  /** Counts, sums and percentiles of what lies between two times. */
  metrics(start: number, end: number): SessionMetrics {
    return { ...this.sums(start, end), latencies: this.#log.percentiles(start, end) };
  }

  /** The same without percentiles, for who has all values of several sessions to take them from. */
  sums(start: number, end: number): Omit<SessionMetrics, 'latencies'> {
    this.#tallyPlayback();
    return { session: this.id, model: this.#model, ...this.#tally.between(start, end) };
  }

  /** Values of a measure between two times. */
  values(name: LatencyName, start: number, end: number): Float32Array {
    return this.#log.values(name, start, end);
  }

  /** Steps of the input buffer's level between two times, at most `most`. */
  bufferLevels(start: number, end: number, most?: number): BufferLevel[] {
    return this.#buffer.levels(start, end, most);
  }

  get #model(): string {
    return this.account.model || this.#traits.model;
  }

  #whole(): SessionMetrics {
    const tallied = this.#tally.whole(this.playback.total);
    return { session: this.id, model: this.#model, ...tallied, latencies: this.#log.summary(this.#isClosed) };
  }

  #tallyPlayback(): void {
    for (const playback of this.playback.changed()) this.#tally.played(playback);
  }

  /** The first event of the server ends the connection's span. */
  #greeted(event: TracedEvent): void {
    if (this.#handshake === undefined || event.from !== 'server') return;
    const span = this.#connectionSpans.waiting(this.#handshake);
    this.#handshake = undefined;
    if (span) this.#connectionSpans.greeted(span, event.type, event);
  }

  #count({ type, event, t, response }: TracedEvent, { started }: Correlated): void {
    const newest = this.#turns.newest;
    if (newest && newest.number > this.#turnCount) {
      this.#turnCount = newest.number;
      this.#tally.turn(newest.start);
    }
    if (started) this.#running.set(response, true);
    if (type === 'response.done') {
      this.#running.delete(response);
      this.#tally.response(t, asText(dig(event, 'response', 'status')).slice(0, 64) || 'completed');
    }
    this.#tally.running = this.#running.size;
  }

  #spend(event: TracedEvent): void {
    const spent = this.account.event(event);
    if (!spent) return;
    const state =
      spent.by === 'response' ? this.#turns.ofResponse(event.response)?.state : this.#turns.ofItem(event.item);
    this.#tally.spend(state?.turn.start ?? event.t, spent.usage, spent.cost);
    if (!state) return;
    const { usage, cost } = state.turn;
    this.#turns.used(
      state,
      addUsage(usage ?? noUsage(), spent.usage),
      usage === null ? spent.cost : addCost(cost, spent.cost),
    );
  }
}
