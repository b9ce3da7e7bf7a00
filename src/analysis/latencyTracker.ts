/** Takes the measures of a session as its events come. */
import { audioField } from '../protocol/audioEvents';
import type { Correlated } from './correlation';
import type { LatencyLog } from './latency';
import { dig } from './json';
import type { LatencyName, TracedEvent } from './model';
import { isWordsDelta } from './needs';
import type { PlaybackTracker } from './playback';
import { Recent } from './recent';
import type { Request } from './requests';
import type { Moment } from './spans/book';
import type { TurnTracker } from './turns';
import type { TurnState } from './turnState';

interface Running {
  created: Moment;
  /** The request, where there was one. */
  asked: Moment | undefined;
  /** End of the speech that it answers: when told, and when captured. */
  speechEnd: Moment | undefined;
  voiceEnd: number | undefined;
  state: TurnState | undefined;
  aside: boolean;
  hasWords: boolean;
  lastAudio: Moment | undefined;
  bargeIn: Moment | undefined;
}

/** How long a turn waits for its answer. */
interface Waiting {
  from: Moment;
  /** First words of an answer, which count when it ends without sound. */
  words: Moment | undefined;
}

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

/** Follows the measures of one session. */
export class LatencyTracker {
  #log: LatencyLog;
  #turns: TurnTracker;
  #playback: PlaybackTracker;
  #running = new Recent<string, Running>(64);
  #speechEnds = new Recent<TurnState, Moment>(16);
  #waiting = new Recent<TurnState, Waiting>(16);
  #committed = new Recent<string, Moment>(256);
  #calls = new Recent<string, Moment>(256);
  #lastAudio = new Recent<string, number>(64);
  /** Responses with sound that was held back and has gone on, perhaps after their end came. */
  #heldAudio = new Recent<string, true>(64);

  constructor(log: LatencyLog, turns: TurnTracker, playback: PlaybackTracker) {
    this.#log = log;
    this.#turns = turns;
    this.#playback = playback;
  }

  /** To be called after the turns and the playback have taken the event. */
  event(event: TracedEvent, told: Correlated): void {
    const { type, from, t, item, response } = event;
    if (event.sent !== undefined && event.origin === undefined && told.held === undefined) {
      this.#log.add('proxyDelay', t, Math.max(0, event.sent - t));
    }
    if (from === 'client') {
      if (type === 'conversation.item.create') this.#output(event, told.held);
      return;
    }
    if (audioField(type, from)) return this.#audio(event);
    if (isWordsDelta(type)) return this.#words(event);
    if (told.started) this.#created(event, told);
    switch (type) {
      case 'session.updated':
      case 'transcription_session.updated':
        if (told.answered) this.#log.add('updateRoundTrip', t, Math.max(0, t - told.answered.t));
        return;
      case 'input_audio_buffer.speech_started':
        for (const running of this.#running.values()) {
          if (!running.aside) running.bargeIn ??= { row: event.row, t };
        }
        return;
      case 'input_audio_buffer.speech_stopped': {
        const state = this.#turns.ofItem(item);
        if (state?.turn.voiceEnd == null) return;
        this.#measure('endpointing', { row: state.turn.startRow, t: state.turn.voiceEnd }, event, state);
        return;
      }
      case 'input_audio_buffer.committed':
        this.#committed.set(item, { row: event.row, t });
        if (told.committed && told.committed.by !== 'unknown') {
          const state = this.#turns.ofItem(item);
          if (state) this.#speechEnds.set(state, told.committed);
          this.#hold(told.answered, state);
        }
        return;
      case `${TRANSCRIPTION}.completed`: {
        const committed = this.#committed.get(item);
        if (committed) this.#measure('transcriptLateness', committed, event, this.#turns.ofItem(item));
        return;
      }
      case 'response.function_call_arguments.done':
        this.#calls.set(event.call, { row: event.row, t });
        return;
      case 'response.output_item.done':
        if (dig(event.event, 'item', 'type') === 'function_call' && event.call && !this.#calls.has(event.call)) {
          this.#calls.set(event.call, { row: event.row, t });
        }
        return;
      case 'response.done':
        this.#done(event, this.#running.get(response));
        this.#running.delete(response);
        return;
    }
  }

  /** A message that was held back goes on, to whichever end. */
  released(event: TracedEvent, held: Moment): void {
    const { t, row, from, type, response } = event;
    this.#log.add('held', t, Math.max(0, t - held.t));
    // Of an answer's sound the first piece tells: those behind it had to wait for it.
    if (from !== 'server' || !audioField(type, from) || this.#heldAudio.has(response)) return;
    this.#heldAudio.set(response, true);
    this.#hold({ row, t, held }, this.#turns.ofResponse(response)?.state);
  }

  #created(event: TracedEvent, { started, answered }: Correlated): void {
    if (!started) return;
    const { response } = event;
    const state = this.#turns.ofResponse(response)?.state;
    const asked = answered?.type === 'response.create' ? { row: answered.row, t: answered.t } : undefined;
    // Only the first answer to a turn's speech is measured from it.
    const isFirst = state !== undefined && state.answers === 1 && !started.aside && state.turn.by === 'speech';
    const speechEnd = isFirst ? this.#speechEnds.get(state) : undefined;
    const voiceEnd = isFirst ? (state.turn.voiceEnd ?? undefined) : undefined;
    this.#running.set(response, {
      created: { row: event.row, t: event.t },
      asked,
      speechEnd,
      voiceEnd,
      state,
      aside: started.aside,
      hasWords: false,
      lastAudio: undefined,
      bargeIn: undefined,
    });
    const from = state?.turn.by === 'speech' ? this.#speechEnds.get(state) : asked;
    if (state?.answers === 1 && !started.aside && from) this.#waiting.set(state, { from, words: undefined });
    this.#hold(answered, state);
    if (asked) this.#measure('createToCreated', asked, event, state);
    if (speechEnd) this.#measure('speechToCreated', speechEnd, event, state);
    for (const call of started.calls) {
      const called = this.#calls.get(call);
      if (called) this.#measure('toolRound', called, event, state);
      this.#calls.delete(call);
    }
  }

  /** The tool has run when its output came, whatever held that back then. */
  #output(event: TracedEvent, held: Moment | undefined): void {
    if (dig(event.event, 'item', 'type') !== 'function_call_output') return;
    const called = this.#calls.get(event.call);
    const state = this.#turns.ofCall(event.call);
    if (called) this.#measure('toolRun', called, held ?? event, state);
    this.#hold({ row: event.row, t: event.t, held }, state);
  }

  /** The part of a turn for which a request of its was held back. */
  #hold(request: Pick<Request, 'row' | 't' | 'held'> | undefined, state: TurnState | undefined): void {
    if (!request?.held || !state) return;
    const { row, t, held } = request;
    this.#turns.measured(state, { name: 'held', ms: Math.max(0, t - held.t), fromRow: held.row, toRow: row });
  }

  #words(event: TracedEvent): void {
    const running = this.#running.get(event.response);
    if (!running || running.hasWords) return;
    running.hasWords = true;
    const { asked, speechEnd, state } = running;
    if (state && !running.aside) {
      this.#turns.mark(state, 'first text', event);
      const waiting = this.#waiting.get(state);
      if (waiting) waiting.words ??= { row: event.row, t: event.t };
    }
    if (asked) this.#measure('createToText', asked, event, state);
    if (speechEnd) this.#measure('speechToTranscript', speechEnd, event, state);
  }

  #audio(event: TracedEvent): void {
    const { t, item, response, row } = event;
    const playback = this.#playback.of(item, response);
    if (playback) {
      const last = this.#lastAudio.get(playback.key);
      if (last !== undefined) this.#log.add('deltaGap', t, Math.max(0, t - last));
      this.#lastAudio.set(playback.key, t);
    }
    const ahead = this.#playback.aheadMs(t);
    // Nothing is ahead of an answer that was cut off: it is thrown away as it comes.
    if (playback?.cutBy === 'none') this.#log.add('aheadOfPlayback', t, ahead);
    const running = this.#running.get(response);
    if (!running) return;
    const { asked, speechEnd, voiceEnd, state } = running;
    if (!running.lastAudio) {
      if (state && !running.aside) this.#turns.mark(state, 'first audio', event);
      if (asked) this.#measure('createToAudio', asked, event, state);
      if (speechEnd) this.#measure('speechToAudio', speechEnd, event, state);
      if (speechEnd && voiceEnd !== undefined) {
        this.#measure('voiceToAudio', { row: speechEnd.row, t: voiceEnd }, event, state);
      }
      if (state && !running.aside) this.#answered(state, event);
    }
    running.lastAudio = { row, t };
  }

  /** The turn's answer has begun: the wait is over, whatever tools were called in it. */
  #answered(state: TurnState, at: Moment): void {
    const waiting = this.#waiting.get(state);
    if (!waiting) return;
    this.#waiting.delete(state);
    this.#measure('toAnswer', waiting.from, at, state);
  }

  #done(event: TracedEvent, running: Running | undefined): void {
    const words = running?.state && !running.aside ? this.#waiting.get(running.state)?.words : undefined;
    if (running?.state && words) this.#answered(running.state, words);
    if (!running?.bargeIn || dig(event.event, 'response', 'status') !== 'cancelled') return;
    const { bargeIn, lastAudio, state } = running;
    this.#measure('bargeInToDone', bargeIn, event, state);
    if (lastAudio && lastAudio.row > bargeIn.row) this.#measure('bargeInToLastAudio', bargeIn, lastAudio, state);
  }

  #measure(name: LatencyName, from: Moment, to: Moment, state: TurnState | undefined): void {
    const ms = Math.max(0, to.t - from.t);
    this.#log.add(name, to.t, ms);
    if (state) this.#turns.measured(state, { name, ms, fromRow: from.row, toRow: to.row });
  }
}
