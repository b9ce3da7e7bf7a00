/** What can be played for a selection, best choice first. */
import type { AudioSelector } from '../../src/document/columns';
import type { AudioPiece } from '../state/audioIndex';
import { shortenEnd, shortenMiddle } from './format';

/** One thing to play: one selector, or both sides at once. */
export interface AudioChoice {
  key: string;
  label: string;
  selectors: AudioSelector[];
  /** File name offered when it is saved. */
  name: string;
  /** About how long it is, first piece to last, ms; changes when more audio arrives. */
  ms: number;
}

/** What is known of a response or of a user's item. */
export interface SpokenName {
  /** From 1 within its session. */
  ordinal: number;
  /** What was said; '' when no event told (yet). */
  words: string;
  /** Length on the axis, ms; 0 when it is not known. */
  ms: number;
}

export interface AudioQuestion {
  pieces: { client: readonly AudioPiece[]; server: readonly AudioPiece[] };
  /** Session that is shown, or of the selected row; '' when there is no telling. */
  session: string;
  /** The selected row's ids ('' for none), and its own piece of audio. */
  selected: { row: number; response: string; item: string } | null;
  range: { start: number; end: number } | null;
  /** A response of the session, and an item the server made of what it heard; undefined for an id nobody told of. */
  response(id: string): SpokenName | undefined;
  heard(item: string): SpokenName | undefined;
  /** Sessions in the trace: with more than one, a choice says which it means. */
  sessions: number;
}

/** Choices for a selection; empty when there is no audio at all. */
export function audioChoices(question: AudioQuestion): AudioChoice[] {
  const { pieces, selected, range } = question;
  const session = question.session || pieces.client[0]?.session || pieces.server[0]?.session || '';
  const client = pieces.client.filter((piece) => piece.session === session);
  const server = pieces.server.filter((piece) => piece.session === session);
  const sides = { client, server } as const;
  const choices: AudioChoice[] = [];
  const whole = question.sessions > 1 ? `Session ${shortenMiddle(session, 12)}` : 'Session';
  if (range !== null) {
    const heard = (['client', 'server'] as const).filter((side) =>
      sides[side].some((piece) => piece.start < range.end && piece.start + piece.ms > range.start),
    );
    const bounds = { startMs: range.start, endMs: range.end };
    if (heard.length === 2)
      choices.push(
        choice(
          'range',
          'Range, both sides',
          heard.map((from) => ({ session, from, ...bounds })),
        ),
      );
    for (const from of heard)
      choices.push(choice(`range-${from}`, `Range, ${sideName(from)}`, [{ session, from, ...bounds }]));
  }
  if (selected !== null) {
    const { item, response, row } = selected;
    for (const from of ['server', 'client'] as const) {
      if (response !== '' && sides[from].some((piece) => piece.response === response))
        choices.push(
          choice(
            `response-${from}`,
            spokenLabel('Response', response, question.response(response)),
            [{ session, from, response }],
            response,
          ),
        );
      // Input carries no item when it is sent: the server says later which stretch of it became one.
      const heard = from === 'client' && client.length > 0 && item !== '' ? question.heard(item) : undefined;
      if (heard !== undefined || (item !== '' && sides[from].some((piece) => piece.item === item))) {
        const label = spokenLabel(from === 'client' ? 'Speech' : 'Item', item, heard);
        const found = choice(`item-${from}`, label, [{ session, from, item }], item);
        choices.push(found.ms > 0 ? found : { ...found, ms: heard?.ms ?? 0 });
      }
    }
    for (const from of ['client', 'server'] as const) {
      const piece = sides[from].find((candidate) => candidate.row === row);
      if (piece !== undefined)
        choices.push(
          choice(`row-${row}`, 'This event', [{ session, from, startMs: piece.start, endMs: piece.start + piece.ms }]),
        );
    }
  }
  if (client.length > 0 && server.length > 0)
    choices.push(
      choice('session', `${whole}, both sides`, [
        { session, from: 'client' },
        { session, from: 'server' },
      ]),
    );
  if (client.length > 0) choices.push(choice('session-client', `${whole}, microphone`, [{ session, from: 'client' }]));
  if (server.length > 0) choices.push(choice('session-server', `${whole}, speaker`, [{ session, from: 'server' }]));
  return choices;

  function choice(key: string, label: string, selectors: AudioSelector[], id = key): AudioChoice {
    const full = `${session}|${key}|${id}|${range?.start ?? ''}|${range?.end ?? ''}`;
    return { key: full, label, selectors, name: `${session}-${id}`, ms: extentOf(selectors) };
  }
  function extentOf(selectors: AudioSelector[]): number {
    let start = Infinity;
    let end = -Infinity;
    for (const { from, item: ofItem, response: ofResponse, startMs, endMs } of selectors)
      for (const piece of sides[from]) {
        if (ofItem !== undefined && piece.item !== ofItem) continue;
        if (ofResponse !== undefined && piece.response !== ofResponse) continue;
        const first = Math.max(piece.start, startMs ?? -Infinity);
        const last = Math.min(piece.start + piece.ms, endMs ?? Infinity);
        if (last <= first) continue;
        start = Math.min(start, first);
        end = Math.max(end, last);
      }
    return Math.max(0, end - start);
  }
}

/** `Response 3: It is sunny…`, or with its id while nobody told what was said. */
function spokenLabel(what: string, id: string, name: SpokenName | undefined): string {
  if (name === undefined) return `${what} ${shortenMiddle(id, 16)}`;
  const words = name.words.trim().replace(/^"|"$/g, '');
  return words === ''
    ? `${what} ${name.ordinal} (${shortenMiddle(id, 14)})`
    : `${what} ${name.ordinal}: ${shortenEnd(words, 32)}`;
}

function sideName(from: 'client' | 'server'): string {
  return from === 'client' ? 'microphone' : 'speaker';
}
