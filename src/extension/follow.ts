/** Keeps the running proxy in step with the settings, and VS Code's context keys in step with the proxy. */
import * as vscode from 'vscode';
import type { Host } from './host';
import { RESTART_SETTINGS, SECTION } from './settings';
import { messageOf } from './signal';
import { plain } from './plainText';

const RESTART = 'Restart Proxy';
const SHOW_LOG = 'Show Log';
const CHOOSE_UPSTREAM = 'Choose Upstream';

/**
 * Context keys for `when` clauses. They are the window's, and outlive an extension host that is restarted or has crashed: what it
 * left there is put right at once, else nothing could be started because something ran before.
 */
export function keepContextKeys(host: Host): vscode.Disposable {
  const set = (key: string, value: boolean) => {
    void vscode.commands.executeCommand('setContext', `${SECTION}.${key}`, value);
  };
  const tell = () => {
    const { state } = host.proxy.state;
    set('running', state === 'running');
    set('busy', state === 'starting' || state === 'stopping');
    set('recording', host.proxy.recording);
    set('simulating', host.proxy.state.state === 'running' && host.proxy.state.upstream.kind === 'simulator');
  };
  tell();
  return host.proxy.onDidChange.on(tell);
}

/** Problems the engine reports while it runs, each shown once with the log at hand. */
export function showProblems(host: Host): vscode.Disposable {
  return host.proxy.onDidProblem.on((message) => {
    host.log.warn(message);
    void vscode.window.showWarningMessage(plain(`Realtime Inspector: ${message}`), SHOW_LOG).then((answer) => {
      if (answer === SHOW_LOG) host.log.show();
    });
  });
}

/** Apps that do not reach the upstream: their own message is often no more than "connection closed". */
export function showRefusals(host: Host): vscode.Disposable {
  return host.proxy.onDidRefuse.on(async (reason) => {
    const answer = await vscode.window.showWarningMessage(
      plain(`Realtime Inspector: a session was refused. ${reason}`),
      CHOOSE_UPSTREAM,
      SHOW_LOG,
    );
    if (answer === SHOW_LOG) host.log.show();
    if (answer === CHOOSE_UPSTREAM) await vscode.commands.executeCommand(`${SECTION}.chooseUpstream`);
  });
}

/** What can change while the proxy runs is changed; for the rest a restart is offered. */
export function followSettings(host: Host): vscode.Disposable {
  let offered = false;
  const offerRestart = async () => {
    if (offered) return;
    offered = true;
    const answer = await vscode.window
      .showInformationMessage(
        'The proxy takes the changed settings when it starts again, which ends open sessions.',
        RESTART,
      )
      .then(undefined, () => undefined);
    offered = false;
    if (answer === RESTART) await vscode.commands.executeCommand(`${SECTION}.restart`);
  };
  return vscode.workspace.onDidChangeConfiguration(async (event) => {
    // One that starts has read them already: it is told as soon as it runs. Why it does not start its own caller is told.
    if (host.proxy.state.state === 'starting') await host.proxy.start().catch(() => undefined);
    const { state } = host.proxy;
    if (state.state !== 'running') return;
    try {
      if (event.affectsConfiguration(`${SECTION}.recording.enabled`))
        await state.engine.setRecording(host.settings.recordingEnabled);
      // While a trace is served the setting counts for nothing; its end takes it up.
      if (event.affectsConfiguration(`${SECTION}.upstream`) && !host.serving.choice) {
        const { upstream, apiKey } = await host.upstream();
        // A stored key belongs to one server and is built into the address: it must not follow to another.
        if (state.keyed || apiKey !== undefined) await offerRestart();
        else await host.proxy.setUpstream(upstream);
      }
      if (RESTART_SETTINGS.some((name) => event.affectsConfiguration(name))) await offerRestart();
    } catch (error) {
      void vscode.window.showErrorMessage(plain(`Realtime Inspector: ${messageOf(error)}`));
    }
  });
}
