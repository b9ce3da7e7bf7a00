/** Replays under way, each with its line in the status bar, from where it is paused, stepped and stopped. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ReplayOptions } from '../replay/client/replay';
import type { ReplayResult } from '../replay/client/result';
import type { Progress } from '../replay/client/run';
import { replayInThread, type ReplayCommand, type ReplayThread } from '../replay/client/thread';
import type { Host } from './host';
import type { Choice } from './pickers';
import { label, plain } from './plainText';
import { SECTION } from './settings';
import { messageOf } from './signal';
import { sameFile } from './traceFolder';

/** `trace` is '' when it was stopped before there was anything to record. */
export type ReplayEnd = ReplayResult & { trace: string };

const NOT_YET: Progress = { state: 'connecting', sent: 0, skipped: 0, total: 0, waiting: [] };

/** All that run in this window. */
export class Replays {
  readonly #running = new Map<string, RunningReplay>();
  #next = 1;

  constructor() {
    // An extension host that crashed has left its keys behind.
    this.#tellContext();
  }

  /** Begins one of a recording; it is one of those that run until `work` has ended. */
  async during<T>(host: Host, file: string, work: (replay: RunningReplay) => Promise<T>): Promise<T> {
    const id = String((this.#next += 1));
    const replay = new RunningReplay(host, file, id, () => this.#tellContext());
    this.#running.set(id, replay);
    this.#tellContext();
    try {
      return await work(replay);
    } finally {
      replay.dispose();
      this.#running.delete(id);
      this.#tellContext();
    }
  }

  /** The one meant: by its id, by the trace in front, or asked for where several run; undefined when the user thought better of it. */
  async of(id: unknown, front: string | undefined): Promise<RunningReplay | undefined> {
    const known = typeof id === 'string' ? this.#running.get(id) : undefined;
    const all = [...this.#running.values()];
    const [only] = all;
    if (!only) throw new Error('No replay runs. Begin one with "Replay Trace as Client...".');
    if (known || all.length === 1) return known ?? only;
    const seen = front === undefined ? undefined : all.find(({ trace }) => trace && sameFile(trace, front));
    if (seen) return seen;
    const items = all.map((value) => ({ label: label(value.title), description: label(value.words), value }));
    return (await vscode.window.showQuickPick(items, { title: 'Which replay?' }))?.value;
  }

  /** Stops all of them; resolves when their traces are whole. */
  async end(): Promise<void> {
    await Promise.all([...this.#running.values()].map((replay) => replay.end()));
  }

  #tellContext(): void {
    const all = [...this.#running.values()];
    const tell = (name: string, value: boolean) =>
      void vscode.commands.executeCommand('setContext', `${SECTION}.${name}`, value);
    tell('replaying', all.length > 0);
    tell(
      'replayPaused',
      all.some(({ isPaused }) => isPaused),
    );
    tell(
      'replayGoing',
      all.some(({ isPaused }) => !isPaused),
    );
  }
}

/** One replay, or the runs of a sweep one after another. */
export class RunningReplay implements vscode.Disposable {
  readonly #host: Host;
  readonly #file: string;
  readonly #changed: () => void;
  readonly #item: vscode.StatusBarItem;
  readonly problems: string[] = [];
  #thread: ReplayThread | undefined;
  #progress = NOT_YET;
  #part = '';
  #trace: string | undefined;
  #stopped = false;

  constructor(host: Host, file: string, id: string, changed: () => void) {
    this.#host = host;
    this.#file = file;
    this.#changed = changed;
    this.#item = vscode.window.createStatusBarItem(`${SECTION}.replay${id}`, vscode.StatusBarAlignment.Left, -1);
    this.#item.name = 'Realtime Inspector: Replay';
    this.#item.command = { command: `${SECTION}.manageReplay`, title: 'Manage Replay', arguments: [id] };
    this.#show();
    this.#item.show();
  }

  /** The user wants no more of it. */
  get stopped(): boolean {
    return this.#stopped;
  }
  /** The trace that grows. */
  get trace(): string | undefined {
    return this.#trace;
  }
  get isPaused(): boolean {
    return this.#progress.state === 'paused';
  }
  get title(): string {
    return `Replay of ${path.basename(this.#file)}`;
  }
  /** How far it is. */
  get words(): string {
    const { sent, skipped, total, waiting, state } = this.#progress;
    const waits = state === 'paused' ? 'paused' : waiting[0] === undefined ? '' : waitWords(waiting[0]);
    const amount = total === 0 ? state : `${sent + skipped}/${total}`;
    return [this.#part, amount, waits].filter(Boolean).join(', ');
  }

  /** Carries out a run; `part` says which of several. Rejects with a message for people when it could not begin. */
  async run(options: ReplayOptions, part: string, begun: (trace: string) => void): Promise<ReplayEnd> {
    this.#part = part;
    this.#progress = NOT_YET;
    this.#show();
    this.#thread = replayInThread(options, {
      begun: (trace) => {
        this.#trace = trace;
        begun(trace);
      },
      progress: (progress) => {
        const before = this.#progress.state;
        this.#progress = progress;
        this.#show();
        if (before !== progress.state) this.#changed();
      },
      problem: (message) => {
        this.problems.push(message);
        this.#host.log.info(`Replay: ${message}`);
      },
    });
    if (this.#stopped) this.#thread.tell('stop');
    try {
      return await this.#thread.done;
    } finally {
      this.#thread = undefined;
    }
  }

  /** Other work of it, such as the table of a sweep. */
  say(part: string): void {
    this.#part = part;
    this.#progress = NOT_YET;
    this.#item.text = `$(sync~spin) Replay: ${label(part)}`;
  }

  tell(command: ReplayCommand): void {
    if (command === 'stop') this.#stopped = true;
    this.#thread?.tell(command);
  }

  /** Stops it; resolves when its trace is whole. */
  async end(): Promise<void> {
    const thread = this.#thread;
    this.tell('stop');
    await thread?.done.catch((error: unknown) => this.#host.log.warn(`Replay: ${messageOf(error)}`));
  }

  /** What a click on its line asks. */
  async ask(): Promise<void> {
    const trace = this.#trace;
    const choices: Choice<ReplayCommand | 'show'>[] = [
      this.isPaused
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
      ...(trace === undefined ? [] : [{ label: '$(eye) Show Its Trace', value: 'show' as const }]),
    ];
    const picked = await vscode.window.showQuickPick(choices, { title: plain(`${this.title}: ${this.words}`) });
    if (picked?.value === 'show') await this.#host.openTrace(trace ?? '');
    else if (picked) this.tell(picked.value);
  }

  dispose(): void {
    this.#item.dispose();
  }

  #show(): void {
    const icon = this.isPaused ? 'debug-pause' : 'sync~spin';
    this.#item.text = `$(${icon}) Replay ${label(this.words, 60)}`;
    const { state, waiting } = this.#progress;
    this.#item.tooltip = plain(
      [`${this.title}: ${state}`, ...waiting.map(waitWords), 'Click to pause, step or stop.'].join('. '),
    );
  }
}

/** A message says that it waits itself; at the end there is none that could. */
const waitWords = (waiting: string) => (waiting.includes(' waits for ') ? waiting : `waits for ${waiting}`);
