/**
 * Sends what the composer wants sent over time: later, repeatedly, as a sequence with waits, or sound as it would be heard.
 * It runs here and not in the page, which VS Code throws away when its tab is hidden.
 */
import { webcrypto } from 'node:crypto';
import type { ComposePlan, ComposeRun, ComposeStep, RunEvent } from '../../webview/composeMessages';
import { sentEvent } from '../../webview/logic/answers';
import { newEventId, withEventId } from '../../webview/logic/eventId';
import { AnswerWatch } from '../../webview/state/answerWatch';
import { FLAG, FROM } from '../../webview/logic/rowSource';
import { RowsFrom } from './composeRows';
import { compileWait, type WaitTest } from './composeWait';
import { fillSecrets } from './resend';
import { messageOf } from './signal';
import type { TraceModel } from './traceModel';

/** Where time comes from; tests bring their own. */
export interface RunClock {
  now(): number;
  /** Resolves after that time, or at once when `signal` says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const realClock: RunClock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    }),
};

/** What a run needs of the world. */
export interface RunOptions {
  /** Sends one event; rejects, for people, when it cannot. `replaces` is a row of the page's trace. */
  send(session: string, to: 'client' | 'server', text: string, replaces: number | undefined): Promise<void>;
  /** The live trace, which answers and what is waited for are read from. */
  model: Pick<TraceModel, 'columns' | 'onDidGrow' | 'document'>;
  clock?: RunClock;
  /** The text an event goes out as, made at the moment it is its turn; rejects, for people, when it cannot be made. */
  prepare?(text: string): Promise<string>;
}

/** Events whose answers are kept, and runs that ended. */
const mostEvents = 100;
const mostEnded = 4;

class Cancelled extends Error {}

type EventStep = Extract<ComposeStep, { text: string }>;
type AudioStep = Extract<ComposeStep, { audio: Uint8Array }>;

/** All runs of a window. */
export class ComposeRuns {
  #runs: Run[] = [];
  #next = 1;

  /** @param changed Told whenever a run stands otherwise. */
  constructor(private readonly changed: () => void) {}

  get all(): ComposeRun[] {
    return this.#runs.map((run) => run.now);
  }

  /** Begins a run and gives its number. Throws, for people, when a step can never be done. */
  start(plan: ComposePlan, options: RunOptions): number {
    const run = new Run(this.#next++, plan, options, () => this.changed());
    const ended = this.#runs.filter(({ now }) => now.state !== 'running');
    const forgotten = ended.slice(0, -mostEnded);
    for (const one of forgotten) one.forget();
    this.#runs = this.#runs.filter((one) => !forgotten.includes(one));
    this.#runs.push(run);
    void run.begin();
    return run.now.id;
  }
  cancel(id: number): void {
    this.#runs.find(({ now }) => now.id === id)?.cancel();
  }
  cancelAll(): void {
    for (const run of this.#runs) run.cancel();
  }
}

class Run {
  now: ComposeRun;
  readonly #waits: (WaitTest | undefined)[];
  readonly #stop = new AbortController();
  readonly #clock: RunClock;
  readonly #tail: RowsFrom;
  readonly #watches = new Map<RunEvent, AnswerWatch>();
  readonly #texts = new WeakMap<RunEvent, string>();
  /** Events sent whose rows are not here yet, in their order. */
  #unplaced: RunEvent[] = [];
  /** The row of the event sent last, as far as they are placed. */
  #lastOwn = -1;
  /** What is waited for may be in any row from this one on. */
  #from = 0;
  /** Tells who waits that rows have come. */
  #wake: () => void = () => undefined;
  readonly #unsubscribe: { dispose(): void };

  constructor(
    id: number,
    private readonly plan: ComposePlan,
    private readonly options: RunOptions,
    private readonly changed: () => void,
  ) {
    const { session, to, steps, times } = plan;
    this.#waits = steps.map((step) => ('wait' in step ? compileWait(step.wait) : undefined));
    this.#clock = options.clock ?? realClock;
    const { columns } = options.model;
    this.#tail = new RowsFrom(columns, columns.rows);
    const total = times * steps.reduce((sum, step) => sum + eventsIn(step), 0);
    const common = { id, session, to, times, total };
    this.now = { ...common, state: 'running', text: '', step: 0, round: 0, sent: 0, events: [] };
    this.#unsubscribe = options.model.onDidGrow.on(() => this.#look());
  }

  /** Nobody looks at it any more: answers that have not come yet are not waited for. */
  forget(): void {
    this.#unsubscribe.dispose();
  }

  async begin(): Promise<void> {
    const { steps, times, everyMs, delayMs } = this.plan;
    try {
      await this.#pause(delayMs, 'Begins');
      const begun = this.#clock.now();
      for (let round = 0; round < times; round += 1) {
        if (round > 0) await this.#pause(begun + round * everyMs - this.#clock.now(), 'The next time');
        for (const [at, step] of steps.entries()) {
          this.#set({ step: at, round });
          await this.#do(step, at, round);
        }
      }
      this.#set({ state: 'done', text: '' });
    } catch (error) {
      if (error instanceof Cancelled) this.#set({ state: 'cancelled', text: '' });
      else this.#set({ state: 'failed', text: messageOf(error) });
    }
    // Answers to the last events are still to come; the subscription goes when they are here, or with the model.
    this.#look();
  }
  cancel(): void {
    this.#stop.abort();
  }

  async #do(step: ComposeStep, at: number, round: number): Promise<void> {
    if (this.#stop.signal.aborted) throw new Cancelled();
    if ('delayMs' in step) return this.#pause(step.delayMs, 'Goes on');
    if ('wait' in step) return this.#wait(step.wait, step.timeoutMs, this.#waits[at]);
    if ('audio' in step) return this.#stream(step);
    await this.#sendEvent(step, at, round);
  }

  async #sendEvent(step: EventStep, at: number, round: number): Promise<void> {
    const prepared = (await this.options.prepare?.(step.text)) ?? step.text;
    const filled = fillSecrets(prepared, step.secrets ?? {});
    const to = step.to ?? this.plan.to;
    const isNamed = this.plan.namesEvents && to === 'server';
    const text = isNamed
      ? withEventId(
          filled,
          newEventId((bytes) => webcrypto.getRandomValues(bytes)),
        )
      : filled;
    const { type } = sentEvent(text);
    const event: RunEvent = { step: at, round, type, row: null, answer: { kind: 'waiting' } };
    const watch = new AnswerWatch(
      (row) => this.#body(this.#tail.first + row),
      () => this.#answered(event),
    );
    this.#from = this.#tail.rows.count;
    this.#unplaced.push(event);
    this.#keep(event, watch, text);
    try {
      await this.options.send(this.plan.session, to, text, step.replaces);
    } catch (error) {
      this.#drop(event);
      throw error;
    }
    this.#set({ sent: this.now.sent + 1, text: '' });
  }

  /** A row's text; undefined when the trace has been closed meanwhile. */
  async #body(row: number): Promise<string | undefined> {
    try {
      return (await (await this.options.model.document()).body(row, false)).text;
    } catch {
      return undefined;
    }
  }

  async #stream(step: AudioStep): Promise<void> {
    const { audio, event: type, bytesPerMs, pieceMs, inRealTime } = step;
    const size = pieceSize(step);
    const begun = this.#clock.now();
    const seconds = (bytes: number) => (bytes / bytesPerMs / 1000).toFixed(1);
    for (let from = 0, n = 0; from < audio.length; from += size, n += 1) {
      // Each piece at its own time, so that what the pieces themselves take does not add up.
      if (inRealTime) await this.#sleep(begun + n * pieceMs - this.#clock.now());
      if (this.#stop.signal.aborted) throw new Cancelled();
      const piece = audio.subarray(from, from + size);
      const text = JSON.stringify({ type, audio: Buffer.from(piece).toString('base64') });
      this.#from = this.#tail.rows.count;
      await this.options.send(this.plan.session, this.plan.to, text, undefined);
      const done = Math.min(audio.length, from + size);
      this.#set({ sent: this.now.sent + 1, text: `${seconds(done)} of ${seconds(audio.length)} s of audio` });
    }
  }

  async #wait(what: string, timeoutMs: number, compiled: WaitTest | undefined): Promise<void> {
    const { rows } = this.#tail;
    const test = compiled?.(rows, this.plan.session);
    const until = this.#clock.now() + timeoutMs;
    this.#set({ text: `Waiting for ${what}` });
    const timeIsUp = new AbortController();
    const stop = AbortSignal.any([this.#stop.signal, timeIsUp.signal]);
    const timer = this.#clock.sleep(timeoutMs, stop);
    try {
      for (;;) {
        for (; this.#from < rows.count; this.#from += 1) {
          // Rows that were not read yet when the last event went out come before its own, and are no answer to it.
          const isAfter = !this.#unplaced.some(({ type }) => type !== '') && this.#from > this.#lastOwn;
          if (isAfter && test?.(this.#from) === true) {
            this.#from += 1;
            return;
          }
          if (rows.sessionOf(this.#from) === this.plan.session && rows.typeOf(this.#from).startsWith('close '))
            throw new Error(`The session closed while ${what} was waited for.`);
        }
        if (this.#stop.signal.aborted) throw new Cancelled();
        if (this.#clock.now() >= until)
          throw new Error(`${what} did not come within ${timeoutMs} ms; what follows was not sent.`);
        await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), timer]);
      }
    } finally {
      timeIsUp.abort();
    }
  }

  /** Waits, and says until when. */
  async #pause(ms: number, words: string): Promise<void> {
    if (ms > 0) this.#set({ text: `${words} in ${ms < 1000 ? `${Math.ceil(ms)} ms` : `${(ms / 1000).toFixed(1)} s`}` });
    await this.#sleep(ms);
    if (this.#stop.signal.aborted) throw new Cancelled();
  }
  async #sleep(ms: number): Promise<void> {
    if (ms > 0) await this.#clock.sleep(ms, this.#stop.signal);
  }

  // ---- rows and answers ----

  #keep(event: RunEvent, watch: AnswerWatch, text: string): void {
    this.#texts.set(event, text);
    this.#watches.set(event, watch);
    const events = [...this.now.events, event].slice(-mostEvents);
    for (const known of this.#watches.keys()) if (!events.includes(known)) this.#watches.delete(known);
    this.#set({ events });
  }
  #drop(event: RunEvent): void {
    this.#unplaced = this.#unplaced.filter((one) => one !== event);
    this.#watches.delete(event);
    this.#set({ events: this.now.events.filter((one) => one !== event) });
  }

  #look(): void {
    const { rows, first } = this.#tail;
    const before = rows.count;
    this.#tail.grow();
    for (let row = before; row < rows.count; row += 1) this.#place(row, first);
    for (const watch of this.#watches.values()) void watch.look(rows);
    if (rows.count > before) this.#wake();
    if (this.now.state !== 'running' && !this.#isWaiting()) this.#unsubscribe.dispose();
  }
  #place(row: number, first: number): void {
    const { rows } = this.#tail;
    const [event] = this.#unplaced;
    if (event === undefined || !rows.has(row, FLAG.injected)) return;
    const to = this.#toOf(event);
    const from = to === 'server' ? FROM.client : FROM.server;
    if (rows.from.at(row) !== from || rows.sessionOf(row) !== this.plan.session || rows.typeOf(row) !== event.type)
      return;
    this.#unplaced.shift();
    this.#lastOwn = row;
    event.row = first + row;
    const text = this.#texts.get(event);
    if (text !== undefined && to === 'server') this.#watches.get(event)?.start(sentEvent(text), this.plan.session, row);
    this.#set({});
  }
  /** Who gets an event: what its step says, else the plan. */
  #toOf(event: RunEvent): 'client' | 'server' {
    const step = this.plan.steps[event.step];
    return (step !== undefined && 'text' in step ? step.to : undefined) ?? this.plan.to;
  }
  #answered(event: RunEvent): void {
    const answer = this.#watches.get(event)?.answer;
    const { first } = this.#tail;
    if (answer === undefined || answer.kind === 'waiting') return;
    const row = first + answer.row;
    event.answer =
      answer.kind === 'refused'
        ? { kind: 'refused', row, message: answer.error.message, param: answer.error.param }
        : { kind: answer.kind, row, type: answer.type };
    this.#set({});
  }
  #isWaiting(): boolean {
    return this.now.events.some(({ answer }) => answer.kind === 'waiting');
  }
  #set(change: Partial<ComposeRun>): void {
    this.now = { ...this.now, ...change };
    this.changed();
  }
}

/** Whole samples of two bytes, so that no piece cuts one in half. */
function pieceSize({ bytesPerMs, pieceMs }: { bytesPerMs: number; pieceMs: number }): number {
  return Math.max(2, 2 * Math.round((bytesPerMs * pieceMs) / 2));
}
function eventsIn(step: ComposeStep): number {
  if ('text' in step) return 1;
  return 'audio' in step ? Math.ceil(step.audio.length / pieceSize(step)) : 0;
}
