/** Commands about scenarios: which one the simulator plays, a new file, one made from a trace. */
import path from 'node:path';
import * as vscode from 'vscode';
import { askForFiles, diskPath } from './diskFiles';
import type { Host } from './host';
import { pick, type Choice } from './pickers';
import { newScenario } from './scenarioFiles';
import { saveScenarioFrom } from './scenarioFromTrace';
import { isScenarioName, SCENARIO_GLOB, scenarioSetting } from './scenarioPaths';
import { SECTION, upstreamLabel } from './settings';
import { sameFile } from './traceFolder';
import { label, plain } from './plainText';

/** Scenario files that are offered. */
const MOST_FOUND = 500;

/** What a choice in the list stands for. */
type Wish = { file: string } | 'default' | 'new' | 'trace';

/** The handlers by the names of their commands. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function scenarioCommands(
  host: Host,
  pathOf: (argument: unknown) => string | undefined,
  front: () => string | undefined,
): Record<string, (argument?: unknown) => unknown> {
  const fromTrace = async (argument?: unknown) => {
    const trace = pathOf(argument) ?? front() ?? (await askForTrace(host));
    if (trace && (await saveScenarioFrom(host, trace))) await useScenario(host, trace);
  };
  return {
    useScenario: async () => {
      const wish = await chooseScenario(host);
      if (wish === 'new') await newScenario(host);
      else if (wish === 'trace') await fromTrace();
      else if (wish) await useScenario(host, wish === 'default' ? undefined : wish.file);
    },
    useThisScenario: async (argument) => {
      const file = pathOf(argument) ?? activeScenario();
      if (!file) throw new Error('Open a scenario file (*.scenario.jsonc, *.scenario.yaml) first.');
      const open = vscode.workspace.textDocuments.find(
        ({ uri }) => uri.scheme === 'file' && sameFile(uri.fsPath, file),
      );
      // The simulator reads what is on disk.
      if (open?.isDirty) await open.save();
      await useScenario(host, file);
    },
    newScenario: () => newScenario(host),
    scenarioFromTrace: fromTrace,
    restartSimulator: async () => {
      const { state } = host.proxy;
      if (state.state !== 'running' || state.upstream.kind !== 'simulator')
        throw new Error('The simulator does not run. Choose it as the upstream, and start the proxy.');
      await host.proxy.playSettings(true);
      vscode.window.setStatusBarMessage('$(beaker) The simulator was restarted', 5000);
    },
  };
}

function activeScenario(): string | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri && isScenarioName(uri.path) ? diskPath(uri) : undefined;
}

async function chooseScenario(host: Host): Promise<Wish | undefined> {
  const current = host.simulation.scenario;
  const found = await vscode.workspace.findFiles(SCENARIO_GLOB, '**/node_modules/**', MOST_FOUND);
  const files = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  if (current !== undefined && !files.some((file) => sameFile(file, current))) files.push(current);
  files.sort((one, other) => path.basename(one).localeCompare(path.basename(other)));
  const mark = (is: boolean) => (is ? { description: 'current' } : {});
  type Item = Choice<Wish | undefined>;
  const choices: Item[] = [
    {
      label: '$(comment-discussion) Default conversation',
      detail: 'Says your own words back, calls your tools, and fails when asked to.',
      value: 'default',
      ...mark(current === undefined),
    },
    ...files.map((file): Item => {
      const [name, written] = [path.basename(file), scenarioSetting(file, host.folders)];
      return {
        label: `$(beaker) ${label(name)}`,
        value: { file },
        ...(written === name ? {} : { detail: label(written) }),
        ...mark(current !== undefined && sameFile(file, current)),
      };
    }),
    { label: '', kind: vscode.QuickPickItemKind.Separator, value: undefined },
    { label: '$(new-file) New scenario file...', value: 'new' },
    { label: '$(graph-line) Make scenario from a trace...', value: 'trace' },
  ];
  const picked = await pick('What does the simulator play?', choices, ({ description }) => description === 'current');
  return picked?.value;
}

/** Writes the setting; what runs follows it. `undefined` is the default conversation. */
async function useScenario(host: Host, file: string | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const written = configuration.inspect<string>('simulator.scenario');
  const inWorkspace = vscode.workspace.workspaceFolders !== undefined;
  const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  // The default where nothing else is set needs no line in a settings file.
  const otherwise = inWorkspace ? (written?.globalValue ?? '') : '';
  const value = file === undefined ? '' : scenarioSetting(file, host.folders);
  await configuration.update('simulator.scenario', value === otherwise ? undefined : value, target);
  const { state } = host.proxy;
  const name = file === undefined ? 'the default conversation' : path.basename(file);
  if (state.state === 'running' && state.upstream.kind !== 'simulator') {
    const use = 'Use the Simulator';
    const upstream = upstreamLabel(state.upstream);
    const answer = await vscode.window.showInformationMessage(
      plain(`The simulator will play ${name}, but sessions go to ${upstream} now.`),
      use,
    );
    if (answer === use) await host.useSimulator();
  } else if (state.state === 'stopped' || state.state === 'failed') {
    const start = 'Start Proxy';
    const answer = await vscode.window.showInformationMessage(
      plain(`The simulator will play ${name} when the proxy runs.`),
      start,
    );
    if (answer === start) await vscode.commands.executeCommand(`${SECTION}.start`);
  }
}

async function askForTrace(host: Host): Promise<string | undefined> {
  const [picked] = await askForFiles({
    title: 'Make Scenario from Trace',
    defaultUri: vscode.Uri.file(host.folder),
    filters: { 'Realtime traces': ['jsonl'] },
  });
  return picked;
}
