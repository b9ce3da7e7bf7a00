/** The setting `realtimeInspector.prices`: read and checked, with one warning for each entry that makes no sense. */
import * as vscode from 'vscode';
import { checkPrices, type UserPrices } from '../analysis/prices';
import { plain } from './plainText';
import { SECTION } from './settings';
import { Signal } from './signal';

const NAME = `${SECTION}.prices`;

export class Prices implements vscode.Disposable {
  /** The prices are others than before. */
  readonly onDidChange = new Signal<void>();
  #current: UserPrices | undefined;
  /** Warnings given already: a setting is read more often than it is mended. */
  #told = new Set<string>();
  readonly #subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration(NAME)) return;
    this.#current = undefined;
    this.onDidChange.fire();
  });

  /** The user's prices as they are now; entries with a mistake are left out. */
  get current(): UserPrices {
    return (this.#current ??= this.#read());
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #read(): UserPrices {
    const { prices, problems } = checkPrices(vscode.workspace.getConfiguration(SECTION).get('prices'));
    for (const problem of problems) if (!this.#told.has(problem)) void warn(problem);
    this.#told = new Set(problems);
    return prices;
  }
}

async function warn(problem: string): Promise<void> {
  const open = 'Open Settings';
  const answer = await vscode.window.showWarningMessage(plain(problem), open);
  if (answer === open) await vscode.commands.executeCommand('workbench.action.openSettings', NAME);
}
