/**
 * One direction in the user's hand: whole messages wait at a gate until breakpoints let them through, and behind it until
 * rules say that their time has come. Their order is kept. What nobody changes goes on byte for byte.
 *
 * Pings and pongs overtake what is held, so that neither end takes the other for dead. A close frame does not wait for a
 * person: what is held at the gate is lost then.
 */
import { isUtf8 } from 'node:buffer';
import { Sender } from 'ws';
import type { Side } from '../protocol/side';
import type { Passing, Step } from '../rules/model';
import type { Decision, Hold, Judge, Judgement } from './judge';
import { Messages, type Arrived, type MessageListener } from './messages';
import type { SaidNote } from './notes';
import { Schedule, type Plan } from './schedule';

/** What an interceptor does in the world. */
export interface InterceptorPort {
  /** False when nothing can be sent any more. */
  readonly writable: boolean;
  write(bytes: Buffer): void;
  /** Records a message that went straight on. */
  passed(t: number, frames: Buffer): void;
  /** Records the arrival of one that did not; gives its number (`SaidNote.held`). */
  held(t: number, frames: Buffer): number;
  /** Records a control frame. */
  control(t: number, frame: Buffer): void;
  /** Records what was sent on or taken away. */
  said(payload: Buffer, note: SaidNote): void;
  inject(to: Side, text: string, rule: string): void;
  disconnect(code: number, reason: string, rule: string): void;
  /** A message cannot be sent on in a way that its receiver could read. */
  cut(reason: string): void;
  undecodable(reason: string): void;
  /** What waits has become more or less: bytes in memory. */
  weighs(bytes: number): void;
}

/** A message on its way. */
interface Waiting {
  kind: 'message';
  readonly arrived: Arrived;
  readonly number: number;
  /** What it costs while it waits, bytes in memory. */
  weight: number;
  hold: Hold | undefined;
  decision: Decision | undefined;
  /** Number of the line on which its arrival was recorded, when it did not go straight on. */
  record: number | undefined;
  /** It has gone on, or never will. */
  left: boolean;
  /** As breakpoints and rules see it. */
  passing: Passing | undefined;
}

type Entry = Waiting | { kind: 'control'; opcode: number; frame: Buffer; t: number };

/** What a waiting message costs beside its bytes. */
const OVERHEAD = 512;

/** See the file's head. */
export class Interceptor implements MessageListener {
  readonly #side: Side;
  readonly #session: string;
  readonly #judge: Judge;
  readonly #port: InterceptorPort;
  readonly #messages: Messages;
  readonly #schedule: Schedule;
  /** Compressed messages refer to earlier ones, so one that goes on as it came needs all before it to have done so. */
  readonly #chained: boolean;
  /** The next compressed message that may go on as it came. */
  #nextCompressed = 0;
  #gate: Entry[] = [];
  /** Those that are not decoded yet, oldest first, wherever they are. */
  readonly #undecoded: Waiting[] = [];
  /** How many at the gate's front have been looked at: they wait for a person, or for those before them. */
  #examined = 0;
  #number = 0;
  #waiting = 0;
  #bytes = 0;
  #weight = 0;
  /** Nobody is asked any more. */
  #over = false;
  readonly #finish: (() => void)[] = [];
  /** The message that has gone straight on in this very moment, and how many lines followed its own. */
  #justPassed: { waiting: Waiting; lines: number } | undefined;

  constructor(
    side: Side,
    session: string,
    deflate: Record<string, number | boolean> | undefined,
    window: Buffer | undefined,
    judge: Judge,
    port: InterceptorPort,
  ) {
    this.#side = side;
    this.#session = session;
    this.#judge = judge;
    this.#port = port;
    this.#schedule = new Schedule((keys) => judge.forgot(keys));
    this.#chained = deflate !== undefined && !deflate[`${side}_no_context_takeover`];
    this.#messages = new Messages(side, deflate, window, this);
  }

  /** A close frame has come. */
  get closed(): boolean {
    return this.#messages.walker.closed;
  }

  /** Nothing waits, and the receiver's inflating window is what the sender takes it for. */
  get idle(): boolean {
    const isInStep = !this.#chained || this.#nextCompressed === this.#messages.compressed;
    return isInStep && this.#gate.length === 0 && this.#schedule.empty;
  }

  push(chunk: Buffer, t: number): void {
    this.#messages.push(chunk, t);
  }

  /** Only when idle: what is left of an unfinished message, and the walker that knows where in the stream this is. */
  leave(): Pick<Messages, 'walker'> & { rest: Buffer } {
    return { rest: this.#messages.leave(), walker: this.#messages.walker };
  }

  /**
   * The sender says no more: what is held is lost, messages that wait go at once, also those still being inflated; then `done`
   * is called.
   */
  finish(done: () => void): void {
    this.#over = true;
    this.#finish.push(done);
    if (!this.#port.writable || this.#gate.some((entry) => entry.kind === 'message' && entry.hold)) this.#lose();
    this.#advance();
  }

  /** The inspector says goodbye: everything goes on as it came, now; `done` is called when it has, behind what is being inflated. */
  letGo(done: () => void): void {
    this.#over = true;
    this.#finish.push(done);
    for (const entry of this.#gate) {
      if (entry.kind === 'control' || !entry.hold || entry.decision) continue;
      entry.hold.letGo();
      entry.decision = { kind: 'release' };
    }
    this.#advance();
  }

  /** Other rules are in force: what waits only for the ones before goes on, and what they would have added is forgotten. */
  lift(isInForce: (key: string) => boolean): void {
    this.#schedule.lift(isInForce);
    this.#justPassed = undefined;
  }

  /** Messages that rules make wait go on now. */
  hurry(): void {
    this.#schedule.hurry();
    this.#justPassed = undefined;
  }

  // ---- MessageListener ----------------------------------------------------------------------------------------------

  message(arrived: Arrived): void {
    const number = this.#number++;
    const weight = arrived.frames.length + OVERHEAD;
    const waiting: Waiting = {
      kind: 'message',
      ...{ arrived, number, weight, hold: undefined, decision: undefined, record: undefined, left: false },
      passing: undefined,
    };
    this.#gate.push(waiting);
    this.#undecoded.push(waiting);
    this.#weigh(1, waiting);
  }

  decoded(): void {
    const waiting = this.#undecoded.shift();
    if (waiting && !waiting.left) {
      // A few bytes on the wire may be many more in memory.
      const more = Math.max(0, (waiting.arrived.data?.length ?? 0) - waiting.arrived.frames.length);
      waiting.weight += more;
      this.#weight += more;
      if (more > 0) this.#port.weighs(this.#weight);
    }
    this.#advance();
  }

  control(opcode: number, frame: Buffer, t: number): void {
    this.#gate.push({ kind: 'control', opcode, frame, t });
    this.#advance();
  }

  undecodable(reason: string): void {
    this.#port.undecodable(reason);
  }

  tooLarge(bytes: number): void {
    const mib = Math.round(bytes / (1 << 20)).toLocaleString('en');
    this.#port.cut(`a message of the ${this.#side} has ${mib} MiB, too many to be kept for breakpoints and rules`);
  }

  // ---- the gate -----------------------------------------------------------------------------------------------------

  #advance(): void {
    for (let first = this.#gate[0]; first && this.#examined > 0 && isFree(first); first = this.#gate[0]) {
      this.#gate.shift();
      this.#examined--;
      this.#process(first);
    }
    for (let next = this.#gate[this.#examined]; next; next = this.#gate[this.#examined]) {
      if (next.kind === 'message' && !next.arrived.decoded) break;
      if (next.kind === 'message') this.#examine(next);
      if (this.#examined === 0 && isFree(next)) {
        this.#gate.shift();
        this.#process(next);
      } else if (next.kind === 'message') {
        this.#recorded(next);
        this.#examined++;
      } else {
        this.#gate.splice(this.#examined, 1);
        if (next.opcode === 8) this.#lose();
        this.#process(next);
      }
    }
    if (this.#finish.length > 0 && this.#gate.length === 0) {
      this.#schedule.flush();
      for (const done of this.#finish.splice(0)) done();
    }
  }

  #examine(waiting: Waiting): void {
    if (this.#over) return;
    waiting.hold = this.#judge.hold(this.#passing(waiting), (decision) => {
      waiting.decision = decision;
      this.#advance();
    });
  }

  /** What is at the gate will not be sent on: the connection ends. */
  #lose(): void {
    const gate = this.#gate.splice(0);
    this.#examined = 0;
    for (const entry of gate) {
      if (entry.kind === 'control') this.#process(entry);
      else {
        if (!entry.decision) entry.hold?.lost();
        this.#gone(entry, 'lost', '');
      }
    }
  }

  // ---- behind it ----------------------------------------------------------------------------------------------------

  #process(entry: Entry): void {
    if (entry.kind === 'control') {
      const { opcode, frame, t } = entry;
      const pass = () => {
        if (this.#port.writable) this.#port.write(frame);
        this.#port.control(t, frame);
      };
      // A close frame keeps its place, also behind what a rule delays or lets stand back: nothing can be sent after it.
      if (opcode === 8)
        this.#schedule.add(
          -Infinity,
          ours(() => {
            this.#schedule.settle();
            pass();
          }),
        );
      else pass();
      this.#schedule.run();
      return;
    }
    const { decision } = entry;
    if (decision?.kind === 'drop') this.#gone(entry, 'dropped', '');
    else if (decision?.kind === 'send')
      this.#schedule.add(
        -Infinity,
        ours(() => this.#send(entry, decision.text, '')),
      );
    else {
      const judgement = this.#over ? undefined : this.#judge.verdict(this.#passing(entry));
      if (judgement) this.#apply(entry, judgement);
      else
        this.#schedule.add(
          -Infinity,
          ours(() => this.#pass(entry, '')),
        );
    }
    this.#schedule.run();
    this.#justPassed = undefined;
    // Before the next one: lines tell the order in which messages came.
    if (!entry.left) this.#recorded(entry);
  }

  #apply(waiting: Waiting, { verdict, rule, keyOf }: Judgement): void {
    const { arrived, number } = waiting;
    const own = verdict.steps.find(isOwn);
    const keys = verdict.rules.map(keyOf);
    const at = (step: Step) => arrived.t + step.delayMs;
    const group: Plan[] = [];
    for (const step of verdict.steps) {
      const isMessage = step.kind !== 'inject' && step.kind !== 'disconnect';
      const run = this.#runner(waiting, step, rule);
      const plan: Plan = { isMessage, keys: isMessage ? keys : [keyOf(step.rule)], run };
      const isElsewhere = step.kind === 'inject' && step.to === this.#side;
      // Of a message that goes nowhere nothing stands in the row: what comes of it later must hold nobody up.
      const isLater = step !== own && step.delayMs > (own?.delayMs ?? 0);
      if (isElsewhere || isLater) this.#schedule.late(at(step), plan);
      else if (verdict.behind && own) group.push(plan);
      else this.#schedule.add(at(step), plan);
    }
    if (verdict.behind && own) {
      const { messages, ms } = verdict.behind;
      const run = (isAlone: boolean) => {
        for (const plan of group) if (plan.isMessage || !isAlone) plan.run(isAlone);
      };
      const due = arrived.t + Math.max(ms, own.delayMs);
      this.#schedule.late(due, { isMessage: true, keys, run }, number, messages);
    }
    if (!own) this.#gone(waiting, 'dropped', rule);
  }

  #runner(waiting: Waiting, step: Step, rule: string): () => void {
    switch (step.kind) {
      case 'pass':
        return () => this.#pass(waiting, rule);
      case 'send':
        return () => this.#send(waiting, step.text, rule);
      case 'copy':
        return () => this.#copy(waiting, step.text, rule);
      case 'inject':
        return () => {
          this.#justPassed = undefined;
          this.#port.inject(step.to, step.text, rule);
        };
      case 'disconnect':
        return () => this.#port.disconnect(step.code, step.reason, rule);
    }
  }

  /** Goes on as it came. */
  #pass(waiting: Waiting, rule: string): void {
    const { arrived, record } = waiting;
    if (!this.#port.writable) return this.#gone(waiting, 'lost', rule);
    waiting.passing = undefined;
    const isNext = !this.#chained || arrived.compressed === this.#nextCompressed;
    if (arrived.compressed === undefined || isNext) {
      if (arrived.compressed !== undefined) this.#nextCompressed = arrived.compressed + 1;
      this.#port.write(arrived.frames);
    } else if (arrived.data) this.#write(arrived.data, arrived.binary);
    else {
      this.#port.cut('a compressed message could not be sent on after an earlier one was changed');
      return this.#gone(waiting, 'lost', rule);
    }
    if (record === undefined) {
      this.#port.passed(arrived.t, arrived.frames);
      this.#justPassed = { waiting, lines: 1 };
    } else this.#said(arrived, { held: record, same: true, ...breakpointOf(waiting) }, rule);
    this.#left(waiting);
  }

  /** Something else goes in its place. */
  #send(waiting: Waiting, text: string, rule: string): void {
    if (!this.#port.writable) return this.#gone(waiting, 'lost', rule);
    const held = this.#recorded(waiting);
    const payload = Buffer.from(text, 'utf8');
    this.#write(payload, false);
    this.#port.said(payload, { held, ...(rule === '' ? {} : { rule }), ...breakpointOf(waiting) });
    this.#left(waiting);
  }

  #copy(waiting: Waiting, text: string | undefined, rule: string): void {
    const { arrived } = waiting;
    const payload = text === undefined ? arrived.data : Buffer.from(text, 'utf8');
    if (!payload || !this.#port.writable) return;
    const binary = text === undefined && arrived.binary;
    this.#write(payload, binary);
    const just = this.#justPassed?.waiting === waiting ? this.#justPassed : undefined;
    const of: SaidNote = just ? { again: just.lines++ } : { held: this.#recorded(waiting) };
    this.#port.said(payload, { ...of, rule, ...(binary ? { binary } : {}) });
  }

  /** It will never be sent on. */
  #gone(waiting: Waiting, fate: 'dropped' | 'lost', rule: string): void {
    this.#said(waiting.arrived, { held: this.#recorded(waiting), fate, ...breakpointOf(waiting) }, rule);
    this.#left(waiting);
  }

  #said({ data, frames, binary }: Arrived, note: SaidNote, rule: string): void {
    this.#port.said(data ?? Buffer.alloc(0), {
      ...note,
      ...(rule === '' ? {} : { rule }),
      ...(binary ? { binary } : {}),
      ...(data ? {} : { unknown: frames.length }),
    });
  }

  #left(waiting: Waiting): void {
    waiting.left = true;
    this.#weigh(-1, waiting);
    this.#schedule.passed(waiting.number);
  }

  /** The number of its arrival in the record, where it stands from now on. */
  #recorded(waiting: Waiting): number {
    return (waiting.record ??= this.#port.held(waiting.arrived.t, waiting.arrived.frames));
  }

  #write(payload: Buffer, binary: boolean): void {
    // RSV1 stays 0: the receiver's inflating window is untouched (RFC 7692, 6.1).
    const mask = this.#side === 'client';
    const frame = { fin: true, opcode: binary ? 2 : 1, mask, rsv1: false, readOnly: true };
    for (const part of Sender.frame(payload, frame)) this.#port.write(part);
  }

  /** One object for all who ask, so that it is parsed once. */
  #passing(waiting: Waiting): Passing {
    if (waiting.passing) return waiting.passing;
    const { t, data, binary } = waiting.arrived;
    const text = data && !binary && isUtf8(data) ? data.toString('utf8') : undefined;
    const at = { session: this.#session, from: this.#side, t };
    return (waiting.passing = { ...at, text, data: data ?? new Uint8Array(), binary });
  }

  #weigh(sign: 1 | -1, { arrived, weight }: Waiting): void {
    this.#waiting += sign;
    this.#bytes += sign * arrived.frames.length;
    this.#weight += sign * weight;
    this.#port.weighs(this.#weight);
    this.#judge.waiting(this.#waiting, this.#bytes);
  }
}

/** Something that has to be done whatever rules are in force. */
const ours = (run: () => void): Plan => ({ isMessage: true, keys: [], run });

function breakpointOf({ hold }: Waiting): Pick<SaidNote, 'breakpoint'> {
  return hold ? { breakpoint: hold.breakpoint } : {};
}

function isFree(entry: Entry): boolean {
  return entry.kind === 'control' || !entry.hold || entry.decision !== undefined;
}

function isOwn(step: Step): boolean {
  return step.kind === 'pass' || step.kind === 'send';
}
