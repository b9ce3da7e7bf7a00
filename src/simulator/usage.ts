/** Token counts in the live service's shape: 1 a 100 ms of input audio, 1 a 50 ms of output audio, about 4 letters of text. */
import { imageTokens } from './images';
import { spokenText, type Conversation, type Item } from './conversation';
import { isObject, type Json } from './wire';

export interface InputTokens {
  text: number;
  audio: number;
  image?: number;
}

export function textTokens(text: string): number {
  return text === '' ? 0 : Math.ceil(text.length / 4);
}

/** What a response reads: instructions, tools and items. */
export function inputTokens(config: Json, items: readonly Item[], conversation: Conversation): InputTokens {
  let text = textTokens(String(config['instructions'] ?? ''));
  const { tools } = config;
  if (Array.isArray(tools) && tools.length > 0) text += textTokens(JSON.stringify(tools));
  let [audio, image] = [0, 0];
  for (const item of items) {
    audio += Math.ceil(conversation.audioMs(item.id) / 100);
    text += 3 + textTokens(spokenText(item)) + textTokens(String(item['output'] ?? item['arguments'] ?? ''));
    text += textTokens(transcriptOf(item));
    for (const part of Array.isArray(item['content']) ? (item['content'] as unknown[]) : []) image += imageTokens(part);
  }
  return { text, audio, image };
}

/** `cached` is what the previous response read: the live service reuses it in blocks of 64. */
export function usageOf(input: InputTokens, cached: InputTokens | undefined, output: InputTokens): Json {
  const block = (now: number, before = 0): number => Math.floor(Math.min(now, before) / 64) * 64;
  const cachedText = block(input.text, cached?.text);
  const cachedAudio = block(input.audio, cached?.audio);
  const { image = 0 } = input;
  const cachedImage = block(image, cached?.image);
  const inputSum = input.text + input.audio + image;
  const outputSum = output.text + output.audio;
  return {
    total_tokens: inputSum + outputSum,
    input_tokens: inputSum,
    output_tokens: outputSum,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: image,
      cached_tokens: cachedText + cachedAudio + cachedImage,
      cached_tokens_details: { text_tokens: cachedText, audio_tokens: cachedAudio, image_tokens: cachedImage },
    },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}

/** Usage of a response that was stopped before it made anything. */
export const NO_USAGE = usageOf({ text: 0, audio: 0 }, undefined, { text: 0, audio: 0 });

const LIMIT = 15_000_000;

/** The token limit refills within the minute, so little is ever missing. */
export function rateLimits(used: number): Json[] {
  const reset = Math.round((used / LIMIT) * 60_000) / 1000;
  return [{ name: 'tokens', limit: LIMIT, remaining: LIMIT - used, reset_seconds: Math.max(0.001, reset) }];
}

function transcriptOf(item: Item): string {
  if (item['role'] !== 'assistant' || !Array.isArray(item['content'])) return '';
  return item['content']
    .map((part: unknown) => (isObject(part) && typeof part['transcript'] === 'string' ? part['transcript'] : ''))
    .join('');
}
