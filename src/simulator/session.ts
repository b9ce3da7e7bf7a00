/**
 * A Realtime session as a state machine: client events and the time go in, server events with their time come out. It
 * reads no clock, opens no socket and throws no dice of its own, so a seed and a script of inputs give the same session.
 */
import { decodeBase64, fromPcm, toPcm, type FormatName } from './codec';
import { defaultConfig, member, shownConfig, updatedConfig, type SessionKind } from './config';
import { Conversation, shownItem } from './conversation';
import { Desk, expire, type Steps } from './desk';
import { Director } from './director';
import { Inbox } from './inbox';
import { parseMessage } from './incoming';
import { InputAudio } from './input';
import { checkImage } from './images';
import { fromFlat, toFlat } from './legacyTranscription';
import { Mcp } from './mcp';
import type { McpAnswer, McpPort } from './mcpPort';
import { withPrompt } from './prompts';
import { Random } from '../protocol/random';
import { Responses } from './responses';
import type { CallerMove, Scenario } from './scenario';
import { check, text, unsupported, type Rule } from './rules';
import { CLIENT_RULES, LISTED_TYPES, TRANSLATION_RULES } from './shapes';
import { Transcriber } from './transcriber';
import { lasting } from './voice';
import { Refusal, errorOf, faultError, isObject, refusal, type Json, type Output } from './wire';

export interface SessionOptions {
  kind: SessionKind;
  model: string;
  seed: number;
  /** Wall-clock time, ms since 1970, when the times given to this session are 0. */
  epochMs: number;
  /** An update applied before the session begins, as an ephemeral key carries it. */
  preset?: Json;
  /** Joined to a call that exists: no greeting, and no sound over this connection. */
  joined?: boolean;
  /** What the model says and does; the default conversation when left out. */
  scenario?: Scenario;
  /** Semantic turn detection waits the same time after every utterance, as a recording that is played needs it. */
  fixedSilence?: boolean;
  /** Where real MCP servers are asked; without it all of them are scripted. */
  mcp?: McpPort;
}

const LIFE_MS = 3_600_000;
/** A call's media comes in such pieces, and its line stays open for a while after the caller has spoken, ms. */
const HEARD_MS = 20;
const TRAILING_MS = 2000;
/** Events that make sense without a conversation. */
const TRANSCRIPTION_TYPES = new Set([
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'conversation.item.retrieve',
  'transcription_session.update',
]);

export class Session {
  #desk: Desk;
  #director: Director;
  #mcp: Mcp;
  #conversation = new Conversation();
  #config: Json;
  #input: InputAudio;
  #responses: Responses;
  #inbox: Inbox;

  constructor(private readonly options: SessionOptions) {
    const scenario = options.scenario ?? {};
    const desk = new Desk(new Random(options.seed), options.epochMs, scenario.dialect === 'legacy');
    this.#desk = desk;
    this.#director = new Director(scenario);
    this.#inbox = new Inbox(desk, this.#director, (event, cameMs) => this.#dealWith(event, cameMs));
    const expires = desk.seconds + Math.ceil((scenario.expiresAfterMs ?? LIFE_MS) / 1000);
    this.#config = {
      ...defaultConfig(options.kind, desk.mint('sess'), options.model, expires),
      ...(options.kind === (scenario.session?.['type'] ?? 'realtime') ? scenario.session : {}),
    };
    if (options.preset) this.#config = updatedConfig(this.#config, presetOf(options.preset, scenario), false);
    const config = (): Json => this.#config;
    this.#mcp = new Mcp(desk, this.#conversation, scenario.mcp ?? {}, options.mcp);
    const transcriber = new Transcriber(desk, this.#conversation, this.#director, () => this.#config['include']);
    this.#responses = new Responses(
      desk,
      this.#conversation,
      config,
      this.#director,
      this.#mcp,
      options.joined === true,
      (ms) => this.#input.waitForSpeech(ms),
    );
    this.#input = new InputAudio(
      desk,
      this.#conversation,
      transcriber,
      config,
      {
        speechStarted: (interrupt) => {
          if (interrupt) this.#responses.interrupt();
        },
        turnEnded: () => this.#responses.answerTurn(),
      },
      { fixedSilence: options.fixedSilence === true, speech: scenario.speech ?? [] },
    );
  }

  /** The connection is open: greets, and begins to count the session's hour. */
  open(nowMs: number): Output[] {
    this.#advance(nowMs);
    const {
      expiresAfterMs = LIFE_MS,
      dropAfterMs,
      greets = true,
      dialect,
      turnsAway,
      caller = [],
    } = this.#director.scenario;
    this.#desk.start(expiresAfterMs, this.#expire());
    for (const move of caller) this.#desk.start(move.atMs, this.#caller(move));
    if (dropAfterMs !== undefined) this.#desk.start(dropAfterMs, this.#drop());
    if (turnsAway) {
      this.#desk.emit('error', { error: errorOf(turnsAway.error) });
      this.#desk.hangUp(4000, 'invalid_request_error');
      return this.#desk.take();
    }
    if (greets && !this.options.joined) this.#desk.emit('session.created', { session: shownConfig(this.#config) });
    if (dialect === 'legacy' && this.options.kind === 'realtime') {
      const conversation = { id: this.#responses.conversationId, object: 'realtime.conversation' };
      this.#desk.emit('conversation.created', { conversation });
    }
    this.#mcp.toolsChanged(this.#config['tools']);
    return this.#desk.take();
  }

  /** A message of the client, text or (refused) binary. Returns what is to be sent up to now. */
  receive(message: string | Uint8Array, nowMs: number): Output[] {
    this.#advance(nowMs);
    let event: Json | undefined;
    try {
      event = parseMessage(message);
    } catch (cause) {
      this.#refuse(cause, null);
    }
    if (event) this.#inbox.take(event);
    this.#advance(nowMs);
    return this.#desk.take();
  }

  /** Sound of a call's media, PCM16 at 24 kHz. Returns what is to be sent up to now. */
  hear(pcm: Uint8Array, nowMs: number): Output[] {
    this.#advance(nowMs);
    this.#input.hear(pcm);
    this.#advance(nowMs);
    return this.#desk.take();
  }

  /** A real MCP server has answered the request of that number. Returns what is to be sent up to now. */
  answered(number: number, answer: McpAnswer, nowMs: number): Output[] {
    this.#advance(nowMs);
    this.#mcp.answered(number, answer);
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

  /** `cameMs`: when it was received. */
  #dealWith(event: Json, cameMs: number): void {
    try {
      this.#handle(event, cameMs);
    } catch (cause) {
      this.#refuse(cause, typeof event['event_id'] === 'string' ? event['event_id'] : null);
    }
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

  #handle(event: Json, cameMs: number): void {
    const { type } = event;
    if (type === undefined) throw refusal('typeMissing');
    const name = String(type);
    const rule = this.#rule(name);
    const scripted = this.#director.refusal(name);
    if (scripted) {
      const eventId = typeof event['event_id'] === 'string' ? event['event_id'] : null;
      const error = errorOf(scripted.error, eventId);
      if (scripted.afterMs === undefined) return this.#desk.emit('error', { error });
      this.#desk.start(scripted.afterMs, this.#late(error));
      return;
    }
    if (!rule || typeof type !== 'string') {
      if (Object.hasOwn(TRANSLATION_RULES, name))
        throw refusal('wrongEndpoint', { type: name, kind: this.options.kind }, 'type');
      throw unsupported(name, LISTED_TYPES, 'type');
    }
    if (this.options.kind === 'transcription' && !TRANSCRIPTION_TYPES.has(type)) {
      throw refusal('wrongEndpoint', { type, kind: 'transcription' }, 'type');
    }
    check(event, rule, '', this.#director.scenario.unknownFields);
    switch (type) {
      case 'session.update':
        return this.#update(event['session'] as Json);
      case 'input_audio_buffer.append':
        return this.#input.append(text(event, 'audio') ?? '', cameMs);
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
      case 'output_audio_buffer.clear':
        return this.#responses.clearPlayback();
      case 'transcription_session.update':
        return this.#update(fromFlat(event['session'] as Json));
      case 'response.cancel':
        return this.#responses.cancel(text(event, 'response_id'));
    }
  }

  /** Some events are taken on a call only, or where the retired names are spoken. */
  #rule(type: string): Rule | undefined {
    if (type === 'output_audio_buffer.clear' && !this.options.joined) return undefined;
    const legacy = this.#director.scenario.dialect === 'legacy';
    if (type === 'transcription_session.update' && !legacy) return undefined;
    return Object.hasOwn(CLIENT_RULES, type) ? CLIENT_RULES[type] : undefined;
  }

  #update(update: Json): void {
    const { prompts, unknownFields } = this.#director.scenario;
    const full = withPrompt(update, prompts);
    this.#config = updatedConfig(this.#config, full, this.#responses.spoken, unknownFields);
    this.#input.settingsChanged();
    this.#desk.emit('session.updated', { session: shownConfig(this.#config) });
    this.#mcp.toolsChanged(this.#config['tools']);
    if (this.#director.scenario.dialect === 'legacy' && this.options.kind === 'transcription') {
      this.#desk.emit('transcription_session.updated', { session: toFlat(this.#config) });
    }
  }

  #createItem(given: Json, previous: string | undefined): void {
    if (given['type'] === 'function_call_output') {
      const call = text(given, 'call_id') ?? '';
      const known = this.#conversation.items.some((item) => item.type === 'function_call' && item['call_id'] === call);
      if (!known) throw refusal('callUnknown', { id: call });
    }
    if (given['type'] === 'mcp_approval_response') {
      const id = text(given, 'approval_request_id') ?? '';
      if (this.#conversation.find(id)?.type !== 'mcp_approval_request') throw refusal('approvalUnknown', { id });
    }
    for (const [index, part] of (Array.isArray(given['content']) ? given['content'] : []).entries()) {
      if (!isObject(part) || part['type'] !== 'input_image') continue;
      if (this.#director.scenario.unknownFields !== 'accept') {
        checkImage(String(part['image_url']), `item.content[${index}].image_url`);
      }
    }
    const decode = (audio: string): Uint8Array =>
      toPcm(decodeBase64(audio, 'item.content[0].audio'), this.#format('input'));
    const { item, audio } = shownItem(given, text(given, 'id') ?? this.#desk.mint('item'), decode);
    if (item.type === 'function_call' && item['call_id'] === undefined) item['call_id'] = this.#desk.mintCall();
    const before = this.#conversation.add(item, previous ?? null);
    if (audio) this.#conversation.setAudio(item.id, audio);
    this.#desk.announce(before, item);
    this.#desk.settle(before, item);
    if (item.type === 'mcp_approval_response') this.#responses.approvalAnswered();
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
      return this.#desk.emit('error', { error: errorOf(cause.fields, eventId) });
    }
    // A fault of the simulator's own must not take the session down with it.
    this.#desk.emit('error', { error: faultError(cause, eventId) });
  }

  *#caller(move: CallerMove): Steps {
    if ('presses' in move) {
      const received = this.#desk.seconds;
      return this.#desk.emit('input_audio_buffer.dtmf_event_received', { event: move.presses, received_at: received });
    }
    const voice = lasting('aeiouaoieu', 'caller', move.speaksMs);
    const spoken = [voice, new Int16Array(TRAILING_MS * 24)];
    for (const samples of spoken) {
      for (let at = 0; at < samples.length; at += HEARD_MS * 24) {
        const piece = samples.slice(at, at + HEARD_MS * 24);
        this.#input.hear(new Uint8Array(piece.buffer));
        yield HEARD_MS;
      }
    }
  }

  *#late(error: Json): Steps {
    this.#desk.emit('error', { error });
  }

  *#drop(): Steps {
    this.#desk.hangUp(1006, '');
  }

  *#expire(): Steps {
    expire(this.#desk);
  }
}

/** What a key was made for. A prompt that nobody stored was taken when it was made, and stands for nothing. */
function presetOf(preset: Json, { prompts }: Scenario): Json {
  try {
    return withPrompt(preset, prompts);
  } catch {
    return preset;
  }
}
