/** Reports in words, in VS Code's own read-only editor. */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

const SCHEME = 'realtime-inspector-report';
/** Reports kept; an editor of an older one says that it is gone. */
const MOST = 20;

/** A command above a line of a report. */
export interface ReportAction extends vscode.Command {
  /** From 0. */
  line: number;
}

export class Reports implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, vscode.Disposable {
  readonly #texts = new Map<string, { text: string; actions: readonly ReportAction[] }>();
  readonly #registration = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    vscode.languages.registerCodeLensProvider({ scheme: SCHEME }, this),
  );

  /** Shows a text under a name. */
  async show(name: string, text: string, actions: readonly ReportAction[] = []): Promise<void> {
    // Unlike any of an earlier window: a tab that comes back must not show what another report says.
    const id = randomUUID();
    this.#texts.set(id, { text, actions });
    for (const old of [...this.#texts.keys()].slice(0, -MOST)) this.#texts.delete(old);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: id });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }
  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.#texts.get(query)?.text ?? 'This report is gone. Run its command again.\n';
  }
  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const { actions = [] } = this.#texts.get(uri.query) ?? {};
    return actions.map(({ line, ...command }) => new vscode.CodeLens(new vscode.Range(line, 0, line, 0), command));
  }
  dispose(): void {
    this.#registration.dispose();
  }
}
