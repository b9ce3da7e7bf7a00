/**
 * Bodies of events in VS Code's own read-only editor, which gives search, folding and comparison. The text is laid out
 * for reading; values stay as they were sent.
 */
import * as vscode from 'vscode';
import { TRACE_EXTENSION } from '../trace/records';
import { prettyJson, sortedJson } from './prettyJson';
import { safeName } from './safeName';
import type { TraceModel } from './traceModel';

/** The scheme of these documents: `realtime-inspector-body:/TRACE/ROW-TYPE.json?{"file":...,"row":...}`. */
export const BODY_SCHEME = 'realtime-inspector-body';

/** Set once a row has been picked, for the menus. */
const PICKED_CONTEXT = 'realtimeInspector.pickedForCompare';

/** VS Code hands no document over 50 MB to extensions; a larger body is opened cut, and says so. */
const WHOLE_BYTES = 24 * 1024 * 1024;

export class BodyDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #registration: vscode.Disposable;
  /** To be compared with another row, of this trace or of another. */
  #picked: { uri: vscode.Uri; name: string } | undefined;

  /** `find` gives the model of a trace, an open one or one of its own. */
  constructor(private readonly find: (file: string) => { model: TraceModel; own: boolean }) {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(BODY_SCHEME, this);
    // The window keeps it for longer than this knows what was picked.
    void vscode.commands.executeCommand('setContext', PICKED_CONTEXT, false);
  }

  /** Opens a row's body beside its trace's tab. Rejects when the row cannot be read. */
  async show(model: TraceModel, row: number, options: vscode.TextDocumentShowOptions = {}): Promise<void> {
    const { uri } = await this.#address(model, row);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true, ...options });
  }

  /** Picks a row to be compared with another one, and gives its name. Rejects when the row cannot be read. */
  async pick(model: TraceModel, row: number): Promise<string> {
    this.#picked = await this.#address(model, row);
    await vscode.commands.executeCommand('setContext', PICKED_CONTEXT, true);
    return this.#picked.name;
  }

  /** Shows how two rows differ. Rejects, for people, when nothing was picked. */
  async compare(model: TraceModel, row: number, other: number | 'picked'): Promise<void> {
    const left = other === 'picked' ? this.#picked : await this.#address(model, other);
    if (!left) throw new Error('No event is selected for comparison. Choose "Select for Compare" on one first.');
    const right = await this.#address(model, row);
    await vscode.commands.executeCommand('vscode.diff', left.uri, right.uri, `${left.name} ↔ ${right.name}`, {
      preview: true,
    });
  }

  async #address(model: TraceModel, row: number): Promise<{ uri: vscode.Uri; name: string }> {
    const { head, format } = await (await model.document()).body(row, false);
    const type = safeName(typeof head['type'] === 'string' ? head['type'] : String(head['kind'] ?? 'row'), 'row');
    const number = typeof head['seq'] === 'number' ? head['seq'] : `row-${row}`;
    const uri = vscode.Uri.from({
      scheme: BODY_SCHEME,
      path: `/${number}-${type}.${format === 'json' ? 'json' : 'txt'}`,
      query: JSON.stringify({ file: model.file, row }),
    });
    return { uri, name: typeof head['seq'] === 'number' ? `#${number} ${type}` : type };
  }

  /**
   * Opens the configuration that an event tells of, or two compared: the older on the left. Fields are in the order of their
   * names, so that only what differs stands out. Rejects when a row cannot be read.
   */
  async showConfig(model: TraceModel, row: number, against: number | undefined): Promise<void> {
    const address = async (of: number) => {
      const { head } = await (await model.document()).body(of, false);
      const type = safeName(typeof head['type'] === 'string' ? head['type'] : 'row', 'row');
      const number = typeof head['seq'] === 'number' ? head['seq'] : `row-${of}`;
      const query = JSON.stringify({ file: model.file, row: of, part: 'session' });
      return {
        label: `#${number} ${type}`,
        uri: vscode.Uri.from({ scheme: BODY_SCHEME, path: `/${number}-config.json`, query }),
      };
    };
    if (against === undefined) {
      const { uri } = await address(row);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
      return;
    }
    const [older, newer] = await Promise.all([address(Math.min(row, against)), address(Math.max(row, against))]);
    await vscode.commands.executeCommand('vscode.diff', older.uri, newer.uri, `${older.label} ↔ ${newer.label}`);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { file, row, part } = readQuery(uri.query);
    const { model, own } = this.find(file);
    if (own && !file.endsWith(TRACE_EXTENSION)) throw new Error(`${file} is not a trace.`);
    try {
      if (own) await model.follow();
      const document = await model.document();
      const bytes = model.columns.at('bytes', row) ?? 0;
      const body = await document.body(row, bytes <= WHOLE_BYTES);
      if (body.cutFrom > 0) return `${body.text}\n\n... cut here: the whole body has ${body.cutFrom} bytes.\n`;
      if (part === 'session' && body.format === 'json') return configText(body.text);
      return body.format === 'json' ? prettyJson(body.text) : body.text;
    } finally {
      if (own) await model.close();
    }
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** The configuration in an event's text; the text itself when it cannot be read as JSON. */
function configText(text: string): string {
  try {
    return sortedJson((JSON.parse(text) as { session?: unknown } | null)?.session ?? null);
  } catch {
    return text;
  }
}

/** What a document's address holds, whoever made it. */
function readQuery(query: string): { file: string; row: number; part: 'whole' | 'session' } {
  const { file, row, part } = JSON.parse(query) as { file?: unknown; row?: unknown; part?: unknown };
  if (typeof file !== 'string' || !Number.isSafeInteger(row)) throw new Error('This address names no row of a trace.');
  return { file, row: row as number, part: part === 'session' ? 'session' : 'whole' };
}
