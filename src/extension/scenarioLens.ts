/** The line above a scenario file that says whether the simulator plays it, and the context key behind the title's button. */
import * as vscode from 'vscode';
import type { Host } from './host';
import { isScenarioDocument } from './scenarioDiagnostics';
import { lensOf, type LensFacts } from './scenarioUse';
import { SECTION, upstreamLabel } from './settings';
import { insteadText } from './simulationText';
import { sameFile } from './traceFolder';

export function showScenarioUse(host: Host): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let shown: string | undefined;
  const refresh = () => {
    changed.fire();
    const file = host.simulation.scenario;
    // On a remote machine the workbench knows a file by its URI's path, on this one by its path on disk.
    const names = file === undefined ? [] : [...new Set([file, vscode.Uri.file(file).path])];
    if (shown === names.join()) return;
    shown = names.join();
    void vscode.commands.executeCommand('setContext', `${SECTION}.scenariosInUse`, names);
  };
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => {
      if (!isScenarioDocument(document)) return [];
      const lens = lensOf(factsOf(host, document.uri));
      return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { ...lens, arguments: [document.uri] })];
    },
  };
  refresh();
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider({ scheme: 'file', pattern: '**/*.scenario.{jsonc,yaml,yml}' }, provider),
    host.proxy.onDidChange.on(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.simulator.scenario`)) refresh();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
  );
}

function factsOf(host: Host, uri: vscode.Uri): LensFacts {
  const { state } = host.proxy;
  const file = host.simulation.scenario;
  const simulation = host.proxy.engine?.simulation;
  return {
    trusted: vscode.workspace.isTrusted,
    chosen: file !== undefined && sameFile(file, uri.fsPath),
    running:
      state.state === 'running'
        ? {
            upstream: upstreamLabel(state.upstream),
            simulator: state.upstream.kind === 'simulator',
            broken: simulation ? insteadText(simulation) : '',
            waiting: simulation?.waiting ?? false,
          }
        : undefined,
  };
}
