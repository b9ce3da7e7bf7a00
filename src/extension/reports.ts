/** Reports in words, in VS Code's own read-only editor. */
import * as vscode from 'vscode';

const SCHEME = 'realtime-inspector-report';
/** Reports kept; an editor of an older one says that it is gone. */
const MOST = 20;

export class Reports implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  #next = 1;

  /** Shows a text under a name. */
  async show(name: string, text: string): Promise<void> {
    const id = String((this.#next += 1));
    this.#texts.set(id, text);
    for (const old of [...this.#texts.keys()].slice(0, -MOST)) this.#texts.delete(old);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: id });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }
  provideTextDocumentContent({ query }: vscode.Uri): string {
    return this.#texts.get(query) ?? 'This report is gone. Run its command again.\n';
  }
  dispose(): void {
    this.#registration.dispose();
  }
}
