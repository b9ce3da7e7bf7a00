/** One response from `response.created` to `response.done`, event by event in the live service's order. */
import { fromPcm, type FormatName } from './codec';
import type { Conversation, Item } from './conversation';
import type { Desk, Steps, Task } from './desk';
import { makePlan, type Message } from './plan';
import type { InputTokens } from './usage';
import { BYTES_PER_MS, type Json } from './wire';
import { jsonTokens, obfuscation, tokens } from './words';

export interface RunSettings {
  id: string;
  /** Out of band: nothing of it enters the conversation. */
  aside: boolean;
  conversationId: string | null;
  modality: 'text' | 'audio';
  maxTokens: number;
  format: Json;
  voice: unknown;
  speed: number;
  metadata: unknown;
  tools: unknown;
  toolChoice: unknown;
  /** What it reads. */
  items: Item[];
  /** No response of the session came before it. */
  first: boolean;
  /** The model tells commentary from final answers. */
  phases: boolean;
  /** Usage for what was made; undefined when nothing was. */
  usage(made: InputTokens | undefined): Json;
}

export interface RunListener {
  spoke(): void;
  /** `playsMs`: how long its audio plays from now when it plays at once as it comes. */
  finished(run: Run, playsMs: number): void;
}

type EndStatus = 'completed' | 'cancelled' | 'incomplete';

/** An item being made. */
interface Open {
  item: Item;
  index: number;
  previous: string | null;
  kind: 'text' | 'audio' | 'call';
  /** Fields its events share. */
  place: Json;
  /** Text, transcript or arguments so far. */
  said: string;
}

/** Size of the audio deltas in ms of speech: the first ones are shorter so that sound comes sooner. */
const FIRST_MS = [100, 150, 200];
const CHUNK_MS = 250;
/** Wall-clock ms between audio deltas, least and most: about four times faster than they play. */
const PACE_MS = [50, 70] as const;

export class Run {
  readonly id: string;
  readonly aside: boolean;
  totalTokens = 0;
  #status: EndStatus | 'in_progress' = 'in_progress';
  #details: Json | null = null;
  #usage: Json | null = null;
  #output: Item[] = [];
  #open: Open[] = [];
  #made: InputTokens = { text: 0, audio: 0 };
  #task: Task | undefined;
  #soundFromMs: number | undefined;
  #soundMs = 0;

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
    private readonly settings: RunSettings,
    private readonly listener: RunListener,
  ) {
    this.id = settings.id;
    this.aside = settings.aside;
  }

  begin(): void {
    this.desk.emit('response.created', { response: this.#shown() });
    this.#task = this.desk.start(this.desk.random.between(80, 160), this.#play());
  }

  /** Ends it now: what is open is closed as incomplete. */
  stop(status: 'cancelled' | 'incomplete', details: Json): void {
    this.#task?.cancel();
    this.#close('incomplete');
    this.#finish(status, details);
  }

  *#play(): Steps {
    const plan = makePlan(this.settings, this.conversation, this.desk.random);
    if (plan.kind === 'message') yield* this.#message(plan, 'final_answer');
    else {
      // Newer models say what they are about to do, and finish saying so only after the call.
      if (this.settings.phases) yield* this.#message(plan.commentary, 'commentary');
      if (this.#status === 'in_progress') yield* this.#call(plan.name, plan.args);
    }
    if (this.#status !== 'in_progress') return;
    this.#close('completed');
    this.#finish('completed', null);
  }

  *#message({ words, audio }: Message, phase: string): Steps {
    if (audio) yield* this.#speech(words, audio, phase);
    else yield* this.#text(words, phase);
  }

  *#text(words: string, phase: string): Steps {
    const open = this.#begin('text', phase);
    for (const delta of tokens(words)) {
      if (this.#overLimit(1)) return;
      this.#say('response.output_text.delta', open, delta);
      yield this.desk.random.between(5, 10);
    }
  }

  *#speech(words: string, pcm: Uint8Array, phase: string): Steps {
    const open = this.#begin('audio', phase);
    const pieces = tokens(words);
    const chunks = cut(pcm);
    let [sent, told] = [0, 0];
    this.#soundFromMs = this.desk.nowMs;
    for (const [index, chunk] of chunks.entries()) {
      // The words run ahead: three before the first sound, all of them by two thirds of it.
      const due = Math.min(
        pieces.length,
        Math.max(3, Math.ceil((pieces.length * (index + 1)) / (chunks.length * 0.66))),
      );
      for (; told < due; told += 1) {
        if (this.#overLimit(1)) return;
        this.#say('response.output_audio_transcript.delta', open, pieces[told] ?? '');
        yield this.desk.random.between(3, 8);
      }
      const ms = chunk.length / BYTES_PER_MS;
      if (this.#overLimit(0, Math.ceil(ms / 50))) return;
      const delta = fromPcm(chunk, (this.settings.format['type'] ?? 'audio/pcm') as FormatName).toString('base64');
      this.desk.emit('response.output_audio.delta', { ...open.place, delta });
      sent += chunk.length;
      this.#soundMs += ms;
      this.listener.spoke();
      // The client may have deleted it meanwhile.
      const kept = !this.aside && this.conversation.find(open.item.id) !== undefined;
      if (kept) this.conversation.setAudio(open.item.id, pcm.subarray(0, sent));
      yield this.desk.random.between(...PACE_MS);
    }
  }

  *#call(name: string, args: string): Steps {
    const callId = this.desk.mintCall();
    const item = { id: this.desk.mint('item'), type: 'function_call', status: 'in_progress', name, call_id: callId };
    const open = this.#add({ ...item, arguments: '' }, 'call');
    open.place['call_id'] = callId;
    for (const delta of jsonTokens(args)) {
      if (this.#overLimit(1)) return;
      this.#say('response.function_call_arguments.delta', open, delta);
      yield this.desk.random.between(5, 10);
    }
  }

  /** Begins a message with one part. */
  #begin(kind: 'text' | 'audio', phase: string): Open {
    const phases = this.settings.phases ? { phase } : {};
    const item = { id: this.desk.mint('item'), type: 'message', status: 'in_progress', role: 'assistant', content: [] };
    const open = this.#add({ ...item, ...phases }, kind);
    open.place['content_index'] = 0;
    const part = kind === 'text' ? { type: 'text', text: '' } : { type: 'audio', transcript: '' };
    this.desk.emit('response.content_part.added', { ...open.place, part });
    // So that a client may truncate it while it is still being made.
    open.item['content'] = [{ type: `output_${kind}` }];
    return open;
  }

  #add(item: Item, kind: Open['kind']): Open {
    const index = this.#output.length;
    this.#output.push(item);
    this.desk.emit('response.output_item.added', { response_id: this.id, output_index: index, item });
    const previous = this.aside ? null : this.conversation.add(item);
    if (!this.aside) this.desk.emit('conversation.item.added', { previous_item_id: previous, item });
    const place = { response_id: this.id, item_id: item.id, output_index: index };
    const open: Open = { item, index, previous, kind, place, said: '' };
    this.#open.push(open);
    return open;
  }

  #say(type: string, open: Open, delta: string): void {
    open.said += delta;
    this.desk.emit(type, { ...open.place, delta, obfuscation: obfuscation(delta, this.desk.random) });
  }

  /** Counts tokens about to be made; true, and the response over, when that would be more than allowed. */
  #overLimit(text: number, audio = 0): boolean {
    if (this.#made.text + this.#made.audio + text + audio > this.settings.maxTokens) {
      this.stop('incomplete', { type: 'incomplete', reason: 'max_output_tokens' });
      return true;
    }
    this.#made = { text: this.#made.text + text, audio: this.#made.audio + audio };
    return false;
  }

  /** The closing events of the items being made. */
  #close(status: 'completed' | 'incomplete'): void {
    const all = this.#open;
    this.#open = [];
    for (const open of all) this.#closeItem(open, status, all.length > 1);
  }

  #closeItem({ item, index, kind, place, previous, said }: Open, status: string, oneOfSeveral: boolean): void {
    item['status'] = status;
    if (kind === 'call') {
      item['arguments'] = said;
      const done = { ...place, name: item['name'], arguments: said };
      this.desk.emit('response.function_call_arguments.done', done);
    } else {
      const part = kind === 'text' ? { type: 'text', text: said } : { type: 'audio', transcript: said };
      item['content'] = [{ ...part, type: `output_${kind}` }];
      if (kind === 'text') this.desk.emit('response.output_text.done', { ...place, text: said });
      else {
        this.desk.emit('response.output_audio.done', place);
        this.desk.emit('response.output_audio_transcript.done', { ...place, transcript: said });
      }
      this.desk.emit('response.content_part.done', { ...place, part });
    }
    // Recorded sessions name the item before when the answer is text, and for a call after commentary; else null.
    const named = oneOfSeveral ? kind === 'call' : kind === 'text';
    const before = named ? previous : null;
    if (!this.aside) this.desk.emit('conversation.item.done', { previous_item_id: before, item });
    this.desk.emit('response.output_item.done', { response_id: this.id, output_index: index, item });
  }

  #finish(status: EndStatus, details: Json | null): void {
    this.#status = status;
    this.#details = details;
    this.#usage = this.settings.usage(this.#output.length === 0 ? undefined : this.#made);
    this.totalTokens = Number(this.#usage['total_tokens']);
    this.desk.emit('response.done', { response: this.#shown() });
    const playedMs = this.#soundFromMs === undefined ? 0 : this.desk.nowMs - this.#soundFromMs;
    this.listener.finished(this, status === 'completed' ? Math.max(0, this.#soundMs - playedMs) : 0);
  }

  #shown(): Json {
    const { conversationId, modality, maxTokens, format, voice, metadata } = this.settings;
    return {
      object: 'realtime.response',
      id: this.id,
      status: this.#status,
      status_details: this.#details,
      output: this.#output,
      conversation_id: conversationId,
      output_modalities: [modality],
      max_output_tokens: maxTokens === Infinity ? 'inf' : maxTokens,
      audio: { output: { format, voice } },
      usage: this.#usage,
      metadata,
    };
  }
}

function cut(pcm: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < pcm.length;) {
    const ms = FIRST_MS[chunks.length] ?? CHUNK_MS;
    chunks.push(pcm.subarray(at, at + ms * BYTES_PER_MS));
    at += ms * BYTES_PER_MS;
  }
  return chunks;
}
