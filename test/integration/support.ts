/** What the tests share: the extension, waiting, answers given in place of a person, clients. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import WebSocket from 'ws';
import type { StartedProxy } from '../../src/extension/commands';
import type { InspectorApi } from '../../src/extension/extension';
import type { EventRecord, TraceRecord } from '../../src/trace/records';

export const EXTENSION_ID = 'realtime-inspector.realtime-inspector';
export const EDITOR_ID = 'realtimeInspector.trace';

export function extension(): vscode.Extension<InspectorApi> {
  const found = vscode.extensions.getExtension<InspectorApi>(EXTENSION_ID);
  if (!found) throw new Error(`${EXTENSION_ID} is not installed in this window.`);
  return found;
}

export const api = async (): Promise<InspectorApi> => extension().activate();

const shared = globalThis as { realtimeInspectorLog?: string[] };
/** What the extension has logged since `watchLog`; every test file is a bundle of its own, so it hangs on the global. */
export const logged = (): string[] => (shared.realtimeInspectorLog ??= []);

/** Hears what the extension logs. Works before its activation only: the channel is made there. */
export function watchLog(): void {
  const window = vscode.window as { createOutputChannel: unknown };
  const real = vscode.window.createOutputChannel as (...args: unknown[]) => vscode.LogOutputChannel;
  window.createOutputChannel = (...args: unknown[]) =>
    new Proxy(real(...args), {
      get: (channel, name) => {
        const value: unknown = Reflect.get(channel, name);
        if (typeof value !== 'function') return value;
        return (...parts: unknown[]) => {
          logged().push([name, ...parts].map(String).join(' '));
          return (value as (...parts: unknown[]) => unknown).apply(channel, parts);
        };
      },
    });
}

/** A tree of the extension's: what it shows, and a box of it clicked in a person's place, for which VS Code has no interface. */
export interface WatchedTree {
  provider: vscode.TreeDataProvider<unknown>;
  pretendToClick(node: unknown, checked: boolean): void;
}
type Ticked = vscode.TreeCheckboxChangeEvent<unknown>;
const watched = globalThis as { realtimeInspectorTrees?: Map<string, WatchedTree> };
/** By the ids of their views, without the section. */
export const trees = (): Map<string, WatchedTree> =>
  (watched.realtimeInspectorTrees ??= new Map<string, WatchedTree>());

/** Hears of the extension's trees. Works before its activation only, like `watchLog`. */
export function watchTrees(): void {
  const window = vscode.window as { createTreeView: unknown };
  const real = vscode.window.createTreeView as (
    id: string,
    options: vscode.TreeViewOptions<unknown>,
  ) => vscode.TreeView<unknown>;
  window.createTreeView = (id: string, options: vscode.TreeViewOptions<unknown>) => {
    const view = real(id, options);
    const listeners: ((event: Ticked) => unknown)[] = [];
    trees().set(id.replace('realtimeInspector.', ''), {
      provider: options.treeDataProvider,
      pretendToClick: (node, checked) => {
        const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
        for (const listener of listeners) listener({ items: [[node, checked ? Checked : Unchecked]] });
      },
    });
    return new Proxy(view, {
      get: (target, name) => {
        if (name !== 'onDidChangeCheckboxState') return Reflect.get(target, name) as unknown;
        return (listener: (event: Ticked) => unknown) => {
          listeners.push(listener);
          return target.onDidChangeCheckboxState(listener);
        };
      },
      set: (target, name, value) => Reflect.set(target, name, value),
    });
  };
}

/** The lines of a tree's first level, as VS Code gets them, with their nodes. */
export async function linesOf(id: string): Promise<{ node: unknown; item: vscode.TreeItem }[]> {
  const { provider } = trees().get(id)!;
  const nodes = (await provider.getChildren()) ?? [];
  return Promise.all(nodes.map(async (node) => ({ node, item: await provider.getTreeItem(node) })));
}

/** Runs one of the extension's commands. */
export const run = <T>(name: string, ...args: unknown[]): Thenable<T> =>
  vscode.commands.executeCommand<T>(`realtimeInspector.${name}`, ...args);

/** Waits until `look` gives something; fails by `what` after 20 seconds. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`Waited 20 s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const inspector = () => vscode.workspace.getConfiguration('realtimeInspector');
const changed = new Set<string>();

/** Changes settings of the user until `restore`. */
export async function configure(values: Record<string, unknown>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    changed.add(name);
    await inspector().update(name, value, vscode.ConfigurationTarget.Global);
  }
}

const scratch: string[] = [];
const sweep = (): void => {
  for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};
// A folder made once for a whole suite outlives `restore`: it goes when the last suite has ended.
after(sweep);

/** A folder that goes with the test. */
export function temporary(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'realtime-inspector-it-'));
  scratch.push(folder);
  return folder;
}

/** Back to a stopped proxy, no open editor, the settings' defaults. */
export async function restore(): Promise<void> {
  await run('stop');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  for (const name of changed) await inspector().update(name, undefined, vscode.ConfigurationTarget.Global);
  changed.clear();
  sweep();
}

/** Starts the proxy on any free port with the simulator behind it. */
export async function start(values: Record<string, unknown> = {}): Promise<StartedProxy> {
  await configure({ 'proxy.port': 0, upstream: 'simulator', ...values });
  const started = await run<StartedProxy | undefined>('start');
  if (!started) throw new Error('The proxy did not start.');
  return started;
}

type Window = typeof vscode.window;
type Asking =
  | 'showInputBox'
  | 'showQuickPick'
  | 'showOpenDialog'
  | 'showSaveDialog'
  | 'showErrorMessage'
  | 'showInformationMessage'
  | 'showWarningMessage';

/**
 * Answers a question of VS Code's in place of a person while `work` runs; resolves with what was asked. A function is given what is
 * asked.
 */
export async function answering(
  asking: Asking,
  answer: unknown,
  work: () => PromiseLike<unknown>,
): Promise<unknown[][]> {
  const asked: unknown[][] = [];
  const window = vscode.window as unknown as Record<Asking, unknown>;
  const real = window[asking];
  window[asking] = (async (...args: unknown[]) => {
    asked.push(args);
    return typeof answer === 'function' ? (answer as (...args: unknown[]) => unknown)(...args) : answer;
  }) as Window[typeof asking];
  try {
    await work();
    return asked;
  } finally {
    window[asking] = real;
  }
}

/** An event of the API, whatever else it holds. */
export interface ApiEvent {
  type: string;
  [name: string]: unknown;
}

/** An app that talks to the proxy as any WebSocket client does. */
export class Client {
  readonly received: ApiEvent[] = [];
  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => this.received.push(JSON.parse(String(data)) as ApiEvent));
  }

  /** Connects under a base URL ending in /v1. */
  static async connect(base: string, options: WebSocket.ClientOptions = {}): Promise<Client> {
    const url = `${base.replace(/^http/, 'ws')}/realtime?model=gpt-realtime`;
    const socket = new WebSocket(url, options);
    const client = new Client(socket);
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return client;
  }

  send(event: ApiEvent): void {
    this.socket.send(JSON.stringify(event));
  }

  wait(type: string): Promise<ApiEvent> {
    return until(`the event ${type}`, () => this.received.find((event) => event.type === type));
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close(1000);
    await closed;
  }
}

/** A question in text and its answer. */
export async function converse(client: Client): Promise<void> {
  await client.wait('session.created');
  client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  await client.wait('session.updated');
  const content = [{ type: 'input_text', text: 'Hello there' }];
  client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  client.send({ type: 'response.create' });
  await client.wait('response.done');
}

/** The records of a trace, as they stand in the file. */
export const recordsOf = (file: string): TraceRecord[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as TraceRecord);

export const eventsOf = (file: string): EventRecord[] =>
  recordsOf(file).filter((record): record is EventRecord => record.kind === 'event');

/** The custom editor tabs of a file. */
export const tabsOf = (file: string): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputCustom && input.viewType === EDITOR_ID && input.uri.fsPath === file,
    );
