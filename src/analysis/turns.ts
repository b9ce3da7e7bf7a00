/**
 * Turns of a session: what the user or the app put in, and every response until the next input. A tool's output goes on with
 * the turn of its call; a response outside the conversation stands in the turn in which it came and decides nothing of it.
 */
import type { Correlated, ResponseStart } from './correlation';
import type { Committed, InputBuffer } from './inputBuffer';
import { asList, asNumber, asObject, asText, dig } from './json';
import type { Cost, Latency, Span, TracedEvent, Turn, Usage } from './model';
import { Recent } from './recent';
import type { Moment } from './spans/book';
import { joinWords, newTurn, turnSpan, type TurnState } from './turnState';
import { statusReason } from './words';

/** Most ids and tools listed, and measures kept. */
const LISTED = 64;
const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

/** Turns that are new or changed, and their spans. */
export interface TurnChanges {
  turns: Turn[];
  spans: Span[];
}

/** Follows the turns of one session. */
export class TurnTracker {
  #session: string;
  #buffer: InputBuffer;
  #number = 0;
  #current: TurnState | undefined;
  #byItem = new Recent<string, TurnState>(256);
  #byCall = new Recent<string, TurnState>(256);
  #byResponse = new Recent<string, { state: TurnState; aside: boolean; said: boolean }>(256);
  #changed = new Set<TurnState>();

  constructor(session: string, buffer: InputBuffer) {
    this.#session = session;
    this.#buffer = buffer;
  }

  /** The newest turn. */
  get newest(): Turn | undefined {
    return this.#current?.turn;
  }

  /** The turn a response belongs to, and whether it stays outside the conversation. */
  ofResponse(response: string): { state: TurnState; aside: boolean } | undefined {
    return this.#byResponse.get(response);
  }

  ofItem(item: string): TurnState | undefined {
    return this.#byItem.get(item);
  }

  ofCall(call: string): TurnState | undefined {
    return this.#byCall.get(call);
  }

  /** @param took What a commit took out of the input buffer. */
  event(event: TracedEvent, told: Correlated, took: Committed | undefined): void {
    const { type, from } = event;
    if (from === 'client') {
      if (type === 'conversation.item.create') this.#created(event);
      return;
    }
    if (told.started) this.#responded(event, told.started);
    if (told.refused) this.#refused(told.refused.row);
    switch (type) {
      case 'input_audio_buffer.speech_started':
        return this.#speechStarted(event);
      case 'input_audio_buffer.speech_stopped':
        return this.#speechStopped(event);
      case 'input_audio_buffer.timeout_triggered':
        return this.#put(this.#begin('idle', event, event), event.item);
      case 'input_audio_buffer.committed':
        return this.#committed(event, told, took);
      case 'conversation.item.added':
      case 'conversation.item.created':
        return this.#added(event, told);
      case `${TRANSCRIPTION}.completed`:
        return this.#heard(this.#byItem.get(event.item), asText(event.event.transcript));
      case 'response.output_item.added':
      case 'response.output_item.done':
        return this.#outputItem(event);
      case 'response.output_text.done':
      case 'response.text.done':
        return this.#said(event.response, asText(event.event.text));
      case 'response.output_audio_transcript.done':
      case 'response.audio_transcript.done':
        return this.#said(event.response, asText(event.event.transcript));
      case 'response.done':
        return this.#done(event);
    }
  }

  /** Adds what was measured within a turn. */
  measured(state: TurnState, latency: Latency): void {
    // What a turn waited altogether is told once, and also where its tools have filled the list.
    if (state.turn.latencies.length >= LISTED && latency.name !== 'toAnswer') return;
    state.turn.latencies.push(latency);
    this.#changed.add(state);
  }

  /** Says what a turn has used and cost so far. */
  used(state: TurnState, usage: Usage, cost: Cost | null): void {
    state.turn.usage = usage;
    state.turn.cost = cost;
    this.#changed.add(state);
  }

  /** The session is over, and with it what still goes on. */
  close(at: Moment): void {
    const open = new Set([...this.#byResponse.values()].map(({ state }) => state));
    if (this.#current) open.add(this.#current);
    for (const state of open) {
      const { turn } = state;
      if (turn.end !== null) continue;
      if (state.active.size > 0) {
        turn.status = 'incomplete';
        turn.detail = 'the session closed';
        state.active.clear();
      }
      this.#end(state, at);
    }
  }

  /** Names a moment within a turn; the first one of a name stays. */
  mark(state: TurnState, name: string, { row, t }: Moment): void {
    if (state.marks.some((mark) => mark.name === name)) return;
    state.marks.push({ name, t, row });
    this.#changed.add(state);
  }

  /** What is new or changed since the last call, each as it is now. */
  take(): TurnChanges {
    const turns: Turn[] = [];
    const spans: Span[] = [];
    for (const state of this.#changed) {
      const { turn } = state;
      turns.push({
        ...turn,
        userItems: [...turn.userItems],
        responses: [...turn.responses],
        tools: [...turn.tools],
        latencies: [...turn.latencies],
      });
      spans.push(turnSpan(state));
    }
    this.#changed.clear();
    return { turns, spans };
  }

  #begin(by: Turn['by'], start: Moment, now: Moment): TurnState {
    const past = this.#current;
    if (past?.isHistory) {
      past.isHistory = false;
      Object.assign(past.turn, { by, start: start.t, startRow: start.row });
      this.#changed.add(past);
      return past;
    }
    this.#number++;
    const state = newTurn(this.#session, this.#number, by, start);
    this.#current = state;
    if (past?.turn.end === null && past.active.size === 0) this.#end(past, now);
    this.#changed.add(state);
    return state;
  }

  #end(state: TurnState, { row, t }: Moment): void {
    state.turn.end = Math.max(state.turn.start, t);
    state.turn.endRow = row;
    this.#changed.add(state);
  }

  /** The turn still gathers input: nothing in the conversation has answered it. */
  #gathers(): TurnState | undefined {
    return this.#current?.answers === 0 && !this.#current.isHistory ? this.#current : undefined;
  }

  #put(state: TurnState, item: string): void {
    if (!item || this.#byItem.get(item) === state) return;
    this.#byItem.set(item, state);
    if (state.turn.userItems.length < LISTED) state.turn.userItems.push(item);
    this.#changed.add(state);
  }

  #heard(state: TurnState | undefined, words: string): void {
    if (!state || words === '') return;
    state.turn.heard = joinWords(state.turn.heard, words);
    this.#changed.add(state);
  }

  #said(response: string, words: string): void {
    const known = this.#byResponse.get(response);
    if (!known || known.aside || words === '') return;
    known.said = true;
    known.state.turn.said = joinWords(known.state.turn.said, words);
    this.#changed.add(known.state);
  }

  #speechStarted(event: TracedEvent): void {
    const gathering = this.#gathers();
    const goesOn = gathering?.turn.by === 'speech' && !gathering.committed;
    this.#put(goesOn ? gathering : this.#begin('speech', event, event), event.item);
  }

  #speechStopped(event: TracedEvent): void {
    let state = this.#byItem.get(event.item) ?? this.#gathers();
    if (!state) this.#put((state = this.#begin('speech', event, event)), event.item);
    const end = asNumber(event.event.audio_end_ms);
    state.turn.speechEnd = event.t;
    state.turn.voiceEnd = end === undefined ? null : this.#buffer.timeAt(end);
    this.mark(state, 'speech end', event);
    this.#changed.add(state);
  }

  #committed(event: TracedEvent, { committed }: Correlated, took: Committed | undefined): void {
    const { item } = event;
    let state = this.#byItem.get(item);
    if (!state) {
      const gathering = this.#gathers();
      const start = { row: took?.firstRow ?? committed?.row ?? event.row, t: took?.start ?? committed?.t ?? event.t };
      state = gathering?.turn.by === 'speech' && !gathering.committed ? gathering : this.#begin('speech', start, event);
      this.#put(state, item);
    }
    state.committed = true;
    if (committed?.by === 'client' && state.turn.speechEnd === null) {
      state.turn.speechEnd = committed.t;
      state.turn.voiceEnd = took?.end ?? null;
      this.mark(state, 'speech end', committed);
    }
    this.mark(state, 'committed', event);
    this.#changed.add(state);
  }

  /** A client's item: the user's words, or a tool's output. */
  #created(event: TracedEvent): void {
    const item = asObject(event.event.item);
    const type = asText(item?.type);
    if (type === 'function_call_output' || type === 'mcp_approval_response') {
      const call = event.call || asText(item?.approval_request_id);
      const of = this.#byCall.get(call);
      // A late output is answered together with what the user said in the meantime.
      const state = of && of === this.#current ? of : (this.#gathers() ?? this.#begin('tool', event, event));
      if (call) this.#byCall.set(call, state);
      return;
    }
    if (item?.role === 'assistant') return this.#remembered();
    if (item?.role !== 'user') return;
    const state = this.#gathers() ?? this.#begin('text', event, event);
    this.#put(state, event.item);
    for (const part of asList(item.content).slice(0, LISTED)) this.#heard(state, asText(dig(part, 'text')));
  }

  /** The app tells what the model answered in another session, so what was gathered is history too. */
  #remembered(): void {
    const state = this.#gathers();
    if (!state || state.turn.by !== 'text') return;
    state.isHistory = true;
    state.turn.heard = '';
    state.turn.userItems = [];
    this.#changed.add(state);
  }

  /** The server names the item that a client's event made. */
  #added({ item, event }: TracedEvent, { answered }: Correlated): void {
    if (!answered || dig(event, 'item', 'role') !== 'user') return;
    // The turn that the request began, or the one that gathered it.
    const state = this.#current;
    if (state && answered.row >= state.turn.startRow) this.#put(state, item);
  }

  #refused(row: number): void {
    const state = this.#current;
    if (state?.turn.startRow !== row || state.answers > 0) return;
    state.turn.detail = 'refused';
    this.#changed.add(state);
  }

  #responded(event: TracedEvent, { by, row, t, item, calls, aside }: ResponseStart): void {
    const { response } = event;
    const start = { row, t };
    const ofCall = calls.map((call) => this.#byCall.get(call)).find((state) => state === this.#current);
    const ofSpeech = by === 'speech' || by === 'idle' ? this.#byItem.get(item) : undefined;
    let state = ofSpeech ?? ofCall ?? (aside || by === 'unknown' ? this.#current : this.#gathers());
    state ??= this.#begin('create', start, event);
    this.#byResponse.set(response, { state, aside, said: false });
    if (state.turn.responses.length < LISTED) state.turn.responses.push(response);
    this.#changed.add(state);
    if (aside) return;
    state.active.add(response);
    this.mark(state, 'response', event);
    state.answers++;
    state.turn.status = 'in_progress';
    state.turn.detail = '';
    state.turn.end = null;
    state.turn.endRow = null;
  }

  #outputItem(event: TracedEvent): void {
    const known = this.#byResponse.get(event.response);
    if (!known) return;
    const item = asObject(event.event.item);
    const type = asText(item?.type);
    if (type === 'mcp_approval_request') this.#byCall.set(event.item, known.state);
    // Some servers tell of a call only when it is whole.
    const isNew = event.type === 'response.output_item.added' || (event.call !== '' && !this.#byCall.has(event.call));
    if ((type !== 'function_call' && type !== 'mcp_call') || !isNew) return;
    if (event.call) this.#byCall.set(event.call, known.state);
    const { tools } = known.state.turn;
    if (tools.length < LISTED) tools.push(asText(item?.name).slice(0, 64) || type);
    this.#changed.add(known.state);
  }

  #done(event: TracedEvent): void {
    const known = this.#byResponse.get(event.response);
    if (!known) return;
    const { state, aside } = known;
    if (aside) return;
    const response = asObject(event.event.response);
    state.active.delete(event.response);
    state.turn.status = asText(response?.status).slice(0, 64) || 'completed';
    state.turn.detail = statusReason(response);
    // A server that does not end its texts one by one has them here.
    if (!known.said) {
      for (const item of asList(response?.output).slice(0, LISTED)) {
        for (const part of asList(dig(item, 'content')).slice(0, LISTED)) {
          this.#said(event.response, asText(dig(part, 'transcript')) || asText(dig(part, 'text')));
        }
      }
    }
    if (state.active.size === 0) this.#end(state, event);
    this.#changed.add(state);
  }
}
