/**
 * Audio on the time axis. Input stands where it was captured: it ends when its event was sent, and never overlaps the
 * piece before it. Output stands at its earliest playback: when it arrived, or when the piece before it has been played or was
 * cut off, by the rule of `playback.ts`.
 */
import { bytesToMs, DEFAULT_FORMAT, parseAudioFormat, type AudioFormat } from '../audio/format';
import type { Side } from '../protocol/side';
import { asNumber, asText, dig, type JsonObject } from './json';
import { Recent } from './recent';
import { SessionTraits } from './traits';

/** Where a piece of audio stands. */
export interface LanePlace {
  start: number;
  ms: number;
  /** Milliseconds of audio in this lane before it, pauses not counted: the clock of `audio_start_ms` for input. */
  clock: number;
  format: AudioFormat;
  /** It came after its answer was cut off, and is thrown away. */
  late: boolean;
}

/** A user's item as a stretch of the session's input audio, in ms of that audio (not of the time axis). */
export interface InputItem {
  from: number;
  /** Infinity while speech goes on. */
  to: number;
}

interface Lane {
  end: number;
  clock: number;
}

/** An item of the model that spoke lately. */
interface SpokenItem {
  /** Where its audio ends on the axis, heard or not, ms. */
  end: number;
  isCut: boolean;
}

/** Items that a truncation may still be about. */
const KEPT = 256;

interface Session {
  traits: SessionTraits;
  spoken: Recent<string, SpokenItem>;
  /** Items of which something is yet to be played, in their order. */
  queue: SpokenItem[];
  lanes: Record<Side, Lane>;
  formats: Record<Side, AudioFormat>;
  responses: Map<string, AudioFormat>;
  items: Map<string, InputItem>;
  /** Input clock where the audio not yet committed begins. */
  pending: number;
}

/** Events that say in which format audio is, to which item it belongs, and where it is cut off. */
const PLACING = new Set([
  'session.created',
  'session.updated',
  'transcription_session.created',
  'transcription_session.updated',
  'response.created',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'output_audio_buffer.cleared',
  'conversation.item.truncated',
]);
const CUTTING = new Set(['response.cancel', 'output_audio_buffer.clear', 'conversation.item.truncate']);

/** True when `observe` learns something from an event of that type. */
export function placesAudio(type: string, from: Side): boolean {
  return (from === 'server' ? PLACING : CUTTING).has(type);
}

/** The audio lanes of all sessions of a trace, fed record by record. */
export class AudioLanes {
  #sessions = new Map<string, Session>();

  /** Places a piece of audio of so many bytes that passed at `t`, ms on the axis. */
  place(session: string, from: Side, t: number, bytes: number, response: string, item = ''): LanePlace {
    const state = this.#session(session);
    const format = (from === 'server' ? state.responses.get(response) : undefined) ?? state.formats[from];
    const ms = bytesToMs(bytes, format);
    const lane = state.lanes[from];
    const { clock } = lane;
    lane.clock += ms;
    if (from === 'client') {
      const start = Math.max(lane.end, t - ms);
      lane.end = start + ms;
      return { start, ms, clock, format, late: false };
    }
    let spoken = state.spoken.get(item);
    // Sound without items (translation) is one stream: what comes after a cut is as new as what came before.
    if (spoken?.isCut && item === '') spoken = undefined;
    if (!spoken) state.spoken.set(item, (spoken = { end: -Infinity, isCut: false }));
    const late = spoken.isCut;
    // What is thrown away stands behind its own item's audio, so that the item can still be played as it was made.
    const start = Math.max(t, late ? spoken.end : lane.end);
    spoken.end = start + ms;
    if (!late) {
      while (state.queue[0] && state.queue[0].end <= t) state.queue.shift();
      if (state.queue.at(-1) !== spoken) state.queue.push(spoken);
      lane.end = spoken.end;
    }
    return { start, ms, clock, format, late };
  }

  /** The format a piece of that side and response would have now. */
  format(session: string, from: Side, response = ''): AudioFormat {
    const state = this.#session(session);
    return (from === 'server' ? state.responses.get(response) : undefined) ?? state.formats[from];
  }

  /** The stretch of input audio an item was made of; undefined when no event told. */
  inputItem(session: string, item: string): InputItem | undefined {
    return this.#sessions.get(session)?.items.get(item);
  }

  /** Learns from an event that passed at `t`, ms on the axis, what formats and items there are, and what is cut off. */
  observe(session: string, from: Side, t: number, event: JsonObject): void {
    const state = this.#session(session);
    const type = asText(event.type);
    state.traits.observe({ type, event, from });
    cut(state, `${from} ${type}`, t, event);
    if (from === 'client') return;
    switch (type) {
      case 'session.created':
      case 'session.updated': {
        const told = event.session;
        const input = parseAudioFormat(dig(told, 'audio', 'input', 'format') ?? dig(told, 'input_audio_format'));
        const output = parseAudioFormat(dig(told, 'audio', 'output', 'format') ?? dig(told, 'output_audio_format'));
        if (input) state.formats.client = input;
        if (output) state.formats.server = output;
        return;
      }
      case 'response.created': {
        const id = asText(dig(event, 'response', 'id'));
        const format = parseAudioFormat(
          dig(event, 'response', 'audio', 'output', 'format') ?? dig(event, 'response', 'output_audio_format'),
        );
        if (id && format) state.responses.set(id, format);
        // Late audio of an old response is not heard of; the map stays small.
        if (state.responses.size > 64) state.responses.delete(state.responses.keys().next().value ?? '');
        return;
      }
      case 'input_audio_buffer.speech_started':
        this.#setItem(state, asText(event.item_id), asNumber(event.audio_start_ms) ?? state.pending, Infinity);
        return;
      case 'input_audio_buffer.speech_stopped': {
        const item = state.items.get(asText(event.item_id));
        const end = asNumber(event.audio_end_ms) ?? state.lanes.client.clock;
        if (item) item.to = end;
        else this.#setItem(state, asText(event.item_id), state.pending, end);
        return;
      }
      case 'input_audio_buffer.committed': {
        const id = asText(event.item_id);
        const item = state.items.get(id);
        if (!item) this.#setItem(state, id, state.pending, state.lanes.client.clock);
        else if (item.to === Infinity) item.to = state.lanes.client.clock;
        state.pending = state.items.get(id)?.to ?? state.lanes.client.clock;
        return;
      }
      case 'input_audio_buffer.cleared':
        state.pending = state.lanes.client.clock;
        return;
    }
  }

  #setItem(state: Session, id: string, from: number, to: number): void {
    if (id) state.items.set(id, { from, to });
  }

  #session(id: string): Session {
    let state = this.#sessions.get(id);
    if (!state) {
      state = {
        traits: new SessionTraits(),
        spoken: new Recent(KEPT),
        queue: [],
        lanes: { client: { end: -Infinity, clock: 0 }, server: { end: -Infinity, clock: 0 } },
        formats: { client: DEFAULT_FORMAT, server: DEFAULT_FORMAT },
        responses: new Map(),
        items: new Map(),
        pending: 0,
      };
      this.#sessions.set(id, state);
    }
    return state;
  }
}

/** Takes an event that may cut off what is being played: the same ones as in `PlaybackTracker.event`. */
function cut(state: Session, what: string, t: number, event: JsonObject): void {
  switch (what) {
    case 'server input_audio_buffer.speech_started':
      if (state.traits.speechInterrupts) stop(state, t);
      return;
    case 'client response.cancel':
    case 'client output_audio_buffer.clear':
    case 'server output_audio_buffer.cleared':
      stop(state, t);
      return;
    case 'client conversation.item.truncate':
    case 'server conversation.item.truncated': {
      const spoken = state.spoken.get(asText(event.item_id));
      if (!spoken || asNumber(event.audio_end_ms) === undefined) return;
      if (!spoken.isCut && spoken.end > t) stop(state, t);
      spoken.isCut = true;
      return;
    }
  }
}

function stop(state: Session, t: number): void {
  while (state.queue[0] && state.queue[0].end <= t) state.queue.shift();
  for (const spoken of state.queue) spoken.isCut = true;
  state.queue = [];
  state.lanes.server.end = Math.min(state.lanes.server.end, t);
}
