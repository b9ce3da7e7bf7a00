/** The analysis of a trace as text for people, at most 100 columns wide. */
import { formatMs } from '../analysis/format';
import { LATENCY_NAMES } from '../analysis/latency';
import type { Turn } from '../analysis/model';
import type { InspectReport } from '../exchange/page/inspectReport';
import { answerMs, costText } from '../exchange/page/words';
import type { AnalysisReport, FindingReport } from '../document/wholeAnalysis';

const WIDTH = 100;
/** Turns listed; `--json` has all. */
const MOST_TURNS = 100;
const MOST_FINDINGS = 50;
const MOST_NOTES = 100;

/** Captured words must not steer a terminal. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
}

/** Sections of the report, each with an empty line before it. */
export function analysisLines(report: AnalysisReport): string[] {
  return [...findingLines(report.findings), ...turnLines(report.turns), ...measureLines(report), ...usageLines(report)];
}

/** The user's notes, each with its moment and message. */
export function noteLines(notes: InspectReport['notes']): string[] {
  const lines = ['', `Notes (${notes.length})`];
  for (const { session, seq, t, text } of notes.slice(0, MOST_NOTES)) {
    const where = [session, formatMs(t), seq > 0 ? `#${seq}` : ''].filter(Boolean).join(' ');
    lines.push(...wrap(`${where}: ${text === '' ? 'bookmark' : text}`, '  ', '    '));
  }
  if (notes.length > MOST_NOTES) lines.push(`  and ${notes.length - MOST_NOTES} more; --json has all`);
  return lines;
}

function findingLines(findings: FindingReport[]): string[] {
  const lines = ['', `Findings${findings.length > 0 ? ` (${findings.length})` : ''}`];
  if (findings.length === 0) lines.push('  nothing suspicious');
  for (const { severity, title, explanation, advice, events, session, t } of findings.slice(0, MOST_FINDINGS)) {
    const numbers = events.filter((seq) => seq > 0).slice(0, 5);
    const where = [session, formatMs(t), ...numbers.map((seq) => `#${seq}`)].filter(Boolean).join(' ');
    lines.push(...wrap(`${severity === 'info' ? 'note' : severity}: ${title} (${where})`, '  ', '    '));
    lines.push(...wrap(explanation, '    ', '    '), ...wrap(`What to do: ${advice}`, '    ', '    '));
  }
  if (findings.length > MOST_FINDINGS) lines.push(`  and ${findings.length - MOST_FINDINGS} more; --json has all`);
  return lines;
}

function turnLines(turns: Turn[]): string[] {
  const lines = ['', `Turns${turns.length > 0 ? ` (${turns.length})` : ''}`];
  if (turns.length === 0) return [...lines, '  none'];
  const table = turns.slice(0, MOST_TURNS).map((turn) => {
    const ms = answerMs(turn);
    return [
      turn.session,
      String(turn.number),
      turn.by,
      formatMs(turn.start),
      ms === undefined ? '' : formatMs(ms),
      turn.usage ? String(turn.usage.totalTokens) : '',
      turn.usage ? (turn.cost ? costText(turn.cost) : 'no price') : '',
      turn.detail ? `${turn.status}: ${turn.detail}` : turn.status,
      [...(turn.tools.length > 0 ? [`[${turn.tools.join(', ')}]`] : []), turn.heard].join(' '),
      turn.said,
    ].map(plain);
  });
  const heads = ['', '#', 'by', 'start', 'answer', 'tokens', 'cost', 'status', 'user', 'model'];
  const most = [12, 6, 6, 10, 8, 8, 14, 24];
  const widths = most.map((least, at) =>
    Math.min(least, Math.max(heads[at]?.length ?? 0, ...table.map((row) => row[at]?.length ?? 0))),
  );
  // What was said shares the rest.
  const left = WIDTH - widths.reduce((sum, width) => sum + width + 2, 0) - 4;
  const half = Math.max(8, Math.floor(left / 2));
  widths.push(half, half);
  for (const row of [heads, ...table]) {
    const cells = row.map((cell, at) => {
      const width = widths[at] ?? 0;
      const shown = cut(cell, width);
      return at === 1 || (at >= 3 && at <= 6) ? shown.padStart(width) : shown.padEnd(width);
    });
    lines.push(cut(`  ${cells.join('  ')}`, WIDTH).trimEnd());
  }
  if (turns.length > MOST_TURNS) lines.push(`  and ${turns.length - MOST_TURNS} more; --json has all`);
  return lines;
}

function measureLines({ measures }: AnalysisReport): string[] {
  const lines = ['', 'Measures (ms; taken where messages arrive at the proxy)'];
  const names = LATENCY_NAMES.filter((name) => measures[name]);
  if (names.length === 0) return [...lines, '  none'];
  const title = Math.max(...names.map((name) => measures[name]?.title.length ?? 0));
  const number = (ms: number) => (ms >= 99.95 ? ms.toFixed(0) : ms.toFixed(1)).padStart(8);
  lines.push(
    `  ${''.padEnd(title)}${'count'.padStart(8)}${'p50'.padStart(8)}${'p95'.padStart(8)}${'most'.padStart(8)}`,
  );
  for (const name of names) {
    const told = measures[name];
    if (!told) continue;
    lines.push(
      `  ${told.title.padEnd(title)}${String(told.count).padStart(8)}${number(told.p50)}${number(told.p95)}${number(told.max)}`,
      ...wrap(told.formula.replaceAll('`', ''), '      ', '      '),
    );
  }
  return lines;
}

function usageLines({ totals, unpriced }: AnalysisReport): string[] {
  const { usage, cost } = totals;
  const lines = ['', 'Tokens and cost'];
  for (const [name, { input, cached, output }] of Object.entries({
    text: usage.text,
    audio: usage.audio,
    image: usage.image,
    'not told': usage.unknown,
  })) {
    if (input + cached + output > 0)
      lines.push(`  ${name.padEnd(8)}  ${input} in (${cached} of it cached), ${output} out`);
  }
  if (usage.transcribedSeconds > 0)
    lines.push(`  ${usage.transcribedSeconds.toFixed(1)} s transcribed by a model that counts time`);
  if (usage.totalTokens === 0 && usage.transcribedSeconds === 0) return [...lines, '  none told'];
  lines.push(`  ${usage.totalTokens} tokens altogether, ${costText(cost)}${cost?.source ? ` (${cost.source})` : ''}`);
  if (cost === null && unpriced.length > 0)
    lines.push(...wrap(`not priced: ${plain(unpriced.join('; '))}`, '  ', '    '));
  const unheard = totals.outputAudioMs - totals.heardAudioMs;
  if (totals.outputAudioMs > 0)
    lines.push(
      `  the model spoke ${formatMs(totals.outputAudioMs)}${unheard > 0 ? `, ${formatMs(unheard)} of it not heard` : ''}`,
    );
  return lines;
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 3))}...`;
}

/** Words over lines of at most 100 columns; a longer word has a line of its own. */
function wrap(text: string, first: string, then: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of plain(text).split(/\s+/)) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = then;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
