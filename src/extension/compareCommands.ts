/** `Compare With...`: which two traces, and the page for them. */
import path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../analysis/format';
import type { Host } from './host';
import type { TraceEditors } from './traceEditor';
import { formatAge, sameFile, statTraces, tracesIn } from './traceFolder';
import { plain } from './plainText';

/** The handler by the name of its command. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function compareCommands(
  host: Host,
  editors: TraceEditors,
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
      const { openComparison } = await import('./comparePanel');
      return openComparison(a, b, {
        dist: host.dist,
        modelOf: (file) => editors.modelOf(file),
        handlersOf: (model) => editors.handlersOf(model),
        prices: () => editors.prices,
        showRow: async (file, row) => {
          await host.openTrace(file);
          editors.showRow(file, row);
        },
        log: (message) => host.log.warn(message),
      });
    },
  };
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
  const files = await vscode.window.showOpenDialog({
    title: plain(title),
    defaultUri: vscode.Uri.file(besides === undefined ? host.folder : path.dirname(besides)),
    filters: { 'Realtime Traces': ['jsonl'] },
  });
  return files?.[0]?.fsPath;
}

/** Of two that were marked together the older one is what the newer is compared with. */
async function olderFirst(files: readonly string[]): Promise<string[]> {
  const known = await statTraces(files);
  const age = (file: string) => known.find((trace) => trace.file === file)?.modified ?? 0;
  return [...files].sort((a, b) => age(a) - age(b));
}
