/** Keeps the simulator in step with its settings and with the files of its scenario, and says what came of a change. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Host } from './host';
import { SECTION } from './settings';
import { messageOf } from './signal';
import { brokenText, simulationLabel } from './simulationText';
import { sameFile } from './traceFolder';
import { plain, label } from './plainText';

/** An editor writes a file in more than one step, ms. */
const SETTLE_MS = 200;
const RESTART = 'Restart Simulator';
const OPEN = 'Open Scenario';
const CHOOSE = 'Use Scenario...';

/** How long a word about a change stays in the status bar, ms. */
const SAID_MS = 5000;

export function followScenario(host: Host): vscode.Disposable {
  const { proxy } = host;
  let timer: NodeJS.Timeout | undefined;
  /** Once for each time that something waits. */
  let offered = false;
  let told: string | undefined;
  let watched = '';
  let watchers: vscode.Disposable[] = [];

  const play = async (always = false) => {
    try {
      const outcome = await proxy.playSettings(always);
      const state = proxy.engine?.simulation;
      if (outcome === 'restarted' && state) {
        const said = `The simulator was restarted: ${simulationLabel(state)}`;
        host.log.info(said);
        vscode.window.setStatusBarMessage(`$(beaker) ${label(said)}`, SAID_MS);
      }
      if (outcome === 'waiting') void offerRestart();
      else offered = false;
    } catch (error) {
      void vscode.window.showErrorMessage(plain(`Realtime Inspector: ${messageOf(error)}`));
    }
  };
  const offerRestart = async () => {
    if (offered) return;
    offered = true;
    const answer = await vscode.window
      .showInformationMessage(
        'The simulator takes the changed scenario up as soon as its open sessions have ended. A restart ends them now.',
        RESTART,
      )
      .then(undefined, () => undefined);
    if (answer === RESTART && proxy.engine?.simulation?.waiting) await play(true);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void play(), SETTLE_MS);
  };
  const watch = (files: readonly string[]) => {
    const wanted = files.join('\n');
    if (wanted === watched) return;
    watched = wanted;
    for (const watcher of watchers) watcher.dispose();
    watchers = files.flatMap((file) => {
      const name = path.basename(file).replace(/[*?{}[\]!]/g, '?');
      const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(file)), name);
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      return [watcher, watcher.onDidCreate(soon), watcher.onDidChange(soon), watcher.onDidDelete(soon)];
    });
  };
  /** Once for each thing that is wrong: the editor marks it too while the file is open. */
  const tell = async () => {
    const state = proxy.engine?.simulation;
    const text = state && brokenText(state);
    if (text === told) return;
    told = text;
    const broken = state?.broken;
    if (!text || !broken) return;
    host.log.warn(text);
    const action = broken.place ? OPEN : CHOOSE;
    const answer = await vscode.window.showWarningMessage(plain(`Realtime Inspector: ${text}`), action);
    if (answer === CHOOSE) await vscode.commands.executeCommand(`${SECTION}.useScenario`);
    if (answer !== OPEN || !broken.place) return;
    const at = new vscode.Position(broken.place.line - 1, broken.place.column - 1);
    await vscode.window.showTextDocument(vscode.Uri.file(broken.file), { selection: new vscode.Range(at, at) });
  };
  /** The simulator has sessions. */
  const busy = () => {
    const { engine } = proxy;
    const host = engine && new URL(engine.upstream).host;
    return proxy.sessions.some(
      ({ status, upstream }) => upstream === host && (status === 'open' || status === 'connecting'),
    );
  };
  const look = () => {
    const state = proxy.engine?.simulation;
    watch(state?.files ?? []);
    void tell();
    if (state?.waiting && !busy()) void play();
  };
  const subscriptions = vscode.Disposable.from(
    proxy.onDidChange.on(look),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.simulator`)) soon();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(soon),
    // A file watcher is late, and some remote file systems have none.
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (proxy.engine?.simulation?.files.some((file) => sameFile(file, uri.fsPath))) soon();
    }),
  );
  return {
    dispose: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.dispose();
      subscriptions.dispose();
    },
  };
}
