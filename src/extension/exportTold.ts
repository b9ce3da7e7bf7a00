/** What an export ends with: which file there is now, what it lacks, and what can be done with it. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExportReport } from '../exchange/model';
import type { Log } from './log';
import { oneLine, plain } from './plainText';
import { isLocal, revealFile } from './revealFile';
import type { Reports } from './reports';

/** What a message names of what was not carried over; the log has all of it. */
const named = 2;
const mostNamed = 160;

/** The message, and the lines of the log. Free of what VS Code would make of them. */
export function exportWords({ files, lost }: ExportReport): { message: string; log: string[] } {
  const names = files.map(({ file }) => path.basename(file)).join(', ');
  const rest = lost.length - named;
  const first = lost.slice(0, named).map((words) => oneLine(words, mostNamed).replace(/\.$/, ''));
  const lacks =
    lost.length === 0 ? '' : ` Not carried over: ${first.join('; ')}${rest > 0 ? `; ${rest} more in the log` : ''}.`;
  return {
    message: `Wrote ${names}.${lacks}`,
    log: [`wrote ${names}`, ...lost.map((words) => `not carried over to ${names}: ${words}`)],
  };
}

/** Tells of it, and does what is chosen. `text` is the whole report. */
export async function tellExport(log: Log, reports: Reports, report: ExportReport, text: string): Promise<void> {
  const { message, log: lines } = exportWords(report);
  for (const line of lines) log.info(line);
  const [made] = report.files;
  const [open, reveal, show] = ['Open', 'Reveal', 'Show Report'];
  const choices = made === undefined ? [show] : [open, reveal, show];
  const chosen = await vscode.window.showInformationMessage(plain(message), ...choices);
  if (chosen === show) await reports.show(`Export to ${path.basename(made?.file ?? '')}.txt`, text);
  else if (made !== undefined && chosen === reveal) await revealFile(made.file);
  else if (made !== undefined && chosen === open) await openFile(made.file);
}

/** A page goes to the browser where there is one beside it, as VS Code would show its source. */
async function openFile(file: string): Promise<void> {
  const uri = vscode.Uri.file(file);
  if (file.endsWith('.html') && isLocal()) await vscode.env.openExternal(uri);
  else await vscode.commands.executeCommand('vscode.open', uri);
}
