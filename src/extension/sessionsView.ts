/** The view of the sessions the proxy knows of, the newest first. */
import * as vscode from 'vscode';
import type { SessionState } from '../proxy/sessionState';
import type { Host } from './host';
import { oneLine } from './plainText';
import { SECTION } from './settings';
import { formatAge } from './traceFolder';

/** How often ages are brought up to date while they can be seen, ms. */
const TICK_MS = 5000;

const ICONS: Record<SessionState['status'], string> = {
  connecting: 'loading~spin',
  open: 'pulse',
  closed: 'circle-outline',
  refused: 'error',
};

export function createSessionsView(host: Host): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView<SessionState>(`${SECTION}.sessions`, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => (node ? [] : host.proxy.sessions),
      getTreeItem: treeItem,
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const tick = () => {
    const wanted = view.visible && host.proxy.sessions.some(({ status }) => status === 'open');
    if (wanted && !timer) timer = setInterval(() => changed.fire(), TICK_MS);
    if (!wanted) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  return vscode.Disposable.from(
    changed,
    view,
    view.onDidChangeVisibility(tick),
    host.proxy.onDidChange.on(() => {
      changed.fire();
      const open = host.proxy.sessions.filter(({ status }) => status === 'open').length;
      view.badge = open ? { value: open, tooltip: `${open} open Realtime session${open === 1 ? '' : 's'}` } : undefined;
      tick();
    }),
    { dispose: () => clearInterval(timer) },
  );
}

function treeItem(session: SessionState): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(`${session.id} ${session.label}`));
  const age = `${formatAge(Math.max(0, Date.now() - session.openedAt))} ago`;
  item.id = session.id;
  item.description = [session.status, age, session.own ? 'inspector' : ''].filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon(ICONS[session.status]);
  item.tooltip = [
    oneLine(`${session.label} to ${session.upstream}`, 300),
    `opened ${new Date(session.openedAt).toLocaleString()}`,
    session.own ? 'The inspector is the client.' : '',
    session.closeReason ? oneLine(`Closed: ${session.closeReason}`, 300) : '',
  ]
    .filter(Boolean)
    .join('\n');
  item.contextValue = session.status === 'open' || session.status === 'connecting' ? 'liveSession' : 'session';
  item.command = { command: `${SECTION}.openLive`, title: 'Open' };
  return item;
}
