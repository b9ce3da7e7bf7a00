/** Reports in words, in VS Code's own read-only editor. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { label } from './plainText';
import { formatAge } from './traceFolder';

const SCHEME = 'realtime-inspector-report';
/** Reports kept; an editor of an older one says that it is gone. */
const MOST = 20;

/** A command above a line of a report. */
export interface ReportAction extends vscode.Command {
  /** From 0. */
  line: number;
}

interface Report {
  name: string;
  text: string;
  actions: readonly ReportAction[];
  uri: vscode.Uri;
  /** When it was made, ms since 1970. */
  at: number;
}

export class Reports implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, vscode.Disposable {
  /** Oldest first. */
  readonly #reports = new Map<string, Report>();
  readonly #registration = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    vscode.languages.registerCodeLensProvider({ scheme: SCHEME }, this),
  );

  /** Shows a text under a name, with a number where a report of that name is kept; in a tab that stays. */
  async show(wanted: string, text: string, actions: readonly ReportAction[] = []): Promise<void> {
    // Unlike any of an earlier window: a tab that comes back must not show what another report says.
    const id = randomUUID();
    const name = this.#freeName(wanted);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: id });
    this.#reports.set(id, { name, text, actions, uri, at: Date.now() });
    for (const old of [...this.#reports.keys()].slice(0, -MOST)) this.#reports.delete(old);
    await open(uri);
  }
  /** Asks for one of those that are kept and shows it again. */
  async choose(): Promise<void> {
    const now = Date.now();
    const items = [...this.#reports.values()].reverse().map(({ name, uri, at, text }) => ({
      ...{ label: label(name), description: `${formatAge(Math.max(0, now - at))} ago`, uri },
      detail: label(text.split('\n', 1)[0] ?? ''),
    }));
    if (items.length === 0) {
      void vscode.window.showInformationMessage('No report has been made in this window yet.');
      return;
    }
    const picked = await vscode.window.showQuickPick(items, { title: 'Show which report?', matchOnDetail: true });
    if (picked) await open(picked.uri);
  }
  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.#reports.get(query)?.text ?? 'This report is gone. Run its command again.\n';
  }
  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const { actions = [] } = this.#reports.get(uri.query) ?? {};
    return actions.map(({ line, ...command }) => new vscode.CodeLens(new vscode.Range(line, 0, line, 0), command));
  }
  dispose(): void {
    this.#registration.dispose();
  }

  #freeName(wanted: string): string {
    const taken = new Set([...this.#reports.values()].map(({ name }) => name));
    const { name, ext } = path.parse(wanted);
    for (let n = 1; ; n++) {
      const free = n === 1 ? wanted : `${name} ${n}${ext}`;
      if (!taken.has(free)) return free;
    }
  }
}

async function open(uri: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
}
