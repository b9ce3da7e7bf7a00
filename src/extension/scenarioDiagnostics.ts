/** Marks what is wrong in open scenario files. The reader is a thread that lives only while one is open. */
import * as vscode from 'vscode';
import { startScenarioReader, type ScenarioReader } from '../simulator';
import { markFiles } from './fileDiagnostics';
import type { Host } from './host';
import { isScenarioName } from './scenarioPaths';

/** A text that is the simulator's to read: a file on disk, not a revision of git's. */
export const isScenarioDocument = ({ uri }: vscode.TextDocument): boolean =>
  uri.scheme === 'file' && isScenarioName(uri.path);

export function markScenarios(host: Host): vscode.Disposable {
  let reader: ScenarioReader | undefined;
  let sounds: vscode.FileSystemWatcher | undefined;
  const marks = markFiles(host, {
    name: 'Realtime scenarios',
    isChecked: isScenarioDocument,
    check: async (text, file) => {
      const asked = (reader ??= startScenarioReader(host.dist));
      try {
        return await asked.ask('check', { text, file });
      } catch (error) {
        // The thread has ended: with the last file, or by a fault that the next change may not bring again.
        if (reader === asked) reader = undefined;
        throw error;
      }
    },
    begin: () => {
      sounds = vscode.workspace.createFileSystemWatcher('**/*.wav');
      sounds.onDidCreate(() => marks.checkAll());
      sounds.onDidChange(() => marks.checkAll());
      sounds.onDidDelete(() => marks.checkAll());
    },
    rest: () => {
      void reader?.stop();
      reader = undefined;
      sounds?.dispose();
      sounds = undefined;
    },
  });
  return marks;
}
