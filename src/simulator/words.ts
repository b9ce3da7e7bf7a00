/** The simulator's words put together, and cut into pieces as a model's tokens are. */
import type { Random } from '../protocol/random';
import { WORDS, fill } from './texts';

const MAX_QUOTE = 160;

function quoted(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > MAX_QUOTE ? `${plain.slice(0, MAX_QUOTE).trimEnd()}…` : plain;
}

function lasting(ms: number): string {
  return fill(WORDS.seconds, { seconds: (ms / 1000).toFixed(1) });
}

function pick(texts: readonly string[], first: boolean, random: Random): string {
  return texts[first ? 0 : random.between(0, texts.length - 1)] ?? '';
}

const greeted = (first: boolean, words: string): string => (first ? `${WORDS.greeting} ${words}` : words);

/** Spoken over the user's own voice, which lasted that long. */
export function echoWords(first: boolean, ms: number, random: Random): string {
  return greeted(first, fill(pick(WORDS.echo, first, random), { length: lasting(ms) }));
}

/** An answer to what was written. */
export function replyWords(first: boolean, text: string, random: Random): string {
  if (text.trim() === '') return first ? greeted(true, WORDS.invitation) : WORDS.listening;
  return greeted(first, fill(pick(WORDS.reply, first, random), { said: quoted(text) }));
}

/** An answer to pictures without words. */
export function imageWords(first: boolean, count: number): string {
  return greeted(first, fill(WORDS.image, { count: count === 1 ? 'an image' : `${count} images` }));
}

/** Said by newer models before a call. */
export function callWords(name: string): string {
  return fill(WORDS.call, { name });
}

/** What a tool answered, told to the user. */
export function toolWords(name: string, output: string): string {
  const said = quoted(output);
  return fill(said === '' ? WORDS.toolSilence : WORDS.toolAnswer, { name, said });
}

/** A made-up transcript of speech that lasted that long. */
export function transcriptOf(ms: number): string {
  return WORDS.transcriptStart + fill(WORDS.transcriptEnd, { length: lasting(ms) });
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
