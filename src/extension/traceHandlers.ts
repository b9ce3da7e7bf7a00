/** What a page may ask of its trace and of the proxy; the bridge checks the shape before anything here runs. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Handlers } from './bridge';
import type { composeHandlers } from './composeHandlers';
import type { heldHandlers } from './heldHandlers';
import { searchHandlers } from './searchHandlers';
import { SECTION } from './settings';
import type { Host } from './host';
import type { listHandlers } from './listHandlers';
import { safeName } from './safeName';
import type { noteHandlers } from './noteHandlers';
import type { TraceModel } from './traceModel';

export interface HandlerOptions {
  host: Host;
  model: TraceModel;
  /** The proxy is writing this trace. */
  isLive(): boolean;
  openBody(row: number): Promise<void>;
  openConfig(row: number, against: number | undefined): Promise<void>;
}

/** A typed array in a buffer of its own: VS Code posts the whole buffer behind a view. */
function exact<T extends Int16Array | Float64Array | Float32Array>(array: T): T {
  return (array.byteLength === array.buffer.byteLength ? array : array.slice()) as T;
}

export function traceHandlers({
  host,
  model,
  isLive,
  openBody,
  openConfig,
}: HandlerOptions): Omit<
  Handlers,
  | keyof ReturnType<typeof listHandlers>
  | keyof ReturnType<typeof composeHandlers>
  | keyof ReturnType<typeof heldHandlers>
  | keyof ReturnType<typeof noteHandlers>
  | 'keepRange'
  | 'exportSound'
> {
  /** The running proxy, or the reason why nothing can be sent. */
  const engine = () => {
    if (!host.proxy.engine) throw new Error('The proxy is stopped. Start it, then open a session to send to.');
    return host.proxy.engine;
  };
  return {
    summaries: async ({ rows }) => ({ summaries: await (await model.document()).summaries(rows) }),
    body: async ({ row, whole }) => (await model.document()).body(row, whole ?? false),
    sessionState: async ({ session, upTo }) => (await model.document()).sessionState(session, upTo),
    conversation: async (question) => (await model.document()).conversation(question),
    measures: async ({ session, start, end }) => (await model.document()).measures(session, start, end),
    openConfig: async ({ row, against }) => {
      await openConfig(row, against);
      return { opened: true };
    },
    peaks: async ({ session, from, startMs, endMs, buckets }) => {
      const peaks = await (await model.document()).peaks(session, from, startMs, endMs, buckets);
      return { ...peaks, min: exact(peaks.min), max: exact(peaks.max) };
    },
    waveforms: async ({ places, buckets }) => {
      const { min, max } = await (await model.document()).waveforms(places, buckets);
      return { min: exact(min), max: exact(max) };
    },
    related: async ({ row }) => (await model.document()).related(row),
    bufferSteps: async ({ session, startMs, endMs, most }) => {
      const steps = await (await model.document()).bufferSteps(session, startMs, endMs, most);
      return { t: exact(steps.t), ms: exact(steps.ms) };
    },
    audio: async (selector) => {
      const clip = await (await model.document()).audio(selector);
      return { ...clip, samples: exact(clip.samples) };
    },
    saveWav: async ({ name, ...selector }) => {
      const wav = await (await model.document()).wav(selector);
      const file = `${safeName(name.replace(/\.wav$/i, ''), 'audio')}.wav`;
      const uri = await vscode.window.showSaveDialog({
        title: 'Save Audio',
        defaultUri: vscode.Uri.file(path.join(path.dirname(model.file), file)),
        filters: { 'WAV audio': ['wav'] },
      });
      if (!uri) return { saved: '' };
      await vscode.workspace.fs.writeFile(uri, wav);
      return { saved: vscode.workspace.asRelativePath(uri) };
    },
    send: async ({ session, to, text, replaces, secrets }) => {
      const running = engine();
      const open = running.sessions().find(({ id }) => id === session);
      if (open?.status !== 'open')
        throw new Error(
          open
            ? `Session ${session} is ${open.status}: nothing can be sent into it.`
            : `There is no session ${session}.`,
        );
      const { fillSecrets } = await import('./resend');
      const ready = fillSecrets(text, secrets ?? {});
      // Numbers of another trace's events mean nothing in the one being written.
      const seq = replaces === undefined || !isLive() ? 0 : (model.columns.at('seq', replaces) ?? 0);
      await running.inject(session, to, ready, seq || undefined);
      return { sent: true };
    },
    newSession: async ({ model: name, intent }) => {
      const running = await host.proxy.start();
      const session = await running.newSession(intent ? { intent } : { model: name });
      if (!isLive()) await host.openTrace(running.file);
      return { session };
    },
    closeSession: async ({ session }) => {
      await engine().closeSession(session);
      return { closed: true };
    },
    openBody: async ({ row }) => {
      await openBody(row);
      return { opened: true };
    },
    ...searchHandlers(model),
    run: async ({ command }) => {
      const what = command === 'recoverTrace' ? [vscode.Uri.file(model.file)] : [];
      await vscode.commands.executeCommand(`${SECTION}.${command}`, ...what);
      return { done: true };
    },
  };
}
