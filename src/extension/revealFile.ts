/** Where a file is, shown in the window of files. */
import * as vscode from 'vscode';

/** True where the machine with the files is the one with the screen. */
export const isLocal = (): boolean => vscode.env.uiKind === vscode.UIKind.Desktop && !vscode.env.remoteName;

/** Shows a file among its neighbours. A remote machine has no window of its own for that: VS Code's explorer then has it. */
export async function revealFile(file: string): Promise<void> {
  await vscode.commands.executeCommand(isLocal() ? 'revealFileInOS' : 'revealInExplorer', vscode.Uri.file(file));
}
