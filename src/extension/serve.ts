/**
 * A recorded trace in the place of the upstream: which one by the user's choice, kept by workspace, and the thread that serves it
 * while the proxy runs. Free of `vscode`; messages to the user are their caller's.
 */
import { existsSync } from 'node:fs';
import type { UpstreamOption } from '../proxy/engine';
import { serveInThread, type ServeThread } from '../replay/server/thread';
import type { ServeReport, SessionReport } from '../replay/server/sessionReport';
import type { Timing } from '../replay/timing';
import { messageOf, Signal } from './signal';

/** What is served, and how. */
export interface ServeChoice {
  file: string;
  timing: Timing;
  strict: boolean;
  /** Ids of the sessions; all when left out. */
  sessions?: string[];
}

export interface ServingOptions {
  /** What is kept of an earlier window, whatever it is. */
  read(): unknown;
  write(choice: ServeChoice | undefined): PromiseLike<void>;
  /** Folder of the worker bundles. */
  workers: string;
  /** Origins besides loopback whose pages the proxy lets through. */
  allowedOrigins(): string[];
  log(level: 'info' | 'warn', message: string): void;
}

const TIMINGS: readonly unknown[] = ['original', 'gated', 'fast'] satisfies Timing[];

/** Moves the sessions to come to where the choice leads them now. */
type Move = () => Promise<unknown>;

export class Serving {
  /** Another choice, or none any more. */
  readonly onDidChange = new Signal<void>();
  /** A client has gone. */
  readonly onDidServe = new Signal<{ choice: ServeChoice; report: SessionReport }>();
  /** The thread has ended although nobody ended it. */
  readonly onDidDie = new Signal<string>();
  #choice: ServeChoice | undefined;
  #thread: Promise<ServeThread> | undefined;
  /** The last one, for its report. */
  #last: { thread: ServeThread; choice: ServeChoice } | undefined;

  constructor(private readonly options: ServingOptions) {
    this.#choice = choiceOf(options.read());
  }

  /** What is served while the proxy runs; undefined when sessions go where the settings say. */
  get choice(): ServeChoice | undefined {
    return this.#choice;
  }

  /** The chosen file is not there any more. */
  get isGone(): boolean {
    return this.#choice !== undefined && !existsSync(this.#choice.file);
  }

  /** Serves another trace. Rejects, for people, and changes nothing, when it cannot be served. */
  async use(choice: ServeChoice, move: Move): Promise<void> {
    const next = this.#begin(choice);
    await next;
    await this.#change(choice, next, move);
  }

  /** Serves none any more; what is open goes on to its end. */
  async end(move: Move): Promise<void> {
    if (this.#choice) await this.#change(undefined, undefined, move);
  }

  /** The upstream it is; starts it when it does not run. Rejects, for people, when the file is gone or cannot be served. */
  async upstream(): Promise<UpstreamOption | undefined> {
    const choice = this.#choice;
    if (!choice) return undefined;
    if (this.isGone)
      throw new Error(
        `The trace ${choice.file}, which is served as the upstream, is not there any more. Stop serving it, or choose another upstream.`,
      );
    const { url } = await (this.#thread ??= this.#begin(choice));
    return { kind: 'trace', url, file: choice.file };
  }

  /** How it went with all clients of the trace that is served, or was served last; undefined when there was none. */
  async report(): Promise<{ choice: ServeChoice; report: ServeReport } | undefined> {
    return this.#last && { choice: this.#last.choice, report: await this.#last.thread.report() };
  }

  /** Ends the thread, not the choice: the proxy has stopped. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread?.catch(() => undefined))?.stop();
  }

  async #change(choice: ServeChoice | undefined, thread: Promise<ServeThread> | undefined, move: Move): Promise<void> {
    const before = this.#thread;
    this.#choice = choice;
    this.#thread = thread;
    await this.options.write(choice);
    this.onDidChange.fire();
    try {
      await move();
    } finally {
      // Behind the move: a session that comes meanwhile finds it.
      (await before?.catch(() => undefined))?.retire();
    }
  }

  #begin(choice: ServeChoice): Promise<ServeThread> {
    const { file, timing, strict, sessions } = choice;
    const { log, workers } = this.options;
    const begun = serveInThread(
      workers,
      {
        ...{ trace: file, timing, strict, plain: true, allowedOrigins: this.options.allowedOrigins() },
        ...(sessions ? { session: sessions } : {}),
      },
      {
        session: (report) => this.onDidServe.fire({ choice, report }),
        refused: (session, status) =>
          log('info', `Serving ${file}: a client was refused with ${status}, as session ${session} was.`),
        log: (message) => log('warn', `Serving ${file}: ${message}`),
        died: (reason) => {
          if (this.#thread !== begun) return;
          this.#thread = undefined;
          this.onDidDie.fire(reason);
        },
      },
    );
    begun.then(
      (thread) => {
        this.#last = { thread, choice };
        for (const problem of thread.problems) log('warn', `Serving ${file}: ${problem}`);
      },
      (error: unknown) => {
        log('warn', `${file} cannot be served: ${messageOf(error)}`);
        if (this.#thread === begun) this.#thread = undefined;
      },
    );
    return begun;
  }
}

/** What was kept may be of another version, or nothing. */
function choiceOf(kept: unknown): ServeChoice | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { file, timing, strict, sessions } = kept as Partial<Record<keyof ServeChoice, unknown>>;
  if (typeof file !== 'string' || !TIMINGS.includes(timing)) return undefined;
  const ids = Array.isArray(sessions) ? sessions.filter((id) => typeof id === 'string') : undefined;
  return { file, timing: timing as Timing, strict: strict === true, ...(ids ? { sessions: ids } : {}) };
}
