/** The table of turns: its columns, what stands in them, and their order. */
import type { LatencyName, Turn } from '../../src/analysis/model';
import { formatCount, formatDuration, formatPosition } from './format';
import { costWords } from './money';

export interface TurnColumn {
  key: string;
  title: string;
  /** What it means, for who asks. */
  explains: string;
  isNumber: boolean;
  /** Shown text. */
  text(turn: Turn): string;
  /** What it is sorted by; NaN and '' stand last either way. */
  value(turn: Turn): number | string;
}

const begunBy: Readonly<Record<Turn['by'], string>> = {
  speech: 'speech',
  text: 'text',
  tool: 'tool output',
  create: 'request',
  idle: 'time-out',
};

/** What a turn's wait is, in words. */
export const answerExplained =
  'From the end of speech, or the request, to the first audio of the answer (or its first words, where it has no audio)';

/** The first of these that was measured in a turn is how long its answer took to begin. */
const toAnswer: readonly LatencyName[] = [
  'toAnswer',
  'speechToAudio',
  'createToAudio',
  'speechToTranscript',
  'createToText',
];

/** How long a turn's answer took to begin, ms, and by which measure; undefined without an answer. */
export function answerLatency(turn: Turn): { name: LatencyName; ms: number } | undefined {
  for (const name of toAnswer) {
    const found = turn.latencies.find((latency) => latency.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const measured = (turn: Turn, name: LatencyName): number =>
  turn.latencies.find((latency) => latency.name === name)?.ms ?? NaN;

function column(
  key: string,
  title: string,
  explains: string,
  value: TurnColumn['value'],
  text: TurnColumn['text'] = (turn) => String(value(turn)),
  isNumber = false,
): TurnColumn {
  return { key, title, explains, isNumber, text, value };
}
function number(
  key: string,
  title: string,
  explains: string,
  value: (turn: Turn) => number,
  text: (value: number, turn: Turn) => string,
): TurnColumn {
  return column(
    key,
    title,
    explains,
    value,
    (turn) => (Number.isNaN(value(turn)) ? '' : text(value(turn), turn)),
    true,
  );
}

export const turnColumns: readonly TurnColumn[] = [
  number('number', '#', 'Turn of its session', (turn) => turn.number, String),
  column('by', 'by', 'What began it', (turn) => begunBy[turn.by]),
  number('start', 'start', 'When it began', (turn) => turn.start, formatPosition),
  column('heard', 'user', 'What the user said or wrote', (turn) => turn.heard),
  column('said', 'answer', 'What the model said or wrote', (turn) => turn.said),
  number('answer', 'to answer', answerExplained, (turn) => answerLatency(turn)?.ms ?? NaN, formatDuration),
  number(
    'created',
    'to response',
    'From the end of speech, or the request, to response.created',
    (turn) => {
      const ms = measured(turn, 'speechToCreated');
      return Number.isNaN(ms) ? measured(turn, 'createToCreated') : ms;
    },
    formatDuration,
  ),
  column('tools', 'tools', 'Functions and MCP tools that were called', (turn) => turn.tools.join(', ')),
  number('tokens', 'tokens', 'All tokens of its responses', (turn) => turn.usage?.totalTokens ?? NaN, formatCount),
  number(
    'cost',
    'cost',
    'What they cost, where the price is known',
    (turn) => (turn.usage === null ? NaN : (turn.cost?.usd ?? -1)),
    (_, turn) => costWords(turn.cost),
  ),
  column('status', 'status', 'How its last response ended', (turn) =>
    turn.detail === '' ? turn.status : `${turn.status}: ${turn.detail}`,
  ),
];

/** Turns in the order of a column; equal ones stay in the order of time. */
export function sortTurns(turns: readonly Turn[], key: string, descending: boolean): readonly Turn[] {
  const sortedBy = turnColumns.find((each) => each.key === key);
  if (sortedBy === undefined) return turns;
  const sign = descending ? -1 : 1;
  return [...turns].sort((left, right) => {
    const a = sortedBy.value(left);
    const b = sortedBy.value(right);
    const isEmptyA = a === '' || Number.isNaN(a);
    const isEmptyB = b === '' || Number.isNaN(b);
    if (isEmptyA || isEmptyB) return Number(isEmptyA) - Number(isEmptyB);
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)));
  });
}
