/** What a response will be: a function call, or words with or without sound. */
import { spokenText, type Conversation } from './conversation';
import type { Random } from './random';
import type { RunSettings } from './run';
import { chooseCall } from './toolcall';
import { speak } from './voice';
import { BYTES_PER_MS, isObject } from './wire';
import { callWords, echoWords, replyWords, toolWords } from './words';

/** Words, and their sound (PCM16 at 24 kHz) when the response is spoken. */
export interface Message {
  words: string;
  audio?: Uint8Array;
}

export type Plan = { kind: 'call'; name: string; args: string; commentary: Message } | ({ kind: 'message' } & Message);

/**
 * A function output is reported; otherwise a function is called when one is asked for; otherwise the user is answered: with
 * their own voice when they spoke, with a made-up one when they wrote.
 */
export function makePlan(settings: RunSettings, conversation: Conversation, random: Random): Plan {
  const { items, first, modality } = settings;
  const voiced = (words: string, own?: Uint8Array): Message => {
    if (modality === 'text') return { words };
    return { words, audio: own ?? bytesOf(speak(words, voiceName(settings.voice), settings.speed)) };
  };
  const outputs = [];
  for (let at = items.length - 1; items[at]?.type === 'function_call_output'; at -= 1) outputs.unshift(items[at]);
  if (outputs.length > 0) {
    const told = outputs.map((output) => {
      const call = items.find((item) => item.type === 'function_call' && item['call_id'] === output?.['call_id']);
      return toolWords(String(call?.['name'] ?? 'function'), String(output?.['output'] ?? ''));
    });
    return { kind: 'message', ...voiced(told.join(' ')) };
  }
  const user = items.findLast((item) => item['role'] === 'user');
  const text = spokenText(user);
  const call = chooseCall(settings.tools, settings.toolChoice, text);
  if (call) return { kind: 'call', ...call, commentary: voiced(callWords(call.name)) };
  const own = user ? conversation.audio(user.id) : undefined;
  if (own && own.length > 0) {
    return { kind: 'message', ...voiced(echoWords(first, own.length / BYTES_PER_MS, random), own) };
  }
  return { kind: 'message', ...voiced(replyWords(first, text, random)) };
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

function voiceName(voice: unknown): string {
  return isObject(voice) ? String(voice['id']) : String(voice);
}
