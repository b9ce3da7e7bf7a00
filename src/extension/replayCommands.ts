/** `Replay Trace as Client...`: which session, where to, with which timing and changes; then replays that can be held, stepped and stopped. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Overlay } from '../replay/client/overlay';
import type { Replayable, ReplayOptions } from '../replay/client/replay';
import { sessionsInThread } from '../replay/client/thread';
import type { Timing } from '../replay/timing';
import { TRACE_EXTENSION } from '../trace/records';
import { freeName } from './freeName';
import type { Host, Surroundings } from './host';
import { label, plain } from './plainText';
import { withProgress } from './progress';
import {
  askForRecording,
  chooseChanges,
  chooseSession,
  chooseTiming,
  chooseUpstream,
  destinationWords,
  type Destination,
} from './replayAsk';
import { openOverlayStart, overlaysOf } from './replayFiles';
import type { ReplayEnd, Replays, RunningReplay } from './replayRun';
import { compareTwo, showSweep } from './replaySweep';
import { recordingStem, type SweepRun } from './replayText';
import type { Reports } from './reports';
import { SECTION } from './settings';
import { messageOf } from './signal';

/** A replay as it was asked for, but for its changes. */
interface Wish {
  file: string;
  session: Replayable;
  to: Destination;
  timing: Timing;
  /** The trace that `file` is a part of, made for this replay only. */
  origin?: string;
}

/** The handlers by the names of their commands. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function replayCommands(
  host: Host,
  replays: Replays,
  reports: Reports,
  pathOf: (argument: unknown) => string | undefined,
  front: () => string | undefined,
): Record<string, (argument?: unknown, more?: unknown) => unknown> {
  /** What is to be replayed with which file of changes, in this window; and the files with which something was. */
  const before = new Map<string, Wish>();
  const replayed = new Set<string>();
  const taken = new Set<string>();

  const ask = async (file: string): Promise<Wish | undefined> => {
    const sessions = await withProgress(`Reading ${path.basename(file)}`, ({ signal }) =>
      sessionsInThread(host.dist, file, signal),
    );
    const session = sessions && (await chooseSession(sessions));
    if (!session) return undefined;
    const to = await chooseUpstream(host);
    const timing = to && (await chooseTiming(session));
    return timing && { file, session, to, timing };
  };

  const optionsOf = async ({ file, session, to, timing }: Wish, overlay: Overlay | undefined, isSweep: boolean) => {
    const run = overlay?.name ? `-${overlay.name.replaceAll(' ', '-')}` : '';
    const trace = freeName(host.folder, `${recordingStem(file)}.replay${run}`, TRACE_EXTENSION, taken);
    taken.add(trace);
    return {
      ...replayOptions(host, await host.surroundings(), file, trace),
      ...to,
      session: session.id,
      timing,
      ...(overlay === undefined ? {} : { overlay }),
      onStall: isSweep ? ('continue' as const) : ('stop' as const),
    };
  };

  const replayOnce = async (wish: Wish, overlay: Overlay | undefined) => {
    const options = await optionsOf(wish, overlay, false);
    await replays.during(host, wish.file, async (replay) => {
      const end = await replay.run(options, overlay?.name ?? '', (trace) => {
        host
          .openTrace(trace, { preserveFocus: true })
          .catch((error: unknown) => host.log.warn(`${trace} did not open: ${messageOf(error)}`));
      });
      void tellEnd(host, wish.origin ?? wish.file, replay, end);
    });
  };

  const sweep = async (wish: Wish, overlays: readonly Overlay[]) => {
    await replays.during(host, wish.file, async (replay) => {
      const runs: (SweepRun & ReplayEnd)[] = [];
      for (const [index, overlay] of overlays.entries()) {
        if (replay.stopped) break;
        const part = `${index + 1} of ${overlays.length}: ${overlay.name}`;
        const options = await optionsOf(wish, overlay, true);
        const end = await replay.run(options, part, () => undefined);
        if (end.trace !== '') runs.push({ name: overlay.name, ...end });
      }
      replay.say('table of the runs');
      await showSweep(host, reports, { ...wish, server: destinationWords(wish.to) }, runs, {
        asked: overlays.length,
        isStopped: replay.stopped,
      });
    });
  };

  const replayTrace = async (argument: unknown, of?: unknown) => {
    const file = pathOf(argument) ?? front() ?? (await askForRecording(host));
    if (file === undefined) return;
    const asked = await ask(file);
    const wish = asked && typeof of === 'string' ? { ...asked, origin: of } : asked;
    const changes = wish && (await chooseChanges(wish.origin === undefined));
    if (!changes) return;
    if (changes.kind === 'none') return replayOnce(wish, undefined);
    if (changes.kind === 'edit') {
      const uri = await openOverlayStart(host, wish.file, wish.session);
      before.set(uri.fsPath, wish);
      return;
    }
    before.set(changes.uri.fsPath, wish);
    replayed.add(changes.uri.fsPath);
    const { runs } = await overlaysOf(changes.uri);
    const [only] = runs;
    await (runs.length > 1 ? sweep(wish, runs) : replayOnce(wish, only));
  };

  /** The recording and so on for a file of changes: as the last time, or asked for. What was chosen when it was made is not asked again. */
  const wishFor = async (uri: vscode.Uri): Promise<Wish | undefined> => {
    const last = before.get(uri.fsPath);
    const isFirst = !replayed.has(uri.fsPath);
    if (last && existsSync(last.file)) {
      replayed.add(uri.fsPath);
      if (isFirst) return last;
      const again = { label: 'As before', description: label(wishWords(last)) };
      const picked = await vscode.window.showQuickPick([again, { label: 'Another recording, server or timing...' }], {
        title: 'Replay what?',
      });
      if (!picked) return undefined;
      if (picked === again) return last;
    }
    const file = await askForRecording(host);
    const wish = file === undefined ? undefined : await ask(file);
    if (!wish) return undefined;
    before.set(uri.fsPath, wish);
    replayed.add(uri.fsPath);
    return wish;
  };

  const withFile = async (argument: unknown, work: (wish: Wish, overlays: readonly Overlay[]) => Promise<void>) => {
    const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
    if (!uri) throw new Error('Open a file of changes (*.replay.jsonc, *.replay.yaml) first.');
    // What is wrong in it is told before anything is asked.
    const { runs } = await overlaysOf(uri);
    const wish = await wishFor(uri);
    if (wish) await work(wish, runs);
  };

  const replayOneRun = (argument: unknown) =>
    withFile(argument, async (wish, runs) => {
      const items = runs.map((value) => ({ label: label(value.name || 'the only one'), value }));
      const picked =
        items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: 'Replay which run?' });
      if (picked) await replayOnce(wish, picked.value);
    });

  const tell = (command: Parameters<RunningReplay['tell']>[0]) => async (argument: unknown) =>
    (await replays.of(argument, front()))?.tell(command);

  return {
    replayTrace,
    replaySelectedFile: replayTrace,
    replayWithChanges: replayOneRun,
    replaySweep: (argument) => withFile(argument, sweep),
    compareOfSweep: compareTwo,
    pauseReplay: tell('pause'),
    resumeReplay: tell('resume'),
    stepReplay: tell('step'),
    stopReplay: tell('stop'),
    manageReplay: async (argument) => (await replays.of(argument, front()))?.ask(),
  };
}

function wishWords({ file, session, to, timing }: Wish): string {
  return `${path.basename(file)}, ${session.id}, to ${destinationWords(to)}, ${timing}`;
}

async function tellEnd(host: Host, file: string, replay: RunningReplay, result: ReplayEnd): Promise<void> {
  const { ending, skipped, notCome, timing, trace, message } = result;
  for (const { name, type, reason } of skipped) host.log.warn(`Replay: ${name} (${type}) was not sent: ${reason}.`);
  if (ending.kind === 'stopped') return;
  const parts = [
    message,
    ...(skipped.length > 0 ? [`${skipped[0]?.name} was not sent, as ${skipped[0]?.reason}.`] : []),
    ...(timing.all
      ? [`Timing error: ${timing.all.p50.toFixed(1)} ms (median), ${timing.all.p95.toFixed(1)} ms (95th percentile).`]
      : []),
  ];
  const [compare, log] = ['Compare With Recording', 'Show Log'];
  const isGood = ending.kind === 'completed' && skipped.length + notCome.length === 0;
  const show = isGood ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const actions = [
    ...(ending.kind === 'refused' ? [] : [compare]),
    ...(isGood && replay.problems.length === 0 ? [] : [log]),
  ];
  const answer = await show(plain(parts.join(' ')), ...actions);
  if (answer === log) host.log.show();
  if (answer === compare)
    await vscode.commands.executeCommand(`${SECTION}.compareWith`, undefined, [
      vscode.Uri.file(file),
      vscode.Uri.file(trace),
    ]);
}

function replayOptions(
  host: Host,
  { certificates, generator, proxyUrl, trustedCertificates }: Surroundings,
  file: string,
  trace: string,
): Pick<ReplayOptions, 'file' | 'trace' | 'workers' | 'certificates' | 'generator' | 'network'> {
  return {
    file,
    trace,
    workers: host.dist,
    certificates,
    generator,
    network: {
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
      ...(trustedCertificates === undefined ? {} : { trustedCertificates }),
    },
  };
}
