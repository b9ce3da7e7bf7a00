/** Payload files as VS Code has them: which documents they are, and places of theirs. */
import * as vscode from 'vscode';
import { PAYLOAD_EXTENSION, type Stretch } from '../protocol/payloadFile';

/** Payload files anywhere in a workspace. */
export const PAYLOAD_GLOB = `**/*${PAYLOAD_EXTENSION}`;
/** The documents that language features are for: files on disk, not revisions of git's. */
export const PAYLOAD_SELECTOR: vscode.DocumentSelector = { scheme: 'file', pattern: PAYLOAD_GLOB };

export const isPayloadUri = ({ scheme, path }: vscode.Uri): boolean =>
  scheme === 'file' && path.endsWith(PAYLOAD_EXTENSION);

/** Files that are listed. */
const MOST_FOUND = 500;

/** The workspace's payload files on disk, by name. */
export async function findPayloadFiles(): Promise<vscode.Uri[]> {
  const files = await vscode.workspace.findFiles(PAYLOAD_GLOB, '**/node_modules/**', MOST_FOUND);
  return files
    .filter(isPayloadUri)
    .toSorted((one, other) => payloadName(one).localeCompare(payloadName(other)) || one.path.localeCompare(other.path));
}

/** The file's name without its ending. */
export function payloadName({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(PAYLOAD_EXTENSION, '');
}

export function rangeOf(document: vscode.TextDocument, { offset, length }: Stretch): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}

/** The payload file a command is for: the one it was called on, else the one in front. Rejects, for people, when there is none. */
export async function payloadDocument(argument: unknown): Promise<vscode.TextDocument> {
  const given =
    argument instanceof vscode.Uri ? argument : (argument as { resourceUri?: unknown } | undefined)?.resourceUri;
  if (given instanceof vscode.Uri) return vscode.workspace.openTextDocument(given);
  const front = vscode.window.activeTextEditor?.document;
  if (front && isPayloadUri(front.uri)) return front;
  throw new Error(`Open a payload file (*${PAYLOAD_EXTENSION}) first, or make one with "New Payload File".`);
}
