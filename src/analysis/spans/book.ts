/** The open spans of a session, and those that changed since they were last taken. */
import type { Span, SpanLane } from '../model';
import { Recent } from '../recent';

/** What a tracker says of a span beside where it begins. */
export type SpanTold = Partial<Omit<Span, 'key' | 'session' | 'lane' | 'start' | 'startRow' | 'marks'>>;

/** Where something happened. */
export interface Moment {
  row: number;
  t: number;
}

/** Spans open at once, of one lane; when one more begins, the oldest is given up. */
const MOST_OPEN = 4096;

export class SpanBook {
  readonly session: string;
  #open = new Map<SpanLane, Recent<string, Span>>();
  #changed = new Map<string, Span>();
  #now: Moment = { row: 0, t: 0 };

  constructor(session: string) {
    this.session = session;
  }

  /** Begins a span. Without an id its row makes its key. */
  begin(lane: SpanLane, id: string, at: Moment, told: SpanTold): Span {
    this.#now = at;
    const span: Span = {
      key: `${this.session} ${lane} ${id || `#${at.row}`}`,
      session: this.session,
      lane,
      label: lane,
      start: at.t,
      end: null,
      status: '',
      detail: '',
      startRow: at.row,
      endRow: null,
      response: '',
      item: '',
      call: '',
      marks: [],
      ...told,
    };
    this.#lane(lane).set(id || `#${at.row}`, span);
    this.#changed.set(span.key, span);
    return span;
  }

  /** The open span of that id. */
  find(lane: SpanLane, id: string): Span | undefined {
    return this.#open.get(lane)?.get(id);
  }

  /** Names a moment within a span; the first one of a name stays. */
  mark(span: Span | undefined, name: string, { row, t }: Moment): void {
    if (!span || span.marks.some((mark) => mark.name === name)) return;
    span.marks.push({ name, t, row });
    this.#changed.set(span.key, span);
  }

  /** Says something new of a span. */
  tell(span: Span | undefined, told: SpanTold): void {
    if (!span) return;
    Object.assign(span, told);
    this.#changed.set(span.key, span);
  }

  /** Ends a span; one whose beginning was not recorded has no length. Returns it. */
  end(lane: SpanLane, id: string, at: Moment, told: SpanTold): Span {
    this.#now = at;
    const span = this.find(lane, id) ?? this.begin(lane, id, at, told);
    Object.assign(span, told);
    this.finish(span, id, at);
    return span;
  }

  /** Ends a span that is at hand. */
  finish(span: Span, id: string, { row, t }: Moment): void {
    span.end = Math.max(span.start, t);
    span.endRow = row;
    this.#open.get(span.lane)?.delete(id || `#${span.startRow}`);
    this.#changed.set(span.key, span);
  }

  /** Ends whatever is open, because the session did. */
  close(at: Moment): void {
    for (const lane of this.#open.values()) {
      for (const span of lane.values()) this.#giveUp(span, at, 'the session closed');
      lane.clear();
    }
  }

  /** Spans that are new or changed since the last call, each as it is now. */
  take(): Span[] {
    const taken = [...this.#changed.values()].map((span) => ({ ...span, marks: [...span.marks] }));
    this.#changed.clear();
    return taken;
  }

  #lane(lane: SpanLane): Recent<string, Span> {
    let open = this.#open.get(lane);
    if (!open) {
      open = new Recent(MOST_OPEN, (span) => this.#giveUp(span, this.#now, 'its end was not recorded'));
      this.#open.set(lane, open);
    }
    return open;
  }

  #giveUp(span: Span, { row, t }: Moment, detail: string): void {
    span.end = Math.max(span.start, t);
    span.endRow = row;
    span.status = 'incomplete';
    span.detail = detail;
    this.#changed.set(span.key, span);
  }
}
