/**
 * Names for what happens in a session that are the same in another run of it: the answer to message #12 is that whatever ids
 * the server mints. Two sessions are bound to each other by them, ids to ids and moments to moments.
 */
import type { Correlated } from '../analysis/correlation';
import { asList, asObject, asText, dig } from '../analysis/json';
import type { LinkKind, TracedEvent } from '../analysis/model';
import { isWordsDelta } from '../analysis/needs';
import { audioField } from '../protocol/audioEvents';

/** Links whose effect says that a client's message was dealt with. */
const ANSWERING = new Set<LinkKind>(['refused', 'updated', 'created', 'committed', 'cut', 'answered', 'interrupted']);
const TRANSCRIPTION = 'conversation.item.input_audio_transcription';
const GREETINGS = new Set(['session.created', 'transcription_session.created']);
/** Events that end something without any of the ids above. */
const COUNTED = new Set(['mcp_list_tools.completed', 'mcp_list_tools.failed', 'session.closed']);

/** A name, and of what the thing it names is a part: with the whole over, the part never comes. */
export interface Named {
  name: string;
  within: string | undefined;
}

/** What one event added to the names of its session. */
export interface Reached {
  /** Moments that have come with it. */
  moments: Named[];
  /** The client's message that it refuses. */
  refused: string | undefined;
}

/** Follows one session. Names never change, and what has come never goes. */
export class SessionNames {
  readonly #nameOf = new Map<string, Named>();
  readonly #idOf = new Map<string, string>();
  readonly #moments = new Set<string>();
  readonly #over = new Set<string>();
  readonly #within = new Map<string, string>();
  /** How many things of a kind there were. */
  readonly #counts = new Map<string, number>();
  readonly #frames: (row: number) => string | undefined;

  /** @param frames The name of the client's message on a row, as `frameName` makes it; undefined for one that has no match. */
  constructor(frames: (row: number) => string | undefined) {
    this.#frames = frames;
  }

  /** The name of an id that the server has told; undefined for any other. */
  nameOf(id: string): Named | undefined {
    return this.#nameOf.get(id);
  }
  /** The id that goes by that name here; undefined while it has none. */
  idOf(name: string): string | undefined {
    return this.#idOf.get(name);
  }
  /** A moment has come. */
  has(moment: string): boolean {
    return this.#moments.has(moment);
  }
  /** What is a part of it and has not come will not come. */
  isOver(name: string): boolean {
    return this.#over.has(name);
  }
  /** What each named thing is a part of. */
  get within(): ReadonlyMap<string, string> {
    return this.#within;
  }
  /** A message that was not sent, or was refused: nothing will come of it. */
  end(name: string): void {
    this.#over.add(name);
  }

  /** Takes the next event of the server, with what the correlator says of it. */
  add(event: TracedEvent, told: Correlated): Reached {
    const reached: Reached = { moments: [], refused: undefined };
    if (!told.counts || event.from === 'client') return reached;
    const come = (name: string, within?: string) => {
      if (this.#moments.has(name)) return;
      this.#moments.add(name);
      reached.moments.push({ name, within });
    };
    for (const { cause, kind } of told.links) {
      const frame = ANSWERING.has(kind) ? this.#frames(cause) : undefined;
      if (frame === undefined) continue;
      if (kind === 'refused') {
        reached.refused = frame;
        this.end(frame);
      }
      come(`${frame}: answered`, frame);
    }
    this.#name(event, told);
    this.#happen(event, come);
    return reached;
  }

  #name(event: TracedEvent, told: Correlated): void {
    const { type, item, response } = event;
    if (type === 'input_audio_buffer.speech_started' || type === 'input_audio_buffer.timeout_triggered') {
      const kind = type.endsWith('started') ? 'speech' : 'silence';
      if (!this.#nameOf.has(item)) this.#bind(item, this.#numbered(kind));
    } else if (told.committed) {
      const frame = told.committed.by === 'client' ? this.#frames(told.committed.row) : undefined;
      if (frame !== undefined) this.#bind(item, `item of ${frame}`, frame);
      else if (!this.#nameOf.has(item)) this.#bind(item, this.#numbered('speech'));
    } else if (type === 'conversation.item.added' || type === 'conversation.item.created') {
      const cause = told.links.find(({ kind }) => kind === 'created')?.cause;
      const frame = cause === undefined ? undefined : this.#frames(cause);
      if (frame !== undefined) this.#bind(item, `item of ${frame}`, frame);
      else if (dig(event.event, 'item', 'type') === 'mcp_list_tools') this.#bind(item, this.#numbered('list of tools'));
    } else if (told.started) {
      const { by, row, item: heard } = told.started;
      const frame = by === 'create' ? this.#frames(row) : undefined;
      const of = frame ?? this.#nameOf.get(heard)?.name;
      this.#bind(response, this.#again(of === undefined ? 'response nobody asked for' : `response to ${of}`), frame);
    } else if (type === 'response.output_item.added' || type === 'response.output_item.done') {
      this.#output(response, item, event.call, event.event.item);
    }
  }

  /** An item of a response, known by its kind: what else the model made in this run must not shift it. */
  #output(response: string, item: string, call: string, told: unknown): void {
    const whole = this.#nameOf.get(response)?.name;
    if (whole === undefined || item === '' || this.#nameOf.has(item)) return;
    const made = asObject(told);
    const tool = asText(made?.name);
    const kind = `${asText(made?.type) || 'item'}${tool === '' ? '' : ` ${tool}`}`;
    const name = this.#numbered(kind, ` of the ${whole}`);
    this.#bind(item, name, whole);
    this.#bind(call, `call id of ${name}`, whole);
  }

  #happen(
    { type, item, call, response, event, from }: TracedEvent,
    come: (name: string, within?: string) => void,
  ): void {
    const whole = this.#nameOf.get(response);
    const one = this.#nameOf.get(item);
    if (GREETINGS.has(type)) come('greeting');
    else if (COUNTED.has(type)) come(this.#numbered(type));
    else if (type === 'response.created' && whole) come(`${whole.name}: created`, whole.within);
    else if (audioField(type, from) && whole) come(`${whole.name}: first audio`, whole.name);
    else if (isWordsDelta(type) && whole) come(`${whole.name}: first words`, whole.name);
    else if (type === 'response.function_call_arguments.done' && this.#nameOf.has(call))
      come(`${this.#nameOf.get(call)?.name}: arguments complete`, whole?.name);
    else if (type === 'response.done' && whole) {
      this.end(whole.name);
      for (const moment of ['created', 'first audio', 'first words']) come(`${whole.name}: ${moment}`, whole.within);
      // Where deltas and items were left out, the end of the response has them all.
      for (const made of asList(dig(event, 'response', 'output'))) {
        const callId = asText(dig(made, 'call_id'));
        this.#output(response, asText(dig(made, 'id')), callId, made);
        const called = this.#nameOf.get(callId);
        if (called) come(`${called.name}: arguments complete`, whole.within);
      }
      come(`${whole.name}: done`, whole.within);
    } else if (!one) return;
    else if (type === 'input_audio_buffer.speech_started') come(`${one.name}: started`);
    else if (type === 'input_audio_buffer.speech_stopped') come(`${one.name}: stopped`);
    else if (type === 'input_audio_buffer.committed') {
      if (/^speech /.test(one.name)) for (const moment of ['started', 'stopped']) come(`${one.name}: ${moment}`);
      come(`${one.name}: committed`, one.within);
    } else if (type === `${TRANSCRIPTION}.completed` || type === `${TRANSCRIPTION}.failed`)
      come(`${one.name}: transcribed`, one.within);
  }

  #bind(id: string, name: string, within?: string): void {
    if (id === '' || this.#nameOf.has(id)) return;
    this.#nameOf.set(id, { name, within });
    this.#idOf.set(name, id);
    if (within !== undefined) this.#within.set(name, within);
  }

  #numbered(kind: string, of = ''): string {
    const key = kind + of;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return `${kind} ${count}${of}`;
  }

  /** The name itself the first time, with a number from the second on. */
  #again(name: string): string {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  }
}

/** The name of a client's message: its number in the recording. */
export const frameName = (seq: number): string => `#${seq}`;
