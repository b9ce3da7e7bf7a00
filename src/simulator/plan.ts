/** What a response will hold and in which order it comes: from the scenario, or made up for the default conversation. */
import { spokenText, type Conversation, type Item } from './conversation';
import type { RealCall } from './mcp';
import { callOf, lastOf } from './moment';
import type { Random } from '../protocol/random';
import type { RunSettings } from './runSettings';
import type { Answer, Piece, SayItem, ScriptedItem } from './scenario';
import { FAILURES, fill, type FailureName } from './texts';
import { chooseCall, chooseCalls } from './toolcall';
import { lasting, speak } from './voice';
import { BYTES_PER_MS, isObject, type Json } from './wire';
import { callWords, echoWords, imageWords, jsonTokens, replyWords, toolWords, tokens } from './words';

/** A step in the making of an item: a delta of words or sound, or time that passes (ms). */
export type PlannedPiece = { words: string } | { sound: Uint8Array } | { wait: number };

export interface PlannedItem {
  kind: 'text' | 'audio' | 'call' | 'mcp_call' | 'mcp_approval_request';
  pieces: PlannedPiece[];
  phase?: string;
  /** Name of the function or MCP tool, and the server it belongs to. */
  name?: string;
  server?: string;
  /** How the MCP call ended. */
  output?: string;
  error?: Json;
  /** Or a real server that says how, when asked. */
  call?: RealCall;
  /** How long it runs, ms. */
  takesMs?: number;
  /** The approval it was waiting for. */
  approval?: string;
}

export type Step =
  { do: 'open' | 'close'; item: number } | { do: 'say'; item: number; pieces: number } | { do: 'wait'; ms: number };

export interface Plan {
  delayMs?: number;
  items: PlannedItem[];
  order: Step[];
  status: 'completed' | 'held' | 'incomplete' | 'failed';
  details: Json | null;
  usage?: Json | null;
  rateLimits?: Json[] | false;
  limitsAfterMs?: number;
  cutAfterMs?: number;
  /** Closing events sent when it is cut short; all of them unless given. */
  closing?: string[];
  then?: 'drop' | 'expire';
}

/** Size of the audio deltas in ms of speech: the first ones are shorter so that sound comes sooner. */
const FIRST_MS = [100, 150, 200];
const CHUNK_MS = 250;

/** The plan of a response; `answer` is what the scenario says, if anything. */
export function makePlan(
  settings: RunSettings,
  answer: Exclude<Answer, string> | undefined,
  conversation: Conversation,
  random: Random,
): Plan {
  const planner = new Planner(settings, conversation, random);
  return answer ? planner.scripted(answer) : planner.plan(planner.conversation());
}

class Planner {
  constructor(
    private readonly settings: RunSettings,
    private readonly conversations: Conversation,
    private readonly random: Random,
  ) {}

  /** Items one after another; with overlap the first is closed only when all have been said. */
  plan(items: PlannedItem[]): Plan {
    const overlap = overlaps(items);
    const order: Step[] = [];
    for (const [item, { pieces }] of items.entries()) {
      order.push({ do: 'open', item }, { do: 'say', item, pieces: pieces.length });
      if (!overlap) order.push({ do: 'close', item });
    }
    return { items, order, status: 'completed', details: null };
  }

  scripted(answer: Exclude<Answer, string>): Plan {
    const items = (answer.output ?? []).flatMap((item) => this.#item(item));
    const plan = this.plan(items);
    // What is cut short is cut in its last item.
    if (answer.status !== undefined && answer.status !== 'completed') plan.order.pop();
    if (answer.order) plan.order = answer.order.map((step) => stepOf(step));
    if (answer.delayMs !== undefined) plan.delayMs = answer.delayMs;
    if (answer.usage !== undefined) plan.usage = answer.usage;
    if (answer.rateLimits !== undefined) plan.rateLimits = answer.rateLimits;
    if (answer.limitsAfterMs !== undefined) plan.limitsAfterMs = answer.limitsAfterMs;
    if (answer.cutAfterMs !== undefined) plan.cutAfterMs = answer.cutAfterMs;
    if (answer.closing !== undefined) plan.closing = answer.closing;
    if (answer.then !== undefined) plan.then = answer.then;
    plan.status = answer.error === undefined ? (answer.status ?? 'completed') : 'failed';
    if (plan.status === 'failed')
      plan.details = { type: 'failed', error: this.#failure(answer.error ?? 'server_error') };
    if (plan.status === 'incomplete') {
      plan.details = { type: 'incomplete', reason: answer.reason ?? 'max_output_tokens' };
    }
    return plan;
  }

  /**
   * A function output is reported; otherwise a function is called when one is asked for; otherwise the user is answered:
   * with their own voice when they spoke, with a made-up one when they wrote.
   */
  conversation(): PlannedItem[] {
    const { items, first } = this.settings;
    const outputs = lastOf(items, 'function_call_output');
    if (outputs.length > 0) {
      const told = outputs.map((output) =>
        toolWords(String(callOf(items, output)?.['name'] ?? 'function'), String(output['output'] ?? '')),
      );
      return [this.#message(told.join(' '))];
    }
    // The response with the call ends with it; the client asks for the one that tells what came of it.
    const asked = lastOf(items, 'mcp_call');
    if (asked.length > 0) return [this.#message(asked.map(mcpWords).join(' '))];
    const mcp = this.settings.mcp(items);
    if (mcp) return mcp.flatMap((item) => this.#item(item));
    const user = items.findLast((item) => item['role'] === 'user');
    const text = spokenText(user);
    const calls = chooseCalls(this.settings.tools, this.settings.toolChoice, text, this.settings.parallelCalls);
    const [call] = calls;
    if (call) {
      const planned = calls.map(({ name, args }) => this.#call(name, args));
      // Newer models say what they are about to do, and finish saying so only after the call.
      return this.settings.phases ? [this.#message(callWords(call.name), 'commentary'), ...planned] : planned;
    }
    const own = user ? this.conversations.audio(user.id) : undefined;
    if (own && own.length > 0)
      return [this.#message(echoWords(first, own.length / BYTES_PER_MS, this.random), undefined, own)];
    const images = imagesOf(user);
    return [
      this.#message(images > 0 && text === '' ? imageWords(first, images) : replyWords(first, text, this.random)),
    ];
  }

  #item(item: ScriptedItem): PlannedItem[] {
    if ('parrot' in item) return this.conversation();
    if ('call' in item) {
      const made = chooseCall(this.settings.tools, { type: 'function', name: item.call }, '')?.args ?? '{}';
      const args = jsonText(item.arguments) ?? made;
      const phase = item.phase === undefined ? {} : { phase: item.phase };
      const pieces = item.pieces ? { pieces: this.#pieces(item.pieces, args) } : {};
      return [{ ...this.#call(item.call, args), ...pieces, ...phase }];
    }
    if ('mcpCall' in item) {
      const args = jsonText(item.arguments) ?? '{}';
      const pieces = this.#pieces(item.pieces ?? jsonTokens(args), args);
      const common = { pieces, name: item.mcpCall, server: item.server };
      if (item.approval === true) return [{ kind: 'mcp_approval_request', ...common }];
      const approval = item.approvedBy;
      const takes = item.takesMs === undefined ? {} : { takesMs: item.takesMs };
      const base = { kind: 'mcp_call' as const, ...common, ...takes, ...(approval === undefined ? {} : { approval }) };
      const scripted = item.error !== undefined || item.output !== undefined;
      const call = scripted ? undefined : this.settings.realCall(item.server, item.mcpCall, args);
      if (call) return [{ ...base, call }];
      const error = typeof item.error === 'string' ? { type: 'tool_execution_error', message: item.error } : item.error;
      return [{ ...base, ...(error ? { error } : { output: item.output ?? '' }) }];
    }
    return [this.#said(item)];
  }

  #said(item: SayItem): PlannedItem {
    const phase = item.phase === undefined ? {} : { phase: item.phase };
    const spoken = this.settings.modality === 'audio';
    if (item.pieces) return { kind: spoken ? 'audio' : 'text', pieces: this.#pieces(item.pieces, item.say), ...phase };
    const { pcm, ms, voice } = item.audio ?? {};
    const recorded = pcm === undefined ? undefined : Buffer.from(pcm, 'base64');
    const made = ms === undefined ? undefined : bytesOf(lasting(item.say, voice ?? this.#voice(), ms));
    return { ...this.#message(item.say, item.phase, recorded ?? made, voice) };
  }

  /** A message; newer models mark what is their final answer. */
  #message(words: string, phase = 'final_answer', own?: Uint8Array, voice = this.#voice()): PlannedItem {
    const phases = this.settings.phases ? { phase } : {};
    if (this.settings.modality === 'text') {
      return { kind: 'text', pieces: tokens(words).map((piece) => ({ words: piece })), ...phases };
    }
    const pcm = own ?? bytesOf(speak(words, voice, this.settings.speed));
    return { kind: 'audio', pieces: interleaved(tokens(words), cut(pcm)), ...phases };
  }

  #call(name: string, args: string): PlannedItem {
    return { kind: 'call', name, pieces: jsonTokens(args).map((words) => ({ words })) };
  }

  /** Scripted pieces; ms of sound are spoken by the built-in voice in the words' rhythm. */
  #pieces(pieces: Piece[], words: string): PlannedPiece[] {
    const total = pieces.reduce<number>((sum, piece) => sum + (typeof piece === 'number' ? piece : 0), 0);
    const voice = bytesOf(lasting(words, this.#voice(), total));
    let at = 0;
    return pieces.map((piece) => {
      if (typeof piece === 'string') return { words: piece };
      if (typeof piece === 'object' && 'wait' in piece) return { wait: piece.wait };
      if (typeof piece === 'object') return { sound: Buffer.from(piece.audio, 'base64') };
      const from = Math.round(at) * BYTES_PER_MS;
      at += piece;
      return { sound: voice.subarray(from, Math.round(at) * BYTES_PER_MS) };
    });
  }

  #failure(error: FailureName | Json): Json {
    if (typeof error !== 'string') return error;
    const { model, session } = this.settings;
    return { ...FAILURES[error], message: fill(FAILURES[error].message, { model, session }) };
  }

  #voice(): string {
    const { voice } = this.settings;
    return isObject(voice) ? String(voice['id']) : String(voice);
  }
}

/** Words run ahead of the sound: three before the first of it, all by two thirds. */
function interleaved(words: string[], chunks: Uint8Array[]): PlannedPiece[] {
  const pieces: PlannedPiece[] = [];
  let told = 0;
  for (const [index, sound] of chunks.entries()) {
    const due = Math.min(words.length, Math.max(3, Math.ceil((words.length * (index + 1)) / (chunks.length * 0.66))));
    for (; told < due; told += 1) pieces.push({ words: words[told] ?? '' });
    pieces.push({ sound });
  }
  return pieces;
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

/** Commentary is closed only after the call that follows it, as recorded from newer models. */
function overlaps(items: readonly PlannedItem[]): boolean {
  return items.length > 1 && items[0]?.phase === 'commentary' && items.some(({ kind }) => kind === 'call');
}

function stepOf(text: string): Step {
  const wait = /^wait (\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (wait !== undefined) return { do: 'wait', ms: Number(wait) };
  const match = /^(open|close|say) (\d+)(?: x(\d+))?$/.exec(text);
  const item = Number(match?.[2]);
  if (match?.[1] === 'say') return { do: 'say', item, pieces: Number(match[3] ?? 1) };
  return { do: match?.[1] === 'close' ? 'close' : 'open', item };
}

function jsonText(value: string | Json | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

function mcpWords({ name, output, error }: Item): string {
  return toolWords(String(name), String(isObject(error) ? error['message'] : (output ?? '')));
}

function imagesOf(item: Item | undefined): number {
  const content = item?.['content'];
  return Array.isArray(content) ? content.filter((part) => isObject(part) && part['type'] === 'input_image').length : 0;
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
