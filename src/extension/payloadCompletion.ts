/** Offers the variables of payload files, and says of one what it stands for. */
import * as vscode from 'vscode';
import { readPayload } from '../protocol/payloadFile';
import { SESSION_VARIABLES } from '../protocol/payloadVariables';
import { PAYLOAD_SELECTOR, rangeOf } from './payloadDocuments';

/** What stands before the cursor, from the `$` of a variable that is being written. */
const OPEN = /\$(\{[^{}"]*)?$/;
const MOST_NAMES = 500;

export function completePayloadVariables(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      PAYLOAD_SELECTOR,
      { provideCompletionItems: variablesAt },
      '$',
      '{',
      ':',
    ),
    vscode.languages.registerHoverProvider(PAYLOAD_SELECTOR, { provideHover: hoverAt }),
  );
}

function variablesAt(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  const before = document.lineAt(position).text.slice(0, position.character);
  const open = OPEN.exec(before);
  if (!open || !isInString(before)) return [];
  const after = document.lineAt(position).text.slice(position.character);
  const rest = /^[^{}"$]*\}/.exec(after)?.[0].length ?? 0;
  const range = new vscode.Range(position.translate(0, -open[0].length), position.translate(0, rest));
  const item = (text: string, detail: string, snippet = text) => {
    const made = new vscode.CompletionItem(text, vscode.CompletionItemKind.Variable);
    made.detail = detail;
    made.range = range;
    made.filterText = text;
    made.insertText = new vscode.SnippetString(snippet);
    return made;
  };
  const escaped = (text: string) => text.replace(/[\\$}]/g, '\\$&');
  const session = Object.entries(SESSION_VARIABLES).map(([name, words]) =>
    item(`\${${name}}`, words, escaped(`\${${name}}`)),
  );
  // The names alone tell what is on this machine; a folder nobody trusts has no business with them.
  const names = vscode.workspace.isTrusted ? Object.keys(process.env).toSorted().slice(0, MOST_NAMES) : [];
  return [
    ...session,
    item('${input:Question}', 'asked when it is sent', '\\${input:${1:Question}\\}'),
    item('${env:NAME}', "of VS Code's environment, kept out of the record", '\\${env:${1:NAME}\\}'),
    ...names.map((name) => item(`\${env:${name}}`, "of VS Code's environment", escaped(`\${env:${name}}`))),
  ];
}

/** Whether a line's beginning ends inside a string: JSON's never go over lines. */
function isInString(before: string): boolean {
  return (before.replace(/\\./g, '').match(/"/g)?.length ?? 0) % 2 === 1;
}

function hoverAt(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const offset = document.offsetAt(position);
  for (const step of readPayload(document.getText()).steps)
    for (const variable of step.kind === 'event' ? step.variables : []) {
      if (offset < variable.offset || offset > variable.offset + variable.length) continue;
      const range = rangeOf(document, variable);
      const text = document.getText(range);
      for (let at = text.indexOf(variable.text); at >= 0; at = text.indexOf(variable.text, at + 1)) {
        const own = rangeOf(document, { offset: variable.offset + at, length: variable.text.length });
        if (own.contains(position)) return new vscode.Hover(new vscode.MarkdownString(wordsOf(variable)), own);
      }
    }
  return undefined;
}

function wordsOf(variable: { kind: 'env' | 'input' | 'session'; name?: string }): string {
  if (variable.kind === 'input') return 'Asked when the payload is sent.';
  if (variable.kind === 'session')
    return `Filled in when it is sent: ${SESSION_VARIABLES[variable.name as keyof typeof SESSION_VARIABLES]}.`;
  const isSet = vscode.workspace.isTrusted && Boolean(process.env[variable.name ?? '']);
  const state = vscode.workspace.isTrusted
    ? isSet
      ? 'It is set.'
      : 'It is not set.'
    : 'This workspace is not trusted: it is not read.';
  return `From the environment VS Code was started with. ${state} Its value is kept out of the record.`;
}
