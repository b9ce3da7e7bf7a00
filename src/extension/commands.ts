/** Every command of the manifest. A command says once, in one sentence, what went wrong, and offers what helps. */
import * as vscode from 'vscode';
import type { Notifications } from '../../webview/messages';
import type { Engine } from '../proxy/engine';
import { breakpointCommands } from './breakpointCommands';
import type { BreakpointsView } from './breakpointsView';
import { diskPath } from './diskFiles';
import { shellLines } from './environment';
import { likeRow } from './heldHandlers';
import type { Host } from './host';
import type { Payloads } from './payloads';
import { chooseAddress, chooseSession, chooseUpstream } from './pickers';
import { rulesCommands } from './rulesCommands';
import { restCommands } from './restCommands';
import { compareCommands, type Comparisons } from './compareCommands';
import { exchangeCommands } from './exchangeCommands';
import type { Reports } from './reports';
import { replayCommands } from './replayCommands';
import type { Replays } from './replayRun';
import { rewriteCommands } from './rewriteCommands';
import { scenarioCommands } from './scenarioCommands';
import { serveCommands } from './serveCommands';
import { isKeyless, SECTION, upstreamLabel } from './settings';
import { messageOf } from './signal';
import { openTerminal, runSampleClient } from './terminals';
import { traceCommands } from './traceCommands';
import type { TraceEditors } from './traceEditor';
import type { TracesView } from './tracesView';
import { label as labelOf, plain } from './plainText';

/** What `start` and `restart` answer, for other extensions and for tests. */
export interface StartedProxy {
  http: string;
  https: string;
  ca: string;
  file: string;
}

const SHOW_LOG = 'Show Log';
const CHANGE_PORT = 'Change Port';

export function registerCommands(
  host: Host,
  editors: TraceEditors,
  traces: TracesView,
  payloads: Payloads,
  breakpoints: BreakpointsView,
  reports: Reports,
  comparisons: Comparisons,
  replays: Replays,
): vscode.Disposable {
  const { proxy } = host;

  /** Starts the proxy when it is not running, and says when its port was taken. */
  const start = async (again = false): Promise<Engine> => {
    const before = proxy.engine;
    const engine = await (again ? proxy.restart() : proxy.start());
    if (engine !== before && engine.address.moved) void sayMoved(host, engine);
    return engine;
  };
  const started = ({ address, file }: Engine): StartedProxy => ({
    http: address.http,
    https: address.https,
    ca: address.ca,
    file,
  });
  const openLive = async () => {
    const engine = await start();
    await host.openTrace(engine.file);
  };
  /** Starts the proxy for its own sake: the new run's trace comes to the front, so that an older one is not taken for it. */
  const startInView = async (again = false): Promise<StartedProxy> => {
    const before = proxy.engine;
    const engine = await start(again);
    // It may have been stopped meanwhile, and a trace of nothing goes with the stop.
    if (engine !== before && engine === proxy.engine && !editors.find(engine.file))
      await host
        .openTrace(engine.file, { preserveFocus: true })
        .catch((error: unknown) => host.log.warn(`${engine.file} did not open: ${messageOf(error)}`));
    return started(engine);
  };
  const copy = async (text: string, what: string) => {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(`Copied ${what}`, 3000);
  };
  const act = (action: Notifications['act']['action']) => (context: unknown) => editors.act(action, context);

  const handlers: Record<string, (argument?: unknown, more?: unknown) => unknown> = {
    start: () => startInView(),
    stop: () => {
      if (proxy.state.state === 'stopped') vscode.window.setStatusBarMessage('The Realtime proxy is not running', 3000);
      return proxy.stop();
    },
    restart: () => startInView(true),
    chooseUpstream: () => chooseUpstream(host),
    setApiKey: async () => {
      if (await host.keys.ask(host.settings.upstream)) void applyKey(host, `The key for ${host.keyOrigin} is stored`);
    },
    clearApiKey: async () => {
      const had = await host.keys.clear(host.settings.upstream);
      if (had) void applyKey(host, `The key for ${host.keyOrigin} is gone`);
      else void vscode.window.showInformationMessage(plain(`No key is stored for ${host.keyOrigin}.`));
    },
    newSession: async () => {
      const query = await chooseSession();
      if (!query) return undefined;
      await start();
      const engine = await withKey(host);
      if (!engine) return undefined;
      const session = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: 'Opening a Realtime session' },
        () => engine.newSession(query),
      );
      await host.openTrace(engine.file);
      editors.showSession(engine.file, session);
      return session;
    },
    closeSession: async (node) => {
      const id = property(node, 'id') ?? (await pickSession(host));
      if (id) await proxy.engine?.closeSession(id);
    },
    openLive,
    openEarlierPart: () => editors.openPart('earlier'),
    openLaterPart: () => editors.openPart('later'),
    copyEnvironment: async () => {
      await start();
      const shell = process.platform === 'win32' ? 'powershell' : 'posix';
      await copy(shellLines(host.allVariables(), shell), 'the environment as shell lines');
    },
    copyBaseUrl: async (node) => {
      const given = property(node, 'copy');
      const text = given ?? (await chooseAddress(host, await start()));
      if (text) await copy(text, 'to the clipboard');
    },
    openTerminal: async () => {
      await start();
      openTerminal(host);
    },
    toggleRecording: async () => {
      if (!proxy.engine) throw new Error('Nothing is recorded while the proxy is stopped. Start it first.');
      await proxy.engine.setRecording(!proxy.recording);
    },
    runSample: async () => {
      const engine = await start();
      if (!(await withSampleUpstream(host))) return;
      await host.openTrace(engine.file);
      runSampleClient(host, engine.address.http);
    },
    showLog: () => host.log.show(),
    showReport: () => reports.choose(),
    ...traceCommands(host, traces, pathOf),
    editAndResend: act('editAndResend'),
    play: act('play'),
    openBody: act('openBody'),
    copyEvent: async (context) => {
      await copy(await editors.bodyText(context), 'the event');
    },
    filterByType: act('filterByType'),
    filterByResponse: act('filterByResponse'),
    filterByItem: act('filterByItem'),
    focusFilter: act('focusFilter'),
    find: act('find'),
    copyAsJsonl: act('copyAsJsonl'),
    copyAsText: act('copyAsText'),
    saveSelection: act('saveRows'),
    replaySelection: act('replayRows'),
    replayFromHere: act('replayFrom'),
    exportSelection: act('exportRows'),
    copyCode: act('copyCode'),
    savePayload: act('savePayload'),
    compareMarked: act('compareMarked'),
    addBookmark: act('addBookmark'),
    addNote: act('addNote'),
    removeNote: act('removeNote'),
    keepRange: act('keepRange'),
    exportSound: act('exportSound'),
    selectForCompare: (context) => editors.compare('pick', context),
    compareWithSelected: (context) => editors.compare('compare', context),
    follow: act('follow'),
    ...rulesCommands(host, host.rules, async (context) => {
      const at = editors.rowUnder(context);
      return at && likeRow(at.model, at.row);
    }),
    ...breakpointCommands(host, editors, breakpoints),
    ...payloads.commands,
    ...restCommands(host, editors, async () => {
      await start();
      return withKey(host);
    }),
    ...scenarioCommands(host, pathOf, () => editors.front?.fsPath),
    ...compareCommands(host, comparisons, pathOf, () => editors.front?.fsPath),
    ...replayCommands(host, replays, reports, pathOf, () => editors.front?.fsPath),
    ...serveCommands(host, reports, pathOf, () => editors.front?.fsPath),
    ...rewriteCommands(host, reports, pathOf, () => editors.front?.fsPath),
    ...exchangeCommands(host, reports, pathOf, () => editors.front?.fsPath),
  };

  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([name, handler]) =>
      vscode.commands.registerCommand(`${SECTION}.${name}`, async (argument: unknown, more: unknown) => {
        try {
          return await handler(argument, more);
        } catch (error) {
          host.log.error(`${name}: ${messageOf(error)}`);
          void sayFailed(host, error);
          return undefined;
        }
      }),
    ),
  );
}

/** A text property of whatever a menu passed along. */
function property(node: unknown, name: string): string | undefined {
  const value = typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The file a menu was opened on. */
const pathOf = (node: unknown) => (node instanceof vscode.Uri ? diskPath(node) : property(node, 'file'));

const openSetting = (name: string) =>
  vscode.commands.executeCommand('workbench.action.openSettings', `${SECTION}.${name}`);

async function sayFailed(host: Host, error: unknown): Promise<void> {
  const message = messageOf(error);
  const stop = 'Stop Serving';
  const actions = host.serving.isGone
    ? [stop, SHOW_LOG]
    : /\b(port|listen|address|EADDRINUSE|EACCES)\b/i.test(message)
      ? [CHANGE_PORT, SHOW_LOG]
      : [SHOW_LOG];
  const answer = await vscode.window.showErrorMessage(plain(`Realtime Inspector: ${message}`), ...actions);
  if (answer === SHOW_LOG) host.log.show();
  if (answer === stop) await vscode.commands.executeCommand(`${SECTION}.stopServing`);
  if (answer === CHANGE_PORT) await openSetting('proxy.port');
}

async function sayMoved(host: Host, { address }: Engine): Promise<void> {
  const answer = await vscode.window.showInformationMessage(
    `Port ${host.settings.port} is taken by another program: the Realtime proxy listens on ${address.port}.`,
    CHANGE_PORT,
  );
  if (answer === CHANGE_PORT) await openSetting('proxy.port');
}

/** The running engine, once the inspector has what it needs to be a client itself; undefined when the user gave up. */
async function withKey(host: Host): Promise<Engine | undefined> {
  const { state } = host.proxy;
  if (state.state !== 'running' || state.keyed || isKeyless(state.upstream)) return host.proxy.engine;
  const [set, without] = ['Set API Key', 'Open Without'];
  const answer = await vscode.window.showWarningMessage(
    plain(
      `No key is stored for ${host.keyOrigin}, and this session has no app to bring one. Storing one restarts the proxy.`,
    ),
    set,
    without,
  );
  if (answer === without) return host.proxy.engine;
  if (answer !== set || !(await host.keys.ask(host.settings.upstream))) return undefined;
  return host.proxy.restart();
}

/** Lets the user keep the sample's audio off a live account; false when they gave up. */
async function withSampleUpstream(host: Host): Promise<boolean> {
  const { state } = host.proxy;
  if (state.state !== 'running' || state.upstream.kind === 'simulator') return true;
  const [simulator, live] = ['Use the Simulator', `Use ${upstreamLabel(state.upstream)}`];
  const means =
    state.upstream.kind === 'trace'
      ? 'which answers with what was recorded'
      : 'where the sample needs a key and costs money';
  const answer = await vscode.window.showInformationMessage(
    plain(`Sessions go to ${upstreamLabel(state.upstream)} now, ${means}.`),
    simulator,
    live,
  );
  if (answer === simulator) await host.useSimulator();
  return answer === simulator || answer === live;
}

/** A key is built into the running proxy's address: a changed one needs another start. */
async function applyKey(host: Host, happened: string): Promise<void> {
  const restart = 'Restart Proxy';
  if (!host.proxy.engine) {
    void vscode.window.showInformationMessage(plain(`${happened}.`));
    return;
  }
  const answer = await vscode.window.showInformationMessage(
    plain(`${happened}. The proxy takes note of it when it starts again, which ends open sessions.`),
    restart,
  );
  if (answer === restart) await vscode.commands.executeCommand(`${SECTION}.restart`);
}

async function pickSession({ proxy }: Host): Promise<string | undefined> {
  const open = proxy.sessions.filter(({ status }) => status === 'open' || status === 'connecting');
  if (open.length === 0) throw new Error('No session is open: there is none to close.');
  const items = open.map(({ id, label, upstream }) => ({
    ...{ label: id, description: labelOf(label), detail: labelOf(upstream) },
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Close which session?' });
  return picked?.label;
}
