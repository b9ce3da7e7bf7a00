/**
 * A replay that runs: two lanes, sound and everything else, each in its recorded order. A message goes when what it needs is
 * there (ids, and what it waited for when gated) and its time has come. Paused, stepped and stopped from outside.
 */
import { asObject, type JsonObject } from '../../analysis/json';
import type { FrameBody, RecordedFrame } from '../recording';
import { REAL_CLOCK, RunClock, type Clock } from './clock';
import { Gating, replaced } from './gating';
import { namedIds, withIdsAt } from './ids';
import { LiveSession } from './live';
import { NO_OVERLAY, OverlayEditor, type Overlay } from './overlay';
import { payloadOf, type Payload } from './payload';
import type { PlannedFrame, ReplayPlan } from './plan';
import { few, resultOf, type Ending, type FrameOutcome, type ReplayResult } from './result';
import type { Timing } from '../timing';
import { Silence } from './silence';
import { stepsOf } from './steps';
import { RefusedError, type Wire, type WireListener } from './wire';

export interface RunOptions {
  timing: Timing;
  /** How much faster than recorded; 1 unless given. */
  speed?: number;
  overlay?: Overlay;
  /** How long a message waits for a server that says nothing meanwhile, ms; 30 s unless given. */
  gateTimeoutMs?: number;
  /** What to do then; `stop` unless given. */
  onStall?: 'stop' | 'continue';
  clock?: Clock;
  /** What is to be said of its changes before anything is sent, for people. */
  doubts?: readonly string[];
}

/** How far a replay is; whole states. */
export interface Progress {
  state: 'connecting' | 'running' | 'paused' | 'ended';
  sent: number;
  skipped: number;
  total: number;
  /** What the next messages wait for, for people. */
  waiting: string[];
}

interface RunEvents {
  progress(progress: Progress): void;
  frame(outcome: FrameOutcome): void;
  problem(message: string): void;
  /** A pause is over that took so many ms; so many messages were sent by hand in it. */
  resumed(pausedMs: number, byHand: number): void;
}

const GATE_TIMEOUT_MS = 30_000;
/** A server that goes on talking without what is waited for is given this many times as long. */
const CHATTY = 10;
/** Behind the last thing that the recording shows, what belongs to it may still come, ms. */
const SETTLE_MS = 500;
/** A socket with more unsent bytes than this is given no more; it is looked at again after the second, ms. */
const [MOST_BUFFERED, LOOK_MS] = [4 << 20, 5];
const NOT_READ = 'the server to read what it was sent';
/** A timer may end this much early, ms. */
const EARLY_MS = 0.5;

export class ReplayRun {
  readonly #plan: ReplayPlan;
  readonly #steps: readonly PlannedFrame[];
  readonly #body: (frame: RecordedFrame) => Promise<FrameBody>;
  readonly #options: Required<Omit<RunOptions, 'overlay'>>;
  readonly #editor: OverlayEditor;
  readonly #live: LiveSession;
  readonly #gating: Gating;
  readonly #silence: Silence;
  readonly #outcomes: FrameOutcome[] = [];
  readonly #problems = new Set<string>();
  readonly #notCome = new Set<string>();
  readonly #heads = new Map<PlannedFrame['lane'], PlannedFrame>();
  readonly #waiting = new Map<string, string[]>();
  readonly #counts = { sent: 0, skipped: 0 };
  readonly #listeners: { [N in keyof RunEvents]: Set<RunEvents[N]> } = {
    progress: new Set(),
    frame: new Set(),
    problem: new Set(),
    resumed: new Set(),
  };
  #clock: RunClock;
  #wire: Wire | undefined;
  #state: Progress['state'] = 'connecting';
  #pauseWanted = false;
  #ending: Ending | undefined;
  #closed: { code: number; reason: string } | undefined;
  /** Messages that may go although it is paused. */
  #allowed = 0;
  /** Messages sent while it was paused, and how many of them and what time are told already. */
  #byHand = 0;
  #told = { byHand: 0, ms: 0 };
  readonly #stopped = new AbortController();

  /** Throws an `UnknownFrameError` when the overlay names a message that the session has not. */
  constructor(plan: ReplayPlan, body: (frame: RecordedFrame) => Promise<FrameBody>, options: RunOptions) {
    const overlay = options.overlay ?? NO_OVERLAY;
    this.#plan = plan;
    this.#steps = stepsOf(plan, overlay);
    this.#body = body;
    this.#options = {
      timing: options.timing,
      speed: options.speed ?? 1,
      gateTimeoutMs: options.gateTimeoutMs ?? GATE_TIMEOUT_MS,
      onStall: options.onStall ?? 'stop',
      clock: options.clock ?? REAL_CLOCK,
      doubts: options.doubts ?? [],
    };
    this.#editor = new OverlayEditor(overlay);
    this.#live = new LiveSession(plan.within);
    this.#gating = new Gating(this.#live, options.timing, this.#options.speed, (message, gate) =>
      this.#passOver(message, [gate]),
    );
    this.#silence = new Silence(this.#live, this.#gating, this.#options.speed);
    this.#clock = new RunClock(this.#options.clock);
  }

  on<N extends keyof RunEvents>(event: N, listener: RunEvents[N]): () => void {
    this.#listeners[event].add(listener);
    return () => this.#listeners[event].delete(listener);
  }

  get progress(): Progress {
    return {
      state: this.#state,
      ...this.#counts,
      total: this.#steps.length,
      waiting: [...this.#waiting.values()].flat(),
    };
  }

  /** Nothing more is sent, and time stands still, until `resume`. What the server sends still comes. */
  pause(): void {
    this.#pauseWanted = true;
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#clock.hold();
    this.#tell();
  }
  resume(): void {
    this.#pauseWanted = false;
    this.#allowed = 0;
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#clock.go();
    this.#tell();
    this.#tellResumed();
  }
  /** Pauses, and sends the next message at once: without waiting for its time or its gates, but not without its ids. */
  step(): void {
    this.pause();
    this.#allowed++;
    this.#clock.wake();
  }
  /** Ends the session and the run. */
  stop(): void {
    this.#end({ kind: 'stopped' });
    this.#stopped.abort();
  }

  /**
   * Runs to the end. `connect` opens the session, or rejects with a `RefusedError`, also at the signal. Rejects for nothing that a server does, only
   * when the recording cannot be read or `connect` fails otherwise.
   */
  async run(connect: (listener: WireListener, stop: AbortSignal) => Promise<Wire>): Promise<ReplayResult> {
    this.#tell();
    try {
      const listener: WireListener = {
        // Time counts from here, and the server speaks after it.
        opened: () => (this.#clock = new RunClock(this.#options.clock)),
        text: (text) => {
          if (this.#live.heard(this.#clock.now(), text)) this.#clock.wake();
        },
        closed: (code, reason) => {
          this.#closed = { code, reason };
          this.#clock.wake();
        },
      };
      this.#wire = await connect(listener, this.#stopped.signal);
      this.#state = 'running';
      if (this.#pauseWanted) this.pause();
      this.#tell();
      for (const doubt of this.#options.doubts) this.#problem(doubt);
      if (!this.#ending) await Promise.all([this.#lane('audio'), this.#lane('control')]);
      if (!this.#ending) await this.#finish();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      this.#ending ??= { kind: 'refused', status: error.status, message: error.message };
    } finally {
      this.#state = 'ended';
      this.#waiting.clear();
      this.#hangUp();
      this.#tell();
    }
    return resultOf({
      ending: this.#ending ?? { kind: 'completed' },
      outcomes: this.#outcomes,
      notCome: this.#notCome,
      problems: [...this.#problems],
      refusals: this.#live.refusals,
      filledMs: this.#silence.filledMs,
      durationMs: this.#clock.now(),
      pausedMs: this.#clock.heldMs,
      byHand: this.#byHand,
    });
  }

  async #lane(lane: PlannedFrame['lane']): Promise<void> {
    let previous: PlannedFrame | undefined;
    try {
      for (const step of this.#steps) {
        if (step.lane !== lane) continue;
        this.#heads.set(lane, step);
        await this.#settle(step, previous);
        if (this.#ending) return;
        previous = step;
      }
      this.#heads.delete(lane);
      this.#clock.wake();
    } catch (error) {
      this.#end({ kind: 'stopped' });
      throw error;
    }
  }

  /** Waits for a message's turn and sends it, or finds out that it cannot be sent. */
  async #settle(step: PlannedFrame, previous: PlannedFrame | undefined): Promise<void> {
    const payload = await payloadOf(step, this.#body, this.#editor);
    let since = this.#clock.now();
    let full = { bytes: Infinity, since };
    while (!this.#ending) {
      const now = this.#clock.now();
      if (this.#closed) return this.#closedEarly(step.name);
      const stepping = this.#clock.held;
      if (stepping && !this.#mayStep(step)) {
        await this.#clock.until(Infinity);
        continue;
      }
      if (!stepping && this.#gating.isBehind(step)) {
        since = now;
        await this.#clock.until(this.#isOpen(step) && previous ? this.#fill(previous, step.at, Infinity) : Infinity);
        continue;
      }
      const ids = this.#gating.ids(step);
      const waits = [
        ...(stepping || this.#options.timing === 'original' ? [] : this.#gating.waits(step)),
        ...(ids.state === 'pending' && (payload.kind === 'text' || payload.kind === 'binary') ? ids.waits : []),
      ];
      this.#wait(step, waits);
      let next: number;
      if (waits.length === 0) {
        const due = stepping ? now : this.#gating.due(step, previous);
        const unsent = this.#wire?.buffered ?? 0;
        if (unsent < full.bytes) full = { bytes: Math.max(unsent, MOST_BUFFERED), since: now };
        if (now >= due - EARLY_MS && unsent < MOST_BUFFERED) {
          if (stepping) {
            this.#allowed--;
            this.#byHand++;
          }
          // What waited for the server in vain until now counts from now.
          this.#go(step, payload, ids, due, now);
          return;
        }
        // More of it would only fill the memory, so this ends it in any case.
        if (now >= due && now - Math.max(due, full.since) > this.#options.gateTimeoutMs)
          return this.#end({ kind: 'stalled', frame: step.name, type: step.type, waitedFor: [NOT_READ] });
        next = Math.max(due, now + (now >= due ? LOOK_MS : 0));
      } else {
        next = stepping ? Infinity : this.#deadline(step.at - (previous?.at ?? 0), since);
        if (now >= next) {
          if (!this.#stalled(step.name, step.type, waits)) return;
          this.#gating.giveUp(waits);
          since = now;
          continue;
        }
      }
      const isOpen = !stepping && this.#isOpen(step) && previous;
      const fillAt = isOpen ? this.#fill(previous, step.at, waits.length === 0 ? next : Infinity) : Infinity;
      await this.#clock.until(Math.min(next, fillAt));
    }
  }

  #go(step: PlannedFrame, payload: Payload, ids: ReturnType<Gating['ids']>, due: number, now: number): void {
    const { name, type, lane } = step;
    const settled = (outcome: FrameOutcome['outcome'], reason = '') => {
      this.#gating.settled(step.index, { at: step.at, when: now - due > 50 ? now : Math.max(due, 0) });
      const told: FrameOutcome = { name, type, lane, outcome, reason, dueAt: due, sentAt: now };
      this.#outcomes.push(told);
      if (outcome !== 'sent') this.#live.skipped(name);
      if (outcome === 'sent') this.#counts.sent++;
      else if (outcome === 'skipped') this.#counts.skipped++;
      for (const listener of this.#listeners.frame) listener(told);
      this.#tell();
      this.#clock.wake();
    };
    if (payload.kind === 'left out') return settled('left out');
    if (payload.kind === 'unsendable') return settled('skipped', payload.why);
    if (ids.state === 'never') return settled('skipped', ids.why);
    if (payload.kind === 'binary') {
      this.#live.sent(now, undefined, name);
      this.#wire?.send(payload.bytes);
      return settled('sent');
    }
    if (lane === 'audio') {
      this.#live.sent(now, { type }, name);
      this.#wire?.send(payload.text);
      return settled('sent');
    }
    const event = parsed(payload.text);
    const others = event && ids.state === 'known' ? replaced(namedIds(event), ids.ids) : [];
    const text = others.length === 0 ? payload.text : withIdsAt(payload.text, others);
    if (text === undefined) return settled('skipped', 'its ids could not be put into it');
    this.#live.sent(now, others.length === 0 ? event : parsed(text), name);
    this.#wire?.send(text);
    settled('sent');
  }

  /** What the recording still shows after the client's last message, and the end. */
  async #finish(): Promise<void> {
    const { timing, speed } = this.#options;
    const { end } = this.#plan;
    const step = { gates: end.gates, name: 'The end' };
    const since = this.#clock.now();
    const last = this.#steps.findLast(({ lane }) => lane === 'audio');
    let openUntil: number | undefined;
    while (!this.#ending) {
      const now = this.#clock.now();
      const waits = [...this.#gating.waits(step), ...this.#live.running];
      if (this.#closed) {
        if (waits.length > 0 && this.#plan.session.close?.by !== 'server') this.#closedEarly('the end');
        return;
      }
      this.#waiting.set('end', waits);
      let next: number;
      if (waits.length === 0) {
        const settle = Math.min(
          SETTLE_MS,
          Math.max(0, end.at - (end.gates.at(-1)?.at ?? end.at)) / speed + SETTLE_MS / 5,
        );
        openUntil ??= timing === 'original' ? Math.max(end.at / speed, now) : now + settle;
        if (now >= openUntil - EARLY_MS && !this.#clock.held) return;
        next = openUntil;
      } else {
        openUntil = undefined;
        next = this.#deadline(0, since);
        if (now >= next) {
          // With times as recorded nobody is waited for, so nothing stands still: it is only told.
          if (timing !== 'original' && this.#options.onStall === 'stop') this.#stalled('The end', '', waits);
          else this.#passOver(`In the recording came, and here did not: ${few(waits)}.`, waits);
          return;
        }
      }
      const fillAt =
        end.continuous && last && waits.length > 0 ? this.#fill(last, last.at + last.audioMs, Infinity) : Infinity;
      await this.#clock.until(Math.min(next, fillAt));
    }
  }

  /** The microphone was open before this piece, and goes on while it waits. */
  #isOpen({ continuous }: PlannedFrame): boolean {
    return continuous && this.#options.timing !== 'original';
  }

  /** Keeps the microphone open until `ready`; when it has to be looked after next, ms. */
  #fill(previous: PlannedFrame, at: number, ready: number): number {
    if (this.#clock.held || !this.#wire) return Infinity;
    const { text, next } = this.#silence.due(this.#clock.now(), previous, at, ready);
    if (text !== undefined) {
      this.#live.sent(this.#clock.now(), { type: previous.type }, undefined);
      this.#wire.send(text);
    }
    return next;
  }

  /** How long to wait for the server, on the clock of the run, ms. */
  #deadline(recordedMs: number, since: number): number {
    const patience = Math.max(this.#options.gateTimeoutMs, (2 * recordedMs) / this.#options.speed);
    return Math.min(Math.max(since, this.#live.heardAt) + patience, since + CHATTY * patience);
  }

  /** Something did not come. False when the run ends with that. */
  #stalled(frame: string, type: string, waitedFor: string[]): boolean {
    if (this.#options.onStall === 'continue') {
      this.#passOver(`${frame} waited in vain for ${few(waitedFor)}.`, waitedFor);
      return true;
    }
    this.#end({ kind: 'stalled', frame, type, waitedFor });
    return false;
  }

  #closedEarly(frame: string): void {
    this.#end({ kind: 'closed early', code: this.#closed?.code ?? 1006, reason: this.#closed?.reason ?? '', frame });
  }

  /** A step is for whichever of both lanes' next messages came first. */
  #mayStep(step: PlannedFrame): boolean {
    return this.#allowed > 0 && [...this.#heads.values()].every(({ index }) => index >= step.index);
  }

  #wait(step: PlannedFrame, waits: readonly string[]): void {
    const before = this.#waiting.get(step.lane)?.length ?? 0;
    const what = waits.map((one) => `${step.name} ${step.type} waits for ${one}`);
    if (what.length > 0) this.#waiting.set(step.lane, what);
    else this.#waiting.delete(step.lane);
    if (before !== what.length) this.#tell();
  }

  #hangUp(): void {
    if (!this.#wire || this.#closed) return;
    const { close } = this.#plan.session;
    const own = close?.by === 'client' && (close.code === 1000 || (close.code >= 3000 && close.code < 5000));
    this.#wire.close(own ? close.code : 1000, own ? close.reason : '');
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#clock.wake();
  }

  #passOver(message: string, notCome: readonly string[]): void {
    for (const name of notCome) this.#notCome.add(name);
    this.#problem(message);
  }

  #problem(message: string): void {
    if (this.#problems.has(message)) return;
    this.#problems.add(message);
    for (const listener of this.#listeners.problem) listener(message);
  }

  #tellResumed(): void {
    const { heldMs } = this.#clock;
    const { byHand, ms } = this.#told;
    this.#told = { byHand: this.#byHand, ms: heldMs };
    for (const listener of this.#listeners.resumed) listener(heldMs - ms, this.#byHand - byHand);
  }

  #tell(): void {
    for (const listener of this.#listeners.progress) listener(this.progress);
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
