/** The view of the breakpoints, as VS Code's own: a box to switch each, what it holds, and how often it has. */
import * as vscode from 'vscode';
import { breakpointLine } from './breakpointText';
import type { Breakpoints } from './breakpoints';
import type { HeldQueue } from './heldQueue';
import { plain } from './plainText';
import { SECTION } from './settings';

/** Shortest time between two drawings, ms: counts change with the traffic. */
const REFRESH_MS = 250;

/** A line as its commands get it. */
export interface BreakpointNode {
  breakpoint: string;
}

export interface BreakpointsView extends vscode.Disposable {
  /** The line that is selected, for keys. */
  readonly selected: string | undefined;
}

export function createBreakpointsView(breakpoints: Breakpoints, held: HeldQueue): BreakpointsView {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      const { count } = held;
      view.badge =
        count > 0
          ? { value: count, tooltip: count === 1 ? '1 message is held' : `${count} messages are held` }
          : undefined;
      const { failed } = breakpoints;
      view.message = failed === '' ? '' : plain(`Not in force as they are here: ${failed}`);
      setContext('hasBreakpoints', breakpoints.all.length > 0);
      changed.fire();
    }, REFRESH_MS);
  };
  let isHolding: boolean | undefined;
  /** At once: keys hang on it, and who sees that something is held presses one. */
  const holding = () => {
    if (isHolding === held.count > 0) return;
    isHolding = held.count > 0;
    setContext('held', isHolding);
  };
  const view = vscode.window.createTreeView<BreakpointNode>(`${SECTION}.breakpoints`, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => (node ? [] : breakpoints.all.map(({ id }) => ({ breakpoint: id }))),
      getTreeItem: (node) => treeItem(breakpoints, node),
    },
    manageCheckboxStateManually: true,
  });
  const subscriptions = vscode.Disposable.from(
    changed,
    view,
    breakpoints.onDidChange.on(refresh),
    held.onDidChange.on(holding),
    held.onDidChange.on(refresh),
    view.onDidChangeCheckboxState(({ items }) => {
      for (const [{ breakpoint }, state] of items)
        breakpoints.change(breakpoint, { enabled: state === vscode.TreeItemCheckboxState.Checked });
    }),
  );
  holding();
  refresh();
  return {
    get selected() {
      return view.selection[0]?.breakpoint;
    },
    dispose: () => {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}

function treeItem(breakpoints: Breakpoints, { breakpoint: id }: BreakpointNode): vscode.TreeItem {
  const breakpoint = breakpoints.get(id);
  if (!breakpoint) return new vscode.TreeItem('');
  const { label, description, tooltip } = breakpointLine(breakpoint);
  const item = new vscode.TreeItem(label);
  item.id = id;
  item.description = description;
  item.tooltip = tooltip;
  item.contextValue = 'breakpoint';
  if (breakpoint.problem !== '') item.iconPath = new vscode.ThemeIcon('error');
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  item.checkboxState = breakpoint.enabled ? Checked : Unchecked;
  return item;
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', `${SECTION}.${key}`, value);
}
