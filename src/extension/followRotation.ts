/** Goes along when a recording goes on in a new file: who watched the one sees the other. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Host } from './host';
import { messageOf } from './signal';
import type { TraceEditors } from './traceEditor';
import { sameFile } from './traceFolder';

/** How long a word about it stays in the status bar, ms. */
const SAID_MS = 5000;

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
      if (editors.find(before))
        host
          .openTrace(file, { preserveFocus: true })
          .catch((error: unknown) => host.log.warn(`${name} did not open: ${messageOf(error)}`));
    }),
  );
}
