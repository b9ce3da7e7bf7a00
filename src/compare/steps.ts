/**
 * A trace as the steps that are compared: messages as they reached the other end, streams of deltas folded into one step each, sound
 * as its length and a hash. Bodies are not kept; they are read again where they differ.
 */
import { createHash, type Hash } from 'node:crypto';
import { AudioLanes } from '../analysis/audioLane';
import { asText, type JsonObject } from '../analysis/json';
import { base64Bytes, decodeAudio } from '../audio/decode';
import { DEFAULT_FORMAT, type AudioFormat } from '../audio/format';
import { audioText, parseEventBody } from '../document/eventBody';
import { sessionLabel, sessionName } from '../document/indexer';
import { audioField, isDelta } from '../protocol/audioEvents';
import type { Side } from '../protocol/side';
import { parseLine, type BodyPlace, type EventHead } from '../trace/parseLine';
import { TraceReader, type TraceEntry } from '../trace/reader';
import type { CloseRecord, OpenRecord } from '../trace/records';
import { aboutOf, addressOf, calledIn, laneOf, MODEL_WORDS, MOST_TEXT, saidIn, USER_WORDS } from './meaning';
import type { ComparedEvent, ComparedSession } from './model';
import { normalised } from './normal';
import { SoundPrint } from './sound';
import type { SessionSteps, SoundPieces, Step, TraceSteps } from './step';

/** Reads a trace to its end. Rejects with an `UnreadableFileError` when it cannot be opened, with the signal's reason when that stops it. */
export async function readSteps(file: string, signal?: AbortSignal): Promise<TraceSteps> {
  const reader = await TraceReader.open(file);
  try {
    const sessions = new Map<string, Folding>();
    const lanes = new AudioLanes();
    let row = -1;
    await reader.read((entry) => {
      row++;
      signal?.throwIfAborted();
      take(entry, row, sessions, lanes);
    });
    const { header, problems } = reader;
    const found = [...sessions.values()].map((folding) => folding.finish());
    return {
      trace: {
        file,
        startedAt: header?.startedAt ?? '',
        generator: header?.generator ?? '',
        times: header?.times ?? 'recorded',
        problems,
      },
      sessions: found,
      bodies: (steps) => readBodies(reader, steps),
      soundOf: (pieces) => readSound(reader, pieces),
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

async function readSound(reader: TraceReader, { offsets, bytes, field, formats }: SoundPieces): Promise<SoundPrint> {
  const print = new SoundPrint();
  let format = formats[0]?.format ?? DEFAULT_FORMAT;
  let next = 1;
  let room: Buffer | undefined;
  for (let at = 0; at < offsets.length && !print.isFull; at++) {
    if (formats[next]?.from === at) format = formats[next++]?.format ?? format;
    const length = bytes[at] as number;
    if (!room || room.length < length) room = Buffer.allocUnsafeSlow(length * 2);
    const line = await reader.lines.range(offsets[at] as number, length, room);
    const parsed = parseLine(line, length);
    const base64 = parsed.kind === 'event' && parsed.body ? audioText(line, parsed.body, field) : undefined;
    if (base64) print.add(decodeAudio(base64, format).samples, format.rate);
  }
  return print;
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
      this.#delta({ ...base, ...idsOf(head), ...laneOf(type, from) }, head, data, body, line);
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
      ...laneOf(type, from),
      about,
      key: `${from} ${type} ${about}`,
      digest: createHash('sha1').update(content).digest('base64'),
      ids,
      place: event && { offset: line.offset, bytes: line.bytes },
      content: event ? undefined : { [about]: content.slice(0, 2000) },
      pieces: undefined,
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
        pieces: undefined,
        ids: [],
      },
      digest: createHash('sha1').update(JSON.stringify(content)).digest('base64'),
      place: undefined,
      content,
    });
  }

  /** Deltas of one item (or of the input) are one stream, whatever comes between them: how a server cuts it into pieces is chance. */
  #delta(
    base: Omit<Beginning, 'from'> & { from: Side },
    head: EventHead,
    data: Buffer,
    body: BodyPlace,
    line: { offset: number; bytes: number },
  ): void {
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
        pieces: field && { offsets: [], bytes: [], field, formats: [] },
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
      const { ms, format } = this.#lanes.place(this.#session.id, from, t, bytes, head.response ?? '');
      step.audioMs += ms;
      hash.update(base64, 'base64');
      if (step.pieces) keep(step.pieces, line, format);
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

function keep(pieces: SoundPieces, { offset, bytes }: { offset: number; bytes: number }, format: AudioFormat): void {
  const last = pieces.formats.at(-1)?.format;
  if (last?.codec !== format.codec || last.rate !== format.rate)
    pieces.formats.push({ from: pieces.offsets.length, format });
  pieces.offsets.push(offset);
  pieces.bytes.push(bytes);
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
