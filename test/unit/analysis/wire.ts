import { Analysis } from '../../../src/analysis/analysis';
import type {
  AnalysisChanges,
  ConfigPoint,
  Link,
  Playback,
  SessionMetrics,
  Span,
  SpanLane,
  TracedEvent,
  Turn,
} from '../../../src/analysis/model';
import { needsBody } from '../../../src/analysis/needs';
import type { TraceRecord } from '../../../src/trace/records';
import { eventIds } from '../../../src/protocol/ids';

type Json = Record<string, unknown>;
type Side = 'client' | 'server';

/** An event as the document hands it over: ids from its head, no body where none is asked for. */
export function traced(row: number, t: number, from: Side, event: Json, more: Partial<TracedEvent> = {}): TracedEvent {
  const type = typeof event.type === 'string' ? event.type : '';
  const { response = '', item = '', call = '' } = eventIds(event);
  return {
    row,
    seq: row + 1,
    session: 's1',
    t,
    sent: t,
    from,
    type,
    response,
    item,
    call,
    event: needsBody(type, from) ? event : {},
    audioMs: 0,
    origin: undefined,
    replaces: undefined,
    ...more,
  };
}

/** Everything an analysis has said, the later word in the place of the earlier. */
export class Said {
  spans = new Map<string, Span>();
  turns = new Map<string, Turn>();
  playback = new Map<string, Playback>();
  configs: ConfigPoint[] = [];
  metrics = new Map<string, SessionMetrics>();

  add(changes: AnalysisChanges): void {
    for (const span of changes.spans) this.spans.set(span.key, span);
    for (const turn of changes.turns) this.turns.set(turn.key, turn);
    for (const playback of changes.playback) this.playback.set(playback.key, playback);
    this.configs.push(...changes.configs);
    for (const metrics of changes.metrics) this.metrics.set(metrics.session, metrics);
  }
}

/** A session written by hand: each line a time, an event, and what else is known of it. Rows count from 0. */
export class Wire {
  readonly analysis = new Analysis();
  readonly said = new Said();
  #row = 0;

  client(t: number, type: string, body: Json = {}, more: Partial<TracedEvent> = {}): number {
    return this.#put('client', t, { type, ...body }, more);
  }

  server(t: number, type: string, body: Json = {}, more: Partial<TracedEvent> = {}): number {
    return this.#put('server', t, { type, ...body }, more);
  }

  record(t: number, record: Exclude<TraceRecord, { kind: 'event' }>, session = 's1'): number {
    const row = this.#row++;
    this.analysis.record(record, { row, t, session, shift: 0 });
    return row;
  }

  close(t: number): number {
    return this.record(t, { kind: 'close', session: 's1', t, code: 1000, reason: '', by: 'client' });
  }

  /** Audio of the user, sent at `t`. */
  append(t: number, ms: number): number {
    return this.client(t, 'input_audio_buffer.append', {}, { audioMs: ms });
  }

  /** Audio of an answer, arrived at `t`. */
  audio(t: number, ms: number, response = 'r1', item = 'a1'): number {
    const ids = { response_id: response, item_id: item };
    return this.server(t, 'response.output_audio.delta', ids, { audioMs: ms });
  }

  words(t: number, response = 'r1', item = 'a1'): number {
    return this.server(t, 'response.output_audio_transcript.delta', { response_id: response, item_id: item });
  }

  created(t: number, id = 'r1', more: Json = {}): number {
    return this.server(t, 'response.created', {
      response: { id, status: 'in_progress', conversation_id: 'conv_1', ...more },
    });
  }

  done(t: number, id = 'r1', status = 'completed', more: Json = {}): number {
    return this.server(t, 'response.done', { response: { id, status, ...more } });
  }

  started(t: number, item: string, ms: number): number {
    return this.server(t, 'input_audio_buffer.speech_started', { item_id: item, audio_start_ms: ms });
  }

  stopped(t: number, item: string, ms: number): number {
    return this.server(t, 'input_audio_buffer.speech_stopped', { item_id: item, audio_end_ms: ms });
  }

  committed(t: number, item: string): number {
    return this.server(t, 'input_audio_buffer.committed', { item_id: item });
  }

  /** The user types. */
  types(t: number, text: string): number {
    return this.client(t, 'conversation.item.create', {
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
  }

  /** What turn detection is set to. */
  session(t: number, detection: Json | null = { type: 'server_vad' }, more: Json = {}): number {
    const input = { turn_detection: detection, ...more };
    return this.server(t, 'session.created', {
      session: { type: 'realtime', model: 'gpt-realtime', audio: { input } },
    });
  }

  spans(lane: SpanLane): Span[] {
    this.#take();
    return [...this.said.spans.values()].filter((span) => span.lane === lane);
  }

  turns(): Turn[] {
    this.#take();
    return [...this.said.turns.values()];
  }

  playback(): Playback[] {
    this.#take();
    return [...this.said.playback.values()];
  }

  configs(): ConfigPoint[] {
    this.#take();
    return this.said.configs;
  }

  metrics(start = -Infinity, end = Infinity): SessionMetrics {
    const [metrics] = this.analysis.metrics({ session: 's1', start, end });
    if (!metrics) throw new Error('nothing came of the session');
    return metrics;
  }

  /** `kind: cause -> row`, for each cause of a row. */
  causes(row: number): string[] {
    return this.analysis.links.causesOf(row).map(({ kind, cause }: Link) => `${kind} by ${cause}`);
  }

  #put(from: Side, t: number, event: Json, more: Partial<TracedEvent>): number {
    const row = this.#row++;
    this.analysis.event(traced(row, t, from, event, more));
    return row;
  }

  #take(): void {
    this.said.add(this.analysis.take());
  }
}
