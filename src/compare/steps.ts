/**
 * A trace as the steps that are compared: messages as they reached the other end, streams of deltas folded into one step each, sound
 * as its length and a hash. Bodies are not kept; they are read again where they differ.
 */
import { createHash, type Hash } from 'node:crypto';
import { AudioLanes } from '../analysis/audioLane';
import { asObject, asText, dig, type JsonObject } from '../analysis/json';
import { base64Bytes } from '../audio/decode';
import { audioText, parseEventBody } from '../document/eventBody';
import { sessionLabel, sessionName } from '../document/indexer';
import { audioField, isDelta } from '../protocol/audioEvents';
import type { Side } from '../protocol/side';
import { parseLine, type BodyPlace, type EventHead } from '../trace/parseLine';
import { TraceReader, type TraceEntry } from '../trace/reader';
import type { CloseRecord, OpenRecord } from '../trace/records';
import type { ComparedEvent, ComparedSession, ComparedTrace } from './model';
import { normalised } from './normal';

/** Characters kept of what was said, or called, in one step. */
export const MOST_TEXT = 20_000;

/** A step with what is compared of it. */
export interface Step extends ComparedEvent {
  /** What it is, whatever it holds: two steps with other keys are never a pair. */
  key: string;
  /**
   * Steps of one lane keep their order; between lanes it is chance. `whole` ones belong to the session, not to a turn.
   */
  lane: string;
  whole: boolean;
  /** Hash of all it holds, ids and moments left out. */
  digest: string;
  /** Its ids, in the order of its normalised fields. */
  ids: string[];
  response: string;
  item: string;
  call: string;
  /** Where its line lies; undefined for what was folded, or is no event. */
  place: { offset: number; bytes: number } | undefined;
  /** What it holds where that is not read from the file: the words of a stream, a handshake. */
  content: JsonObject | undefined;
  /** Words that one end said. */
  said: { by: 'user' | 'model'; text: string; finished: boolean } | undefined;
  /** Hash of the sound alone; '' without. */
  sound: string;
  /** A call of a tool that is complete, or what the app answers to one. */
  called: { name: string; arguments: string } | { output: string } | undefined;
}

/** A session of a trace. */
export interface SessionSteps extends ComparedSession {
  steps: Step[];
}

/** A trace, read once. */
export interface TraceSteps {
  trace: ComparedTrace;
  sessions: SessionSteps[];
  /** Answers the parsed bodies of steps that have a place, undefined where they cannot be read again. */
  bodies(steps: readonly Step[]): Promise<(JsonObject | undefined)[]>;
  close(): Promise<void>;
}

/** Reads a trace to its end. Rejects with an `UnreadableFileError` when it cannot be opened. */
export async function readSteps(file: string): Promise<TraceSteps> {
  const reader = await TraceReader.open(file);
  try {
    const sessions = new Map<string, Folding>();
    const lanes = new AudioLanes();
    let row = -1;
    await reader.read((entry) => {
      row++;
      take(entry, row, sessions, lanes);
    });
    const { header, problems } = reader;
    const found = [...sessions.values()].map((folding) => folding.finish());
    return {
      trace: { file, startedAt: header?.startedAt ?? '', generator: header?.generator ?? '', problems },
      sessions: found,
      bodies: (steps) => readBodies(reader, steps),
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function readBodies(reader: TraceReader, steps: readonly Step[]): Promise<(JsonObject | undefined)[]> {
  const bodies: (JsonObject | undefined)[] = [];
  for (const { place, content } of steps) {
    if (!place) {
      bodies.push(content);
      continue;
    }
    const line = await reader.lines.range(place.offset, place.bytes);
    const parsed = parseLine(line, place.bytes);
    bodies.push(parsed.kind === 'event' && parsed.body ? parseEventBody(line, parsed.body) : undefined);
  }
  return bodies;
}

function take(entry: TraceEntry, row: number, sessions: Map<string, Folding>, lanes: AudioLanes): void {
  const { parsed, data, shift, part } = entry;
  if (parsed.kind === 'unreadable') return;
  const record = parsed.kind === 'event' ? parsed.head : parsed.record;
  if (!('session' in record) || record.session === undefined) return;
  const id = sessionName(record.session, part);
  const t = record.t + shift;
  let folding = sessions.get(id);
  if (!folding) {
    folding = new Folding(id, t, lanes);
    sessions.set(id, folding);
  }
  if (parsed.kind === 'record') {
    if (parsed.record.kind === 'open') folding.open(parsed.record, row, t);
    if (parsed.record.kind === 'close') folding.close(parsed.record, row, t);
    return;
  }
  // Held back, or taken away: it is compared as it went on.
  if (parsed.head.fate !== undefined) return;
  folding.event(parsed.head, row, t, data, parsed.body, entry.line);
}

/** What is known of a step before what it holds. */
type Beginning = ComparedEvent & Pick<Step, 'response' | 'item' | 'call' | 'lane' | 'whole' | 'sound'>;

/** A stream under way. */
interface Stream {
  step: Step;
  hash: Hash;
  /** Of its words. */
  text: string[];
  kept: number;
}

/** Types of deltas whose words are said aloud or written, and the end that says them. */
const MODEL_WORDS = /^(?:response\.(?:output_)?(?:audio_transcript|text)|session\.output_transcript)\./;
const USER_WORDS = /(?:input_audio_transcription|session\.input_transcript)\./;

class Folding {
  readonly #session: ComparedSession;
  readonly #lanes: AudioLanes;
  readonly #steps: Step[] = [];
  readonly #streams = new Map<string, Stream>();

  constructor(id: string, t: number, lanes: AudioLanes) {
    this.#session = { id, label: '', status: 101, start: t, end: t };
    this.#lanes = lanes;
  }

  open(record: OpenRecord, row: number, t: number): void {
    this.#session.label = sessionLabel(record);
    this.#session.status = record.status;
    this.#record(row, t, 'open', {
      ...addressOf(record.url),
      status: record.status,
      ...(record.subprotocol === undefined ? {} : { subprotocol: record.subprotocol }),
      ...(record.error === undefined ? {} : { error: record.error }),
    });
  }

  close({ code, reason, by, origin }: CloseRecord, row: number, t: number): void {
    this.#record(row, t, 'close', { code, reason, by: origin ?? by });
  }

  event(
    head: EventHead,
    row: number,
    t: number,
    data: Buffer,
    body: BodyPlace | undefined,
    line: { offset: number; bytes: number },
  ): void {
    this.#session.end = Math.max(this.#session.end, t);
    const { from } = head;
    const type = head.type ?? '';
    const base = { row, seq: head.seq, t, end: t, count: 1, from, type, about: '', audioMs: 0, sound: '' };
    if (isDelta(type) && body) {
      this.#delta({ ...base, ...idsOf(head), ...place(type, from) }, head, data, body);
      return;
    }
    const event = body && parseEventBody(data, body);
    if (event) this.#lanes.observe(this.#session.id, from, t, event);
    if (from === 'client' && /input_audio_buffer\.(commit|clear)$/.test(type)) this.#endInput();
    const ids: string[] = [];
    const about = event ? aboutOf(event) : body ? body.format : 'not kept';
    const content = event
      ? JSON.stringify(normalised(event, (id) => (ids.push(id), '#')))
      : body
        ? data.toString('latin1', body.start, body.end)
        : String(head.bytes);
    this.#steps.push({
      ...base,
      ...idsOf(head),
      ...place(type, from),
      about,
      key: `${from} ${type} ${about}`,
      digest: createHash('sha1').update(content).digest('base64'),
      ids,
      place: event && { offset: line.offset, bytes: line.bytes },
      content: event ? undefined : { [about]: content.slice(0, 2000) },
      said: event && saidIn(event, type, from),
      called: event && calledIn(event, type),
    });
  }

  finish(): SessionSteps {
    for (const stream of this.#streams.values()) end(stream);
    return { ...this.#session, steps: this.#steps.sort((a, b) => a.row - b.row) };
  }

  #record(row: number, t: number, type: string, content: JsonObject): void {
    this.#session.end = Math.max(this.#session.end, t);
    this.#steps.push({
      ...{ row, seq: 0, t, end: t, count: 1, from: 'neither', type, about: '', audioMs: 0, sound: '' },
      ...{
        key: type,
        lane: 'connection',
        whole: true,
        response: '',
        item: '',
        call: '',
        said: undefined,
        called: undefined,
        ids: [],
      },
      digest: createHash('sha1').update(JSON.stringify(content)).digest('base64'),
      place: undefined,
      content,
    });
  }

  /** Deltas of one item (or of the input) are one stream, whatever comes between them: how a server cuts it into pieces is chance. */
  #delta(base: Omit<Beginning, 'from'> & { from: Side }, head: EventHead, data: Buffer, body: BodyPlace): void {
    const { type, from, t } = base;
    const field = audioField(type, from);
    const event = field ? undefined : parseEventBody(data, body);
    const part = event?.content_index ?? event?.summary_index ?? '';
    const name = `${from} ${type} ${base.response} ${base.item} ${String(part)}`;
    let stream = this.#streams.get(name);
    if (!stream) {
      const ids = [base.response, base.item].filter((id) => id !== '');
      const step: Step = {
        ...{ ...base, key: `${from} ${type}`, digest: '', ids, place: undefined, content: undefined, said: undefined },
        called: undefined,
        count: 0,
      };
      stream = { step, hash: createHash('sha1'), text: [], kept: 0 };
      this.#streams.set(name, stream);
      this.#steps.push(step);
    }
    const { step, hash } = stream;
    step.count++;
    step.end = t;
    if (field) {
      const base64 = audioText(data, body, field) ?? '';
      const bytes = base64Bytes(base64);
      step.audioMs += this.#lanes.place(this.#session.id, from, t, bytes, head.response ?? '').ms;
      hash.update(base64, 'base64');
      return;
    }
    const words = asText(event?.delta) || asText(event?.partial_image_b64);
    hash.update(words);
    if (stream.kept < MOST_TEXT) stream.text.push(words.slice(0, MOST_TEXT - stream.kept));
    stream.kept += words.length;
  }

  /** What is appended from now on is other input. */
  #endInput(): void {
    for (const [name, stream] of this.#streams) {
      if (stream.step.from !== 'client') continue;
      end(stream);
      this.#streams.delete(name);
    }
  }
}

function end({ step, hash, text }: Stream): void {
  step.digest = hash.digest('base64');
  if (step.audioMs > 0) {
    step.sound = step.digest;
    step.content = { audio: soundWords(step.audioMs) };
    return;
  }
  const words = text.join('');
  step.content = { [step.type.includes('arguments') ? 'arguments' : 'delta']: words };
  const by = MODEL_WORDS.test(step.type) ? 'model' : USER_WORDS.test(step.type) ? 'user' : undefined;
  if (by) step.said = { by, text: words, finished: false };
}

/** `3.2 s of sound`. */
export function soundWords(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s of sound`;
}

function idsOf({ response, item, call }: EventHead): Pick<Step, 'response' | 'item' | 'call'> {
  return { response: response ?? '', item: item ?? '', call: call ?? '' };
}

/** In which lane a type stands, by what its place among the others depends on. */
function place(type: string, from: Step['from']): Pick<Step, 'lane' | 'whole'> {
  const side = from === 'client' ? 'client' : 'server';
  if (type.endsWith('input_audio_buffer.append')) return { lane: 'sound in', whole: true };
  if (type.startsWith('session.') || type.startsWith('transcription_session.')) {
    const translated = type.startsWith('session.output_') || type.startsWith('session.input_');
    return { lane: translated ? type : `${side} session`, whole: true };
  }
  if (from === 'client') return { lane: 'client', whole: false };
  if (type.includes('input_audio_transcription')) return { lane: 'transcription', whole: false };
  if (type.startsWith('input_audio_buffer.')) return { lane: 'input', whole: false };
  if (type.startsWith('output_audio_buffer.')) return { lane: 'playback', whole: false };
  if (type.startsWith('mcp_list_tools.')) return { lane: 'mcp tools', whole: false };
  if (type === 'rate_limits.updated') return { lane: 'limits', whole: false };
  if (type.startsWith('conversation.')) return { lane: 'items', whole: false };
  if (type === 'error') return { lane: 'errors', whole: false };
  return { lane: isDelta(type) ? `stream ${type}` : 'server', whole: false };
}

/** What tells an event from others of its type. */
function aboutOf(event: JsonObject): string {
  const item = asObject(event.item);
  if (item) {
    const [type, role, name] = [asText(item.type), asText(item.role), asText(item.name)];
    if (type === 'message') return [role, 'message'].filter(Boolean).join(' ').slice(0, 80);
    return [type.replaceAll('_', ' '), name].filter(Boolean).join(' ').slice(0, 80);
  }
  if (event.type === 'error')
    return (asText(dig(event, 'error', 'code')) || asText(dig(event, 'error', 'type'))).slice(0, 80);
  const part = asText(dig(event, 'part', 'type'));
  return part ? `${part.replaceAll('_', ' ').slice(0, 40)} part` : '';
}

function saidIn(event: JsonObject, type: string, from: Step['from']): Step['said'] {
  if (from === 'server') {
    const by = MODEL_WORDS.test(type) ? 'model' : USER_WORDS.test(type) ? 'user' : undefined;
    const text = asText(event.transcript) || asText(event.text);
    return by && text !== '' ? { by, text: text.slice(0, MOST_TEXT), finished: true } : undefined;
  }
  if (type !== 'conversation.item.create' || dig(event, 'item', 'role') !== 'user') return undefined;
  const content = dig(event, 'item', 'content');
  const texts = (Array.isArray(content) ? content : []).map((part) => asText(dig(part, 'text')));
  const text = texts.filter(Boolean).join(' ');
  return text === '' ? undefined : { by: 'user', text: text.slice(0, MOST_TEXT), finished: true };
}

/** Calls are told complete at the end of their item; MCP servers answer within it. */
function calledIn(event: JsonObject, type: string): Step['called'] {
  const item = asObject(event.item);
  const kind = asText(item?.type);
  if (type === 'conversation.item.create' && kind === 'function_call_output')
    return { output: asText(item?.output).slice(0, MOST_TEXT) };
  if (type !== 'response.output_item.done' || (kind !== 'function_call' && kind !== 'mcp_call')) return undefined;
  return { name: asText(item?.name).slice(0, 200), arguments: asText(item?.arguments).slice(0, MOST_TEXT) };
}

/** Path and query of a handshake's address: its host tells where the upstream was, not what was asked of it. */
function addressOf(url: string): { path: string; query: Record<string, string> } {
  const [address = '', query = ''] = url.split('#', 1)[0]?.split('?', 2) ?? [];
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(query)) if (name !== 'call_id') fields[name] = value;
  return { path: address.replace(/^\w+:\/\/[^/]*/, ''), query: fields };
}
