/** Keeps the rules in step with their file and with the proxy, and says in the status bar that they change traffic. */
import * as vscode from 'vscode';
import type { Host } from './host';
import type { RulesInForce } from './rulesInForce';
import { isRulesName } from './rulesPaths';
import { inForceText } from './rulesText';
import { SECTION } from './settings';

/** An editor writes a file in more than one step, ms. */
const SETTLE_MS = 100;
/** How long a word about a change stays in the status bar, ms. */
const SAID_MS = 5000;

export function followRules(host: Host, rules: RulesInForce): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(`${SECTION}.rulesStatus`, vscode.StatusBarAlignment.Left, -1);
  item.name = 'Realtime Inspector: Rules';
  item.command = `${SECTION}.rules.focus`;
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let told = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void rules.refresh(), SETTLE_MS);
  };
  const show = () => {
    const { active, state } = rules;
    const text = inForceText(active);
    const touched = state.hits.reduce((sum, hits) => sum + hits, 0);
    setContext('rules', !state.exists ? 'none' : state.enabled ? 'on' : 'off');
    item.text = `$(zap) ${text}`;
    item.tooltip = `${text} of Realtime sessions on its way; so far ${touched === 1 ? '1 message or handshake' : `${touched} messages and handshakes`}. Select to see which.`;
    item.accessibilityInformation = { label: `Realtime Inspector: ${text}` };
    if (running && active > 0) item.show();
    else item.hide();
    if (running && active !== told && (active > 0 || told > 0)) {
      const said = active > 0 ? text : 'no rule changes traffic any more';
      vscode.window.setStatusBarMessage(`$(zap) Realtime: ${said}`, SAID_MS);
      host.log.info(`Rules: ${said}`);
    }
    told = running ? active : 0;
  };
  const watcher = vscode.workspace.createFileSystemWatcher('**/.vscode/realtime-rules.{jsonc,json,yaml,yml}');
  const subscriptions = vscode.Disposable.from(
    item,
    watcher,
    watcher.onDidCreate(soon),
    watcher.onDidChange(soon),
    watcher.onDidDelete(soon),
    // A file watcher is late, and some remote file systems have none.
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (isRulesName(uri.path)) soon();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(soon),
    vscode.workspace.onDidGrantWorkspaceTrust(soon),
    rules.onDidChange.on(show),
    host.proxy.onDidChange.on(() => {
      const before = running;
      running = host.proxy.state.state === 'running';
      if (before && !running) rules.end();
      else if (before !== running) show();
    }),
  );
  void rules.refresh();
  return {
    dispose: () => {
      clearTimeout(timer);
      subscriptions.dispose();
    },
  };
}

function setContext(key: string, value: string): void {
  void vscode.commands.executeCommand('setContext', `${SECTION}.${key}`, value);
}
