/** Files of changes to a replay in the editor: a new one from what was recorded, marks where one is wrong, and what runs it above it. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { OverlayFile } from '../replay/client/overlayFile';
import type { Replayable } from '../replay/client/replay';
import { UnreadableFileError } from '../trace/unreadable';
import { markFiles } from './fileDiagnostics';
import { freeName } from './freeName';
import type { Host } from './host';
import { isOverlayName, OVERLAY_GLOB, overlayStart, recordingStem } from './replayText';
import { SECTION } from './settings';

/** A file on disk, or one that is not saved yet; not a revision of git's. */
const isOverlay = ({ uri }: vscode.TextDocument) =>
  (uri.scheme === 'file' || uri.scheme === 'untitled') && isOverlayName(uri.path);

/** What a file says as it stands in the editor, saved or not. Rejects with a message for people. */
export async function overlaysOf(uri: vscode.Uri): Promise<OverlayFile> {
  const document = await vscode.workspace.openTextDocument(uri);
  const name = path.basename(uri.path);
  if (!isOverlay(document))
    throw new Error(`${name} is no file of changes: their names end with .replay.jsonc or .replay.yaml.`);
  const { parseOverlays } = await import('../replay/client/overlayFile');
  const read = parseOverlays(document.getText(), uri.fsPath);
  if (!('problems' in read)) return read;
  const [first] = read.problems;
  const more =
    read.problems.length > 1 ? ` There are ${read.problems.length - 1} more; they are marked in the file.` : '';
  throw new UnreadableFileError(`${name}:${first?.line}:${first?.column}: ${first?.message}${more}`);
}

/** Opens a new one, not saved yet, with the configuration of a recorded session. */
export async function openOverlayStart(host: Host, recording: string, session: Replayable): Promise<vscode.Uri> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const base = folder?.scheme === 'file' ? folder.fsPath : host.folder;
  const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.fsPath));
  const file = freeName(base, recordingStem(recording), '.replay.jsonc', open);
  const uri = vscode.Uri.file(file).with({ scheme: 'untitled' });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, new vscode.Position(0, 0), overlayStart(recording, session.id, session.configuration));
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
  return uri;
}

/** The marks in open files, and the lines above them. */
export function showOverlays(host: Host): vscode.Disposable {
  const provider: vscode.CodeLensProvider = {
    provideCodeLenses: async (document) => {
      if (!isOverlay(document)) return [];
      const { parseOverlays } = await import('../replay/client/overlayFile');
      const read = parseOverlays(document.getText(), document.uri.fsPath);
      const runs = 'problems' in read ? 0 : read.runs.length;
      const lens = (title: string, command: string, tooltip: string) =>
        new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
          ...{ title, tooltip, command: `${SECTION}.${command}`, arguments: [document.uri] },
        });
      const single = 'Sends what a recorded client sent once more, with these changes, and records what comes of it.';
      return runs > 1
        ? [
            lens(
              `$(debug-rerun) Replay each run (sweep of ${runs})`,
              'replaySweep',
              'One after another; a table in the end.',
            ),
            lens('Replay one run...', 'replayWithChanges', single),
          ]
        : [lens('$(debug-rerun) Replay with these changes', 'replayWithChanges', single)];
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerCodeLensProvider(
      ['file', 'untitled'].map((scheme) => ({ scheme, pattern: OVERLAY_GLOB })),
      provider,
    ),
    markFiles(host, {
      name: 'Realtime replay changes',
      isChecked: isOverlay,
      check: async (text, file) => {
        const read = (await import('../replay/client/overlayFile')).parseOverlays(text, file);
        return 'problems' in read ? read.problems : read.doubts;
      },
    }),
  );
}
