/** Scenario files that are written for the user: where they go, and what a new one says. */
import path from 'node:path';
import * as vscode from 'vscode';
import { askWhereToWrite } from './diskFiles';
import type { Host } from './host';
import { scenarioFileName } from './scenarioPaths';

/** Asks where, writes a commented scenario to begin with, and opens it. */
export async function newScenario(host: Host): Promise<void> {
  const file = await askWhereToSave(host, 'talk.scenario.jsonc', 'New Scenario File');
  if (!file) return;
  const starter = `starter.scenario.${/\.ya?ml$/i.test(file) ? 'yaml' : 'jsonc'}`;
  const text = await vscode.workspace.fs.readFile(
    vscode.Uri.joinPath(host.context.extensionUri, 'media', 'scenario', starter),
  );
  await vscode.workspace.fs.writeFile(vscode.Uri.file(file), text);
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}

/** Where to save a scenario; undefined when the user thought better of it. Rejects when that would replace a file unasked. */
export async function askWhereToSave(host: Host, name: string, title: string): Promise<string | undefined> {
  const folder = host.folders[0]?.path;
  const defaultUri = folder ? { defaultUri: vscode.Uri.file(path.join(folder, name)) } : {};
  const picked = await askWhereToWrite({
    title,
    ...defaultUri,
    filters: { Scenarios: ['jsonc', 'yaml'] },
  });
  if (!picked) return undefined;
  const file = scenarioFileName(picked);
  if (file === picked) return file;
  // The dialog has asked about another name than this one.
  const there = await vscode.workspace.fs.stat(vscode.Uri.file(file)).then(
    () => true,
    () => false,
  );
  if (there) throw new Error(`${file} is there already. Give the scenario another name.`);
  return file;
}
