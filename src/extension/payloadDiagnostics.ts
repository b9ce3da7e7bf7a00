/** Marks what is wrong in payload files that are open, and offers the rewrites that set it right. */
import * as vscode from 'vscode';
import { changeFor, changeForAll, checkPayload, type PayloadFinding, type TextChange } from './payloadChecks';
import { isPayloadUri, PAYLOAD_SELECTOR, rangeOf } from './payloadDocuments';
import { DIAGNOSTIC_SOURCE } from './fileDiagnostics';

/** How long typing must pause, ms. */
const PAUSE_MS = 250;
const { Error, Warning, Information } = vscode.DiagnosticSeverity;
const SEVERITY = { error: Error, warning: Warning, note: Information };

/** One open payload file. */
interface Checked {
  document: vscode.TextDocument;
  timer: NodeJS.Timeout | undefined;
  found: { diagnostic: vscode.Diagnostic; finding: PayloadFinding }[];
  /** What a server said of the event in the text as it still is. */
  refused: vscode.Diagnostic[];
}

/** The marks of payload files. */
export interface PayloadMarks extends vscode.Disposable {
  /** Checks a document now; what it finds, whether it is open in an editor or not. */
  check(document: vscode.TextDocument): PayloadFinding[];
  /** Marks what the server has refused, until the text changes. */
  refuse(document: vscode.TextDocument, range: vscode.Range, message: string): void;
}

export function markPayloads(): PayloadMarks {
  const collection = vscode.languages.createDiagnosticCollection(`${DIAGNOSTIC_SOURCE} payloads`);
  const open = new Map<string, Checked>();

  const check = (entry: Checked): PayloadFinding[] => {
    const { document } = entry;
    const findings = checkPayload(document.getText());
    entry.found = findings.map((finding) => ({ finding, diagnostic: diagnosticOf(document, finding) }));
    show(entry);
    return findings;
  };
  /** What VS Code's own JSON support says at the same place is not said twice. */
  const show = ({ document: { uri }, found, refused }: Checked) => {
    const others = vscode.languages.getDiagnostics(uri).filter(({ source }) => source !== DIAGNOSTIC_SOURCE);
    const own = found
      .map(({ diagnostic }) => diagnostic)
      .filter(({ range }) => !others.some((other) => other.range.start.isEqual(range.start)));
    const wanted = [...own, ...refused];
    const shown = collection.get(uri) ?? [];
    if (wanted.length !== shown.length || wanted.some((one, index) => one !== shown[index]))
      collection.set(uri, wanted);
  };
  const checkSoon = (entry: Checked, ms = PAUSE_MS) => {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => check(entry), ms);
  };
  const entryOf = (document: vscode.TextDocument): Checked => {
    const key = document.uri.toString();
    const entry = open.get(key) ?? { document, timer: undefined, found: [], refused: [] };
    open.set(key, entry);
    return entry;
  };
  const opened = (document: vscode.TextDocument) => {
    if (isPayloadUri(document.uri)) checkSoon(entryOf(document), 0);
  };
  const actions: vscode.CodeActionProvider = {
    provideCodeActions: (document, range, context) => {
      const entry = open.get(document.uri.toString());
      if (!entry) return [];
      const text = document.getText();
      const here = entry.found.filter(({ diagnostic }) => diagnostic.range.intersection(range));
      const fixes = here.flatMap(({ diagnostic, finding: { fix } }) => {
        const change = fix && changeFor(text, fix);
        // VS Code binds a fix to what is marked at its place, whoever has marked it.
        const marked = context.diagnostics.filter((one) => one.range.start.isEqual(diagnostic.range.start));
        return fix && change ? [actionOf(document, fix.title, change, marked)] : [];
      });
      if (fixes.length > 0 && entry.found.filter(({ finding }) => finding.fix).length > 1) {
        const change = changeForAll(text);
        if (change) fixes.push(actionOf(document, 'Set right everything in this payload', change, []));
      }
      return fixes;
    },
  };
  for (const document of vscode.workspace.textDocuments) opened(document);
  const subscriptions = vscode.Disposable.from(
    collection,
    vscode.workspace.onDidOpenTextDocument(opened),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      clearTimeout(open.get(uri.toString())?.timer);
      if (open.delete(uri.toString())) collection.delete(uri);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const entry = open.get(document.uri.toString());
      if (!entry || contentChanges.length === 0) return;
      entry.refused = [];
      checkSoon(entry);
    }),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris) {
        const entry = open.get(uri.toString());
        if (entry) show(entry);
      }
    }),
    vscode.languages.registerCodeActionsProvider(PAYLOAD_SELECTOR, actions, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
  return {
    check: (document) => {
      const entry = entryOf(document);
      clearTimeout(entry.timer);
      return check(entry);
    },
    refuse: (document, range, message) => {
      const entry = entryOf(document);
      const diagnostic = new vscode.Diagnostic(range, `Refused by the server: ${message}`, Error);
      diagnostic.source = DIAGNOSTIC_SOURCE;
      entry.refused.push(diagnostic);
      show(entry);
    },
    dispose: () => {
      for (const { timer } of open.values()) clearTimeout(timer);
      open.clear();
      subscriptions.dispose();
    },
  };
}

function diagnosticOf(document: vscode.TextDocument, finding: PayloadFinding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeOf(document, finding), finding.message, SEVERITY[finding.severity]);
  diagnostic.source = DIAGNOSTIC_SOURCE;
  return diagnostic;
}

function actionOf(
  document: vscode.TextDocument,
  title: string,
  change: TextChange,
  diagnostics: vscode.Diagnostic[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(document.uri, rangeOf(document, change), change.text);
  action.diagnostics = diagnostics;
  action.isPreferred = diagnostics.length > 0;
  return action;
}
