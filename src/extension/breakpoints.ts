/**
 * The breakpoints of the window: kept for its workspace, in force in the running proxy, and counted. They are the user's own
 * and not the workspace's, so they hold in a workspace that is not trusted too. Free of `vscode`.
 */
import { compileMessageFilter } from '../protocol/messageFilter';
import type { Breakpoint, BreakpointState, Engine } from '../proxy';
import { messageOf, Signal } from './signal';

/** What of the engine breakpoints need. */
export type BreakpointEngine = Pick<Engine, 'setBreakpoints' | 'on'>;

export interface BreakpointsDeps {
  /** Where the list is kept between two windows; what is read may be anything. */
  read(): unknown;
  write(list: readonly Breakpoint[]): PromiseLike<void> | void;
  log(level: 'info' | 'warn', message: string): void;
}

/** What can be changed of a breakpoint; undefined takes `once` and `timeoutMs` away. */
export interface BreakpointChange {
  filter?: string;
  enabled?: boolean;
  once?: boolean | undefined;
  timeoutMs?: number | undefined;
}

const MOST = 200;
/** Longest time-out that can be set, ms: a day. */
export const MOST_TIMEOUT_MS = 86_400_000;

/** See the file's head. */
export class Breakpoints {
  /** The list, a count or a switch has changed. */
  readonly onDidChange = new Signal<void>();

  #list: BreakpointState[];
  #engine: BreakpointEngine | undefined;
  #deaf: (() => void) | undefined;
  #count = 0;
  #queue: Promise<void> = Promise.resolve();
  #failed = '';

  constructor(private readonly deps: BreakpointsDeps) {
    this.#list = readList(deps.read()).map((breakpoint) => stateOf(breakpoint, 0));
    // Ids are of this window: what a list of another names must not come twice.
    for (const { id } of this.#list) this.#count = Math.max(this.#count, Number(/^b(\d+)$/.exec(id)?.[1] ?? 0));
  }

  /** Why the running proxy has not got these breakpoints; '' when it has. */
  get failed(): string {
    return this.#failed;
  }

  /** A proxy runs that was given these breakpoints. */
  get running(): boolean {
    return this.#engine !== undefined;
  }

  /** In the order in which they were set. `hits` are those of the running proxy. */
  get all(): readonly BreakpointState[] {
    return this.#list;
  }

  get(id: string): BreakpointState | undefined {
    return this.#list.find((breakpoint) => breakpoint.id === id);
  }

  /** The one with exactly that filter. */
  find(filter: string): BreakpointState | undefined {
    return this.#list.find((breakpoint) => breakpoint.filter === filter);
  }

  /** Sets one more; its id. Throws, for people, when the filter cannot be one or there are too many. */
  add(filter: string, more: Omit<BreakpointChange, 'filter'> = {}): string {
    const problem = filterProblemOf(filter);
    if (problem !== '') throw new Error(problem);
    if (this.#list.length >= MOST) throw new Error(`There are ${MOST} breakpoints already. Remove some first.`);
    const id = `b${++this.#count}`;
    this.#list = [...this.#list, stateOf(changed({ id, filter, enabled: true }, more), 0)];
    this.#changed();
    return id;
  }

  /** Throws, for people, when the filter cannot be one. Does nothing when there is no such breakpoint any more. */
  change(id: string, change: BreakpointChange): void {
    const problem = change.filter === undefined ? '' : filterProblemOf(change.filter);
    if (problem !== '') throw new Error(problem);
    this.#list = this.#list.map((each) => (each.id === id ? stateOf(changed(each, change), each.hits) : each));
    this.#changed();
  }

  remove(id: string): void {
    this.#list = this.#list.filter((breakpoint) => breakpoint.id !== id);
    this.#changed();
  }

  removeAll(): void {
    this.#list = [];
    this.#changed();
  }

  enableAll(enabled: boolean): void {
    this.#list = this.#list.map((breakpoint) => stateOf({ ...breakpoint, enabled }, breakpoint.hits));
    this.#changed();
  }

  /** Puts them in force in a proxy that has just started, before its address is told. Never rejects. */
  begin(engine: BreakpointEngine): Promise<void> {
    this.#deaf?.();
    this.#engine = engine;
    this.#deaf = engine.on('breakpoints', (states) => this.#told(states));
    this.#list = this.#list.map((breakpoint) => ({ ...breakpoint, hits: 0 }));
    this.onDidChange.fire();
    return this.#put();
  }

  /** The proxy is gone. */
  end(): void {
    this.#deaf?.();
    this.#deaf = undefined;
    this.#engine = undefined;
    this.#fails('');
  }

  /** Resolves when everything set so far is in force, or no proxy runs; rejects, for people, when the proxy did not take it. */
  async settled(): Promise<void> {
    await this.#queue;
    if (this.#failed !== '') throw new Error(failedText(this.#failed));
  }

  #changed(): void {
    void this.#keep();
    void this.#put();
    this.onDidChange.fire();
  }

  #put(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      const engine = this.#engine;
      if (!engine) return;
      let failed = '';
      try {
        await engine.setBreakpoints(this.#list.map(savedOf));
      } catch (error) {
        failed = messageOf(error);
      }
      // A proxy that stops meanwhile needs none.
      if (engine !== this.#engine) return;
      if (failed !== '') this.deps.log('warn', failedText(failed));
      this.#fails(failed);
    });
    return this.#queue;
  }

  #fails(why: string): void {
    if (why === this.#failed) return;
    this.#failed = why;
    this.onDidChange.fire();
  }

  async #keep(): Promise<void> {
    try {
      await this.deps.write(this.#list.map(savedOf));
    } catch (error) {
      this.deps.log('warn', `The breakpoints could not be kept: ${messageOf(error)}`);
    }
  }

  /** The proxy has held a message. Only counts and what a hit switches off are its to say: the rest may be out of date. */
  #told(states: readonly BreakpointState[]): void {
    let isOver = false;
    const told = new Map(states.map((state) => [state.id, state]));
    this.#list = this.#list.map((breakpoint) => {
      const state = told.get(breakpoint.id);
      // Its expression took too long on a message; the proxy says so itself.
      if (state && state.problem !== '' && !state.enabled && state.filter === breakpoint.filter && breakpoint.enabled) {
        isOver = true;
        return { ...breakpoint, enabled: false, problem: state.problem };
      }
      if (!state || state.hits <= breakpoint.hits) return breakpoint;
      const hasHeldOnce = breakpoint.once === true && !state.enabled;
      isOver ||= hasHeldOnce;
      return { ...breakpoint, hits: state.hits, enabled: breakpoint.enabled && !hasHeldOnce };
    });
    if (isOver) void this.#keep();
    this.onDidChange.fire();
  }
}

const failedText = (why: string): string =>
  `The proxy has not taken the breakpoints as they are now: ${why} Change one to try again, or start the proxy anew.`;

/** What is wrong with a breakpoint's filter, one sentence for people; '' when nothing is. */
export function filterProblemOf(filter: string): string {
  if (filter.length > 2000) return 'A filter has at most 2,000 characters.';
  return compileMessageFilter(filter).problem;
}

/** What a time-out in seconds stands for, ms; `undefined` for ''. Throws, for people. */
export function timeoutOf(text: string): number | undefined {
  if (text.trim() === '') return undefined;
  const seconds = Number(text.trim().replace(/\s*s$/, ''));
  const ms = Math.round(seconds * 1000);
  if (!(ms >= 100 && ms <= MOST_TIMEOUT_MS))
    throw new Error('Give seconds between 0.1 and 86400, or nothing to hold until you let go.');
  return ms;
}

function changed(before: Breakpoint, change: BreakpointChange): Breakpoint {
  const { id, filter, enabled, once, timeoutMs } = { ...before, ...change };
  return {
    ...{ id, filter: filter.trim(), enabled },
    ...(once ? { once } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

const savedOf = ({ id, filter, enabled, once, timeoutMs }: Breakpoint): Breakpoint =>
  changed({ id, filter, enabled, ...(once ? { once } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }) }, {});

function stateOf(breakpoint: Breakpoint, hits: number): BreakpointState {
  return { ...breakpoint, hits, problem: filterProblemOf(breakpoint.filter) };
}

/** A kept list, as far as it is one. */
function readList(value: unknown): Breakpoint[] {
  if (!Array.isArray(value)) return [];
  const list = value.slice(0, MOST).flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [];
    const { id, filter, enabled, once, timeoutMs } = each as Record<string, unknown>;
    if (typeof id !== 'string' || typeof filter !== 'string' || filter.length > 2000) return [];
    const isTime = typeof timeoutMs === 'number' && timeoutMs >= 100 && timeoutMs <= MOST_TIMEOUT_MS;
    return [
      {
        ...{ id, filter, enabled: enabled !== false },
        ...(once === true ? { once } : {}),
        ...(isTime ? { timeoutMs } : {}),
      },
    ];
  });
  return list.filter(({ id }, at) => list.findIndex((other) => other.id === id) === at);
}
