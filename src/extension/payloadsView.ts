/** The view of the workspace's payload files. */
import * as vscode from 'vscode';
import { readPayload } from '../protocol/payloadFile';
import { findPayloadFiles, payloadName, PAYLOAD_GLOB } from './payloadDocuments';
import { oneLine } from './plainText';
import { SECTION } from './settings';

/** Longer files are not read for what they send. */
const MOST_BYTES = 1024 * 1024;
/** Shortest time between two readings of the workspace, ms. */
const REFRESH_MS = 300;

interface PayloadNode {
  resourceUri: vscode.Uri;
  /** What it sends, in words; '' for what is too long to be read for it. */
  words: string;
  isWrong: boolean;
}

export interface PayloadsView extends vscode.Disposable {
  refresh(): void;
}

export function createPayloadsView(): PayloadsView {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed.fire();
    }, REFRESH_MS);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(PAYLOAD_GLOB);
  const view = vscode.window.createTreeView<PayloadNode>(`${SECTION}.payloads`, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => (node ? [] : findPayloads()),
      getTreeItem: treeItem,
    },
    showCollapseAll: false,
  });
  const subscriptions = vscode.Disposable.from(
    changed,
    watcher,
    view,
    watcher.onDidCreate(refresh),
    watcher.onDidChange(refresh),
    watcher.onDidDelete(refresh),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
  );
  return {
    refresh,
    dispose: () => {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}

async function findPayloads(): Promise<PayloadNode[]> {
  return Promise.all((await findPayloadFiles()).map(nodeOf));
}

async function nodeOf(resourceUri: vscode.Uri): Promise<PayloadNode> {
  try {
    const { size } = await vscode.workspace.fs.stat(resourceUri);
    if (size > MOST_BYTES) return { resourceUri, words: '', isWrong: false };
    const text = Buffer.from(await vscode.workspace.fs.readFile(resourceUri)).toString('utf8');
    const { steps, problems } = readPayload(text);
    const types = steps.flatMap((step) => (step.kind === 'event' ? [step.type || 'event'] : []));
    const [first = 'nothing to send'] = types;
    const words = types.length > 1 ? `${first} and ${types.length - 1} more` : first;
    return { resourceUri, words, isWrong: problems.some(({ severity }) => severity === 'error') };
  } catch {
    // It went while it was read.
    return { resourceUri, words: '', isWrong: true };
  }
}

function treeItem({ resourceUri, words, isWrong }: PayloadNode): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(payloadName(resourceUri)));
  item.id = resourceUri.toString();
  item.description = oneLine(words);
  item.tooltip = vscode.workspace.asRelativePath(resourceUri);
  item.iconPath = new vscode.ThemeIcon(isWrong ? 'error' : 'json');
  item.contextValue = 'payload';
  item.command = { command: 'vscode.open', title: 'Open', arguments: [resourceUri] };
  return item;
}
