/** The view of the proxy: where it listens, where it sends, and the recording switch. Empty while stopped (welcome text). */
import * as vscode from 'vscode';
import type { SimulationState } from '../proxy/simulatedUpstream';
import type { Host } from './host';
import { howServed } from './serveText';
import { isKeyless, SECTION, upstreamLabel } from './settings';
import { brokenText, simulationLabel } from './simulationText';

/** A line of the view; `copy` is what its copy button takes. */
export interface ProxyNode {
  label: string;
  description: string;
  icon: string;
  tooltip?: string;
  copy?: string;
  command?: string;
  checked?: boolean;
  /** What its menu is chosen by, besides the copy button. */
  menu?: string;
}

export function createProxyView(host: Host): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView<ProxyNode>(`${SECTION}.proxy`, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => (node ? [] : nodes(host)),
      getTreeItem: treeItem,
    },
    manageCheckboxStateManually: true,
  });
  const subscriptions = [
    changed,
    view,
    host.proxy.onDidChange.on(() => changed.fire()),
    view.onDidChangeCheckboxState(() => {
      void vscode.commands.executeCommand(`${SECTION}.toggleRecording`).then(() => changed.fire());
    }),
  ];
  return vscode.Disposable.from(...subscriptions);
}

function nodes({ proxy, serving }: Host): ProxyNode[] {
  const { state } = proxy;
  switch (state.state) {
    case 'stopped':
      return [];
    case 'starting':
      return [{ label: 'Starting', description: '', icon: 'loading~spin' }];
    case 'stopping':
      return [{ label: 'Stopping', description: '', icon: 'loading~spin' }];
    case 'failed':
      return [
        { label: 'Not running', description: state.message, tooltip: state.message, icon: 'error', command: 'showLog' },
        { label: 'Start again', description: '', icon: 'play', command: 'start' },
      ];
    case 'running': {
      const { host, port, http, https, ca, moved } = state.engine.address;
      const list: ProxyNode[] = [
        {
          label: 'Listening',
          description: `${host}:${port}${moved ? ' (the port in the settings is taken)' : ''}`,
          icon: 'broadcast',
        },
        {
          label: 'Upstream',
          description:
            upstreamLabel(state.upstream) + (state.keyed && !isKeyless(state.upstream) ? ', stored key' : ''),
          tooltip: `Sessions go to ${state.engine.upstream}. Select to change.`,
          icon: 'cloud',
          command: 'chooseUpstream',
        },
        {
          label: 'Base URL, TLS',
          description: https,
          tooltip: `${https}\n\nFor the OpenAI SDK for Node, which always uses TLS. It must trust the CA certificate below.`,
          icon: 'lock',
          copy: https,
        },
        {
          label: 'Base URL',
          description: http,
          tooltip: `${http}\n\nFor Python, browsers and plain WebSocket clients.`,
          icon: 'link',
          copy: http,
        },
        {
          label: 'CA certificate',
          description: ca,
          tooltip: `${ca}\n\nNODE_EXTRA_CA_CERTS takes this path.`,
          icon: 'verified',
          copy: ca,
        },
        { label: 'Record sessions', description: '', icon: 'record', checked: proxy.recording },
      ];
      const { simulation } = state.engine;
      if (state.upstream.kind === 'simulator' && simulation) list.splice(2, 0, scenarioNode(simulation));
      if (state.upstream.kind === 'trace' && serving.choice)
        list.splice(2, 0, {
          label: 'Serving',
          description: howServed(serving.choice),
          tooltip: `Clients get what was recorded in ${serving.choice.file}. Select for how they fared.`,
          icon: 'history',
          command: 'showServeReport',
          menu: 'served',
        });
      if (proxy.trouble)
        list.push({
          label: proxy.trouble,
          description: '',
          tooltip: proxy.trouble,
          icon: 'warning',
          command: 'showLog',
        });
      return list;
    }
  }
}

function scenarioNode(simulation: SimulationState): ProxyNode {
  const { waiting, scenario = 'the default conversation' } = simulation;
  const broken = brokenText(simulation);
  const waits = waiting
    ? 'What was chosen since then is played when the open sessions have ended; Restart Simulator ends them now. '
    : '';
  return {
    label: 'Scenario',
    description: simulationLabel(simulation) + (waiting ? ' (changed)' : ''),
    tooltip: broken ?? `The simulator plays ${scenario}. ${waits}Select to change.`,
    icon: broken ? 'warning' : waiting ? 'sync' : 'beaker',
    command: 'useScenario',
    menu: 'scenario',
  };
}

function treeItem(node: ProxyNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label);
  item.id = node.label;
  item.description = node.description;
  item.tooltip = node.tooltip ?? `${node.label} ${node.description}`;
  if (node.checked === undefined) item.iconPath = new vscode.ThemeIcon(node.icon);
  else
    item.checkboxState = node.checked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
  const menu = node.copy ? 'copyable' : node.menu;
  if (menu) item.contextValue = menu;
  if (node.command) item.command = { command: `${SECTION}.${node.command}`, title: node.label };
  return item;
}
