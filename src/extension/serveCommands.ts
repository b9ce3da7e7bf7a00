/** `Serve This Trace as Upstream...`: which sessions, with which timing, how strictly; its report; and its end. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes, formatMs } from '../analysis/format';
import { sessionsInThread } from '../replay/client/thread';
import type { Timing } from '../replay/timing';
import { askForFiles } from './diskFiles';
import type { Host } from './host';
import type { Choice } from './pickers';
import { label, plain } from './plainText';
import { withProgress } from './progress';
import type { Reports } from './reports';
import type { ServeChoice } from './serve';
import { howServed, serveReportText } from './serveText';
import { SECTION, upstreamLabel } from './settings';
import { statTraces, tracesIn } from './traceFolder';

/** How the last one was served, by workspace: offered first the next time. */
const LAST = 'servedLast';
/** How long a word about a change stays in the status bar, ms. */
const SAID_MS = 5000;

type How = Pick<ServeChoice, 'timing' | 'strict'>;

/** The handlers by the names of their commands. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function serveCommands(
  host: Host,
  reports: Reports,
  pathOf: (argument: unknown) => string | undefined,
  front: () => string | undefined,
): Record<string, (argument?: unknown) => unknown> {
  const { serving, proxy } = host;
  const say = (text: string) => void vscode.window.setStatusBarMessage(`$(history) ${label(text)}`, SAID_MS);
  /** To where the choice leads now. A key that is not the one it was started with is in its address: it starts again. */
  const move = async () => {
    if (!proxy.engine) return;
    const { upstream, apiKey } = await host.upstream();
    if (upstream.kind === 'trace' || proxy.startedWith(apiKey)) await proxy.setUpstream(upstream);
    else await proxy.restart();
  };
  return {
    serveTrace: async (argument) => {
      const file = pathOf(argument) ?? front() ?? (await askForTrace(host));
      if (file === undefined) return;
      if (!existsSync(file)) throw new Error(`${file} cannot be served: it does not exist.`);
      const choice = await askHow(host, file);
      if (!choice) return;
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: plain(`Reading ${path.basename(file)}`) },
        () => serving.use(choice, move),
      );
      await proxy.start();
      say(`Sessions get what was recorded in ${path.basename(file)} (${howServed(choice)}).`);
    },
    stopServing: async () => {
      const { choice } = serving;
      if (!choice) throw new Error('No trace is served. Begin with "Serve This Trace as Upstream...".');
      await serving.end(move);
      const { upstream } = await host.upstream();
      say(`${path.basename(choice.file)} is not served any more; sessions go to ${upstreamLabel(upstream)}.`);
    },
    showServeReport: async () => {
      const served = await serving.report();
      if (!served) {
        const serve = 'Serve a Trace...';
        if ((await vscode.window.showInformationMessage('No trace has been served yet.', serve)) === serve)
          await vscode.commands.executeCommand(`${SECTION}.serveTrace`);
        return;
      }
      await reports.show(
        `Served ${path.basename(served.choice.file)}.txt`,
        serveReportText(served.choice, served.report),
      );
    },
  };
}

/** The recordings of the workspace, or any other. */
async function askForTrace(host: Host): Promise<string | undefined> {
  const known = await statTraces(await tracesIn(host.folder));
  const choices: Choice<string | undefined>[] = [
    ...known.map(({ file, size }) => ({
      label: plain(path.basename(file)),
      description: formatBytes(size),
      value: file,
    })),
    { label: '$(folder-opened) Another file...', value: undefined },
  ];
  const picked =
    known.length > 0 ? await vscode.window.showQuickPick(choices, { title: 'Serve which trace?' }) : choices[0];
  if (!picked || picked.value !== undefined) return picked?.value;
  const [chosen] = await askForFiles({
    title: 'Choose a Recording to Serve',
    defaultUri: vscode.Uri.file(host.folder),
    filters: { Recordings: ['jsonl', 'har', 'json', 'yaml', 'yml'] },
  });
  return chosen;
}

async function askHow({ dist, context }: Host, file: string): Promise<ServeChoice | undefined> {
  const sessions = await withProgress(`Reading ${path.basename(file)}`, ({ signal }) =>
    sessionsInThread(dist, file, signal),
  );
  if (!sessions) return undefined;
  let chosen: string[] | undefined;
  if (sessions.length > 1) {
    const items = sessions.map(({ id, url, messages, ms }) => ({
      ...{ label: plain(id || 'session'), description: `${messages} messages of the client, ${formatMs(ms)}` },
      ...{ detail: plain(url), picked: true, id },
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: 'Serve which sessions? One after the other, to clients that ask for their model.',
      canPickMany: true,
    });
    if (!picked) return undefined;
    if (picked.length === 0) throw new Error('No session was chosen: there is nothing to serve.');
    // All of them is also those that were refused, in their turn.
    if (picked.length < sessions.length) chosen = picked.map(({ id }) => id);
  }
  const last = context.workspaceState.get<Partial<How>>(LAST) ?? {};
  const timings: Choice<Timing>[] = [
    {
      label: 'Gated',
      detail: 'Each message follows what the client did by the time it did in the recording.',
      value: 'gated',
    },
    {
      label: 'Recorded',
      detail: 'At the times of the recording; it waits while the client is behind.',
      value: 'original',
    },
    { label: 'Fast', detail: 'Each message as soon as the client has done what it came of.', value: 'fast' },
  ];
  const timing = await vscode.window.showQuickPick(lastFirst(timings, last.timing), {
    title: 'With which timing does the recorded server answer?',
  });
  if (!timing) return undefined;
  const ways: Choice<boolean>[] = [
    { label: 'Lenient', detail: 'What the client does otherwise is noted, and the session goes on.', value: false },
    {
      label: 'Strict',
      detail: 'The first difference is told to the client as an error and ends its session.',
      value: true,
    },
  ];
  const strict = await vscode.window.showQuickPick(lastFirst(ways, last.strict), {
    title: 'When the client does something else than was recorded?',
  });
  if (!strict) return undefined;
  const how: How = { timing: timing.value, strict: strict.value };
  await context.workspaceState.update(LAST, how);
  return { file, ...how, ...(chosen ? { sessions: chosen } : {}) };
}

/** What was chosen the last time is under the cursor. */
function lastFirst<T>(choices: Choice<T>[], last: T | undefined): Choice<T>[] {
  const before = choices.filter(({ value }) => value === last).map((one) => ({ ...one, description: 'as last time' }));
  return [...before, ...choices.filter(({ value }) => value !== last)];
}
