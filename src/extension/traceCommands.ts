/** Commands about the files of traces: open, reveal, delete. */
import path from 'node:path';
import * as vscode from 'vscode';
import { isLocked, LOCK_SUFFIX } from '../trace/lock';
import { askForFiles } from './diskFiles';
import type { Host } from './host';
import { plain } from './plainText';
import { revealFile } from './revealFile';
import { sameFile } from './traceFolder';
import type { TracesView } from './tracesView';

/** Names that a question shows of many. */
const MOST_NAMED = 10;

/** The handlers by the names of their commands. `pathOf` is the file a menu was opened on; a view gives all that are selected too. */
export function traceCommands(
  host: Host,
  traces: TracesView,
  pathOf: (argument: unknown) => string | undefined,
): Record<string, (argument?: unknown, more?: unknown) => unknown> {
  const given = (argument: unknown, more: unknown): string[] => {
    const selected = Array.isArray(more) ? more.flatMap((node) => pathOf(node) ?? []) : [];
    const one = pathOf(argument);
    // A menu on a line outside of the selection is about that line.
    if (one === undefined || selected.includes(one)) return selected;
    return [one];
  };
  const needed = (files: string[], what: string): string[] => {
    if (files.length === 0) throw new Error(`Choose "${what}" in the menu of a trace in the Traces view.`);
    return files;
  };
  return {
    openTrace: async (argument, more) => {
      const files = given(argument, more);
      for (const file of files.length > 0 ? files : await pickTraces(host)) await host.openTrace(file);
    },
    revealTrace: async (argument) => {
      const [file = ''] = needed(given(argument, undefined), 'Reveal Trace');
      await revealFile(file);
    },
    deleteTrace: async (argument, more) => {
      const files = needed(given(argument, more), 'Delete Trace...');
      try {
        await deleteTraces(host, files);
      } finally {
        traces.refresh();
      }
    },
    refreshTraces: () => traces.refresh(),
  };
}

function pickTraces(host: Host): Promise<string[]> {
  return askForFiles({
    title: 'Open Realtime Trace',
    defaultUri: vscode.Uri.file(host.folder),
    canSelectMany: true,
    filters: { 'Realtime traces': ['jsonl'] },
  });
}

/** Asks once, then deletes all of them. Rejects, for people, and deletes none, when one is being written. */
async function deleteTraces({ proxy }: Host, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const name = path.basename(file);
    if (proxy.engine && sameFile(proxy.engine.file, file))
      throw new Error(`The proxy is writing the trace ${name}. Stop the proxy before deleting it.`);
    if (await isLocked(file + LOCK_SUFFIX))
      throw new Error(
        `Another window or the command line is writing the trace ${name}. Stop its proxy before deleting it.`,
      );
  }
  const names = files.map((file) => path.basename(file));
  const [only] = names;
  const rest = names.length - MOST_NAMED;
  const detail = [...names.slice(0, MOST_NAMED), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
  const remove = 'Delete';
  const answer = await vscode.window.showWarningMessage(
    plain(names.length === 1 ? `Delete the trace "${only}"?` : `Delete ${names.length} traces?`),
    { modal: true, ...(names.length === 1 ? {} : { detail: plain(detail) }) },
    remove,
  );
  if (answer !== remove) return;
  for (const file of files) {
    const uri = vscode.Uri.file(file);
    // Remote file systems often have no trash; the user has agreed to the deletion.
    await vscode.workspace.fs
      .delete(uri, { useTrash: true })
      .then(undefined, () => vscode.workspace.fs.delete(uri, { useTrash: false }));
  }
}
