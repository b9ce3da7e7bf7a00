/** The runs of a sweep as lines of text in columns. */
import { formatMs } from '../../analysis/format';
import type { SweepRow } from './sweep';

const TITLES = [
  '',
  'turns',
  'answers',
  'cut off',
  'silence p50',
  'wait p50',
  'p95',
  'end of speech p50',
  'heard',
  'tokens',
  'cost',
  'refused',
  'not sent',
  'did not come',
  'findings',
  'ended',
];

/** The titles, then a line for each row; `plain` takes out of a name what a screen would not show as text. */
export function sweepTable(rows: readonly SweepRow[], plain: (text: string) => string): string[] {
  const table = [TITLES, ...rows.map((row) => cellsOf(row).map(plain))];
  const widths = TITLES.map((_title, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf(row: SweepRow): string[] {
  return [
    row.name,
    String(row.turns),
    String(Object.values(row.responses).reduce((sum, count) => sum + count, 0)),
    String(row.responses['cancelled'] ?? 0),
    row.silence ? formatMs(row.silence.p50) : '-',
    row.toAnswer ? formatMs(row.toAnswer.p50) : '-',
    row.toAnswer ? formatMs(row.toAnswer.p95) : '-',
    row.endpointing ? formatMs(row.endpointing.p50) : '-',
    row.heardAudioMs === undefined ? '-' : formatMs(row.heardAudioMs),
    String(row.tokens),
    row.usd === undefined ? 'no price' : `$${row.usd.toFixed(4)}`,
    String(row.refused),
    String(row.skipped),
    String(row.notCome),
    String(row.findings),
    row.ending,
  ];
}
