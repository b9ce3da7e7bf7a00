/** Marks what is wrong in open files of expectations, with the words of the `check` command. */
import type * as vscode from 'vscode';
import { markFiles } from './fileDiagnostics';
import type { Host } from './host';

/** Whether a file holds expectations, by its name. */
const isExpectationsName = (name: string): boolean => /\.expectations\.(jsonc?|ya?ml)$/i.test(name);

/** A file on disk, or one that is not saved yet; not a revision of git's. */
export function markExpectations(host: Host): vscode.Disposable {
  return markFiles(host, {
    name: 'Realtime expectations',
    isChecked: ({ uri }) => (uri.scheme === 'file' || uri.scheme === 'untitled') && isExpectationsName(uri.path),
    check: async (text, file) => {
      const { problems, warnings } = (await import('../expect/expectationFile')).parseExpectations(text, file);
      return [...problems, ...warnings.map((one) => ({ ...one, severity: 'warning' as const }))];
    },
  });
}
