/** One response from `response.created` to `response.done`, event by event in the live service's order. */
import { fromPcm, type FormatName } from './codec';
import type { Conversation, Item } from './conversation';
import type { Desk, Steps, Task } from './desk';
import type { CallResult, RealCall } from './mcp';
import { makePlan, type Plan, type PlannedItem, type PlannedPiece } from './plan';
import type { RunSettings } from './runSettings';
import type { InputTokens } from './usage';
import { BYTES_PER_MS, type Json } from './wire';
import { obfuscation } from './words';

const DELTAS: Record<PlannedItem['kind'], string> = {
  text: 'response.output_text.delta',
  audio: 'response.output_audio_transcript.delta',
  call: 'response.function_call_arguments.delta',
  mcp_call: 'response.mcp_call_arguments.delta',
  mcp_approval_request: 'response.mcp_call_arguments.delta',
};

export interface RunListener {
  /** So many ms of sound of that item have been sent. */
  spoke(run: Run, itemId: string, ms: number): void;
  /** `playsMs`: how long its audio plays from now when it plays at once as it comes. */
  finished(run: Run, playsMs: number): void;
}

type EndStatus = 'completed' | 'cancelled' | 'incomplete' | 'failed';

/** An item being made. */
interface Open {
  planned: PlannedItem;
  item: Item;
  index: number;
  previous: string | null;
  /** Fields its events share. */
  place: Json;
  /** Text, transcript or arguments so far. */
  said: string;
  /** Sound so far, PCM16. */
  sound: Uint8Array[];
}

/** Wall-clock ms between audio deltas, least and most: about four times faster than they play. */
const PACE_MS = [50, 70] as const;
/** A scripted MCP server takes its time, ms. */
const MCP_MS = 120;

export class Run {
  readonly id: string;
  readonly aside: boolean;
  readonly plan: Plan;
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
  #closing: string[] | undefined;

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
    private readonly settings: RunSettings,
    private readonly listener: RunListener,
  ) {
    this.id = settings.id;
    this.aside = settings.aside;
    this.plan = makePlan(settings, settings.answer, conversation, desk.random);
  }

  begin(): void {
    this.desk.emit('response.created', { response: this.#shown() });
    this.#task = this.desk.start(this.plan.delayMs ?? this.desk.random.between(80, 160), this.#play(this.plan));
  }

  /** Ends it now: what is open is closed as incomplete. */
  stop(status: 'cancelled' | 'incomplete', details: Json): void {
    this.#task?.cancel();
    this.#closing = this.plan.closing;
    this.#close('incomplete');
    this.#finish(status, details);
  }

  *#play(plan: Plan): Steps {
    const at = plan.items.map(() => 0);
    const opened: (Open | undefined)[] = plan.items.map(() => undefined);
    for (const step of plan.order) {
      if (step.do === 'wait') {
        yield step.ms;
        continue;
      }
      const planned = plan.items[step.item];
      if (!planned) continue;
      const open = (opened[step.item] ??= this.#begin(planned));
      if (step.do === 'close') yield* this.#conclude(open);
      for (let count = step.do === 'say' ? step.pieces : 0; count > 0; count -= 1) {
        const piece = planned.pieces[at[step.item]!++];
        if (!piece) break;
        yield* this.#piece(piece, open);
        if (this.#status !== 'in_progress') return;
      }
    }
    if (plan.status === 'held') return;
    if (plan.status !== 'completed') {
      this.#close('incomplete');
      return this.#finish(plan.status, plan.details);
    }
    for (const open of [...this.#open]) if (open.planned.kind === 'mcp_call') yield* this.#conclude(open);
    this.#close('completed');
    this.#finish('completed', null);
  }

  *#piece(piece: PlannedPiece, open: Open): Steps {
    const { kind, pieces } = open.planned;
    // Waits in the script stand for the pace of everything that is not sound.
    const paced = !pieces.some((other) => 'wait' in other) && !this.plan.order.some((step) => step.do === 'wait');
    if ('wait' in piece) yield piece.wait;
    else if ('sound' in piece) {
      yield* this.#sound(piece.sound, open);
      if (paced) yield this.desk.random.between(...PACE_MS);
    } else {
      if (this.#overLimit(1)) return;
      this.#say(DELTAS[kind], open, piece.words);
      if (paced) yield kind === 'audio' ? this.desk.random.between(3, 8) : this.desk.random.between(5, 10);
    }
  }

  *#sound(pcm: Uint8Array, open: Open): Steps {
    const ms = pcm.length / BYTES_PER_MS;
    if (this.#overLimit(0, Math.ceil(ms / 50))) return;
    this.#soundFromMs ??= this.desk.nowMs;
    this.#soundMs += ms;
    this.listener.spoke(this, open.item.id, ms);
    if (!this.settings.call) {
      const delta = fromPcm(pcm, (this.settings.format['type'] ?? 'audio/pcm') as FormatName).toString('base64');
      this.desk.emit('response.output_audio.delta', { ...open.place, delta });
    }
    open.sound.push(pcm);
    // The client may have deleted or cut it meanwhile.
    const { id } = open.item;
    const kept = !this.aside && this.conversation.find(id) !== undefined && !this.conversation.isTruncated(id);
    if (kept) this.conversation.setAudio(id, Buffer.concat(open.sound));
  }

  /** Begins an item, and its part when it is a message. */
  #begin(planned: PlannedItem): Open {
    const { kind, phase, name = '', server = '' } = planned;
    const id = this.desk.mint('item');
    const args = { arguments: '' };
    if (kind === 'call') {
      const call = this.desk.mintCall();
      const item = { id, type: 'function_call', status: 'in_progress', name, call_id: call, ...args };
      const open = this.#add(phase === undefined ? item : { ...item, phase }, planned);
      open.place['call_id'] = call;
      return open;
    }
    if (kind === 'mcp_approval_request')
      return this.#add({ id, type: kind, server_label: server, name, ...args }, planned);
    if (kind === 'mcp_call') {
      const approval = planned.approval === undefined ? {} : { approval_request_id: planned.approval };
      const item = { id, type: kind, server_label: server, name, ...args, output: null, error: null };
      return this.#add({ ...item, ...approval }, planned);
    }
    const item = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
    const open = this.#add(phase === undefined ? item : { ...item, phase }, planned);
    open.place['content_index'] = 0;
    const part = kind === 'text' ? { type: 'text', text: '' } : { type: 'audio', transcript: '' };
    this.desk.emit('response.content_part.added', this.#withPart(open.place, part));
    // So that a client may truncate it while it is still being made.
    open.item['content'] = [{ type: `output_${kind}` }];
    return open;
  }

  #add(item: Item, planned: PlannedItem): Open {
    const index = this.#output.length;
    this.#output.push(item);
    this.desk.emit('response.output_item.added', { response_id: this.id, output_index: index, item });
    const previous = this.aside ? null : this.conversation.add(item);
    if (!this.aside) this.desk.announce(previous, item);
    const place = { response_id: this.id, item_id: item.id, output_index: index };
    const open: Open = { planned, item, index, previous, place, said: '', sound: [] };
    this.#open.push(open);
    return open;
  }

  /** Azure repeats the part under another name. */
  #withPart(place: Json, part: Json): Json {
    return this.settings.dialect === 'azure' ? { ...place, part, content: part } : { ...place, part };
  }

  #say(type: string, open: Open, delta: string): void {
    open.said += delta;
    const padding = this.settings.obfuscation ? { obfuscation: obfuscation(delta, this.desk.random) } : {};
    this.desk.emit(type, { ...open.place, delta, ...padding });
  }

  /** Counts tokens about to be made; true, and the response over, when that would be more than allowed. */
  #overLimit(text: number, audio = 0): boolean {
    const { maxTokens } = this.settings;
    // A script that tells its usage is not counted again.
    const counts = this.plan.usage === undefined;
    if (counts && this.#made.text + this.#made.audio + text + audio > maxTokens) {
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

  /** Closes one item before the response ends; an MCP server is asked first. */
  *#conclude(open: Open): Steps {
    if (!this.#open.includes(open)) return;
    const { kind, call, takesMs = MCP_MS } = open.planned;
    const severally = this.#open.length > 1;
    if (kind === 'mcp_call') {
      const place = { item_id: open.item.id, output_index: open.index };
      this.desk.emit('response.mcp_call_arguments.done', { ...open.place, arguments: open.said });
      open.item['arguments'] = open.said;
      this.desk.emit('response.mcp_call.in_progress', place);
      if (!call) yield takesMs;
      const { output, error } = call ? yield* this.#answer(call) : open.planned;
      if (this.#status !== 'in_progress') return;
      if (error) open.item['error'] = error;
      else open.item['output'] = output;
      this.desk.emit(error ? 'response.mcp_call.failed' : 'response.mcp_call.completed', place);
    }
    this.#open = this.#open.filter((other) => other !== open);
    this.#closeItem(open, 'completed', severally);
  }

  /** Waits until a real server has answered. */
  *#answer(call: RealCall): Generator<number, { output?: string; error?: Json }, void> {
    let result: CallResult | undefined;
    call((answer) => {
      result = answer;
      this.#task?.wake();
    });
    while (!result) yield Infinity;
    return 'error' in result ? { error: { ...result.error } } : result;
  }

  #closeItem({ planned, item, index, place, previous, said }: Open, status: string, oneOfSeveral: boolean): void {
    const { kind } = planned;
    if (kind === 'call') {
      item['status'] = status;
      item['arguments'] = said;
      const done = { ...place, name: item['name'], arguments: said };
      this.#end('response.function_call_arguments.done', done);
    } else if (kind === 'mcp_call' || kind === 'mcp_approval_request') {
      item['arguments'] = said;
      if (kind === 'mcp_approval_request') {
        this.#end('response.mcp_call_arguments.done', { ...place, arguments: said });
      }
    } else {
      item['status'] = status;
      const part = kind === 'text' ? { type: 'text', text: said } : { type: 'audio', transcript: said };
      item['content'] = [{ ...part, type: `output_${kind}` }];
      if (kind === 'text') this.#end('response.output_text.done', { ...place, text: said });
      else {
        this.#end('response.output_audio.done', place);
        this.#end('response.output_audio_transcript.done', { ...place, transcript: said });
      }
      this.#end('response.content_part.done', this.#withPart(place, part));
    }
    // Recorded sessions name the item before when the answer is text, and for a call after commentary; else null.
    const named = oneOfSeveral ? kind === 'call' : kind !== 'audio' && kind !== 'call';
    const before = named ? previous : null;
    if (!this.aside) this.#end('conversation.item.done', { previous_item_id: before, item });
    this.#end('response.output_item.done', { response_id: this.id, output_index: index, item });
    // What the client does to the item from now on is not part of the response.
    this.#output[index] = structuredClone(item);
    // Its events tell all that was made of it; the conversation remembers what was heard.
    if (kind === 'audio' && this.conversation.isTruncated(item.id)) item['content'] = [{ type: 'output_audio' }];
  }

  /** Sends a closing event unless the script leaves it out. */
  #end(type: string, body: Json): void {
    if (!this.#closing || this.#closing.includes(type) || type === 'conversation.item.done') this.desk.emit(type, body);
  }

  #finish(status: EndStatus, details: Json | null): void {
    this.#status = status;
    this.#details = details;
    this.#usage =
      this.plan.usage === undefined
        ? this.settings.usage(this.#output.length === 0 ? undefined : this.#made)
        : this.plan.usage;
    this.totalTokens = Number(this.#usage?.['total_tokens'] ?? 0);
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
