/**
 * Tokens and seconds as the server counted them: of a response (`response.done`) and of an input transcription. Input
 * includes what was cached, so the cached count is a part of it and never added (docs of `RealtimeResponseUsage`).
 */
import { asNumber, asObject, dig, type JsonObject } from './json';
import type { TokenCount, Usage } from './model';

const MODALITIES = ['text', 'audio', 'image'] as const;

/** No tokens at all. */
export function noUsage(): Usage {
  return { text: none(), audio: none(), image: none(), unknown: none(), totalTokens: 0, transcribedSeconds: 0 };
}

/** The sum of both; neither is changed. */
export function addUsage(left: Usage, right: Usage): Usage {
  return {
    text: add(left.text, right.text),
    audio: add(left.audio, right.audio),
    image: add(left.image, right.image),
    unknown: add(left.unknown, right.unknown),
    totalTokens: left.totalTokens + right.totalTokens,
    transcribedSeconds: left.transcribedSeconds + right.transcribedSeconds,
  };
}

/** True when the server counted nothing: such a response costs nothing, whatever the prices are. */
export function isNoUsage(usage: Usage): boolean {
  const counts = [usage.text, usage.audio, usage.image, usage.unknown];
  return usage.transcribedSeconds === 0 && counts.every(({ input, output }) => input === 0 && output === 0);
}

/**
 * Usage of a `response.done`; null when it tells none. xAI puts `usage` beside the response and leaves the one in it empty. Negative numbers and anything
 * that is no number count as not told.
 */
export function responseUsage(event: JsonObject): Usage | null {
  const usage = asObject(dig(event, 'response', 'usage'));
  return tokens(usage && Object.keys(usage).length > 0 ? usage : (asObject(event.usage) ?? usage));
}

/** Usage of a `conversation.item.input_audio_transcription.completed`, in tokens or in seconds; null when it tells none. */
export function transcriptionUsage(event: JsonObject): Usage | null {
  const usage = asObject(event.usage);
  if (usage?.type !== 'duration') return tokens(usage);
  return { ...noUsage(), transcribedSeconds: count(usage.seconds) ?? 0 };
}

function tokens(usage: JsonObject | undefined): Usage | null {
  if (!usage) return null;
  const told = noUsage();
  const input = asObject(usage.input_token_details);
  const output = asObject(usage.output_token_details);
  const cached = asObject(input?.cached_tokens_details);
  const transcribes = usage.type === 'tokens';
  for (const modality of MODALITIES) {
    const field = `${modality}_tokens`;
    told[modality].input = count(input?.[field]) ?? 0;
    told[modality].output = count(output?.[field]) ?? 0;
    told[modality].cached = Math.min(count(cached?.[field]) ?? 0, told[modality].input);
  }
  const sum = (name: keyof TokenCount): number => MODALITIES.reduce((all, modality) => all + told[modality][name], 0);
  // A transcription is text; the service does not detail it.
  if (transcribes && sum('output') === 0) told.text.output = count(usage.output_tokens) ?? 0;
  told.unknown.input = rest(usage.input_tokens, sum('input'));
  told.unknown.output = rest(usage.output_tokens, sum('output'));
  placeCached(told, rest(input?.cached_tokens, sum('cached')), sum('cached'), sum('input') + told.unknown.input);
  told.totalTokens =
    count(usage.total_tokens) ?? sum('input') + sum('output') + told.unknown.input + told.unknown.output;
  return told;
}

/** Where all input is of one modality, so is what was cached of it; else nobody knows, but that it was input. */
function placeCached(told: Usage, missing: number, known: number, input: number): void {
  if (missing === 0) return;
  const all = [told.text, told.audio, told.image, told.unknown];
  const used = all.filter(({ input }) => input > 0);
  const only = used.length === 1 ? used[0] : undefined;
  if (only) only.cached = Math.min(only.input, known + missing);
  else told.unknown.cached = Math.min(missing, input - known);
}

function rest(total: unknown, known: number): number {
  return Math.max(0, (count(total) ?? 0) - known);
}

function count(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 ? number : undefined;
}

function none(): TokenCount {
  return { input: 0, cached: 0, output: 0 };
}

function add(left: TokenCount, right: TokenCount): TokenCount {
  return {
    input: left.input + right.input,
    cached: left.cached + right.cached,
    output: left.output + right.output,
  };
}
