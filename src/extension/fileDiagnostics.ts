/** Marks what is wrong in open files that people write for the inspector. */
import * as vscode from 'vscode';
import type { FileProblem } from '../files/source';
import type { Host } from './host';
import { problemStretch } from './problemRange';
import { messageOf } from './signal';

/** How long typing must pause, ms. */
const PAUSE_MS = 250;
/** Shown as where a problem comes from. */
export const DIAGNOSTIC_SOURCE = 'Realtime Inspector';

/** A kind of file, and who checks it. */
export interface FileChecker {
  /** Names the collection; VS Code wants each its own. */
  name: string;
  isChecked(document: vscode.TextDocument): boolean;
  /** Rejects when it cannot tell now; the next change asks again. */
  check(text: string, file: string): Promise<readonly FileProblem[]>;
  /** The first such file was opened. */
  begin?(): void;
  /** The last one was closed. */
  rest?(): void;
}

/** The marks; `checkAll` looks at every open file again. */
export interface FileMarks extends vscode.Disposable {
  checkAll(): void;
}

/** One open file. */
interface Checked {
  document: vscode.TextDocument;
  timer: NodeJS.Timeout | undefined;
  found: vscode.Diagnostic[];
}

export function markFiles(host: Host, checker: FileChecker): FileMarks {
  const collection = vscode.languages.createDiagnosticCollection(checker.name);
  const open = new Map<string, Checked>();

  const check = async (entry: Checked) => {
    const { document } = entry;
    const { version } = document;
    try {
      const problems = await checker.check(document.getText(), document.uri.fsPath);
      if (entry !== open.get(document.uri.toString()) || document.version !== version) return;
      entry.found = problems.map((problem) => diagnosticOf(document, problem));
      show(entry);
    } catch (error) {
      if (open.size > 0) host.log.warn(`Checking ${document.uri.fsPath} failed: ${messageOf(error)}`);
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
    if (!checker.isChecked(document)) return;
    const entry: Checked = { document, timer: undefined, found: [] };
    open.set(document.uri.toString(), entry);
    if (open.size === 1) checker.begin?.();
    checkSoon(entry, 0);
  };
  const closed = ({ uri }: vscode.TextDocument) => {
    const key = uri.toString();
    clearTimeout(open.get(key)?.timer);
    if (!open.delete(key)) return;
    collection.delete(uri);
    if (open.size === 0) checker.rest?.();
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
    checkAll,
    dispose: () => {
      for (const { timer } of open.values()) clearTimeout(timer);
      open.clear();
      checker.rest?.();
      subscriptions.dispose();
    },
  };
}

function diagnosticOf(
  document: vscode.TextDocument,
  { line, column, message, severity }: FileProblem,
): vscode.Diagnostic {
  const { text, lineNumber } = document.lineAt(Math.min(line, document.lineCount) - 1);
  const { start, end } = problemStretch(text, column);
  const range = new vscode.Range(lineNumber, start, lineNumber, end);
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, severity === 'warning' ? Warning : Error);
  diagnostic.source = DIAGNOSTIC_SOURCE;
  return diagnostic;
}
