/** How a comparison is told: signs and words that terminal and page share. */
import { formatMs } from '../analysis/format';
import type { ComparedEvent, EventPair, PairStatus, SessionPair, SoundPair, TurnPair } from './model';

/** Signs of pairs; a sign stands wherever a colour does. */
export const PAIR_SIGNS: Readonly<Record<PairStatus, string>> = {
  same: ' ',
  follows: '.',
  changed: '~',
  added: '+',
  removed: '-',
};

/** The same in words. */
export const PAIR_WORDS: Readonly<Record<PairStatus, string>> = {
  same: 'same',
  follows: 'as told above',
  changed: 'changed',
  added: 'only in b',
  removed: 'only in a',
};

/** `2 turns changed, 1 only in a; events: 4 changed, 2 only in a, 1 only in b`. */
export function countsText({ turns, counts }: SessionPair): string {
  const of = (words: string, count: number) => (count > 0 ? [`${count} ${words}`] : []);
  const turn = (status: TurnPair['status']) => turns.filter((one) => one.status === status).length;
  const told = (changed: number, removed: number, added: number) =>
    [...of('changed', changed), ...of('only in a', removed), ...of('only in b', added)].join(', ');
  const ofTurns = told(turn('changed'), turn('removed'), turn('added'));
  const ofEvents = told(counts.changed, counts.removed, counts.added);
  const all = [ofTurns && `turns: ${ofTurns}`, ofEvents && `events: ${ofEvents}`].filter(Boolean).join('; ');
  return all || 'same';
}

/** Times are told as a part of another only from this difference on, ms: less is the clock's. */
const LEAST_MS = 10;

/** `480 ms -> 612 ms (+28 %)`; `-` where it is not known. */
export function msText(a: number | null, b: number | null): string {
  return deltaText(a, b, formatMs, LEAST_MS);
}

/** The same of any number; no percentage is told of a difference below `least`. */
export function deltaText(a: number | null, b: number | null, words: (value: number) => string, least = 0): string {
  if (a === null || b === null) return `${a === null ? '-' : words(a)} -> ${b === null ? '-' : words(b)}`;
  if (words(a) === words(b)) return words(a);
  const percent = a > 0 && Math.abs(b - a) >= least ? Math.round((b / a - 1) * 100) : 0;
  return `${words(a)} -> ${words(b)}${percent === 0 ? '' : ` (${percent > 0 ? '+' : ''}${percent} %)`}`;
}

/** `#12 | #14  <- response.done`, with what it is about. */
export function eventTitle({ a, b, moved }: EventPair): string {
  const one = a ?? b;
  const number = (event: ComparedEvent | null) => (event ? (event.seq > 0 ? `#${event.seq}` : 'line') : '-');
  const arrow = one?.from === 'client' ? '-> ' : one?.from === 'server' ? '<- ' : '';
  const count = [a, b].map((event) => event?.count ?? 0);
  const pieces =
    Math.max(...count) > 1 ? ` x${count[0] === count[1] || !a || !b ? Math.max(...count) : count.join('|')}` : '';
  const sound = one && one.audioMs > 0 ? `, ${formatMs(one.audioMs)} of sound` : '';
  return `${number(a)} | ${number(b)}  ${arrow}${one?.type || '(no type)'}${one?.about ? ` ${one.about}` : ''}${pieces}${sound}${moved ? ' (in another place)' : ''}`;
}

/** Sound differs in length beyond this: pieces of 20 to 200 ms end it, and a voice never takes equally long twice. */
const LENGTH_MS = 250;
const LENGTH_SHARE = 0.05;
/** A smaller difference of levels is not told, dB. */
const LEAST_DB = 3;

/** Whether both last equally long, as far as that says anything. */
export function isAsLong({ a, b }: { a: number | null; b: number | null }): boolean {
  const [one, other] = [a ?? 0, b ?? 0];
  return Math.abs(one - other) <= Math.max(LENGTH_MS, LENGTH_SHARE * Math.max(one, other));
}

/** `same sound`, `other sound, as long`, `same sound, longer by 800 ms, 6 dB quieter`. */
export function soundText({ kind, a, b, louder }: SoundPair): string {
  const more = (b ?? 0) - (a ?? 0);
  const isSame = kind === 'bytes' || kind === 'same';
  const length = isAsLong({ a, b })
    ? isSame
      ? ''
      : ', as long'
    : `, ${more > 0 ? 'longer' : 'shorter'} by ${formatMs(Math.abs(more))}`;
  const level =
    louder === null || Math.abs(louder) < LEAST_DB
      ? ''
      : `, ${Math.round(Math.abs(louder))} dB ${louder > 0 ? 'louder' : 'quieter'}`;
  return `${isSame ? 'same sound' : kind === 'other' ? 'other sound' : 'other bytes of sound, not listened to'}${length}${level}`;
}
