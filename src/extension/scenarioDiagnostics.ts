/** Marks what is wrong in open scenario files. The reader is a thread that lives only while one is open. */
import * as vscode from 'vscode';
import { startScenarioReader, type ScenarioProblem, type ScenarioReader } from '../simulator';
import type { Host } from './host';
import { problemStretch } from './problemRange';
import { isScenarioName } from './scenarioPaths';
import { messageOf } from './signal';

/** How long typing must pause, ms. */
const PAUSE_MS = 250;
/** Shown as where a problem comes from. */
export const DIAGNOSTIC_SOURCE = 'Realtime Inspector';

/** A text that is the simulator's to read: a file on disk, not a revision of git's. */
export const isScenarioDocument = ({ uri }: vscode.TextDocument): boolean =>
  uri.scheme === 'file' && isScenarioName(uri.path);

/** One open scenario file. */
interface Checked {
  document: vscode.TextDocument;
  timer: NodeJS.Timeout | undefined;
  found: vscode.Diagnostic[];
}

export function markScenarios(host: Host): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection(DIAGNOSTIC_SOURCE);
  const open = new Map<string, Checked>();
  let reader: ScenarioReader | undefined;
  let sounds: vscode.FileSystemWatcher | undefined;

  const check = async (entry: Checked) => {
    const { document } = entry;
    const { version } = document;
    const asked = (reader ??= startScenarioReader(host.dist));
    try {
      const problems = await asked.ask('check', { text: document.getText(), file: document.uri.fsPath });
      if (entry !== open.get(document.uri.toString()) || document.version !== version) return;
      entry.found = problems.map((problem) => diagnosticOf(document, problem));
      show(entry);
    } catch (error) {
      // The thread has ended: with the last file, or by a fault that the next change may not bring again.
      if (open.size > 0) host.log.warn(`Checking ${document.uri.fsPath} failed: ${messageOf(error)}`);
      if (reader === asked) reader = undefined;
    }
  };
  /** What VS Code's own JSON support, or a YAML extension, says at the same place is not said twice. */
  const show = ({ document: { uri }, found }: Checked) => {
    const others = vscode.languages.getDiagnostics(uri).filter(({ source }) => source !== DIAGNOSTIC_SOURCE);
    const own = found.filter(({ range }) => !others.some((other) => other.range.start.isEqual(range.start)));
    const shown = collection.get(uri) ?? [];
    if (own.length !== shown.length || own.some((one, index) => one !== shown[index])) collection.set(uri, own);
  };
  const checkSoon = (entry: Checked, ms = PAUSE_MS) => {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => void check(entry), ms);
  };
  const checkAll = () => {
    for (const entry of open.values()) checkSoon(entry);
  };
  const opened = (document: vscode.TextDocument) => {
    if (!isScenarioDocument(document)) return;
    const entry: Checked = { document, timer: undefined, found: [] };
    open.set(document.uri.toString(), entry);
    if (!sounds) {
      sounds = vscode.workspace.createFileSystemWatcher('**/*.wav');
      sounds.onDidCreate(checkAll);
      sounds.onDidChange(checkAll);
      sounds.onDidDelete(checkAll);
    }
    checkSoon(entry, 0);
  };
  const closed = ({ uri }: vscode.TextDocument) => {
    const key = uri.toString();
    clearTimeout(open.get(key)?.timer);
    if (!open.delete(key)) return;
    collection.delete(uri);
    if (open.size === 0) rest();
  };
  const rest = () => {
    void reader?.stop();
    reader = undefined;
    sounds?.dispose();
    sounds = undefined;
  };
  for (const document of vscode.workspace.textDocuments) opened(document);
  const subscriptions = vscode.Disposable.from(
    collection,
    vscode.workspace.onDidOpenTextDocument(opened),
    vscode.workspace.onDidCloseTextDocument(closed),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const entry = open.get(document.uri.toString());
      if (entry) checkSoon(entry);
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris) {
        const entry = open.get(uri.toString());
        if (entry) show(entry);
      }
    }),
  );
  return {
    dispose: () => {
      for (const { timer } of open.values()) clearTimeout(timer);
      open.clear();
      rest();
      subscriptions.dispose();
    },
  };
}

function diagnosticOf(document: vscode.TextDocument, { line, column, message }: ScenarioProblem): vscode.Diagnostic {
  const { text, lineNumber } = document.lineAt(Math.min(line, document.lineCount) - 1);
  const { start, end } = problemStretch(text, column);
  const diagnostic = new vscode.Diagnostic(new vscode.Range(lineNumber, start, lineNumber, end), message);
  diagnostic.source = DIAGNOSTIC_SOURCE;
  return diagnostic;
}
