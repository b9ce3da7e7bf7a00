/** The page of a comparison: two traces as their editors show them, and what comparing them came to. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { UserPrices } from '../analysis/prices';
import type { Comparison, Which } from '../compare/model';
import { runCompare } from '../compare/runCompare';
import { checkComparePage, type CompareHostMessage } from '../../webview/compare/messages';
import { Bridge, type Handlers } from './bridge';
import { pageHtml } from './html';
import { plain } from './plainText';
import { messageOf } from './signal';
import type { TraceModel } from './traceModel';

/** What a panel needs of the extension. */
export interface ComparePanelOptions {
  /** Folder of the bundles. */
  dist: string;
  /** A model of a trace, for this page alone. */
  modelOf(file: string): TraceModel;
  /** What a page may ask of a trace that is only looked at. */
  handlersOf(model: TraceModel): Handlers;
  prices(): UserPrices | undefined;
  /** Shows a row in the editor of its trace. */
  showRow(file: string, row: number): Promise<void>;
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
}

/** Opens the page for two files; it closes what it has opened with it. */
export function openComparison(a: string, b: string, options: ComparePanelOptions): OpenComparison {
  const dist = vscode.Uri.file(options.dist);
  const title = plain(`${path.basename(a)} ↔ ${path.basename(b)}`);
  const panel = vscode.window.createWebviewPanel('realtimeInspector.compare', title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [dist],
  });
  const { webview } = panel;
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const load = () => {
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: file('webview-compare.js'),
      codicons: file('codicon.css'),
    });
  };
  const post = (message: CompareHostMessage) => webview.postMessage(message);
  const sides = { a: side('a', a), b: side('b', b) };
  let running: { stop: AbortController; answer: Promise<CompareHostMessage> } | undefined;

  function side(which: Which, trace: string) {
    const model = options.modelOf(trace);
    const bridge = new Bridge({
      model,
      handlers: options.handlersOf(model),
      post: (message) => post({ compare: which, message }),
      status: () => ({
        title: path.basename(trace),
        live: false,
        recording: false,
        liveSessions: [],
        proxy: { state: 'stopped' },
      }),
      reload: load,
      log: options.log,
    });
    return { trace, model, bridge };
  }

  /** Compares once, whoever asks; `anew` does it again. */
  const compare = (anew: boolean): Promise<CompareHostMessage> => {
    if (running && !anew) return running.answer;
    running?.stop.abort();
    const stop = new AbortController();
    const prices = options.prices();
    const answer = runCompare({ a, b, ...(prices ? { prices } : {}) }, options.dist, stop.signal).then(
      (comparison): CompareHostMessage => ({ compare: 'result', comparison: bounded(comparison) }),
      (error: unknown): CompareHostMessage => ({ compare: 'failed', error: messageOf(error) }),
    );
    running = { stop, answer };
    return answer;
  };
  const tell = async (anew: boolean) => {
    void post({ compare: 'working' });
    const answer = compare(anew);
    const message = await answer;
    // Asked again meanwhile, or closed: this one is out of date.
    if (running?.answer === answer) void post(message);
  };

  webview.onDidReceiveMessage((received: unknown) => {
    const message = checkComparePage(received);
    if (!message) return options.log("A page's message was refused: it is none of a comparison's.");
    switch (message.compare) {
      case 'ready':
        return void tell(false);
      case 'again':
        for (const { model } of Object.values(sides))
          model.restart().catch((error: unknown) => options.log(messageOf(error)));
        return void tell(true);
      case 'open':
        return void options
          .showRow(sides[message.which].trace, message.row)
          .catch((error: unknown) => vscode.window.showErrorMessage(plain(messageOf(error))));
      default:
        return void sides[message.compare].bridge.receive(message.message);
    }
  });
  panel.onDidChangeViewState(() => {
    for (const { bridge } of Object.values(sides)) bridge.setVisible(panel.visible);
  });
  panel.onDidDispose(() => {
    running?.stop.abort();
    running = undefined;
    for (const { bridge, model } of Object.values(sides)) {
      bridge.dispose();
      void model.close();
    }
  });
  load();
  return {
    panel,
    channels: () => Object.values(sides).filter(({ bridge }) => bridge.loaded).length,
    told: () => running?.answer,
  };
}

function bounded(comparison: Comparison): Comparison {
  const sessions = comparison.sessions.map((session) =>
    session.events.length <= MOST_EVENTS
      ? session
      : { ...session, events: session.events.filter(({ status }) => status !== 'same').slice(0, MOST_EVENTS) },
  );
  return { ...comparison, sessions };
}
