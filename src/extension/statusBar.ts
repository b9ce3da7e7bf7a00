/** The proxy's state in one word, where it is seen without looking for it. */
import * as vscode from 'vscode';
import type { Host } from './host';
import { SECTION, upstreamLabel } from './settings';
import { simulationLabel } from './simulationText';

export function createStatusBar(host: Host): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(`${SECTION}.status`, vscode.StatusBarAlignment.Left, 0);
  item.name = 'Realtime Inspector';
  const show = () => {
    const view = describe(host);
    item.text = view.text;
    item.tooltip = view.tooltip;
    item.command = view.command;
    item.accessibilityInformation = { label: `Realtime Inspector: ${view.tooltip}` };
    item.backgroundColor = view.severity
      ? new vscode.ThemeColor(`statusBarItem.${view.severity}Background`)
      : undefined;
    item.show();
  };
  show();
  const subscription = host.proxy.onDidChange.on(show);
  return {
    dispose: () => {
      subscription.dispose();
      item.dispose();
    },
  };
}

interface StatusView {
  text: string;
  tooltip: string;
  command: string;
  severity?: 'warning' | 'error';
}

function describe({ proxy }: Host): StatusView {
  const { state } = proxy;
  switch (state.state) {
    case 'stopped':
      return {
        text: '$(debug-disconnect) Realtime',
        tooltip: 'The proxy is stopped. Select to start it.',
        command: `${SECTION}.start`,
      };
    case 'starting':
    case 'stopping':
      return {
        text: '$(loading~spin) Realtime',
        tooltip: `The proxy is ${state.state}.`,
        command: `${SECTION}.showLog`,
      };
    case 'failed':
      return {
        text: '$(error) Realtime',
        tooltip: state.message,
        command: `${SECTION}.showLog`,
        severity: 'error',
      };
    case 'running': {
      const open = proxy.sessions.filter(({ status }) => status === 'open').length;
      const { host, port } = state.engine.address;
      const sessions = open === 1 ? '1 session' : `${open} sessions`;
      const { simulation } = state.engine;
      const plays =
        state.upstream.kind === 'simulator' && simulation
          ? ` (${simulationLabel(simulation)}${simulation.broken ? '; the scenario asked for is broken' : ''})`
          : '';
      const recording = proxy.trouble || (proxy.recording ? 'recording' : 'recording is off');
      return {
        text: `$(broadcast) Realtime ${port} · ${sessions}${proxy.recording ? ' $(record)' : ''}${proxy.trouble ? ' $(warning)' : ''}`,
        tooltip: `Listening on ${host}:${port}, upstream ${upstreamLabel(state.upstream)}${plays}, ${sessions}; ${recording}.`,
        command: `${SECTION}.openLive`,
        ...(proxy.trouble ? { severity: 'warning' as const } : {}),
      };
    }
  }
}
