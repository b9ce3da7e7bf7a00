/**
 * A Realtime session as a state machine: client events and the time go in, server events with their time come out. It
 * reads no clock, opens no socket and throws no dice of its own, so a seed and a script of inputs give the same session.
 */
import { decodeBase64, fromPcm, toPcm, type FormatName } from './codec';
import { defaultConfig, member, updatedConfig, type SessionKind } from './config';
import { Conversation, shownItem } from './conversation';
import { Desk, type Steps } from './desk';
import { InputAudio } from './input';
import { Random } from './random';
import { Responses } from './responses';
import { check, text, unsupported } from './rules';
import { CLIENT_RULES, LISTED_TYPES } from './shapes';
import { Transcriber } from './transcriber';
import { Refusal, isObject, type Json, type Output } from './wire';

export interface SessionOptions {
  kind: SessionKind;
  model: string;
  seed: number;
  /** Wall-clock time, ms since 1970, when the times given to this session are 0. */
  epochMs: number;
  /** An update applied before the session begins, as an ephemeral key carries it. */
  preset?: Json;
  /** Joined to a call that exists: no greeting. */
  joined?: boolean;
}

const LIFE_SECONDS = 3600;
/** Events that make sense without a conversation. */
const TRANSCRIPTION_TYPES = new Set([
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'conversation.item.retrieve',
]);

export class Session {
  #desk: Desk;
  #conversation = new Conversation();
  #config: Json;
  #input: InputAudio;
  #responses: Responses;

  constructor(private readonly options: SessionOptions) {
    const desk = new Desk(new Random(options.seed), options.epochMs);
    this.#desk = desk;
    const expires = desk.seconds + LIFE_SECONDS;
    this.#config = defaultConfig(options.kind, desk.mint('sess'), options.model, expires);
    if (options.preset) this.#config = updatedConfig(this.#config, options.preset, false);
    const config = (): Json => this.#config;
    const transcriber = new Transcriber(desk, this.#conversation);
    this.#responses = new Responses(desk, this.#conversation, config, (ms) => this.#input.waitForSpeech(ms));
    this.#input = new InputAudio(desk, this.#conversation, transcriber, config, {
      speechStarted: (interrupt) => {
        if (interrupt) this.#responses.interrupt();
      },
      turnEnded: () => this.#responses.answerTurn(),
    });
  }

  /** The connection is open: greets, and begins to count the session's hour. */
  open(nowMs: number): Output[] {
    this.#advance(nowMs);
    this.#desk.start(LIFE_SECONDS * 1000, this.#expire());
    if (!this.options.joined) this.#desk.emit('session.created', { session: this.#config });
    return this.#desk.take();
  }

  /** A message of the client, text or (refused) binary. Returns what is to be sent up to now. */
  receive(message: string | Uint8Array, nowMs: number): Output[] {
    this.#advance(nowMs);
    let eventId: string | null = null;
    try {
      const event = parse(message);
      if (typeof event['event_id'] === 'string') eventId = event['event_id'];
      this.#handle(event);
    } catch (cause) {
      this.#refuse(cause, eventId);
    }
    this.#advance(nowMs);
    return this.#desk.take();
  }

  /** Time has passed: returns what has become due. */
  tick(nowMs: number): Output[] {
    this.#advance(nowMs);
    return this.#desk.take();
  }

  /** When `tick` has something to do next, ms; undefined when only the client can make something happen. */
  get nextMs(): number | undefined {
    return this.#desk.nextMs;
  }

  /** Work that fails is dropped and reported; the rest goes on. */
  #advance(nowMs: number): void {
    for (;;) {
      try {
        return this.#desk.advance(nowMs);
      } catch (cause) {
        this.#refuse(cause, null);
      }
    }
  }

  #handle(event: Json): void {
    const { type } = event;
    if (type === undefined) throw new Refusal('invalid_event', "The 'type' field is missing.");
    const name = String(type);
    const rule = Object.hasOwn(CLIENT_RULES, name) ? CLIENT_RULES[name] : undefined;
    if (!rule || typeof type !== 'string') throw unsupported(name, LISTED_TYPES, 'type');
    if (this.options.kind === 'transcription' && !TRANSCRIPTION_TYPES.has(type)) {
      const message = `The event '${type}' is not supported in transcription sessions.`;
      throw new Refusal('invalid_value', message, 'type');
    }
    check(event, rule, '');
    switch (type) {
      case 'session.update':
        return this.#update(event['session'] as Json);
      case 'input_audio_buffer.append':
        return this.#input.append(text(event, 'audio') ?? '');
      case 'input_audio_buffer.commit':
        return this.#input.commit();
      case 'input_audio_buffer.clear':
        return this.#input.clear();
      case 'conversation.item.create':
        return this.#createItem(event['item'] as Json, text(event, 'previous_item_id'));
      case 'conversation.item.truncate':
        return this.#truncate(event);
      case 'conversation.item.delete': {
        const id = text(event, 'item_id') ?? '';
        this.#conversation.delete(id);
        return this.#desk.emit('conversation.item.deleted', { item_id: id });
      }
      case 'conversation.item.retrieve': {
        const format = this.#format('input');
        const item = this.#conversation.retrieve(text(event, 'item_id') ?? '', (pcm) => fromPcm(pcm, format));
        return this.#desk.emit('conversation.item.retrieved', { item: { ...item, object: 'realtime.item' } });
      }
      case 'response.create':
        this.#input.stopWaiting();
        return this.#responses.create(isObject(event['response']) ? event['response'] : {});
      case 'response.cancel':
        return this.#responses.cancel(text(event, 'response_id'));
    }
  }

  #update(update: Json): void {
    this.#config = updatedConfig(this.#config, update, this.#responses.spoken);
    this.#input.settingsChanged();
    this.#desk.emit('session.updated', { session: this.#config });
  }

  #createItem(given: Json, previous: string | undefined): void {
    if (given['type'] === 'function_call_output') {
      const call = text(given, 'call_id') ?? '';
      const known = this.#conversation.items.some((item) => item.type === 'function_call' && item['call_id'] === call);
      if (!known) throw new Refusal('invalid_tool_call_id', `Tool call ID '${call}' not found in conversation.`);
    }
    const decode = (audio: string): Uint8Array =>
      toPcm(decodeBase64(audio, 'item.content[0].audio'), this.#format('input'));
    const { item, audio } = shownItem(given, text(given, 'id') ?? this.#desk.mint('item'), decode);
    if (item.type === 'function_call' && item['call_id'] === undefined) item['call_id'] = this.#desk.mintCall();
    const before = this.#conversation.add(item, previous ?? null);
    if (audio) this.#conversation.setAudio(item.id, audio);
    this.#desk.emit('conversation.item.added', { previous_item_id: before, item });
    this.#desk.emit('conversation.item.done', { previous_item_id: before, item });
  }

  #truncate(event: Json): void {
    const id = text(event, 'item_id') ?? '';
    const [index, end] = [Number(event['content_index']), Number(event['audio_end_ms'])];
    this.#conversation.truncate(id, index, end);
    this.#desk.emit('conversation.item.truncated', { item_id: id, content_index: index, audio_end_ms: end });
  }

  #format(end: 'input' | 'output'): FormatName {
    const format = member(member(member(this.#config, 'audio'), end), 'format');
    return (format?.['type'] ?? 'audio/pcm') as FormatName;
  }

  #refuse(cause: unknown, eventId: string | null): void {
    if (cause instanceof Refusal) {
      const { code, message, param } = cause;
      const error = { type: 'invalid_request_error', code, message, param, event_id: eventId };
      return this.#desk.emit('error', { error });
    }
    // A fault of the simulator's own must not take the session down with it.
    const message = `The server had an error while processing your request: ${String(cause)}`;
    this.#desk.emit('error', {
      error: { type: 'server_error', code: null, message, param: null, event_id: eventId },
    });
  }

  *#expire(): Steps {
    const message = 'Your session hit the maximum duration of 60 minutes.';
    const error = { type: 'invalid_request_error', code: 'session_expired', message, param: null, event_id: null };
    this.#desk.emit('error', { error });
    this.#desk.hangUp(1001, 'session_expired');
  }
}

function parse(message: string | Uint8Array): Json {
  if (typeof message !== 'string') {
    throw new Refusal('invalid_event', 'Expected a text WebSocket message; binary frames are not supported.');
  }
  let event: unknown;
  try {
    event = JSON.parse(message);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal('invalid_json', `Invalid event: failed to parse JSON value. ${reason}`);
  }
  if (!isObject(event)) throw new Refusal('invalid_event', 'Invalid event: expected a JSON object.');
  return event;
}
