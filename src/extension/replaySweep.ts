/** The report of a sweep: its table, and above each run what can be done with its trace. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Replayable } from '../replay/client/replay';
import type { SweepRow } from '../replay/client/sweep';
import { rowInThread } from '../replay/client/thread';
import type { Host } from './host';
import { label, plain } from './plainText';
import type { ReplayEnd } from './replayRun';
import { recordingStem, sweepAmount, sweepReport, sweepWarning, type SweepRun } from './replayText';
import type { ReportAction, Reports } from './reports';
import { SECTION } from './settings';

/** What was replayed. */
interface Swept {
  file: string;
  origin?: string;
  session: Replayable;
  timing: string;
  /** For people. */
  server: string;
}

/**
 * Shows what came of the runs; `asked` is how many there were to be, `isStopped` that the user wanted no more of them. Rejects when
 * no trace can be read.
 */
export async function showSweep(
  host: Host,
  reports: Reports,
  { file, origin, session, timing, server }: Swept,
  runs: readonly (SweepRun & ReplayEnd)[],
  { asked, isStopped }: { asked: number; isStopped: boolean },
): Promise<void> {
  if (runs.length === 0) return;
  const rows: SweepRow[] = [await rowInThread(host.dist, { name: 'recorded', file, session: session.id })];
  for (const { name, trace, ending, refusals, skipped, notCome } of runs)
    rows.push(await rowInThread(host.dist, { name, file: trace, result: { ending, refusals, skipped, notCome } }));
  const about = `${sweepAmount(runs, asked, isStopped)}: session ${session.id}, ${timing}, to ${server}`;
  const { text, recordedLine, runLines } = sweepReport(file, about, rows, runs);
  // A part is gone when its replay has ended.
  const uris = [origin ?? file, ...runs.map(({ trace }) => trace)].map((trace) => vscode.Uri.file(trace));
  const [recorded] = uris;
  const open = (line: number, title: string, uri: vscode.Uri | undefined): ReportAction => ({
    ...{ line, title, command: `${SECTION}.openTrace`, arguments: [uri] },
  });
  const compare = (line: number, uri: vscode.Uri | undefined): ReportAction => ({
    ...{
      line,
      title: 'Compare With Recording',
      command: `${SECTION}.compareWith`,
      arguments: [undefined, [recorded, uri]],
    },
  });
  await reports.show(`${recordingStem(file)} sweep.txt`, text, [
    open(recordedLine, 'Open Recording', recorded),
    {
      ...{ line: recordedLine, title: 'Compare Two...', command: `${SECTION}.compareOfSweep` },
      arguments: [uris, rows.map(({ name }) => name)],
    },
    ...runLines.flatMap((line, index) => [open(line, 'Open Trace', uris[index + 1]), compare(line, uris[index + 1])]),
  ]);
  const warning = sweepWarning(runs, asked);
  if (warning !== undefined) void vscode.window.showWarningMessage(plain(warning));
}

/** Asks for two of the traces of a sweep and compares them, in the order of the table. Rejects, for people, without traces. */
export async function compareTwo(uris: unknown, names: unknown): Promise<void> {
  if (!Array.isArray(uris) || !Array.isArray(names))
    throw new Error('Two runs are compared from the table of a sweep: choose this above it.');
  const items = uris.flatMap((uri: unknown, index) =>
    uri instanceof vscode.Uri
      ? [{ label: label(String(names[index])), description: label(path.basename(uri.fsPath)), uri }]
      : [],
  );
  const first = await vscode.window.showQuickPick(items, { title: 'Compare which run?' });
  if (!first) return;
  const others = items.filter((item) => item !== first);
  const second = await vscode.window.showQuickPick(others, { title: plain(`Compare ${first.label} with`) });
  if (second) await vscode.commands.executeCommand(`${SECTION}.compareWith`, undefined, [first.uri, second.uri]);
}
