/** `Replay Trace as Client...`: which session, where to, with which timing; then a replay that can be held, stepped and stopped. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { formatMs } from '../analysis/format';
import type { EngineOptions } from '../proxy/engine';
import type { Replayable, ReplayOptions, ReplayUpstream } from '../replay/client/replay';
import type { ReplayResult } from '../replay/client/result';
import type { Progress } from '../replay/client/run';
import { replayInThread, sessionsInThread, type ReplayThread } from '../replay/client/thread';
import type { Timing } from '../replay/timing';
import { TRACE_EXTENSION } from '../trace/records';
import type { Host } from './host';
import type { Choice } from './pickers';
import { plain } from './plainText';
import { isKeyless, SECTION, upstreamLabel, upstreamUrl } from './settings';

/** The handlers by the names of their commands. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function replayCommands(
  host: Host,
  pathOf: (argument: unknown) => string | undefined,
  front: () => string | undefined,
): Record<string, (argument?: unknown) => unknown> {
  const running = new Set<RunningReplay>();
  const newest = (): RunningReplay => {
    const last = [...running].at(-1);
    if (!last) throw new Error('No replay runs. Begin one with "Replay Trace as Client...".');
    return last;
  };

  const replayTrace = async (argument: unknown) => {
    const file = pathOf(argument) ?? front() ?? (await askForRecording(host));
    if (file === undefined) return;
    const sessions = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: plain(`Reading ${path.basename(file)}`) },
      () => sessionsInThread(host.dist, file),
    );
    const session = await chooseSession(sessions);
    if (!session) return;
    const options = await host.engineOptions();
    const to = await chooseUpstream(options);
    if (!to) return;
    const timing = await chooseTiming(session);
    if (!timing) return;
    const replay = new RunningReplay(host, file, {
      ...replayOptions(host, options, file),
      ...to,
      session: session.id,
      timing,
    });
    running.add(replay);
    try {
      await replay.finished();
    } finally {
      running.delete(replay);
    }
  };

  return {
    replayTrace,
    pauseReplay: () => newest().tell('pause'),
    resumeReplay: () => newest().tell('resume'),
    stepReplay: () => newest().tell('step'),
    stopReplay: () => newest().tell('stop'),
    manageReplay: () => newest().ask(),
  };
}

/** A replay with its line in the status bar. */
class RunningReplay {
  readonly #host: Host;
  readonly #file: string;
  readonly #thread: ReplayThread;
  readonly #item: vscode.StatusBarItem;
  readonly #problems: string[] = [];
  #progress: Progress = { state: 'connecting', sent: 0, skipped: 0, total: 0, waiting: [] };

  constructor(host: Host, file: string, options: ReplayOptions) {
    this.#host = host;
    this.#file = file;
    this.#item = vscode.window.createStatusBarItem(`${SECTION}.replay`, vscode.StatusBarAlignment.Left, -1);
    this.#item.name = 'Realtime Inspector: Replay';
    this.#item.command = `${SECTION}.manageReplay`;
    this.#show();
    this.#item.show();
    this.#thread = replayInThread(options, {
      begun: (trace) => void this.#host.openTrace(trace, { preserveFocus: true }),
      progress: (progress) => {
        this.#progress = progress;
        this.#show();
      },
      problem: (message) => {
        this.#problems.push(message);
        this.#host.log.info(`Replay: ${message}`);
      },
    });
  }

  tell(command: Parameters<ReplayThread['tell']>[0]): void {
    this.#thread.tell(command);
  }

  /** What a click on its line asks. */
  async ask(): Promise<void> {
    const isPaused = this.#progress.state === 'paused';
    const choices: Choice<Parameters<ReplayThread['tell']>[0]>[] = [
      isPaused
        ? { label: '$(debug-continue) Go On', value: 'resume' }
        : {
            label: '$(debug-pause) Pause',
            detail: 'Time stands still; what the server sends still comes.',
            value: 'pause',
          },
      {
        label: '$(debug-step-over) Send the Next Message',
        detail: 'At once, without waiting for its time or for what it came after.',
        value: 'step',
      },
      { label: '$(debug-stop) Stop', value: 'stop' },
    ];
    const { sent, total, waiting } = this.#progress;
    const title = `Replay: ${sent} of ${total} sent${waiting[0] === undefined ? '' : `, ${waiting[0]}`}`;
    const picked = await vscode.window.showQuickPick(choices, { title: plain(title) });
    if (picked) this.tell(picked.value);
  }

  /** Resolves when it has ended and the user was told. Rejects with a message for people when it could not begin. */
  async finished(): Promise<void> {
    let result: ReplayResult & { trace: string };
    try {
      result = await this.#thread.done;
    } finally {
      this.#item.dispose();
    }
    void this.#tellEnd(result);
  }

  async #tellEnd(result: ReplayResult & { trace: string }): Promise<void> {
    const { ending, skipped, timing, trace, message } = result;
    for (const { name, type, reason } of skipped)
      this.#host.log.warn(`Replay: ${name} (${type}) was not sent: ${reason}.`);
    const parts = [
      message,
      ...(skipped.length > 0
        ? [`${skipped.length} not sent: ${skipped[0]?.type ?? ''}, ${skipped[0]?.reason ?? ''}.`]
        : []),
      ...(timing.all
        ? [`Timing error: ${timing.all.p50.toFixed(1)} ms (median), ${timing.all.p95.toFixed(1)} ms (95th percentile).`]
        : []),
    ];
    if (ending.kind === 'stopped') return;
    const [compare, log] = ['Compare With Recording', 'Show Log'];
    const isGood = ending.kind === 'completed' && skipped.length === 0;
    const show = isGood ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    const actions = [
      ...(ending.kind === 'refused' ? [] : [compare]),
      ...(isGood && this.#problems.length === 0 ? [] : [log]),
    ];
    const answer = await show(plain(parts.join(' ')), ...actions);
    if (answer === log) this.#host.log.show();
    if (answer === compare)
      await vscode.commands.executeCommand(`${SECTION}.compareWith`, undefined, [
        vscode.Uri.file(this.#file),
        vscode.Uri.file(trace),
      ]);
  }

  #show(): void {
    const { state, sent, skipped, total, waiting } = this.#progress;
    const icon = state === 'paused' ? 'debug-pause' : 'sync~spin';
    this.#item.text = `$(${icon}) Replay ${total === 0 ? '' : `${sent + skipped}/${total}`}`;
    this.#item.tooltip = plain(
      [`Replay of ${path.basename(this.#file)}: ${state}`, ...waiting, 'Click to pause, step or stop.'].join('. '),
    );
  }
}

function replayOptions(
  host: Host,
  { certificates, generator, proxyUrl, trustedCertificates }: EngineOptions,
  file: string,
): Pick<ReplayOptions, 'file' | 'trace' | 'workers' | 'certificates' | 'generator' | 'network'> {
  return {
    file,
    trace: freeName(host.folder, file),
    workers: host.dist,
    certificates,
    generator,
    network: {
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
      ...(trustedCertificates === undefined ? {} : { trustedCertificates }),
    },
  };
}

function freeName(folder: string, file: string): string {
  const stem = path.basename(file).replace(/(?:\.realtime)?\.(?:jsonl?|har|ya?ml)$/i, '');
  for (let n = 1; ; n++) {
    const name = path.join(folder, `${stem}.replay${n === 1 ? '' : `-${n}`}${TRACE_EXTENSION}`);
    if (!existsSync(name)) return name;
  }
}

async function askForRecording(host: Host): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Choose a Recording to Replay',
    defaultUri: vscode.Uri.file(host.folder),
    filters: { Recordings: ['jsonl', 'har', 'json', 'yaml', 'yml'] },
  });
  return picked?.[0]?.fsPath;
}

async function chooseSession(sessions: readonly Replayable[]): Promise<Replayable | undefined> {
  const can = sessions.filter(({ problem, messages }) => problem === undefined && messages > 0);
  const [only] = can;
  if (only === undefined)
    throw new Error(sessions[0]?.problem ?? 'The client of this recording sent nothing: there is nothing to replay.');
  if (can.length === 1) return only;
  const items = can.map((value) => ({
    label: plain(value.id || 'session'),
    description: `${value.messages} messages of the client, ${formatMs(value.ms)}`,
    detail: plain(value.url),
    value,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Replay which session?' }))?.value;
}

async function chooseUpstream(
  options: Pick<EngineOptions, 'upstream' | 'apiKey'>,
): Promise<{ upstream: ReplayUpstream; apiKey?: string } | undefined> {
  const { upstream, apiKey } = options;
  const own = { upstream, ...(apiKey === undefined ? {} : { apiKey }) };
  const isLive = !isKeyless(upstream);
  const choices: Choice<{ upstream: ReplayUpstream; apiKey?: string } | undefined>[] = [
    {
      label: '$(beaker) Simulator, answering as the recorded server did',
      detail: 'Needs no key and no network.',
      value: { upstream: { kind: 'recorded' } },
    },
    {
      label: isLive ? `$(cloud) ${upstreamLabel(upstream)}` : `$(beaker) ${upstreamLabel(upstream)}, as set`,
      detail: isLive
        ? `The upstream of the settings${apiKey === undefined ? ', without a key: none is stored' : ', with the stored key'}. What it costs is what the session cost.`
        : upstream.kind === 'trace'
          ? 'The trace that is served.'
          : 'With the scenario of the settings.',
      value: own,
    },
    {
      label: '$(server) Another server...',
      detail: 'A URL, without a key: your own server, or another proxy.',
      value: undefined,
    },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: 'Replay to which server?' });
  if (!picked || picked.value) return picked?.value;
  const url = await vscode.window.showInputBox({
    title: 'Base URL',
    prompt: 'The base URL of the server; the session goes to its /realtime.',
    placeHolder: 'http://127.0.0.1:8080/v1',
    validateInput: (text) =>
      upstreamUrl(text.trim()) ? undefined : 'Write a URL that begins with https://, http://, wss:// or ws://.',
  });
  return url?.trim() ? { upstream: { kind: 'url', url: url.trim() } } : undefined;
}

async function chooseTiming({ timed }: Replayable): Promise<Timing | undefined> {
  const original: Choice<Timing> = {
    label: 'Original',
    detail: 'Each message at its recorded time, whatever the server does.',
    value: 'original',
  };
  const choices: Choice<Timing>[] = [
    {
      label: 'Gated',
      detail: 'Each message when what it came after has come again, and as long after it as then.',
      value: 'gated',
    },
    ...(timed ? [original] : []),
    {
      label: 'Fast',
      detail:
        'Each message as soon as what it came after has come again; sound keeps its pace where the server detects turns.',
      value: 'fast',
    },
  ];
  return (await vscode.window.showQuickPick(choices, { title: 'With which timing?' }))?.value;
}
