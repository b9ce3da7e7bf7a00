/** Terminals whose programs talk through the proxy: the window's own (by setting), and one opened on request. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import { terminalEnvironment } from './environment';
import type { Host } from './host';
import type { TerminalEnvironment } from './settings';

const DESCRIPTIONS: Record<Exclude<TerminalEnvironment, 'off'>, string> = {
  variables: 'Leads the OpenAI SDK through the running Realtime Inspector proxy.',
  preload: 'Leads the OpenAI SDKs through the running Realtime Inspector proxy (Node programs load a small hook).',
};

/** Keeps the window's terminal variables in step with the proxy and the setting; they go when the proxy stops. */
export function keepTerminalEnvironment(host: Host): vscode.Disposable {
  const collection = host.context.environmentVariableCollection;
  let applied = '';
  const apply = () => {
    const mode = host.settings.terminal;
    const variables = host.variables(mode);
    // Each change marks every open terminal as out of date, so there must be one.
    const wanted = JSON.stringify(variables);
    if (wanted === applied) return;
    applied = wanted;
    collection.clear();
    if (variables.length === 0 || mode === 'off') return;
    // A window opened next week would otherwise send its programs to a proxy that is not there.
    collection.persistent = false;
    collection.description = DESCRIPTIONS[mode];
    for (const { name, value, how } of variables)
      if (how === 'append') collection.append(name, value);
      else collection.replace(name, value);
  };
  const subscriptions = [host.proxy.onDidChange.on(apply), vscode.workspace.onDidChangeConfiguration(apply)];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
      collection.clear();
    },
  };
}

/** Opens a terminal with the environment set, whatever the setting says. The proxy must be running. */
export function openTerminal(host: Host): void {
  const env = terminalEnvironment(host.allVariables(), process.env);
  const terminal = vscode.window.createTerminal({
    name: 'Realtime Inspector',
    iconPath: new vscode.ThemeIcon('broadcast'),
    message: 'Programs started here send their Realtime sessions through the inspector.',
    env,
  });
  terminal.show();
}

/**
 * Runs the bundled voice client against the proxy, in a terminal of its own. It runs on VS Code's own Node, so nothing
 * needs to be installed, and it is spawned without a shell, so no path needs quoting.
 */
export function runSampleClient(host: Host, baseUrl: string): vscode.Terminal {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<number>();
  let child: ChildProcess | undefined;
  const write = (text: string) => written.fire(text.replace(/\r?\n/g, '\r\n'));
  const terminal = vscode.window.createTerminal({
    name: 'Sample Voice Client',
    iconPath: new vscode.ThemeIcon('mic'),
    pty: {
      onDidWrite: written.event,
      onDidClose: closed.event,
      open: () => {
        const script = path.join(host.dist, 'sampleClient.cjs');
        // With a stored key the address is a secret of its own, and everybody on the machine can read a program's arguments.
        child = spawn(process.execPath, [script], {
          env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '', OPENAI_BASE_URL: baseUrl },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        child.stdout?.setEncoding('utf8').on('data', write);
        child.stderr?.setEncoding('utf8').on('data', write);
        child.on('error', (error) => write(`The sample client could not be started: ${error.message}\n`));
        child.on('close', (code, signal) => {
          child = undefined;
          write(`\n[${signal ? `stopped by ${signal}` : `ended with code ${code}`}; press Enter to close]\n`);
        });
      },
      handleInput: (data: string) => {
        if (data === '\x03') child?.kill('SIGINT');
        else if (data === '\r' && !child) closed.fire(0);
      },
      close: () => {
        child?.kill();
        written.dispose();
        closed.dispose();
      },
    },
  });
  terminal.show(true);
  return terminal;
}
