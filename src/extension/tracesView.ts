/** The view of the traces of this workspace, the newest first. */
import path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../analysis/format';
import { TRACE_EXTENSION } from '../trace/records';
import type { Host } from './host';
import { SECTION } from './settings';
import { recordingFolder, sameFile, statTraces, tracesIn, type TraceFile } from './traceFolder';

/** Traces elsewhere in the workspace that are looked for; those of the recording folder are all shown. */
const MOST_FOUND = 500;
/** Shortest time between two refreshes, ms: a live trace changes with every message. */
const REFRESH_MS = 1000;

/** A line of the view, as its commands get it. */
export interface TraceNode extends TraceFile {
  live: boolean;
}

export interface TracesView extends vscode.Disposable {
  refresh(): void;
}

export function createTracesView(host: Host): TracesView {
  const changed = new vscode.EventEmitter<TraceNode | undefined>();
  let shown: TraceNode[] = [];
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed.fire(undefined);
    }, REFRESH_MS);
  };
  let growing: NodeJS.Timeout | undefined;
  /** The live trace has grown: its line alone is drawn again, nothing is searched. */
  const grow = (file: string, size: number) => {
    const node = shown.find((trace) => sameFile(trace.file, file));
    if (!node?.live) return refresh();
    node.size = size;
    node.modified = Date.now();
    growing ??= setTimeout(() => {
      growing = undefined;
      changed.fire(node);
    }, REFRESH_MS);
  };
  /** Watchers tell of every write to the live trace too. */
  const touched = ({ fsPath }: vscode.Uri) => {
    if (!shown.some((trace) => trace.live && sameFile(trace.file, fsPath))) refresh();
  };
  const watchers: vscode.Disposable[] = [];
  let watched = '';
  /** Watches from the first look on, so that a window that never shows the view watches nothing. */
  const watch = () => {
    const { folder } = host;
    if (folder === watched) return;
    watched = folder;
    for (const watcher of watchers.splice(0)) watcher.dispose();
    const patterns: vscode.GlobPattern[] = [
      new vscode.RelativePattern(vscode.Uri.file(folder), `*${TRACE_EXTENSION}`),
      `**/*${TRACE_EXTENSION}`,
    ];
    for (const pattern of patterns) {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      watchers.push(watcher, watcher.onDidCreate(refresh), watcher.onDidChange(touched), watcher.onDidDelete(refresh));
    }
  };
  const view = vscode.window.createTreeView<TraceNode>(`${SECTION}.traces`, {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (node) => {
        if (node) return [];
        watch();
        return (shown = await findTraces(host));
      },
      getTreeItem: treeItem,
    },
  });
  const subscriptions = vscode.Disposable.from(
    changed,
    view,
    host.proxy.onDidChange.on(refresh),
    host.proxy.onDidRecord.on(({ file, size }) => {
      if (view.visible) grow(file, size);
    }),
    view.onDidChangeVisibility(({ visible }) => visible && refresh()),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.recording.folder`)) refresh();
    }),
  );
  return {
    refresh: () => changed.fire(undefined),
    dispose: () => {
      clearTimeout(timer);
      clearTimeout(growing);
      for (const watcher of watchers) watcher.dispose();
      subscriptions.dispose();
    },
  };
}

async function findTraces(host: Host): Promise<TraceNode[]> {
  const elsewhere = await Promise.resolve(
    vscode.workspace.findFiles(`**/*${TRACE_EXTENSION}`, '**/node_modules/**', MOST_FOUND),
  ).catch(() => []);
  const files = [
    ...(await tracesIn(host.folder)),
    // Recordings made while no folder was open belong to every window.
    ...(await tracesIn(
      recordingFolder({ setting: '', workspace: undefined, storage: host.context.globalStorageUri.fsPath }),
    )),
    ...elsewhere.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath),
  ];
  const live = host.proxy.engine?.file;
  return (await statTraces(files)).map((trace) => ({
    ...trace,
    live: live !== undefined && sameFile(live, trace.file),
  }));
}

function treeItem(trace: TraceNode): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(trace.file).slice(0, -TRACE_EXTENSION.length));
  const when = new Date(trace.modified).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  item.id = trace.file;
  item.resourceUri = vscode.Uri.file(trace.file);
  item.description = `${trace.live ? 'live · ' : ''}${formatBytes(trace.size)} · ${when}`;
  item.tooltip = `${trace.file}\n${item.description}`;
  item.iconPath = new vscode.ThemeIcon(trace.live ? 'record' : 'graph-line');
  item.contextValue = trace.live ? 'liveTrace' : 'trace';
  item.command = { command: `${SECTION}.openTrace`, title: 'Open', arguments: [trace] };
  return item;
}
