/** What can be played for a selection, best choice first. */
import type { AudioSelector } from '../../src/document/columns';
import type { AudioLane } from '../state/audioIndex';
import type { TimeSpan } from '../timeline/timeScale';
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
  /** The session's audio. */
  audio: { client: AudioLane; server: AudioLane };
  /** Session that is shown, or of the selected row, or the first that is heard. */
  session: string;
  /** The selected row's ids ('' for none), and its own piece of audio. */
  selected: {
    row: number;
    response: string;
    item: string;
    piece: { from: 'client' | 'server'; start: number; end: number } | null;
  } | null;
  range: TimeSpan | null;
  /** A response of the session, and an item the server made of what it heard; undefined for an id nobody told of. */
  response(id: string): SpokenName | undefined;
  heard(item: string): SpokenName | undefined;
  /** Sessions in the trace: with more than one, a choice says which it means. */
  sessions: number;
}

/** Choices for a selection; empty when there is no audio at all. */
export function audioChoices(question: AudioQuestion): AudioChoice[] {
  const { audio, session, selected, range } = question;
  const { client, server } = audio;
  const choices: AudioChoice[] = [];
  const whole = question.sessions > 1 ? `Session ${shortenMiddle(session, 12)}` : 'Session';
  if (range !== null) {
    const heard = (['client', 'server'] as const).filter((side) => audio[side].within(range) !== undefined);
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
    const { item, response, row, piece } = selected;
    for (const from of ['server', 'client'] as const) {
      if (response !== '' && audio[from].ofResponse(response) !== undefined)
        choices.push(
          choice(
            `response-${from}`,
            spokenLabel('Response', response, question.response(response)),
            [{ session, from, response }],
            response,
          ),
        );
      // Input carries no item when it is sent: the server says later which stretch of it became one.
      const heard = from === 'client' && client.count > 0 && item !== '' ? question.heard(item) : undefined;
      if (heard !== undefined || (item !== '' && audio[from].ofItem(item) !== undefined)) {
        const label = spokenLabel(from === 'client' ? 'Speech' : 'Item', item, heard);
        const found = choice(`item-${from}`, label, [{ session, from, item }], item);
        choices.push(found.ms > 0 ? found : { ...found, ms: heard?.ms ?? 0 });
      }
    }
    if (piece !== null)
      choices.push(
        choice(`row-${row}`, 'This event', [{ session, from: piece.from, startMs: piece.start, endMs: piece.end }]),
      );
  }
  if (client.count > 0 && server.count > 0)
    choices.push(
      choice('session', `${whole}, both sides`, [
        { session, from: 'client' },
        { session, from: 'server' },
      ]),
    );
  if (client.count > 0) choices.push(choice('session-client', `${whole}, microphone`, [{ session, from: 'client' }]));
  if (server.count > 0) choices.push(choice('session-server', `${whole}, speaker`, [{ session, from: 'server' }]));
  return choices;

  function choice(key: string, label: string, selectors: AudioSelector[], id = key): AudioChoice {
    const full = `${session}|${key}|${id}|${range?.start ?? ''}|${range?.end ?? ''}`;
    return { key: full, label, selectors, name: `${session}-${id}`, ms: extentOf(selectors) };
  }
  /** From the first piece to the last of what is meant, ms. */
  function extentOf(selectors: AudioSelector[]): number {
    const spans = selectors.flatMap(({ from, item, response, startMs, endMs }) => {
      const lane = audio[from];
      if (response !== undefined) return lane.ofResponse(response) ?? [];
      if (item !== undefined) return lane.ofItem(item) ?? [];
      return lane.within({ start: startMs ?? -Infinity, end: endMs ?? Infinity }) ?? [];
    });
    const start = Math.min(...spans.map((span) => span.start));
    const end = Math.max(...spans.map((span) => span.end));
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
