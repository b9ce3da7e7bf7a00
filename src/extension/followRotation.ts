/** Goes along when a recording goes on in a new file: who watched the one sees the other. */
import path from 'node:path';
import * as vscode from 'vscode';
import { EDITOR, type Host } from './host';
import { messageOf } from './signal';
import type { TraceEditors } from './traceEditor';
import { sameFile } from './traceFolder';

/** How long a word about it stays in the status bar, ms. */
const SAID_MS = 5000;

const shows = (tab: vscode.Tab | undefined, file: string): boolean =>
  tab?.input instanceof vscode.TabInputCustom && tab.input.viewType === EDITOR && sameFile(tab.input.uri.fsPath, file);

export function followRotation(host: Host, editors: TraceEditors): vscode.Disposable {
  let file = '';
  let engine = host.proxy.engine;
  return vscode.Disposable.from(
    host.proxy.onDidRecord.on((recorded) => {
      const before = file;
      const isSameRun = engine === host.proxy.engine;
      file = recorded.file;
      engine = host.proxy.engine;
      if (!isSameRun || before === '' || sameFile(before, file)) return;
      const name = path.basename(file);
      host.log.info(`Recording goes on in ${file}.`);
      vscode.window.setStatusBarMessage(`$(record) Realtime: recording goes on in a new trace`, SAID_MS);
      const open = editors.find(before);
      if (!open) return;
      editors.lookForParts(open);
      // Where it is looked at, the rest takes its place; whatever else is in front or typed into stays.
      for (const { viewColumn } of vscode.window.tabGroups.all.filter(({ activeTab }) => shows(activeTab, before)))
        host
          .openTrace(file, { viewColumn, preserveFocus: true })
          .catch((error: unknown) => host.log.warn(`${name} did not open: ${messageOf(error)}`));
    }),
  );
}
