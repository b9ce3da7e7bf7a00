/** What the composer's page may ask beyond sending one event: runs over time, the clipboard, the workspace's payload files. */
import * as vscode from 'vscode';
import type { Engine } from '../proxy';
import type { Handlers } from './bridge';
import type { ComposeRuns } from './composeRun';
import type { TraceModel } from './traceModel';

/** Longest text taken from the clipboard or a payload file, characters: no editor of a page holds more. */
const MOST_TEXT = 2_000_000;
const PAYLOADS = '**/*.realtime.json';
const MOST_PAYLOADS = 500;

/** What these handlers need. */
export interface ComposeHandlerOptions {
  runs: ComposeRuns;
  /** The running proxy; throws, for people, when there is none. */
  engine(): Engine;
  /** The page's own trace, which rows to be replaced are of, and whether it is the live one. */
  model: TraceModel;
  isLive(): boolean;
  /** The model of the trace that is being written. */
  liveModel(): TraceModel;
  isRecording(): boolean;
}

export function composeHandlers({
  runs,
  engine,
  model,
  isLive,
  liveModel,
  isRecording,
}: ComposeHandlerOptions): Pick<Handlers, 'startRun' | 'cancelRun' | 'readClipboard' | 'listPayloads' | 'readPayload'> {
  return {
    startRun: async (plan) => {
      const running = engine();
      const open = running.sessions().find(({ id }) => id === plan.session);
      if (open?.status !== 'open') throw new Error(`Session ${plan.session} is not open: nothing can be sent into it.`);
      if (!isRecording() && plan.steps.some((step) => 'wait' in step))
        throw new Error('Recording is off, so nothing can be waited for: turn it on, or send the events one by one.');
      const live = liveModel();
      await live.follow();
      const run = runs.start(plan, {
        model: live,
        send: (session, to, text, replaces) => {
          // Numbers of another trace's events mean nothing in the one being written.
          const seq = replaces === undefined || !isLive() ? 0 : (model.columns.at('seq', replaces) ?? 0);
          return running.inject(session, to, text, seq || undefined);
        },
      });
      return { run };
    },
    cancelRun: async ({ run }) => {
      runs.cancel(run);
      return { cancelled: true };
    },
    readClipboard: async () => ({ text: short(await vscode.env.clipboard.readText(), 'The clipboard') }),
    listPayloads: async () => {
      const files = await vscode.workspace.findFiles(PAYLOADS, '**/node_modules/**', MOST_PAYLOADS);
      return { payloads: files.map((file) => vscode.workspace.asRelativePath(file)).toSorted() };
    },
    readPayload: async ({ name }) => {
      // Only a file that was listed is read, whatever the page says.
      const files = await vscode.workspace.findFiles(PAYLOADS, '**/node_modules/**', MOST_PAYLOADS);
      const file = files.find((one) => vscode.workspace.asRelativePath(one) === name);
      if (file === undefined) throw new Error(`${name} is no payload file of this workspace any more.`);
      return { text: short(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8'), name) };
    },
  };
}

function short(text: string, what: string): string {
  if (text.length <= MOST_TEXT) return text;
  throw new Error(`${what} holds ${text.length.toLocaleString('en')} characters, too many to edit here.`);
}
