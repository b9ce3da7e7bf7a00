/** A turn as it is being put together. */
import type { Span, SpanMark, Turn } from './model';
import type { Moment } from './spans/book';

/** Longest `heard` and `said`, characters. */
const TEXT = 400;

/** A turn and what decides when it is over. */
export interface TurnState {
  turn: Turn;
  /** Responses in the conversation that run. */
  active: Set<string>;
  /** Responses in the conversation that have begun. */
  answers: number;
  /** Its speech has become an item. */
  committed: boolean;
  /** What it has gathered is an exchange of before, told by the app: the next input is where it begins. */
  isHistory: boolean;
  /** What happened in it, for its span. */
  marks: SpanMark[];
}

/** A turn in which nothing has happened yet. */
export function newTurn(session: string, number: number, by: Turn['by'], start: Moment): TurnState {
  const turn: Turn = {
    key: `${session} turn ${number}`,
    session,
    number,
    by,
    start: start.t,
    end: null,
    startRow: start.row,
    endRow: null,
    speechEnd: null,
    voiceEnd: null,
    userItems: [],
    responses: [],
    heard: '',
    said: '',
    tools: [],
    status: 'none',
    detail: '',
    latencies: [],
    usage: null,
    cost: null,
  };
  return { turn, active: new Set(), answers: 0, committed: false, isHistory: false, marks: [] };
}

/** The turn as a span of its lane. */
export function turnSpan({ turn, marks }: TurnState): Span {
  return {
    key: turn.key,
    session: turn.session,
    lane: 'turn',
    label: `turn ${turn.number}`,
    start: turn.start,
    end: turn.end,
    status: turn.status,
    detail: turn.detail,
    startRow: turn.startRow,
    endRow: turn.endRow,
    response: turn.responses[0] ?? '',
    item: turn.userItems[0] ?? '',
    call: '',
    marks: [...marks],
  };
}

/** Words and those that follow, at most 400 characters. */
export function joinWords(before: string, words: string): string {
  if (before.length >= TEXT) return before;
  const whole = before ? `${before} ${words}` : words;
  if (whole.length <= TEXT) return whole;
  const cut = whole.slice(0, TEXT - 1);
  // Not within a character of two code units.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
