/** The page of a comparison: two traces as their editors show them, and what comparing them came to. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { UserPrices } from '../analysis/prices';
import type { Comparison, Which } from '../compare/model';
import { runCompare } from '../compare/runCompare';
import { checkComparePage, type CompareHostMessage, type ComparePageMessage } from '../../webview/compare/messages';
import { Bridge, type Handlers } from './bridge';
import { CompareSource } from './compareSource';
import { pageHtml } from './html';
import { plain } from './plainText';
import { messageOf } from './signal';
import type { TraceModel } from './traceModel';

/** Its kind of panel, by which VS Code brings it back after a reload of the window. */
export const COMPARE_PANEL = 'realtimeInspector.compare';

/** What a panel needs of the extension. */
export interface ComparePanelOptions {
  /** Folder of the bundles. */
  dist: string;
  /** The program, for the head of a trace that is made of another program's recording. */
  generator: string;
  /** A model of a trace, for this page alone. */
  modelOf(file: string): TraceModel;
  /** What a page may ask of a trace that is only looked at. */
  handlersOf(model: TraceModel): Handlers;
  prices(): UserPrices | undefined;
  /** Shows a row in the editor of its trace. */
  showRow(file: string, row: number): Promise<void>;
  /** Tells that what is no trace has no editor. */
  showForeign(file: string): Promise<void>;
  log(message: string): void;
}

/** More pairs than anybody scrolls by: of a longer list only those that differ are sent. */
const MOST_EVENTS = 20_000;

/** A comparison in a tab. */
export interface OpenComparison {
  panel: vscode.WebviewPanel;
  /** How many of the two traces' channels the page has opened. */
  channels(): number;
  /** What the page was told last; undefined before. */
  told(): Promise<CompareHostMessage> | undefined;
  /** Does what the page asks for. */
  received(message: unknown): void;
  /** Removes what was made for it, at once. */
  close(): void;
}

/** A trace, its model and its channel. */
interface Side {
  trace: string;
  model: TraceModel;
  bridge: Bridge;
}
type Sides = Record<Which, Side>;
const WHICH = ['a', 'b'] as const;

/** Opens the page for two files, in a new tab or in one that VS Code brings back; it closes what it has opened with it. */
export function openComparison(
  a: string,
  b: string,
  options: ComparePanelOptions,
  restored?: vscode.WebviewPanel,
): OpenComparison {
  const dist = vscode.Uri.file(options.dist);
  const webviewOptions = { enableScripts: true, localResourceRoots: [dist] };
  const panel =
    restored ?? vscode.window.createWebviewPanel(COMPARE_PANEL, '', vscode.ViewColumn.Active, webviewOptions);
  const { webview } = panel;
  webview.options = webviewOptions;
  const sourceOf = (file: string) => new CompareSource(file, options.dist, options.generator);
  let sources: Record<Which, CompareSource> = { a: sourceOf(a), b: sourceOf(b) };
  /** The traces' channels; undefined as long as one of the files cannot be read. */
  let sides: Sides | undefined;
  /** What the page asked of a trace that is not open yet. */
  let waiting: Extract<ComparePageMessage, { compare: Which }>[] = [];
  let running: { stop: AbortController; answer: Promise<CompareHostMessage> } | undefined;
  let isOpen = true;

  const load = () => {
    const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    const nameOf = (which: Which) => path.basename(sources[which].file);
    panel.title = plain(`${nameOf('a')} ↔ ${nameOf('b')}`);
    waiting = [];
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: file('webview-compare.js'),
      codicons: file('codicon.css'),
    });
  };
  const post = (message: CompareHostMessage) => webview.postMessage(message);

  function side(which: Which, trace: string): Side {
    const model = options.modelOf(trace);
    const title = path.basename(sources[which].file);
    const bridge = new Bridge({
      model,
      handlers: options.handlersOf(model),
      post: (message) => post({ compare: which, message }),
      status: () => ({ title, live: false, recording: false, liveSessions: [], proxy: { state: 'stopped' } }),
      reload: load,
      log: options.log,
    });
    bridge.setVisible(panel.visible);
    return { trace, model, bridge };
  }
  const closeSides = () => {
    for (const { bridge, model } of Object.values(sides ?? {})) {
      bridge.dispose();
      void model.close();
    }
    sides = undefined;
  };

  /** Opens both files, and reads those again that are open already. */
  async function opened(stop: AbortController): Promise<Sides> {
    const wasForeign = WHICH.some((which) => sources[which].isForeign);
    const [one, other] = [await sources.a.open(stop.signal), await sources.b.open(stop.signal)];
    stop.signal.throwIfAborted();
    if (sides && !wasForeign) {
      for (const { model } of Object.values(sides))
        model.restart().catch((error: unknown) => options.log(messageOf(error)));
      return sides;
    }
    if (sides) {
      // Made anew in another place: the page begins again with it.
      closeSides();
      load();
    }
    const made = (sides = { a: side('a', one), b: side('b', other) });
    for (const message of waiting.splice(0)) void made[message.compare].bridge.receive(message.message);
    return made;
  }

  async function compared(stop: AbortController): Promise<CompareHostMessage> {
    try {
      const open = await opened(stop);
      const prices = options.prices();
      const traces = { a: open.a.trace, b: open.b.trace };
      const comparison = await runCompare({ ...traces, ...(prices ? { prices } : {}) }, options.dist, stop.signal);
      for (const which of WHICH) {
        const { file, problems } = sources[which];
        comparison[which] = { ...comparison[which], file, problems: [...comparison[which].problems, ...problems] };
      }
      return { compare: 'result', comparison: bounded(comparison) };
    } catch (error) {
      return { compare: 'failed', error: messageOf(error) };
    }
  }

  /** Compares once, however often the page is loaded; `anew` does it again. */
  const compare = (anew: boolean): Promise<CompareHostMessage> => {
    if (running && !anew) return running.answer;
    running?.stop.abort();
    const stop = new AbortController();
    running = { stop, answer: compared(stop) };
    return running.answer;
  };
  const tell = async (anew: boolean) => {
    void post({ compare: 'working', files: { a: sources.a.file, b: sources.b.file } });
    const answer = compare(anew);
    const message = await answer;
    // Asked again meanwhile, or closed: this one is out of date.
    if (running?.answer === answer) void post(message);
  };
  /** The other way round: what was missing is added. */
  const swap = () => {
    running?.stop.abort();
    running = undefined;
    sources = { a: sources.b, b: sources.a };
    closeSides();
    load();
  };
  const open = async (which: Which, row: number) => {
    const source = sources[which];
    await (source.isForeign ? options.showForeign(source.file) : options.showRow(source.file, row));
  };

  const received = (given: unknown): void => {
    const message = checkComparePage(given);
    if (!message) return options.log("A page's message was refused: it is none of a comparison's.");
    if (!isOpen) return;
    switch (message.compare) {
      case 'ready':
        return void tell(false);
      case 'again':
        return void tell(true);
      case 'swap':
        return swap();
      case 'open':
        return void open(message.which, message.row).catch((error: unknown) =>
          vscode.window.showErrorMessage(plain(messageOf(error))),
        );
      default:
        if (sides) void sides[message.compare].bridge.receive(message.message);
        else waiting.push(message);
    }
  };
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    running?.stop.abort();
    running = undefined;
    closeSides();
    for (const source of Object.values(sources)) source.close();
  };
  webview.onDidReceiveMessage(received);
  panel.onDidChangeViewState(() => {
    for (const { bridge } of Object.values(sides ?? {})) bridge.setVisible(panel.visible);
  });
  panel.onDidDispose(close);
  load();
  return {
    panel,
    channels: () => Object.values(sides ?? {}).filter(({ bridge }) => bridge.loaded).length,
    told: () => running?.answer,
    received,
    close,
  };
}

function bounded(comparison: Comparison): Comparison {
  const sessions = comparison.sessions.map((session) => {
    if (session.events.length <= MOST_EVENTS) return session;
    const different = session.events.filter(({ status }) => status !== 'same');
    return { ...session, events: different.slice(0, MOST_EVENTS) };
  });
  return { ...comparison, sessions };
}
