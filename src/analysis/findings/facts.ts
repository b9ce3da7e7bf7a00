/**
 * What the rules of a session share, kept event by event: its configuration, what runs, what is played, what an error is
 * about. It holds no more than the present of a session, so that an endless one costs no more than a short one.
 */
import { dialectOfHandshake, dialectOfSession, type DialectId } from '../../protocol/dialects';
import type { Correlated } from '../correlation';
import { asList, asNumber, asObject, asText, dig, type JsonObject } from '../json';
import type { TracedEvent } from '../model';
import { Recent } from '../recent';
import type { PlaybackTracker } from '../playback';
import type { Request } from '../requests';
import type { Opened } from './connection';

/** A response that has begun; kept for a while after it ended. */
export interface RunningResponse {
  id: string;
  row: number;
  t: number;
  /** False when it stays outside the conversation. */
  inConversation: boolean;
  /** Row of the `response.create` it answers; undefined when turn detection began it. */
  askedRow: number | undefined;
  /** How long that request was held in the proxy, ms. */
  heldMs: number;
  ended: boolean;
}

/** The user's speech as turn detection hears it. */
export interface OpenSpeech {
  item: string;
  row: number;
  t: number;
}

export class SessionFacts {
  opened: Opened | undefined;
  dialect: DialectId | undefined;
  /** As the server last told it; undefined before `session.created`. */
  config: JsonObject | undefined;
  /** Bodies of updates on their way, by the row they were sent in. */
  readonly updates = new Recent<number, JsonObject>(32);
  /** ms that each commit on its way takes, by row. */
  readonly commits = new Recent<number, number>(32);
  readonly responses = new Recent<string, RunningResponse>(64);
  /** Rows of client messages that have not reached the server, by type and call or item: they are held, or were dropped. */
  readonly #kept = new Recent<string, number>(256);
  /** Audio appended since the last commit or clear, ms. */
  bufferedMs = 0;
  /** When audio was last appended. */
  lastAppend = -Infinity;
  /** Speech that has not stopped. */
  speech: OpenSpeech | undefined;
  /** What an `error` event is about, while it is being looked at. */
  refused: Request | undefined;

  /** @param playback What the user hears; it takes in an event after the rules have seen it. */
  constructor(
    readonly session: string,
    readonly playback: PlaybackTracker,
  ) {}

  open(opened: Opened): void {
    this.opened = opened;
    this.dialect ??= dialectOfHandshake({ url: opened.url, headers: opened.headers });
  }

  /** Takes an event, its ids filled in, and what it was correlated with. */
  event(event: TracedEvent, told: Correlated): void {
    this.refused = told.refused;
    if (event.from === 'client') this.#clientSent(event);
    else this.#serverSent(event, told);
  }

  /** Takes a line that does not count: a message that is held, or its end without being sent on. */
  keptBack({ from, type, call, item, row, fate }: TracedEvent): void {
    if (from === 'client' && fate === 'held') this.#kept.set(`${type} ${call || item}`, row);
  }

  /** Row of a message of the client's that the inspector has kept from the server; undefined when there is none. */
  keptRow(type: string, id: string): number | undefined {
    return this.#kept.get(`${type} ${id}`);
  }

  /** Turn detection as it is now; undefined when it is off or not known. */
  turnDetection(): JsonObject | undefined {
    return (
      asObject(dig(this.config, 'audio', 'input', 'turn_detection')) ?? asObject(dig(this.config, 'turn_detection'))
    );
  }

  /** The transcription model as it is now; '' when the user's speech is not written down. */
  transcriber(): string {
    const now = dig(this.config, 'audio', 'input', 'transcription') ?? dig(this.config, 'input_audio_transcription');
    return asText(dig(now, 'model'));
  }

  /** The response of the conversation that runs; the service allows one. */
  active(): RunningResponse | undefined {
    for (const response of this.responses.values()) if (response.inConversation && !response.ended) return response;
    return undefined;
  }

  /** True where the retired names and fields are the server's own: Voice Live, Azure's preview. */
  speaksBeta(): boolean {
    return this.dialect === 'voice-live' || this.dialect === 'azure-preview' || this.dialect === 'xai';
  }

  #clientSent(event: TracedEvent): void {
    const { row, t, type, event: body } = event;
    this.#kept.delete(`${type} ${event.call || event.item}`);
    switch (type) {
      case 'session.update':
      case 'transcription_session.update':
        this.updates.set(row, asObject(body.session) ?? {});
        return;
      case 'input_audio_buffer.append':
        this.bufferedMs += event.audioMs;
        this.lastAppend = t;
        return;
      case 'input_audio_buffer.commit':
        this.commits.set(row, this.bufferedMs);
        this.bufferedMs = 0;
        return;
      case 'input_audio_buffer.clear':
        this.bufferedMs = 0;
        return;
    }
  }

  #serverSent(event: TracedEvent, told: Correlated): void {
    const { row, t, type, event: body } = event;
    switch (type) {
      case 'session.created':
      case 'session.updated':
      case 'transcription_session.created':
      case 'transcription_session.updated':
        this.config = asObject(body.session) ?? this.config;
        this.dialect ??= dialectOfSession(body);
        return;
      case 'input_audio_buffer.speech_started':
        this.speech = { item: event.item, row, t };
        return;
      case 'input_audio_buffer.speech_stopped':
        this.speech = undefined;
        return;
      case 'input_audio_buffer.committed':
        this.speech = undefined;
        // A commit of the client took its audio when it was sent.
        if (told.committed?.by !== 'client') this.bufferedMs = 0;
        return;
      case 'input_audio_buffer.cleared':
        this.speech = undefined;
        return;
      case 'response.created':
        this.#begun(event, told);
        return;
      case 'response.done': {
        const response = this.responses.get(event.response);
        if (response) response.ended = true;
        return;
      }
    }
  }

  #begun({ row, t, response: id }: TracedEvent, { started, answered }: Correlated): void {
    const inConversation = started?.aside !== true;
    const heldMs = answered?.held ? Math.max(0, answered.t - answered.held.t) : 0;
    this.responses.set(id, { id, row, t, inConversation, askedRow: answered?.row, heldMs, ended: false });
  }
}

/** What a response gave, from its `response.done`. */
export interface Outcome {
  status: string;
  reason: string;
  error: JsonObject | undefined;
  /** It gave words, sound or a call, rather than nothing. */
  saidSomething: boolean;
  outputTokens: number;
}

export function outcomeOf(event: JsonObject): Outcome {
  const response = asObject(event.response);
  const details = asObject(response?.status_details);
  const said = asList(response?.output).some((item) => {
    if (asText(dig(item, 'type')) !== 'message') return asObject(item) !== undefined;
    return asList(dig(item, 'content')).some(
      (part) =>
        asText(dig(part, 'transcript')) !== '' ||
        asText(dig(part, 'text')) !== '' ||
        dig(part, 'type') === 'output_audio',
    );
  });
  return {
    status: asText(response?.status),
    reason: asText(details?.reason),
    error: asObject(details?.error),
    saidSomething: said,
    outputTokens: asNumber(dig(response, 'usage', 'output_tokens')) ?? 0,
  };
}
