/** What the composer's page may ask beyond sending one event: runs over time, the clipboard, the workspace's payload files. */
import * as vscode from 'vscode';
import type { Engine } from '../proxy';
import { isToBeFilled, variablesOf } from '../protocol/payloadVariables';
import type { Handlers } from './bridge';
import type { ComposeRuns } from './composeRun';
import { findPayloadFiles } from './payloadDocuments';
import { prepareEvent } from './payloadPlan';
import type { PayloadValues } from './payloadValues';
import type { TraceModel } from './traceModel';

/** Longest text taken from the clipboard or a payload file, characters: no editor of a page holds more. */
const MOST_TEXT = 2_000_000;

/** What these handlers need. */
export interface ComposeHandlerOptions {
  runs: ComposeRuns;
  /** The running proxy; throws, for people, when there is none. */
  engine(): Engine;
  /** What variables stand for. */
  values: PayloadValues;
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
  values,
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
      const texts = plan.steps.flatMap((step) => ('text' in step ? [step.text] : []));
      const isFilled = plan.fills === true && texts.some(isToBeFilled);
      const source = { id: 'composer', name: 'What is in the composer' };
      const filled = isFilled ? await values.of(texts.flatMap(variablesOf), source, running) : undefined;
      if (isFilled && !filled) return { run: 0 };
      const state = async () => {
        await live.follow();
        return (await (await live.document()).sessionState(plan.session)).state;
      };
      const run = runs.start(plan, {
        model: live,
        ...(filled ? { prepare: (text) => prepareEvent(text, filled, state) } : {}),
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
      const files = await findPayloadFiles();
      return { payloads: files.map((file) => vscode.workspace.asRelativePath(file)) };
    },
    readPayload: async ({ name }) => {
      // Only a file that was listed is read, whatever the page says.
      const file = (await findPayloadFiles()).find((one) => vscode.workspace.asRelativePath(one) === name);
      if (file === undefined) throw new Error(`${name} is no payload file of this workspace any more.`);
      return { text: short(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8'), name) };
    },
  };
}

function short(text: string, what: string): string {
  if (text.length <= MOST_TEXT) return text;
  throw new Error(`${what} holds ${text.length.toLocaleString('en')} characters, too many to edit here.`);
}
