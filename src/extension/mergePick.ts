/** Which traces are merged. */
import path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../analysis/format';
import { askForFiles } from './diskFiles';
import { label } from './plainText';
import { sameFile, statTraces, tracesIn } from './traceFolder';

type Item = vscode.QuickPickItem & { file?: string };

/**
 * Asks for at least two traces, with the one it was asked of ticked; those of its folder are offered, else those of `folder`, and any
 * other behind "Browse...". None when the user thought better of it.
 */
export async function pickTraces(given: string | undefined, folder: string): Promise<string[]> {
  const near = given === undefined ? folder : path.dirname(given);
  const known = (await statTraces(await tracesIn(near))).map(({ file, size, modified }) => ({
    file,
    description: `${formatBytes(size)} · ${new Date(modified).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}`,
  }));
  let ticked = given === undefined ? [] : [given];
  for (let again = ''; ;) {
    // What was browsed for, or opened from elsewhere, stands first.
    const strangers = ticked.filter((file) => !known.some((one) => sameFile(one.file, file)));
    const offered = [...strangers.map((file) => ({ file, description: path.dirname(file) })), ...known];
    const items: Item[] = offered.map(({ file, description }) => ({
      label: label(path.basename(file)),
      description: label(description),
      picked: ticked.some((one) => sameFile(one, file)),
      file,
    }));
    items.push({ label: '$(folder-opened) Browse...', description: 'Add traces of another folder' });
    const picked = await vscode.window.showQuickPick(items, {
      title: `Merge traces${again}`,
      placeHolder: 'Tick the traces that become one.',
      canPickMany: true,
    });
    if (picked === undefined) return [];
    ticked = picked.flatMap(({ file }) => file ?? []);
    if (picked.length > ticked.length) {
      const more = await askForFiles({
        title: 'Choose Traces to Merge',
        defaultUri: vscode.Uri.file(near),
        canSelectMany: true,
        filters: { 'Realtime Traces': ['jsonl'] },
      });
      ticked.push(...more.filter((file) => !ticked.some((one) => sameFile(one, file))));
      again = '';
    } else if (ticked.length > 1) {
      // The new one is named after the first.
      const isGiven = (file: string) => given !== undefined && sameFile(file, given);
      return [...ticked.filter(isGiven), ...ticked.filter((file) => !isGiven(file))];
    } else again = ': tick at least two';
  }
}
