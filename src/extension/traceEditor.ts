/**
 * The editor of `*.realtime.jsonl`. The file is never a TextDocument: a worker indexes it, and the page asks for what it
 * shows. The live tab is this same editor, following the file the proxy writes.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { UserPrices } from '../analysis/prices';
import type { InspectorStatus, Notifications } from '../../webview/messages';
import { BodyDocuments } from './bodyDocuments';
import { Bridge, type Handlers } from './bridge';
import { composeHandlers } from './composeHandlers';
import { ComposeRuns } from './composeRun';
import { EDITOR, type Host } from './host';
import { heldHandlers } from './heldHandlers';
import { pageHtml } from './html';
import { listHandlers } from './listHandlers';
import { noteHandlers } from './noteHandlers';
import { savePayload } from './payloadFiles';
import { PayloadValues } from './payloadValues';
import { Prices } from './prices';
import { messageOf } from './signal';
import { SECTION, upstreamLabel } from './settings';
import { sameFile } from './traceFolder';
import { traceHandlers } from './traceHandlers';
import { TraceModel } from './traceModel';
import { TraceParts, type Neighbours } from './traceParts';
import { plain, label } from './plainText';

/** A trace open in one or more editors. */
export class OpenTrace implements vscode.CustomDocument {
  readonly #watcher: vscode.FileSystemWatcher | undefined;

  constructor(
    readonly uri: vscode.Uri,
    readonly model: TraceModel,
    private readonly closed: (trace: OpenTrace) => void,
  ) {
    if (uri.scheme !== 'file') return;
    // Another program (the command line's proxy) may be writing it.
    const folder = vscode.Uri.file(path.dirname(uri.fsPath));
    const pattern = new vscode.RelativePattern(folder, path.basename(uri.fsPath).replace(/[*?{}[\]!]/g, '?'));
    this.#watcher = vscode.workspace.createFileSystemWatcher(pattern, true, false, true);
    this.#watcher.onDidChange((changed) => {
      if (sameFile(changed.fsPath, uri.fsPath)) this.follow();
    });
  }

  /** Reads on, when a page has opened it. */
  follow(): void {
    // What goes wrong is in the document's state, which the page shows.
    if (this.model.opened) this.model.follow().catch(() => undefined);
  }

  dispose(): void {
    this.#watcher?.dispose();
    this.closed(this);
    void this.model.close();
  }
}

/** Longest body put on the clipboard, bytes of its message. */
const MOST_COPIED = 24 * 1024 * 1024;

/** The row in the `data-vscode-context` of a menu. */
function rowOf(context: unknown): number | undefined {
  const row = (context as { rtiRow?: unknown } | undefined)?.rtiRow;
  return Number.isSafeInteger(row) && (row as number) >= 0 ? (row as number) : undefined;
}

const namesOf = ({ earlier, later }: Neighbours) => ({
  earlier: path.basename(earlier),
  later: path.basename(later),
});

/** One tab. */
interface Tab {
  trace: OpenTrace;
  panel: vscode.WebviewPanel;
  bridge: Bridge;
}

export class TraceEditors implements vscode.CustomReadonlyEditorProvider<OpenTrace>, vscode.Disposable {
  readonly bodies: BodyDocuments;
  /** What variables of payloads stand for, wherever they are sent from. */
  readonly values = new PayloadValues();
  readonly #prices = new Prices();
  readonly #parts = new TraceParts();
  readonly #traces = new Set<OpenTrace>();
  readonly #tabs = new Set<Tab>();
  /** What the composer sends over time, whatever becomes of the page that began it. */
  readonly #runs = new ComposeRuns(() => this.#statusChanged());
  readonly #subscriptions: vscode.Disposable[] = [];

  constructor(private readonly host: Host) {
    this.bodies = new BodyDocuments((file) => {
      const open = this.find(file);
      return { model: open?.model ?? this.#model(file), own: open === undefined };
    });
    this.#prices.onDidChange.on(() => {
      // What goes wrong is in the document's state, which the page shows.
      for (const { model } of this.#traces) model.restart().catch(() => undefined);
    });
    this.#subscriptions.push(
      this.bodies,
      this.#prices,
      vscode.window.registerCustomEditorProvider(EDITOR, this, {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { retainContextWhenHidden: false },
      }),
      host.proxy.onDidChange.on(() => this.#statusChanged()),
      host.held.onDidChange.on(() => this.#statusChanged()),
      host.proxy.onDidRecord.on(({ file }) => this.find(file)?.follow()),
    );
  }

  /** The open traces, for what must know how far they have been read. */
  get open(): readonly OpenTrace[] {
    return [...this.#traces];
  }

  find(file: string): OpenTrace | undefined {
    return this.open.find((trace) => trace.uri.scheme === 'file' && sameFile(trace.uri.fsPath, file));
  }

  /** The trace the user looks at. */
  get front(): vscode.Uri | undefined {
    return this.#front()?.trace.uri;
  }

  /** How many pages of a trace have loaded and asked for it. */
  pages(trace: OpenTrace): number {
    return [...this.#tabs].filter((tab) => tab.trace === trace && tab.bridge.loaded).length;
  }

  openCustomDocument(uri: vscode.Uri): OpenTrace {
    const trace = new OpenTrace(uri, this.#model(uri.fsPath), (closed) => this.#traces.delete(closed));
    this.#traces.add(trace);
    this.lookForParts(trace);
    let offered = false;
    trace.model.onDidGrow.on(() => {
      if (offered || !trace.model.state.notTrace || this.#isLive(trace)) return;
      offered = true;
      this.#offerText(trace).catch((error: unknown) => this.host.log.warn(`${trace.uri.fsPath}: ${messageOf(error)}`));
    });
    return trace;
  }

  resolveCustomEditor(trace: OpenTrace, panel: vscode.WebviewPanel): void {
    if (trace.uri.scheme !== 'file') return void this.#openAsText(trace.uri, panel);
    const { webview } = panel;
    const dist = vscode.Uri.file(this.host.dist);
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    const load = () => {
      const nonce = randomBytes(16).toString('base64url');
      webview.html = pageHtml({
        cspSource: webview.cspSource,
        nonce,
        script: file('webview.js'),
        codicons: file('codicon.css'),
      });
    };
    const bridge = new Bridge({
      model: trace.model,
      handlers: this.#handlers(trace.model, () => this.#isLive(trace)),
      post: (message) => webview.postMessage(message),
      status: () => this.#status(trace),
      reload: load,
      log: (message) => this.host.log.warn(message),
    });
    const tab: Tab = { trace, panel, bridge };
    this.#tabs.add(tab);
    panel.onDidChangeViewState(() => bridge.setVisible(panel.visible));
    panel.onDidDispose(() => {
      this.#tabs.delete(tab);
      bridge.dispose();
    });
    webview.onDidReceiveMessage((message: unknown) => {
      // Its page may have gone before it could be answered.
      bridge.receive(message).catch((error: unknown) => this.host.log.info(`A page: ${messageOf(error)}`));
    });
    load();
  }

  /**
   * Passes a command on to the page in front. `context` is the `data-vscode-context` under a menu. Throws, for people, when there is
   * no such page.
   */
  act(action: Notifications['act']['action'], context: unknown): void {
    const row = rowOf(context);
    const front = this.#front();
    if (!front) throw new Error('This is done in a trace, and none is open. Open one first (Open Trace...).');
    if (!front.bridge.act(row === undefined ? { action } : { action, row }))
      throw new Error('The trace is still being opened. Try again when it shows.');
  }

  /** Passes a command on to the page in front when that shows the live trace; false otherwise. */
  actLive(action: Notifications['act']['action']): boolean {
    const front = this.#front();
    return front !== undefined && this.#isLive(front.trace) && front.bridge.act({ action });
  }

  /** Lets the trace's page do something, at once or when it has loaded. */
  wish(file: string, action: Notifications['act']['action']): void {
    this.#tabOf(file)?.bridge.wish(action);
  }

  /** Looks for the parts before and behind it, of a recording that was divided. */
  lookForParts(trace: OpenTrace): void {
    if (trace.uri.scheme !== 'file') return;
    void this.#parts.look(trace.uri.fsPath).then((changed) => changed && this.#statusChanged());
  }

  /** Opens the part before or behind the one in front. Rejects, for people, when there is none. */
  async openPart(which: keyof Neighbours): Promise<void> {
    const front = this.front;
    if (!front) throw new Error('This is done in a trace, and none is open. Open one first (Open Trace...).');
    const file = this.#parts.of(front.fsPath)[which];
    if (file === '') throw new Error(`There is no ${which} part of this recording beside it.`);
    await this.host.openTrace(file);
  }

  /** The row a menu was opened on, and its trace. */
  rowUnder(context: unknown): { model: TraceModel; row: number } | undefined {
    const row = rowOf(context);
    const model = this.#front()?.trace.model;
    return row === undefined || !model ? undefined : { model, row };
  }

  /** A model of a trace that no editor shows: whoever asks for it closes it. */
  modelOf(file: string): TraceModel {
    return this.#model(file);
  }

  /** What a page may ask of a trace that it only looks at. */
  handlersOf(model: TraceModel): Handlers {
    return this.#handlers(model, () => false);
  }

  /** The user's own prices. */
  get prices(): UserPrices {
    return this.#prices.current;
  }

  /** Selects a row in the trace's tab in front. */
  showRow(file: string, row: number): void {
    this.#tabOf(file)?.bridge.showRow(row);
  }

  /** Shows a session just opened from here in the trace's tab in front, with the composer for it. */
  showSession(file: string, session: string): void {
    this.#tabOf(file)?.bridge.showSession(session);
  }

  /**
   * The body, as it was recorded, of the row a menu was opened on. Rejects, for people, when there is none to copy or it is too
   * long for a clipboard.
   */
  async bodyText(context: unknown): Promise<string> {
    const { model, row } = this.#rowNeeded(context);
    if ((model.columns.at('bytes', row) ?? 0) > MOST_COPIED)
      throw new Error('This event is too large for the clipboard. Open it in an editor instead.');
    const { format, text } = await (await model.document()).body(row, true);
    if (format === 'none') throw new Error('The body of this event was not kept: there is nothing to copy.');
    return text;
  }

  /** Picks the row a menu was opened on for comparison, or compares it with the one picked before. Rejects with a message for people. */
  async compare(step: 'pick' | 'compare', context: unknown): Promise<void> {
    const { model, row } = this.#rowNeeded(context);
    if (step === 'compare') await this.bodies.compare(model, row, 'picked');
    else {
      const name = await this.bodies.pick(model, row);
      vscode.window.setStatusBarMessage(`${label(name)} is selected for comparison`, 4000);
    }
  }

  dispose(): void {
    this.#runs.cancelAll();
    for (const { bridge } of this.#tabs) bridge.dispose();
    for (const trace of this.#traces) trace.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Throws, for people, when the command came of no menu of a row. */
  #rowNeeded(context: unknown): { model: TraceModel; row: number } {
    const at = this.rowUnder(context);
    if (at) return at;
    throw new Error('Choose this in the menu of an event in the list of a trace.');
  }

  /** Of a trace's tabs the one that is looked at, or else any. */
  #tabOf(file: string): Tab | undefined {
    const trace = this.find(file);
    const tabs = [...this.#tabs].filter((tab) => tab.trace === trace);
    return tabs.find(({ panel }) => panel.active) ?? tabs.find(({ panel }) => panel.visible) ?? tabs[0];
  }

  /** The tab the user looks at. */
  #front(): Tab | undefined {
    const tabs = [...this.#tabs];
    return tabs.find(({ panel }) => panel.active) ?? tabs.find(({ panel }) => panel.visible);
  }

  #model(file: string): TraceModel {
    return new TraceModel(
      file,
      this.host.dist,
      async () => (await import('../document')).openDocument,
      () => this.#prices.current,
    );
  }

  #handlers(model: TraceModel, isLive: () => boolean): Handlers {
    const lists = listHandlers({
      model,
      bodies: this.bodies,
      memory: this.host.context.globalState,
      savePayload: (name, text) => savePayload(this.host, name, text),
    });
    const others = traceHandlers({
      host: this.host,
      model,
      isLive,
      openBody: (row) => this.bodies.show(model, row),
      openConfig: (row, against) => this.bodies.showConfig(model, row, against),
    });
    const composing = composeHandlers({
      runs: this.#runs,
      values: this.values,
      model,
      isLive,
      isRecording: () => this.host.proxy.recording,
      engine: () => {
        if (this.host.proxy.engine) return this.host.proxy.engine;
        throw new Error('The proxy is stopped. Start it, then open a session to send to.');
      },
      liveModel: () => {
        const live = this.host.proxy.engine && this.find(this.host.proxy.engine.file);
        if (live) return live.model;
        throw new Error('Answers and waits are read from the live trace: open it first (Open Live Trace).');
      },
    });
    const { held, breakpoints } = this.host;
    const holding = heldHandlers({ held, breakpoints, model });
    const noting = noteHandlers({
      model,
      record: async (note) => {
        const { engine } = this.host.proxy;
        return engine !== undefined && isLive() && engine.note(engine.file, note);
      },
    });
    return { ...others, ...lists, ...composing, ...holding, ...noting, ...this.#rangeHandlers(model) };
  }

  /** The other commands that make files of traces do the work; only the range is the page's. */
  #rangeHandlers(model: TraceModel): Pick<Handlers, 'keepRange' | 'exportSound'> {
    const runs =
      (command: string): Handlers['keepRange'] =>
      async ({ start, end, session }) => {
        const range = { from: start, to: end, ...(session === '' ? {} : { sessions: [session] }) };
        const file = vscode.Uri.file(model.file);
        const saved = await vscode.commands.executeCommand<unknown>(`${SECTION}.${command}`, file, range);
        return { saved: typeof saved === 'string' ? saved : '' };
      };
    return { keepRange: runs('trimTrace'), exportSound: runs('exportTrace') };
  }

  #isLive(trace: OpenTrace): boolean {
    const { engine } = this.host.proxy;
    return engine !== undefined && sameFile(engine.file, trace.uri.fsPath);
  }

  #status(trace: OpenTrace): InspectorStatus {
    const { proxy } = this.host;
    const intercept = this.host.held.state;
    const { state } = proxy;
    const common = {
      title: path.basename(trace.uri.fsPath),
      parts: namesOf(this.#parts.of(trace.uri.fsPath)),
      live: this.#isLive(trace),
      recording: proxy.recording,
      liveSessions: proxy.sessions.filter(({ status }) => status === 'open').map(({ id }) => id),
      runs: this.#runs.all,
      ...(intercept && this.#isLive(trace) ? { intercept } : {}),
    };
    if (state.state === 'failed') return { ...common, proxy: state };
    if (state.state !== 'running')
      return { ...common, proxy: { state: state.state === 'starting' ? 'starting' : 'stopped' } };
    const { http, https, ca } = state.engine.address;
    return {
      ...common,
      proxy: {
        state: 'running',
        http,
        https,
        ca,
        upstream: state.upstream.kind === 'url' ? state.upstream.url : upstreamLabel(state.upstream),
        upstreamKind: state.upstream.kind,
        trouble: proxy.trouble,
      },
    };
  }

  #statusChanged(): void {
    for (const { bridge } of this.#tabs) bridge.statusChanged();
  }

  /** A file that only has a trace's name is read better as what it is. */
  async #offerText(trace: OpenTrace): Promise<void> {
    const reopen = 'Reopen as Text';
    const answer = await vscode.window.showWarningMessage(
      plain(
        `"${path.basename(trace.uri.fsPath)}" is not a Realtime trace: none of its lines can be read as a part of one.`,
      ),
      reopen,
    );
    if (answer !== reopen) return;
    const tabs = [...this.#tabs].filter((tab) => tab.trace === trace);
    const shown = tabs.find(({ panel }) => panel.active) ?? tabs[0];
    const column = shown?.panel.viewColumn ?? vscode.ViewColumn.Active;
    for (const { panel } of tabs) panel.dispose();
    await vscode.commands.executeCommand('vscode.openWith', trace.uri, 'default', column);
  }

  /** Traces of other schemes (a revision of git's, say) are small text to compare; only files are read by range. */
  #openAsText(uri: vscode.Uri, panel: vscode.WebviewPanel): void {
    const column = panel.viewColumn ?? vscode.ViewColumn.Active;
    panel.dispose();
    vscode.commands
      .executeCommand('vscode.openWith', uri, 'default', column)
      .then(undefined, (error: unknown) => this.host.log.error(`${uri.toString()}: ${messageOf(error)}`));
  }
}
