/** Shows that a trace is served, keeps its thread in step with the proxy, and says what clients did otherwise. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Host } from './host';
import { label, plain } from './plainText';
import { divergenceText, howServed } from './serveText';
import { SECTION } from './settings';
import { messageOf } from './signal';

const REPORT = 'Show Report';
const STOP = 'Stop Serving';
const CHOOSE = 'Choose Upstream';
/** How long a word about a client stays in the status bar, ms. */
const SAID_MS = 5000;

export function followServing(host: Host): vscode.Disposable {
  const { serving, proxy } = host;
  const item = vscode.window.createStatusBarItem(`${SECTION}.serving`, vscode.StatusBarAlignment.Left, -0.5);
  item.name = 'Realtime Inspector: Served Trace';
  item.command = `${SECTION}.stopServing`;
  /** Shown now: ten clients that do the same are one message. */
  const shown = new Set<string>();

  const show = () => {
    const { choice } = serving;
    void vscode.commands.executeCommand('setContext', `${SECTION}.serving`, choice !== undefined);
    if (!choice) return item.hide();
    const name = path.basename(choice.file);
    item.text = `$(history) ${label(name.replace(/\.realtime\.jsonl$/, ''))}`;
    const when = proxy.engine ? 'get' : 'will get, when the proxy runs,';
    item.tooltip = plain(
      `Sessions ${when} what was recorded in ${name} (${howServed(choice)}). Select to stop serving it.`,
    );
    item.accessibilityInformation = { label: item.tooltip };
    item.show();
  };
  const follow = () => {
    show();
    const { state } = proxy.state;
    if (state === 'stopped' || state === 'failed') void serving.close();
  };
  const tellGone = async () => {
    const { choice } = serving;
    if (!choice || !serving.isGone) return;
    const text = `The trace ${choice.file}, which is served as the upstream, is not there any more.`;
    const answer = await vscode.window.showWarningMessage(plain(`Realtime Inspector: ${text}`), STOP, CHOOSE);
    if (answer === STOP) await vscode.commands.executeCommand(`${SECTION}.stopServing`);
    if (answer === CHOOSE) await vscode.commands.executeCommand(`${SECTION}.chooseUpstream`);
  };
  const restart = async (reason: string) => {
    if (!proxy.engine) return;
    try {
      const upstream = await serving.upstream();
      if (upstream) await proxy.setUpstream(upstream);
      proxy.onDidProblem.fire(
        `The thread that serves the trace stopped and was started again; its sessions ended: ${reason}`,
      );
    } catch (error) {
      proxy.onDidProblem.fire(`The thread that serves the trace stopped: ${reason} ${messageOf(error)}`);
    }
  };
  const subscriptions = vscode.Disposable.from(
    item,
    serving.onDidChange.on(show),
    proxy.onDidChange.on(follow),
    serving.onDidDie.on((reason) => void restart(reason)),
    serving.onDidServe.on(async ({ choice, report }) => {
      const text = divergenceText(choice, report);
      if (text === undefined) {
        const said = `Client ${report.client} of ${path.basename(choice.file)} did what was recorded.`;
        host.log.info(said);
        vscode.window.setStatusBarMessage(`$(check) ${label(said)}`, SAID_MS);
        return;
      }
      host.log.warn(text);
      // The proxy has cut it off: that says nothing of the client.
      if (report.first?.kind === 'left' && proxy.state.state !== 'running') return;
      const key = `${choice.file} ${report.first?.message ?? ''}`;
      if (shown.has(key)) return;
      shown.add(key);
      const answer = await vscode.window.showWarningMessage(plain(text), REPORT).then(undefined, () => undefined);
      shown.delete(key);
      if (answer === REPORT) await vscode.commands.executeCommand(`${SECTION}.showServeReport`);
    }),
  );
  show();
  void tellGone();
  return {
    dispose: () => {
      subscriptions.dispose();
      void serving.close();
    },
  };
}
