/** Marks what is wrong in open rules files. */
import type * as vscode from 'vscode';
import { markFiles } from './fileDiagnostics';
import type { Host } from './host';
import { isRulesName } from './rulesPaths';

export function markRules(host: Host): vscode.Disposable {
  return markFiles(host, {
    name: 'Realtime rules',
    isChecked: ({ uri }) => uri.scheme === 'file' && isRulesName(uri.path),
    check: async (text, file) => (await import('../rules/ruleFile')).parseRules(text, file).problems,
  });
}
