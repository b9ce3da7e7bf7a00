/** The view of the rules: a switch and a count for each, and the ready-made fault sets. */
import * as vscode from 'vscode';
import type { RulesInForce } from './rulesInForce';
import { faultSetNodes, ruleNodes, rulesOfSet, type RuleNode } from './rulesText';
import { SECTION } from './settings';
import { messageOf } from './signal';
import { plain } from './plainText';

/** Shortest time between two drawings, ms: counts change with the traffic. */
const REFRESH_MS = 250;

const ICONS = { on: 'pass', off: 'circle-slash', wrong: 'error', out: 'warning' };

export function createRulesView(
  rules: RulesInForce,
  toggle: (node: RuleNode, on: boolean) => Promise<void>,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      view.message = message(rules);
      changed.fire();
    }, REFRESH_MS);
  };
  const view = vscode.window.createTreeView<RuleNode>(`${SECTION}.rules`, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => {
        if (!node) return ruleNodes(rules.state);
        if (node.kind === 'faultSets') return faultSetNodes(rules.state);
        return node.kind === 'faultSet' ? rulesOfSet(rules.state, node) : [];
      },
      getTreeItem: treeItem,
    },
    manageCheckboxStateManually: true,
  });
  const subscriptions = vscode.Disposable.from(
    changed,
    view,
    rules.onDidChange.on(refresh),
    view.onDidChangeCheckboxState(async ({ items }) => {
      for (const [node, state] of items)
        await toggle(node, state === vscode.TreeItemCheckboxState.Checked).catch((error: unknown) => {
          void vscode.window.showErrorMessage(plain(`Realtime Inspector: ${messageOf(error)}`));
        });
      // Where nothing came of it the box must show how things stand.
      changed.fire();
    }),
  );
  return {
    dispose: () => {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}

function message({ state }: RulesInForce): string {
  return !state.exists || state.stale || state.enabled ? '' : 'The rules are switched off.';
}

function treeItem(node: RuleNode): vscode.TreeItem {
  switch (node.kind) {
    case 'create': {
      const item = new vscode.TreeItem('New Rules File');
      item.description = 'change, delay or drop what passes';
      item.iconPath = new vscode.ThemeIcon('new-file');
      item.command = { command: `${SECTION}.openRules`, title: 'New Rules File' };
      return item;
    }
    case 'problem': {
      const item = new vscode.TreeItem(node.label);
      item.tooltip = node.tooltip;
      item.iconPath = new vscode.ThemeIcon('error');
      item.command = { command: `${SECTION}.openRule`, title: 'Open', arguments: [node] };
      return item;
    }
    case 'faultSets': {
      const item = new vscode.TreeItem('Fault Sets', vscode.TreeItemCollapsibleState.Expanded);
      item.id = 'faultSets';
      item.tooltip = 'Ready-made rules that break a session on purpose.';
      return item;
    }
    case 'faultSet': {
      const { Collapsed, None } = vscode.TreeItemCollapsibleState;
      const item = new vscode.TreeItem(node.label, node.checked ? Collapsed : None);
      // Whether it can be opened out hangs on the id.
      item.id = `${node.id}${node.checked ? '+' : ''}`;
      item.description = node.description;
      item.tooltip = node.tooltip;
      item.contextValue = 'faultSet';
      item.checkboxState = boxOf(node.checked);
      item.command = { command: `${SECTION}.showFaultSet`, title: 'Show', arguments: [node] };
      return item;
    }
    case 'rule': {
      const item = new vscode.TreeItem(node.label);
      item.id = `${node.faultSet ?? ''}#${node.index}`;
      item.description = node.description;
      item.tooltip = node.tooltip;
      if (node.faultSet === undefined) item.contextValue = node.state === 'out' ? 'ruleOut' : 'rule';
      if (node.checked === undefined || node.state === 'out') item.iconPath = new vscode.ThemeIcon(ICONS[node.state]);
      if (node.checked !== undefined) item.checkboxState = boxOf(node.checked);
      const command = node.faultSet === undefined ? 'openRule' : 'showFaultSet';
      item.command = { command: `${SECTION}.${command}`, title: 'Open', arguments: [node] };
      return item;
    }
  }
}

function boxOf(checked: boolean): vscode.TreeItemCheckboxState {
  return checked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
}
