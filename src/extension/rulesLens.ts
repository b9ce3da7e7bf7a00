/** The lines above the rules in their file while the proxy runs with them: how often each took part, and its switch. */
import * as vscode from 'vscode';
import type { Host } from './host';
import { isRulesName } from './rulesPaths';
import { ruleLenses, type RuleLens } from './rulesText';
import { SECTION } from './settings';
import { sameFile } from './traceFolder';

/** Shortest time between two drawings, ms: counts change with the traffic, and lines that move are hard to read. */
const REFRESH_MS = 500;
const SELECTOR = { scheme: 'file', pattern: '**/*realtime-rules.{jsonc,json,yaml,yml}' };

export function showRuleLenses({ rules }: Host): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: async (document) => {
      const { file } = rules.state;
      const isInForce = rules.running && file !== undefined && sameFile(document.uri.fsPath, file);
      if (!isInForce || !isRulesName(document.uri.path)) return [];
      const { parseRules } = await import('../rules/ruleFile');
      const parsed = parseRules(document.getText(), file);
      return ruleLenses(rules.state, parsed, (ms) => new Date(ms).toLocaleTimeString()).map(lensOf);
    },
  };
  const subscriptions = vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(SELECTOR, provider),
    rules.onDidChange.on(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        changed.fire();
      }, REFRESH_MS);
    }),
  );
  return {
    dispose: () => {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}

function lensOf({ line, title, tooltip, action }: RuleLens): vscode.CodeLens {
  const range = new vscode.Range(line - 1, 0, line - 1, 0);
  switch (action.kind) {
    case 'none':
      return new vscode.CodeLens(range, { title, tooltip, command: '' });
    case 'switchFile':
      return new vscode.CodeLens(range, { title, tooltip, command: `${SECTION}.switchRulesOn` });
    case 'tryAgain':
      return new vscode.CodeLens(range, { title, tooltip, command: `${SECTION}.tryRulesAgain` });
    case 'switch':
      return new vscode.CodeLens(range, { title, tooltip, command: `${SECTION}.switchRule`, arguments: [action] });
  }
}
