/** The new session as it comes: what has happened in it, under the names of the recorded one. */
import { Correlator } from '../../analysis/correlation';
import { withIds } from '../../analysis/ids';
import { asObject, asText, dig, type JsonObject } from '../../analysis/json';
import type { TracedEvent } from '../../analysis/model';
import { SessionTraits } from '../../analysis/traits';
import { base64Bytes } from '../../audio/decode';
import { bytesToMs, DEFAULT_FORMAT, parseAudioFormat, type AudioFormat } from '../../audio/format';
import { audioField, isDelta } from '../../protocol/audioEvents';
import type { Side } from '../../protocol/side';
import { SessionNames, type Named } from '../names';

/** Sound may be cut into other pieces: so much less of it is as much, ms. */
const SHORT_MS = 1;
const NOTHING: JsonObject = Object.freeze({});

/** A message of the client that the server refused. */
export interface Refusal {
  /** As `frameName` says; '' when it cannot be told which one was meant. */
  frame: string;
  code: string;
  message: string;
}

export class LiveSession {
  readonly refusals: Refusal[] = [];
  readonly #rows = new Map<number, string>();
  readonly names = new SessionNames((row) => this.#rows.get(row));
  readonly #reachedAt = new Map<string, number>();
  readonly #within: ReadonlyMap<string, string>;
  readonly #traits = new SessionTraits();
  readonly #correlator = new Correlator(this.#traits);
  #row = 0;
  readonly #running = new Set<string>();
  /** Of each response, how much sound had come when, ms. */
  readonly #sound = new Map<string, { ms: number; t: number }[]>();
  #output: AudioFormat = DEFAULT_FORMAT;
  /** When the server last said anything, ms. */
  heardAt = 0;
  /** The server decides where turns end. */
  detectsTurns = false;
  input: AudioFormat = DEFAULT_FORMAT;

  /** @param within What each name of the recording is a part of. */
  constructor(within: ReadonlyMap<string, string>) {
    this.#within = within;
    this.#correlator.open(this.#row++);
  }

  /** Notes a message that goes out; `name` binds it to the recording. */
  sent(t: number, event: JsonObject | undefined, name: string | undefined): void {
    const row = this.#row++;
    if (name !== undefined) this.#rows.set(row, name);
    this.#correlator.add(this.#traced(row, t, 'client', event ?? NOTHING));
  }

  /** Notes a message that was not sent: what would have come of it never will. */
  skipped(name: string): void {
    this.names.end(name);
  }

  /** Takes a message of the server; true when it may let something go on. */
  heard(t: number, text: string): boolean {
    this.heardAt = t;
    const event = parsed(text);
    if (!event) return false;
    const traced = this.#traced(this.#row++, t, 'server', event);
    this.#traits.observe(traced);
    if (/^(?:transcription_)?session\.(?:created|updated)$/.test(traced.type)) this.#configure(event.session);
    const told = this.#correlator.add(traced);
    const { moments, refused } = this.names.add(traced, told);
    for (const { name } of moments) this.#reachedAt.set(name, t);
    if (traced.type === 'response.created') this.#running.add(traced.response);
    if (traced.type === 'response.done') this.#running.delete(traced.response);
    if (traced.type === 'error') {
      const { error } = event;
      this.refusals.push({
        frame: refused ?? '',
        code: asText(dig(error, 'code')).slice(0, 200),
        message: asText(dig(error, 'message')).slice(0, 1000),
      });
    }
    const field = audioField(traced.type, 'server');
    if (field) this.#hear(traced.response, asText(event[field]), t);
    return moments.length > 0 || field !== undefined || !isDelta(traced.type);
  }

  /** Responses that have begun and not ended, for people. */
  get running(): string[] {
    return [...this.#running].map((id) => `${this.names.nameOf(id)?.name ?? 'a response'}: done`);
  }

  /** When a moment came, ms; undefined before it has. */
  reachedAt(moment: string): number | undefined {
    return this.names.has(moment) ? (this.#reachedAt.get(moment) ?? 0) : undefined;
  }

  /** When so much sound of a response had come, ms; undefined before. */
  heardSoundAt(response: string, ms: number): number | undefined {
    return this.#sound.get(response)?.find((heard) => heard.ms >= ms - SHORT_MS)?.t;
  }

  /** What it is a part of is over without it, or was never begun. */
  neverComes({ within }: Pick<Named, 'within'>): string | undefined {
    for (let whole = within; whole !== undefined; whole = this.#within.get(whole))
      if (this.names.isOver(whole)) return whole;
    return undefined;
  }

  #hear(response: string, base64: string, t: number): void {
    const name = this.names.nameOf(response)?.name;
    if (name === undefined) return;
    const heard = this.#sound.get(name) ?? [];
    heard.push({ ms: (heard.at(-1)?.ms ?? 0) + bytesToMs(base64Bytes(base64), this.#output), t });
    this.#sound.set(name, heard);
  }

  #traced(row: number, t: number, from: Side, event: JsonObject): TracedEvent {
    return withIds({
      row,
      seq: row,
      session: '',
      t,
      sent: t,
      from,
      type: asText(event.type),
      response: '',
      item: '',
      call: '',
      event,
      audioMs: 0,
      origin: undefined,
      replaces: undefined,
    });
  }

  #configure(session: unknown): void {
    this.detectsTurns =
      asObject(dig(session, 'audio', 'input', 'turn_detection') ?? dig(session, 'turn_detection')) !== undefined;
    const format = dig(session, 'audio', 'input', 'format') ?? dig(session, 'input_audio_format');
    this.input = parseAudioFormat(format) ?? this.input;
    const output = dig(session, 'audio', 'output', 'format') ?? dig(session, 'output_audio_format');
    this.#output = parseAudioFormat(output) ?? this.#output;
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
