/** Rows of a trace as code on the clipboard. */
import * as vscode from 'vscode';
import { CODE_FORMS, codeOf, targetOf, type CodeForm, type RecordedRow } from '../codegen';
import { ROW_KINDS } from '../document/columns';
import { countOf } from '../document/rowExport';
import type { Choice } from './pickers';
import { oneLine } from './plainText';
import type { TraceModel } from './traceModel';

/** Rows that code is made of at once, and the bytes of their messages. */
const MOST_ROWS = 5000;
const MOST_BYTES = 24 * 1024 * 1024;

/** What an editor shows the code as. */
const LANGUAGE: Readonly<Record<CodeForm, string>> = {
  json: 'json',
  payload: 'jsonc',
  curl: 'shellscript',
  openai: 'typescript',
  agents: 'typescript',
  python: 'python',
  fixture: 'jsonl',
};

/** Asks what to make of the rows and copies it; its name, or '' when the user thought better of it. `open` is their session's row. */
export async function copyCode(
  model: TraceModel,
  ranges: readonly number[],
  open: number | undefined,
): Promise<string> {
  const rows = await recordedRows(model, ranges);
  const [first] = rows;
  const label = rows.length === 1 && first?.kind === 'event' ? oneLine(first.type) : `${rows.length} rows`;
  const picked = await pickForm(`Copy ${label} as`);
  if (!picked) return '';
  const url = open === undefined ? undefined : (await (await model.document()).body(open, false)).head['url'];
  await giveCode(picked, codeOf(picked.id, rows, targetOf(typeof url === 'string' ? url : undefined)));
  return picked.label;
}

type Form = (typeof CODE_FORMS)[number];

/** Asks for a form, in that order; undefined when the user thought better of it. */
export async function pickForm(
  title: string,
  ids: readonly CodeForm[] = CODE_FORMS.map(({ id }) => id),
): Promise<Form | undefined> {
  const forms = ids.flatMap((id) => CODE_FORMS.filter((form) => form.id === id));
  const choices = forms.map(({ label, detail, id }): Choice<CodeForm> => ({ label, detail, value: id }));
  const picked = await vscode.window.showQuickPick(choices, { title, matchOnDetail: true });
  return forms.find(({ id }) => id === picked?.value);
}

/** Puts code on the clipboard, and offers to open it. */
export async function giveCode({ id, label }: Form, text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void offerEditor(label, LANGUAGE[id], text);
}

async function offerEditor(label: string, language: string, content: string): Promise<void> {
  const open = 'Open in Editor';
  const answer = await vscode.window.showInformationMessage(`Copied as ${label}.`, open);
  if (answer !== open) return;
  const known = await vscode.languages.getLanguages();
  const document = await vscode.workspace.openTextDocument({
    content,
    ...(known.includes(language) ? { language } : {}),
  });
  await vscode.window.showTextDocument(document);
}

/** The rows that code can be made of, in their order. Rejects, for people, when they are too many. */
export async function recordedRows(model: TraceModel, ranges: readonly number[]): Promise<RecordedRow[]> {
  const count = countOf(ranges);
  if (count > MOST_ROWS)
    throw new Error(`${count.toLocaleString('en')} rows are selected; code is made of ${MOST_ROWS} at most.`);
  const document = await model.document();
  const rows: RecordedRow[] = [];
  let bytes = 0;
  for (let at = 0; at + 1 < ranges.length; at += 2)
    for (let row = ranges[at] ?? 0; row <= (ranges[at + 1] ?? -1); row += 1) {
      const kind = ROW_KINDS[model.columns.at('kind', row) ?? 0];
      if (kind !== 'event' && kind !== 'http' && kind !== 'open') continue;
      bytes += model.columns.at('bytes', row) ?? 0;
      if (bytes > MOST_BYTES)
        throw new Error('These events are too large for the clipboard. Save them as a trace instead.');
      const { head, text, format } = await document.body(row, true);
      if (kind === 'event') {
        if (format !== 'json' && format !== 'text') continue;
        const from = head['from'] === 'server' ? 'server' : 'client';
        rows.push({ kind, from, type: typeof head['type'] === 'string' ? head['type'] : '', text });
      } else if (kind === 'open') rows.push({ kind, url: String(head['url'] ?? '') });
      else
        rows.push({ kind, method: String(head['method'] ?? 'POST'), path: callPath(head['url']), body: bodyOf(head) });
    }
  return rows;
}

/** What stands behind the base URL. */
function callPath(url: unknown): string {
  return /\/realtime\/.*$/.exec(String(url ?? ''))?.[0] ?? '/realtime/client_secrets';
}

function bodyOf(head: Record<string, unknown>): string {
  const body = head['requestBody'];
  return typeof body === 'string' ? body : '';
}
