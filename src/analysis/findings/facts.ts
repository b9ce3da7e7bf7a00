/**
 * What the rules of a session share, kept event by event: its configuration, what runs, what is played, what an error is
 * about. It holds no more than the present of a session, so that an endless one costs no more than a short one.
 */
import { dialectOfHandshake, dialectOfSession, type DialectId } from '../../protocol/dialects';
import { asList, asNumber, asObject, asText, dig, type JsonObject } from '../json';
import type { TracedEvent } from '../model';
import { Recent } from '../recent';
import { Requests, type Request } from '../requests';
import { HeardAudio } from './heard';
import type { Opened } from './rule';

/** A response that has begun; kept for a while after it ended. */
export interface RunningResponse {
  id: string;
  row: number;
  t: number;
  /** False when it stays outside the conversation. */
  inConversation: boolean;
  /** Row of the `response.create` it answers; undefined when turn detection began it. */
  askedRow: number | undefined;
  ended: boolean;
}

/** The user's speech as turn detection hears it. */
export interface OpenSpeech {
  item: string;
  row: number;
  t: number;
}

/** The event types of a response's audio, today's and the beta's. */
const OUTPUT_AUDIO = new Set(['response.output_audio.delta', 'response.audio.delta']);

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
  readonly heard = new HeardAudio();
  /** Audio appended since the last commit or clear, ms. */
  bufferedMs = 0;
  /** When audio was last appended. */
  lastAppend = -Infinity;
  /** Speech that has not stopped. */
  speech: OpenSpeech | undefined;
  /** What an `error` event is about, while it is being looked at. */
  refused: Request | undefined;
  #requests = new Requests();

  constructor(readonly session: string) {}

  open(opened: Opened): void {
    this.opened = opened;
    this.dialect ??= dialectOfHandshake({ url: opened.url, headers: opened.headers });
  }

  /** Takes an event; its ids are filled in. */
  event(event: TracedEvent): void {
    this.refused = undefined;
    if (event.from === 'client') this.#clientSent(event);
    else this.#serverSent(event);
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
    this.#requests.add(event);
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
      case 'response.cancel':
      case 'output_audio_buffer.clear':
      case 'conversation.item.truncate':
        this.heard.stop(t);
        return;
    }
  }

  #serverSent(event: TracedEvent): void {
    const { row, t, type, event: body } = event;
    if (OUTPUT_AUDIO.has(type)) {
      if (event.audioMs > 0 && event.item !== '') this.heard.add(row, t, event.item, event.response, event.audioMs);
      return;
    }
    switch (type) {
      case 'session.created':
      case 'session.updated':
      case 'transcription_session.created':
      case 'transcription_session.updated':
        this.config = asObject(body.session) ?? this.config;
        this.dialect ??= dialectOfSession(body);
        if (type.endsWith('updated')) this.#answered('session.update', 'transcription_session.update');
        return;
      case 'error':
        this.refused = this.#requests.refused(body.error);
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
        if (!this.#answered('input_audio_buffer.commit')) this.bufferedMs = 0;
        return;
      case 'input_audio_buffer.cleared':
        this.speech = undefined;
        this.#answered('input_audio_buffer.clear');
        return;
      case 'response.created':
        this.#begun(event);
        return;
      case 'conversation.item.added':
      case 'conversation.item.created':
        this.#placed(event);
        return;
      case 'response.done':
        this.#ended(event);
        return;
      case 'conversation.item.truncated':
      case 'output_audio_buffer.cleared':
        this.#answered('conversation.item.truncate');
        this.heard.stop(t);
        return;
    }
  }

  #answered(...types: string[]): boolean {
    return types.some((type) => this.#requests.take(type) !== undefined);
  }

  /** An item the client asked for waits no longer: an error that names nobody is about another one. */
  #placed({ item: id, call, event }: TracedEvent): void {
    const item = asObject(event.item);
    const [type, role] = [asText(item?.type), asText(item?.role)];
    this.#requests.take('conversation.item.create', (request) =>
      request.item !== ''
        ? request.item === id
        : request.itemType === type && request.role === role && request.call === call,
    );
  }

  #begun({ row, t, response: id, event }: TracedEvent): void {
    // Some servers leave the field out; only an explicit null means outside.
    const inConversation = dig(event, 'response', 'conversation_id') !== null;
    const asked = this.#requests.take('response.create', (request) => request.aside !== inConversation);
    this.responses.set(id, { id, row, t, inConversation, askedRow: asked?.row, ended: false });
  }

  #ended({ t, response: id, event }: TracedEvent): void {
    const response = this.responses.get(id);
    if (response) response.ended = true;
    // Turn detection stopped it because the user speaks: a client stops playing then.
    if (dig(event, 'response', 'status_details', 'reason') === 'turn_detected') this.heard.stop(t);
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
