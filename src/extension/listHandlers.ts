/** What the event list may ask: copying, saving and comparing rows, and the user's own filters. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { sentEvent } from '../../webview/logic/answers';
import type { FilterPreset } from '../../webview/messages';
import { TRACE_EXTENSION } from '../trace/records';
import { codeOf, targetOf } from '../codegen';
import type { ReplayBeginning } from '../document';
import type { BodyDocuments } from './bodyDocuments';
import type { Handlers } from './bridge';
import { askWhereToWrite } from './diskFiles';
import { copyCode, giveCode, pickForm, recordedRows } from './codeRows';
import { oneLine, plain } from './plainText';
import { SECTION } from './settings';
import type { TraceModel } from './traceModel';

/** Characters put on the clipboard at once. */
const MOST_COPIED = 24 * 1024 * 1024;
/** Where the user's filters are kept, for all windows. */
const PRESETS = 'filterPresets';
/** How long a word about a replay stays in the status bar, ms. */
const SAID_MS = 5000;
/** Lines of what cannot be had again that a question shows. */
const MOST_LOST = 12;

/** What these handlers need of the trace's tab. */
export interface ListHandlerOptions {
  model: TraceModel;
  bodies: BodyDocuments;
  memory: vscode.Memento;
  /** Asks where, and writes a payload file; gives its path for people, or ''. */
  savePayload(name: string, text: string): Promise<string>;
}

export function listHandlers({
  model,
  bodies,
  memory,
  savePayload,
}: ListHandlerOptions): Pick<
  Handlers,
  | 'copyRows'
  | 'saveRows'
  | 'replayFrom'
  | 'copyCode'
  | 'savePayload'
  | 'sequenceOf'
  | 'exportUpdate'
  | 'compare'
  | 'pickForCompare'
  | 'filterPresets'
> {
  return {
    copyRows: async (params) => {
      if ('text' in params) {
        await vscode.env.clipboard.writeText(params.text);
        return { copied: 0, left: 0 };
      }
      const { text, rows, left } = await (await model.document()).messages(params.ranges, MOST_COPIED);
      if (rows === 0) throw new Error('This is too large for the clipboard. Save it as a trace instead.');
      await vscode.env.clipboard.writeText(text);
      return { copied: rows, left };
    },
    saveRows: async ({ ranges, then }) => {
      if (then !== undefined) {
        await useRows(model, ranges, then);
        return { saved: '', rows: 0 };
      }
      const name = path.basename(model.file, TRACE_EXTENSION);
      const picked = await askWhereToWrite({
        title: 'Save Selected Events as Trace',
        defaultUri: vscode.Uri.file(path.join(path.dirname(model.file), `${name}-selection${TRACE_EXTENSION}`)),
        filters: { 'Realtime traces': ['jsonl'] },
      });
      if (picked === undefined) return { saved: '', rows: 0 };
      // Only a file of this name opens in the inspector.
      const file = picked.endsWith(TRACE_EXTENSION)
        ? picked
        : picked.replace(/(\.realtime)?\.jsonl?$/, '') + TRACE_EXTENSION;
      // The dialog has asked about the name it was given only.
      if (file !== picked && existsSync(file)) throw new Error(`${file} exists already. Choose another name.`);
      const rows = await (await model.document()).saveRows(ranges, file);
      return { saved: vscode.workspace.asRelativePath(file), rows };
    },
    replayFrom: async ({ ranges, session, row }) => {
      const document = await model.document();
      const name = path.basename(model.file, TRACE_EXTENSION);
      await usePart(
        `${name}-from-${model.columns.at('seq', row) ?? row}${TRACE_EXTENSION}`,
        (file) => document.saveFrom(ranges, file, session, row),
        async (file, beginning) => {
          if (await agreed(beginning))
            await vscode.commands.executeCommand(`${SECTION}.replaySelectedFile`, vscode.Uri.file(file), model.file);
        },
      );
      return { begun: true };
    },
    copyCode: async ({ ranges, open }) => ({ copied: await copyCode(model, ranges, open) }),
    savePayload: async ({ ranges }) => {
      const rows = await recordedRows(model, ranges);
      const events = rows.filter((row) => row.kind === 'event');
      const name = events.find(({ from }) => from === 'client')?.type ?? events[0]?.type;
      return { saved: await savePayload(name || 'payload', codeOf('payload', rows, targetOf(undefined))) };
    },
    sequenceOf: async ({ ranges }) => ({
      text: codeOf('payload', await recordedRows(model, ranges), targetOf(undefined)),
    }),
    exportUpdate: async ({ text }) => {
      const { type } = sentEvent(text);
      const rows = [{ kind: 'event', from: 'client', type, text }] as const;
      // Of one event a fixture is nothing: nobody answers.
      const form = await pickForm(`Export ${oneLine(type) || 'the text'} as`, [
        'payload',
        'json',
        'curl',
        'openai',
        'agents',
        'python',
      ]);
      if (!form) return { done: '' };
      if (form.id === 'payload')
        return { done: await savePayload(type || 'payload', codeOf(form.id, rows, targetOf(undefined))) };
      await giveCode(form, codeOf(form.id, rows, targetOf(undefined)));
      return { done: form.label };
    },
    compare: async ({ row, with: other }) => {
      await bodies.compare(model, row, other);
      return { opened: true };
    },
    pickForCompare: async ({ row }) => ({ picked: await bodies.pick(model, row) }),
    filterPresets: async ({ save }) => {
      if (save) await memory.update(PRESETS, save);
      return { presets: memory.get<FilterPreset[]>(PRESETS, []) };
    },
  };
}

/** Makes a trace of rows and hands it to the command. */
async function useRows(model: TraceModel, ranges: number[], then: 'replay' | 'export'): Promise<void> {
  const document = await model.document();
  const name = `${path.basename(model.file, TRACE_EXTENSION)}-selection${TRACE_EXTENSION}`;
  const proposed = path.join(path.dirname(model.file), name);
  await usePart(
    name,
    (file) => document.saveRows(ranges, file),
    async (file) => {
      const command = then === 'replay' ? 'replaySelectedFile' : 'exportTrace';
      const more = then === 'replay' ? model.file : proposed;
      await vscode.commands.executeCommand(`${SECTION}.${command}`, vscode.Uri.file(file), more);
    },
  );
}

/** Writes a part of a trace for `use`, which the page does not wait for: people are asked, a replay takes its time. Then it goes. */
async function usePart<T>(
  name: string,
  write: (file: string) => Promise<T>,
  use: (file: string, written: T) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'realtime-inspector-selection-'));
  const remove = () => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  const file = path.join(folder, name);
  try {
    const written = await write(file);
    // Commands tell themselves what went wrong.
    void use(file, written).then(remove, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Says what goes before the part, and asks whether to go on without what cannot. */
async function agreed({ seq, items, lost }: ReplayBeginning): Promise<boolean> {
  const goes = `Before #${seq} go the configuration and ${items === 1 ? '1 item' : `${items} items`} of the conversation.`;
  if (lost.length === 0) {
    vscode.window.setStatusBarMessage(`$(debug-rerun) ${goes}`, SAID_MS);
    return true;
  }
  const replay = 'Replay';
  const shown = lost.slice(0, MOST_LOST);
  const more = lost.length > MOST_LOST ? [`and ${lost.length - MOST_LOST} more`] : [];
  const answer = await vscode.window.showWarningMessage(
    `${goes} The new session will not have everything that this one had.`,
    { modal: true, detail: plain([...shown, ...more].join('\n')) },
    replay,
  );
  return answer === replay;
}
