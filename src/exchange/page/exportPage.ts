/** A trace's page made from its file. */
import type { UserPrices } from '../../analysis/prices';
import { analyseWhole, type WholeAnalysis } from '../../document/wholeAnalysis';
import type { Work } from '../../rewrite/source';
import { Remarks, type ExportReport } from '../model';
import type { Write } from '../write/transcript';
import type { InspectReport } from './inspectReport';
import { inspectTrace } from './inspectTrace';
import { MOST_ENTRIES, tracePage } from './tracePage';

/** The page and what it was made of. Rejects with an `UnreadableFileError` when the trace cannot be read. */
export async function pageOf(
  trace: string,
  prices: UserPrices | undefined,
  { signal, progress }: Work = {},
): Promise<{ page: string; counts: InspectReport; whole: WholeAnalysis }> {
  const counts = await inspectTrace(trace);
  signal?.throwIfAborted();
  progress?.(0.4);
  const whole = await analyseWhole(trace, prices, MOST_ENTRIES);
  signal?.throwIfAborted();
  progress?.(0.9);
  return { page: tracePage(counts, whole), counts, whole };
}

/** Writes the page. Rejects as `pageOf` does. */
export async function exportPage(
  trace: string,
  write: Write,
  { prices, ...work }: Work & { prices?: UserPrices },
): Promise<Omit<ExportReport, 'files'>> {
  const { page, counts, whole } = await pageOf(trace, prices, work);
  await write(page);
  const lost = new Remarks();
  lost.add('Sound is left out');
  for (const { entries, total } of whole.conversations)
    if (total > entries.length)
      lost.add('Entries of the conversations beyond the first are left out', total - entries.length);
  for (const why of whole.report.unpriced) lost.add(`No cost: ${why}`);
  return {
    trace,
    as: 'html',
    counts: { sessions: counts.sessions.length, turns: whole.report.turns.length },
    lost: lost.list(),
    guessed: [],
    problems: counts.problems,
  };
}
