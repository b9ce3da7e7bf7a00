/**
 * Files as the inspector reads and writes them: by their path, on the disk of the machine it runs on. In a remote window a dialog
 * can offer the user's own machine too, and a folder may lie on no disk at all; the same path here would be another file.
 */
import * as vscode from 'vscode';
import { oneLine } from './plainText';

/** The file's path. Throws, for people, when it is not on this machine's disk. */
export function diskPath(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  const name = oneLine(uri.path.slice(uri.path.lastIndexOf('/') + 1));
  const where = vscode.env.remoteName === undefined ? 'this machine' : 'the remote machine, where the inspector runs';
  throw new Error(`"${name}" (${uri.scheme}:) is not a file on the disk of ${where}. Put it there, or choose another.`);
}

/** Asks for files to read; none when the user thought better of it. Rejects, for people, when they are not on this machine's disk. */
export async function askForFiles(options: vscode.OpenDialogOptions): Promise<string[]> {
  return ((await vscode.window.showOpenDialog(options)) ?? []).map(diskPath);
}

/** Asks where to write a file; undefined when the user thought better of it. Rejects as `askForFiles` does. */
export async function askWhereToWrite(options: vscode.SaveDialogOptions): Promise<string | undefined> {
  const picked = await vscode.window.showSaveDialog(options);
  return picked && diskPath(picked);
}
