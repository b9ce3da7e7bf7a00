/** A scenario made from a recorded session: its texts, transcripts, calls, usage and timing. */
import { toPcm, type FormatName } from './codec';
import { findCauses } from './causes';
import { member, type SessionKind } from './config';
import { RecordedMcp } from './recordedMcp';
import { RecordedTranscripts } from './recordedTranscripts';
import { timingOf } from './recordedTiming';
import { overlap, typeOf, type Recording } from './recording';
import type { Answer, CallItem, McpItem, Piece, SayItem, Scenario, Turn } from './scenario';
import { BYTES_PER_MS, isObject, type Json } from './wire';

export interface RecordedScenario {
  scenario: Scenario;
  kind: SessionKind;
  model: string;
  /** It joined a call whose sound went elsewhere. */
  joined: boolean;
}

type ScriptedAnswer = Exclude<Answer, string>;
type Made = (SayItem | CallItem | McpItem) & { pieces: Piece[] };

/** A response as it is read. */
interface Reading {
  answer: ScriptedAnswer;
  items: Made[];
  order: string[];
  /** Steps that closed an item before it was complete. */
  cut: Set<string>;
  /** Output indices of items whose closing had begun. */
  ending: Set<number>;
  /** When it ended. */
  doneAt: number | undefined;
  lastAt: number | undefined;
  done: boolean;
  /** Types of the events since the last delta. */
  closing: string[];
  /** Ids of the items. */
  ids: string[];
  finishedBefore: Reading[];
}

/** Audio tokens of output: one for 50 ms. */
const TOKEN_MS = 50;
/** Recorded sound may end this much before its tokens do without having been cut, ms. */
const TOLERANCE_MS = 500;
/** How soon after a response the limits are told, as recorded, ms. */
const LIMITS_AFTER_MS = 43;
/** What was said right before a response was cut short still is, ms. */
const LAST_SAID_MS = 0.5;
/** Items of one response, beyond anything a model makes. */
const MOST_ITEMS = 1000;
/** Length of sound about which the recording tells nothing, ms. */
const UNKNOWN_MS = 2000;

/** Stands for the time between two messages where only their order is known, ms. */
export const ORDER_MS = 10;
/** The first closing event of an item. */
const CLOSES = /^response\.(output_text|output_audio|output_audio_transcript|\w+_arguments)\.done$/;

export interface ScenarioOptions {
  /** Responses take turns by the order of their messages, `ORDER_MS` apart, as they do where the recording has no times. */
  byOrder?: boolean;
  /** The server takes as long as the recorded one over what its client does; so it is unless this is false. */
  paced?: boolean;
}

export function scenarioFrom(recording: Recording, options: ScenarioOptions = {}): RecordedScenario {
  return new Maker(recording, options).make();
}

class Maker {
  #readings = new Map<string, Reading>();
  #finished: Reading[] = [];
  /** Finished, and no limits told yet. */
  #unlimited: Reading[] = [];
  #transcripts = new RecordedTranscripts();
  #mcp = new RecordedMcp();
  #atLeastMs = new Map<unknown, number>();
  #lastAt = 0;
  /** When the user last began to speak, ms. */
  #speechAt: number | undefined;
  #scenario: Scenario = { unknownFields: 'accept' };
  #session: Json = {};
  #first: Json | undefined;

  constructor(
    private readonly recording: Recording,
    private readonly options: ScenarioOptions,
  ) {}

  make(): RecordedScenario {
    const { messages } = this.recording;
    const { byOrder = false, paced = true } = this.options;
    const ordered = byOrder || (messages.every(({ t }) => t === undefined) && overlap(messages));
    for (const [at, message] of messages.entries()) {
      const { from, event, t } = message;
      if (from !== 'server' || !event) continue;
      this.#take(typeOf(message), event, ordered ? at * ORDER_MS : t);
      const told = paced && !ordered ? t : undefined;
      this.#transcripts.take(typeOf(message), event, told);
      this.#mcp.take(typeOf(message), event, told);
      if (typeOf(message) === 'input_audio_buffer.speech_started') this.#speechAt = told;
    }
    const readings = [...this.#readings.values()];
    for (const reading of readings) this.#close(reading);
    // No word on limits before the next response had begun, nor since: there was none.
    for (const one of this.#unlimited) {
      if (readings.some(({ finishedBefore }) => finishedBefore.includes(one))) one.answer.rateLimits = false;
      // Where time stands for order, what was not told until the end comes after it.
      else if (ordered) one.answer.limitsAfterMs = this.#lastAt - (one.doneAt ?? 0) + LIMITS_AFTER_MS;
    }
    const greeting = this.#first?.['type'] === 'session.created' ? member(this.#first, 'session') : undefined;
    const session = greeting ?? this.#session;
    const kind: SessionKind = String(session['object']).includes('transcription') ? 'transcription' : 'realtime';
    if (greeting) {
      const { id: _id, expires_at: _expires, model: _model, ...rest } = greeting;
      this.#scenario.session = rest;
    }
    this.#scenario.turns = readings.map(({ answer }, index): Turn => ({ when: { turn: index + 1 }, answer }));
    this.#scenario.transcripts = this.#transcripts.scripts();
    if (Object.keys(this.#mcp.scripts).length > 0) this.#scenario.mcp = this.#mcp.scripts;
    const causes = findCauses(this.recording);
    if (paced && !ordered) Object.assign(this.#scenario, timingOf(this.recording, causes));
    if (causes.errors.length > 0) {
      this.#scenario.refusals = causes.errors.map(({ on, nth, error }) => {
        const { event_id: _id, ...rest } = error;
        return { on, nth, error: rest };
      });
    }
    const asked = /\?(.*)/.exec(this.recording.url)?.[1];
    const query = new URLSearchParams(asked);
    const named = query.get('model') ?? query.get('deployment') ?? 'gpt-realtime';
    const model = typeof session['model'] === 'string' ? session['model'] : named;
    // Where the address is known it tells whether the connection joined a call; else the missing greeting does.
    const silent = !greeting && this.#first !== undefined && this.#scenario.turnsAway === undefined;
    const joined = silent && (this.recording.url === '' || query.has('call_id'));
    if (joined) this.#scenario.greets = false;
    return { scenario: this.#scenario, kind, model, joined };
  }

  #take(type: string, event: Json, t: number | undefined): void {
    if (this.#first === undefined) {
      this.#first = event;
      const alone = this.recording.messages.filter(({ from }) => from === 'server').length === 1;
      if (type === 'error' && alone) this.#scenario.turnsAway = { error: member(event, 'error') ?? {} };
    }
    if (t !== undefined) this.#lastAt = t;
    const config = member(event, 'session');
    if (config) this.#session = config;
    const response = member(event, 'response');
    const id = String(event['response_id'] ?? response?.['id'] ?? '');
    if (type === 'response.created') this.#begin(id, t);
    const reading = this.#readings.get(id);
    if (reading) this.#response(reading, type, event, t);
    const item = String(event['item_id'] ?? '');
    if (type === 'conversation.item.truncated') this.#atLeastMs.set(item, Number(event['audio_end_ms']));
    if (type === 'rate_limits.updated' && Array.isArray(event['rate_limits'])) {
      const oldest = this.#unlimited.shift();
      if (oldest) oldest.answer.rateLimits = event['rate_limits'] as Json[];
      if (oldest?.doneAt !== undefined && t !== undefined) oldest.answer.limitsAfterMs = round(t - oldest.doneAt);
    }
    if (type.endsWith('.delta') && typeof event['delta'] === 'string' && !/audio\.delta$/.test(type)) {
      if (event['obfuscation'] === undefined) this.#scenario.obfuscation = false;
    }
    if (type.startsWith('response.content_part.') && event['content'] !== undefined) this.#scenario.dialect = 'azure';
  }

  #begin(id: string, t: number | undefined): void {
    this.#readings.set(id, {
      answer: {},
      items: [],
      order: [],
      cut: new Set(),
      ending: new Set(),
      doneAt: undefined,
      lastAt: t,
      done: false,
      closing: [],
      ids: [],
      finishedBefore: [...this.#finished],
    });
  }

  #response(reading: Reading, type: string, event: Json, t: number | undefined): void {
    const index = Number(event['output_index'] ?? 0);
    if (!Number.isInteger(index) || index < 0 || index >= MOST_ITEMS) return;
    const made = reading.items[index];
    if (type === 'output_audio_buffer.started') {
      // On a call the sound went elsewhere; from here on it was heard.
      const at = reading.items.length - 1;
      reading.items[at]?.pieces.push(UNKNOWN_MS);
      if (at >= 0) reading.order.push(`say ${at}`);
      return;
    }
    if (!type.endsWith('.delta')) reading.closing.push(type);
    if (CLOSES.test(type) || type === 'response.done') pause(reading, t);
    if (CLOSES.test(type)) reading.ending.add(index);
    if (type === 'response.output_item.added') {
      const begun = beginItem(member(event, 'item') ?? {});
      if (!begun) return;
      if (reading.items.length > 0) pause(reading, t);
      else if (t !== undefined && reading.lastAt !== undefined) reading.answer.delayMs = round(t - reading.lastAt);
      reading.items[index] = begun;
      reading.ids[index] = String(member(event, 'item')?.['id']);
      reading.order.push(`open ${index}`);
      reading.lastAt = t;
    } else if (type.endsWith('.delta') && made) {
      this.#piece(reading, made, index, type, String(event['delta'] ?? ''), t);
    } else if (type === 'response.output_item.done' && made) {
      this.#endItem(made, member(event, 'item') ?? {});
      reading.order.push(`close ${index}`);
      if (member(event, 'item')?.['status'] === 'incomplete') reading.cut.add(`close ${index}`);
    } else if (type === 'response.done') this.#end(reading, member(event, 'response') ?? {}, t);
  }

  #piece(reading: Reading, made: Made, index: number, type: string, delta: string, t: number | undefined): void {
    reading.closing = [];
    const say = (piece: Piece): void => {
      made.pieces.push(piece);
      reading.order.push(`say ${index}`);
    };
    pause(reading, t);
    if (!/audio\.delta$/.test(type)) return say(delta);
    const format = String(member(member(member(this.#session, 'audio'), 'output'), 'format')?.['type'] ?? 'audio/pcm');
    const known = ['audio/pcm', 'audio/pcmu', 'audio/pcma'].includes(format) ? format : 'audio/pcm';
    const pcm = toPcm(Buffer.from(delta, 'base64'), known as FormatName);
    say({ audio: Buffer.from(pcm).toString('base64') });
  }

  #endItem(made: Made, item: Json): void {
    const said = made.pieces.filter((piece) => typeof piece === 'string').join('');
    if ('say' in made) {
      const content = Array.isArray(item['content']) ? (item['content'] as Json[]) : [];
      made.say = said || content.map((part) => String(part['text'] ?? part['transcript'] ?? '')).join('');
    } else made.arguments = said || String(item['arguments'] ?? '');
    if ('mcpCall' in made) {
      const tookMs = this.#mcp.took(item['id']);
      if (tookMs !== undefined) made.takesMs = tookMs;
      if (item['error']) made.error = item['error'] as Json;
      else if (typeof item['output'] === 'string') made.output = item['output'];
    }
  }

  #end(reading: Reading, response: Json, t: number | undefined): void {
    const { answer } = reading;
    const details = member(response, 'status_details');
    const status = response['status'];
    reading.done = true;
    reading.doneAt = t;
    // No word on limits until a later response had come and gone: then there was none.
    const before = this.#unlimited.filter((one) => !reading.finishedBefore.includes(one));
    for (const one of this.#unlimited) if (!before.includes(one)) one.answer.rateLimits = false;
    this.#unlimited = [...before, reading];
    this.#finished.push(reading);
    if (response['usage'] === null || isObject(response['usage'])) answer.usage = response['usage'];
    if (status === 'cancelled') {
      answer.status = 'held';
      if (details?.['reason'] === 'turn_detected' && this.#speechAt !== undefined)
        answer.cutAfterMs = round((t ?? 0) - this.#speechAt + LAST_SAID_MS);
      answer.closing = [...new Set(reading.closing)];
    }
    if (status === 'cancelled' || status === 'incomplete' || status === 'failed') {
      // What its end itself closed was open until then.
      const lastSaid = reading.order.findLastIndex((step) => step.startsWith('say') || step.startsWith('open'));
      const cut = (step: string): boolean => step.startsWith('wait') || reading.cut.has(step);
      reading.order = reading.order.filter((step, index) => index <= lastSaid || !cut(step));
    }
    if (status === 'failed') answer.error = member(details, 'error') ?? {};
    if (status === 'incomplete') {
      answer.status = 'incomplete';
      answer.reason = String(details?.['reason'] ?? 'max_output_tokens');
    }
  }

  /** What the recording does not show any more: it had ended before. */
  #close(reading: Reading): void {
    const { answer, items } = reading;
    if (!reading.done) {
      answer.status = 'held';
      // The recording was cut among the closing events of an item.
      for (const index of reading.ending) {
        if (!reading.order.includes(`close ${index}`)) reading.order.push(`close ${index}`);
      }
    }
    // An item whose beginning was not recorded is never opened.
    for (let index = 0; index < items.length; index += 1) items[index] ??= { say: '', pieces: [] };
    for (const made of items) if ('say' in made && made.say === '') this.#endItem(made, {});
    this.#lengthen(reading);
    answer.output = items;
    answer.order = joined(reading.order);
    // One that came all at once is not to be given a pace.
    if (reading.lastAt !== undefined && !answer.order.some((step) => step.startsWith('wait')))
      answer.order.unshift('wait 0');
  }

  /** Sound of which less was recorded than was made is made again, as long as it was. */
  #lengthen({ answer, items, ids }: Reading): void {
    const details = isObject(answer.usage) ? member(answer.usage, 'output_token_details') : undefined;
    const sounds = items.map(({ pieces }) => pieces.filter(isSound));
    const count = sounds.reduce((sum, list) => sum + list.length, 0);
    const tokensMs = Number(details?.['audio_tokens'] ?? 0) * TOKEN_MS;
    for (const [index, made] of items.entries()) {
      const own = sounds[index]!;
      if (own.length === 0) continue;
      const wantedMs = Math.max((tokensMs * own.length) / count, this.#atLeastMs.get(ids[index]) ?? 0);
      const haveMs = own.reduce<number>(
        (sum, piece) => sum + (typeof piece === 'number' ? 0 : Buffer.byteLength(piece.audio, 'base64') / BYTES_PER_MS),
        0,
      );
      if (haveMs + TOLERANCE_MS >= wantedMs && haveMs >= (this.#atLeastMs.get(ids[index]) ?? 0)) continue;
      made.pieces = made.pieces.map((piece) => (isSound(piece) ? Math.ceil(wantedMs / own.length) : piece));
    }
  }
}

function beginItem(item: Json): Made | undefined {
  const phase = typeof item['phase'] === 'string' ? { phase: item['phase'] } : {};
  const name = String(item['name'] ?? '');
  const server = String(item['server_label'] ?? '');
  switch (item['type']) {
    case 'message':
      return { say: '', pieces: [], ...phase };
    case 'function_call':
      return { call: name, arguments: '', pieces: [], ...phase };
    case 'mcp_call': {
      const approval = item['approval_request_id'];
      const approved = typeof approval === 'string' ? { approvedBy: approval } : {};
      return { mcpCall: name, server, arguments: '', ...approved, pieces: [] };
    }
    case 'mcp_approval_request':
      return { mcpCall: name, server, arguments: '', approval: true, pieces: [] };
    default:
      return undefined;
  }
}

/** Time has passed in the response, as far as the recording tells. */
function pause(reading: Reading, t: number | undefined): void {
  if (t === undefined) return;
  const since = reading.lastAt ?? t;
  const ms = round(t - since);
  // What was rounded away counts in the next wait, or a long answer would drift.
  reading.lastAt = since + ms;
  if (ms > 0) reading.order.push(`wait ${ms}`);
}

function isSound(piece: Piece): piece is { audio: string } | number {
  return typeof piece === 'number' || (typeof piece === 'object' && 'audio' in piece);
}

/** Runs of `say 0` written as `say 0 x3`. */
function joined(order: readonly string[]): string[] {
  const out: string[] = [];
  let run = 0;
  for (const [index, step] of order.entries()) {
    run += 1;
    if (order[index + 1] === step && step.startsWith('say')) continue;
    out.push(run > 1 ? `${step} x${run}` : step);
    run = 0;
  }
  return out;
}

function round(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}
