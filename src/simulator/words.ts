/** What the simulator says. It never pretends to understand: its words say that it is a simulator. */
import type { Random } from './random';

const MAX_QUOTE = 160;

function quoted(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > MAX_QUOTE ? `${plain.slice(0, MAX_QUOTE).trimEnd()}…` : plain;
}

function lasting(ms: number): string {
  return `${(ms / 1000).toFixed(1)} seconds`;
}

/** First words of a session's first answer. */
export const GREETING = 'This is the embedded simulator.';

/** Spoken over the user's own voice. */
export function echoWords(first: boolean, ms: number, random: Random): string {
  const rest = [`I repeat what you said: ${lasting(ms)} of speech.`, `Here are your ${lasting(ms)} of speech again.`];
  return first ? `${GREETING} ${rest[0]}` : (rest[random.between(0, 1)] ?? '');
}

export function replyWords(first: boolean, text: string, random: Random): string {
  if (text.trim() === '') return first ? `${GREETING} Say or write something, and I repeat it.` : 'I am listening.';
  const said = quoted(text);
  const rest = [`You wrote: ${said}`, `I have no answer, only an echo: ${said}`, `Again in my words: ${said}`];
  return first ? `${GREETING} ${rest[0]}` : (rest[random.between(0, 2)] ?? '');
}

/** Said by newer models before a call. */
export function callWords(name: string): string {
  return `I ask the tool ${name}.`;
}

export function toolWords(name: string, output: string): string {
  const said = quoted(output);
  return said === '' ? `The tool ${name} answered with nothing.` : `The tool ${name} answered: ${said}`;
}

/** A made-up transcript of speech that lasted that long. The words sent while it lasts do not tell how long. */
export const TRANSCRIPT_START = 'This is a simulated transcript';

export function transcriptEnd(ms: number): string {
  return ` of ${lasting(ms)} of speech.`;
}

/** Text in pieces like a model's tokens: words with the space before them, punctuation apart, none over 12 characters. */
export function tokens(text: string): string[] {
  const pieces = text.match(/ ?[\p{L}\p{N}'’]+|\s+(?=\s)|\s?[^\s\p{L}\p{N}]|\s+/gu) ?? [];
  return pieces.flatMap((piece) => {
    const points = [...piece];
    const parts: string[] = [];
    for (let at = 0; at < points.length; at += 12) parts.push(points.slice(at, at + 12).join(''));
    return parts;
  });
}

/** JSON in pieces: runs of letters and digits, runs of everything else. */
export function jsonTokens(text: string): string[] {
  return (text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? []).flatMap((piece) => piece.match(/.{1,12}/gsu) ?? []);
}

/** Random characters beside a delta, so that delta and padding are 16 characters together. */
export function obfuscation(delta: string, random: Random): string {
  return random.base62(Math.max(0, 16 - delta.length));
}
