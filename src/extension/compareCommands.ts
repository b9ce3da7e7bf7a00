/** `Compare With...`: which two traces, and the page for them. */
import path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../analysis/format';
import { COMPARE_PANEL, openComparison, type ComparePanelOptions, type OpenComparison } from './comparePanel';
import { askForFiles } from './diskFiles';
import type { Host } from './host';
import type { TraceEditors } from './traceEditor';
import { formatAge, sameFile, statTraces, tracesIn } from './traceFolder';
import { plain } from './plainText';

/** The handler by the name of its command. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function compareCommands(
  host: Host,
  comparisons: Comparisons,
  pathOf: (argument: unknown) => string | undefined,
  front: () => string | undefined,
): Record<string, (argument?: unknown, more?: unknown) => unknown> {
  return {
    compareWith: async (argument, more) => {
      const marked = Array.isArray(more) ? more.flatMap((node) => pathOf(node) ?? []) : [];
      const files = marked.length === 2 ? marked : await twoOf(host, pathOf(argument) ?? front());
      if (!files) return undefined;
      const [a, b] = marked.length === 2 ? await olderFirst(files) : files;
      if (a === undefined || b === undefined) return undefined;
      return comparisons.open(a, b);
    },
  };
}

/** The comparisons in tabs, which VS Code brings back when the window is loaded again. */
export class Comparisons implements vscode.Disposable {
  readonly #open = new Set<OpenComparison>();
  readonly #options: ComparePanelOptions;
  readonly #serializer: vscode.Disposable;

  constructor(host: Host, editors: TraceEditors) {
    const extension = host.context.extension.packageJSON as { version: string };
    this.#options = {
      dist: host.dist,
      generator: `realtime-inspector/${extension.version}`,
      modelOf: (file) => editors.modelOf(file),
      handlersOf: (model) => editors.handlersOf(model),
      prices: () => editors.prices,
      showRow: async (file, row) => {
        await host.openTrace(file);
        editors.showRow(file, row);
      },
      showForeign: async (file) => {
        const importIt = 'Import as a Trace...';
        const told = `${path.basename(file)} is a recording of another program: import it as a trace to open its events.`;
        if ((await vscode.window.showInformationMessage(plain(told), importIt)) === importIt)
          await vscode.commands.executeCommand('realtimeInspector.importTrace', vscode.Uri.file(file));
      },
      log: (message) => host.log.warn(message),
    };
    this.#serializer = vscode.window.registerWebviewPanelSerializer(COMPARE_PANEL, {
      deserializeWebviewPanel: (panel, state) => {
        this.restore(panel, state);
        return Promise.resolve();
      },
    });
  }

  open(a: string, b: string, restored?: vscode.WebviewPanel): OpenComparison {
    const comparison = openComparison(a, b, this.#options, restored);
    this.#open.add(comparison);
    comparison.panel.onDidDispose(() => this.#open.delete(comparison));
    return comparison;
  }

  /** The comparison in a tab of an earlier life of the window; a tab of which the state does not tell its files is closed. */
  restore(panel: vscode.WebviewPanel, state: unknown): OpenComparison | undefined {
    const files = filesOfState(state);
    if (files) return this.open(files.a, files.b, panel);
    panel.dispose();
    return undefined;
  }

  /** The window closes: tabs are left to VS Code, what was made for them goes. */
  dispose(): void {
    this.#serializer.dispose();
    for (const comparison of this.#open) comparison.close();
  }
}

/** The files in what a page kept of itself. */
function filesOfState(state: unknown): { a: string; b: string } | undefined {
  const { a, b } = (typeof state === 'object' && state !== null ? state : {}) as { a?: unknown; b?: unknown };
  const isFile = (file: unknown): file is string => typeof file === 'string' && path.isAbsolute(file);
  return isFile(a) && isFile(b) ? { a, b } : undefined;
}

/** The trace given, or one that is asked for, and the one to compare it with; undefined when the user thought better of it. */
async function twoOf(host: Host, given: string | undefined): Promise<string[] | undefined> {
  const first = given ?? (await ask(host, 'Compare a Trace', undefined));
  if (first === undefined) return undefined;
  const other = await ask(host, `Compare ${path.basename(first)} With`, first);
  return other === undefined ? undefined : [first, other];
}

async function ask(host: Host, title: string, besides: string | undefined): Promise<string | undefined> {
  const known = await statTraces(await tracesIn(host.folder));
  const now = Date.now();
  const items = known
    .filter(({ file }) => besides === undefined || !sameFile(file, besides))
    .map(({ file, size, modified }) => ({
      label: plain(path.basename(file)),
      description: `${formatAge(Math.max(0, now - modified))} ago, ${formatBytes(size)}`,
      file,
    }));
  const browse = { label: '$(folder-opened) Browse...', description: 'another file', file: '' };
  const picked = await vscode.window.showQuickPick([...items, browse], {
    title: plain(title),
    matchOnDescription: true,
  });
  if (!picked || picked.file !== '') return picked?.file;
  const [chosen] = await askForFiles({
    title: plain(title),
    defaultUri: vscode.Uri.file(besides === undefined ? host.folder : path.dirname(besides)),
    filters: {
      'Traces and Recordings': ['jsonl', 'har', 'json', 'ndjson', 'yaml', 'yml', 'txt', 'log'],
      'All Files': ['*'],
    },
  });
  return chosen;
}

/** Of two that were marked together the older one is what the newer is compared with. */
async function olderFirst(files: readonly string[]): Promise<string[]> {
  const known = await statTraces(files);
  const age = (file: string) => known.find((trace) => trace.file === file)?.modified ?? 0;
  return [...files].sort((a, b) => age(a) - age(b));
}
