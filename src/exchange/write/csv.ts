/** All turns as a table: RFC 4180, for spreadsheets and data frames. */
import { LATENCY_NAMES } from '../../analysis/latency';
import type { Turn } from '../../analysis/model';
import type { ExportReport } from '../model';
import { analysed, wallTime, type Analysed, type Chosen } from './analysed';
import type { Write } from './transcript';

type Column = [name: string, value: (turn: Turn, whole: Analysed) => string | number | null];

const sum = (turn: Turn, of: 'input' | 'cached' | 'output') =>
  turn.usage && turn.usage.text[of] + turn.usage.audio[of] + turn.usage.image[of] + turn.usage.unknown[of];

const COLUMNS: readonly Column[] = [
  ['session', ({ session }) => session],
  ['turn', ({ number }) => number],
  ['began_by', ({ by }) => by],
  ['at', ({ start }, whole) => wallTime(whole, start)],
  ['start_ms', ({ start }) => rounded(start)],
  ['end_ms', ({ end }) => end && rounded(end)],
  ['status', ({ status }) => status],
  ['detail', ({ detail }) => detail],
  ['heard', ({ heard }) => heard],
  ['said', ({ said }) => said],
  ['tools', ({ tools }) => tools.join(' ')],
  ['responses', ({ responses }) => responses.length],
  ...LATENCY_NAMES.map((name): Column => [
    `${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_ms`,
    // A turn may be measured several times (gaps between pieces): the worst tells most.
    ({ latencies }) => {
      const all = latencies.filter((latency) => latency.name === name).map(({ ms }) => ms);
      return all.length === 0 ? null : rounded(Math.max(...all));
    },
  ]),
  ['input_tokens', (turn) => sum(turn, 'input')],
  ['cached_tokens', (turn) => sum(turn, 'cached')],
  ['output_tokens', (turn) => sum(turn, 'output')],
  ['audio_input_tokens', ({ usage }) => usage && usage.audio.input],
  ['audio_output_tokens', ({ usage }) => usage && usage.audio.output],
  ['cost_usd', ({ cost }) => cost && Number(cost.usd.toFixed(8))],
];

/** Writes the table of all sessions, or of one. */
export async function exportTurns(trace: string, write: Write, chosen: Chosen): Promise<Omit<ExportReport, 'files'>> {
  const whole = await analysed(trace, chosen);
  try {
    const ids = new Set(whole.sessions.map(({ id }) => id));
    const turns = whole.report.turns.filter(({ session }) => ids.has(session));
    await write(`${COLUMNS.map(([name]) => name).join(',')}\r\n`);
    for (const turn of turns) await write(`${COLUMNS.map(([, value]) => cell(value(turn, whole))).join(',')}\r\n`);
    const unpriced = whole.report.unpriced.map((why) => `No cost: ${why}`);
    return {
      trace,
      as: 'csv',
      counts: { sessions: ids.size, turns: turns.length },
      lost: [
        'What was heard and said is cut after 400 characters; of a latency measured several times in a turn the worst is here.',
        ...unpriced,
      ],
      guessed: [],
      problems: whole.problems,
    };
  } finally {
    await whole.close();
  }
}

const rounded = (ms: number) => Math.round(ms * 1000) / 1000;

/**
 * A cell. What was captured may begin like a formula, which spreadsheets carry out: an apostrophe before it makes it text
 * (OWASP, CSV injection).
 */
export function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
