/**
 * What all state of the page stands on: the bridge to the host, the topics that views listen to, what is told to the user, and
 * what is kept for the page's next life.
 */
import type { HostCommand, RequestName, Requests } from '../messages';
import type { ListLook } from '../logic/listColumns';
import type { MainTab } from '../logic/mainTabs';
import type { PlayerLook } from '../player/playerLook';
import type { TimeSpan } from '../timeline/timeScale';
import type { Bridge } from './bridge';
import { Notices, type Notice } from './notices';

/** What changed; a view redraws for the topics it names. `view`: a hand moved the timeline; that it grows comes with the rows. */
export type Topic =
  'rows' | 'spans' | 'status' | 'selection' | 'related' | 'filter' | 'view' | 'notice' | 'play' | 'panel' | 'summaries';

/** What outlives the page: the user's intent, never what was captured. */
export interface Kept {
  filter?: string;
  session?: string;
  /** Row, and the part of the timeline that was zoomed to; null when it was all of it. */
  selected?: number | null;
  view?: TimeSpan | null;
  /** What was in the composer, without secrets; `open` when it was in view. */
  draft?: { text: string; as: 'client' | 'server'; replaces: number | null; open: boolean; session?: string };
  /** Columns, times and order of the list. */
  list?: Partial<ListLook>;
  /** How audio is to be heard. */
  player?: Partial<PlayerLook>;
  /** The view of the main pane. */
  tab?: MainTab;
  sizes?: { timeline: number; list: number; composer: number; intercept?: number };
  /** The queue of held messages is folded to a line. */
  heldFolded?: boolean;
  /** Groups of lanes that are folded to one. */
  foldedLanes?: string[];
}
/** Where that is kept between two lives of the page. */
export interface Memory {
  read(): Kept;
  write(kept: Kept): void;
}
const noMemory: Memory = { read: () => ({}), write: () => undefined };

/** Runs something before the next frame is drawn; injected so that tests need no browser. */
export type Schedule = (run: () => void) => void;

/** Wheel and arrows change what is kept many times a second; it is written this long after the first change, ms. */
const keepAfter = 200;

export abstract class PageState {
  readonly bridge: Bridge;
  kept: Kept;
  protected readonly schedule: Schedule;
  protected readonly notices = new Notices(() => this.notify('notice'));
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #memory: Memory;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #changed = new Set<Topic>();
  #framePending = false;

  constructor(bridge: Bridge, schedule: Schedule, memory: Memory = noMemory) {
    this.bridge = bridge;
    this.schedule = schedule;
    this.#memory = memory;
    this.kept = memory.read();
  }

  subscribe(topics: readonly Topic[], listener: () => void): () => void {
    for (const topic of topics) {
      let listeners = this.#listeners.get(topic);
      if (listeners === undefined) this.#listeners.set(topic, (listeners = new Set()));
      listeners.add(listener);
    }
    return () => {
      for (const topic of topics) this.#listeners.get(topic)?.delete(listener);
    };
  }

  /** These have changed; who listens is told before the next frame. */
  protected notify(...topics: Topic[]): void {
    for (const topic of topics) this.#changed.add(topic);
    if (this.#framePending) return;
    this.#framePending = true;
    this.schedule(() => {
      this.#framePending = false;
      const changed = this.#changed;
      this.#changed = new Set();
      const listeners = new Set([...changed].flatMap((topic) => [...(this.#listeners.get(topic) ?? [])]));
      for (const listener of listeners) listener();
    });
  }
  /** Keeps something for the page's next life. */
  keep(change: Kept): void {
    this.kept = { ...this.kept, ...change };
    this.#keepTimer ??= setTimeout(() => {
      this.#keepTimer = undefined;
      this.#memory.write(this.kept);
    }, keepAfter);
  }
  /** Asks the host; a failure is shown once, in the notice line, and gives undefined. */
  async ask<N extends RequestName>(name: N, params: Requests[N]['params']): Promise<Requests[N]['result'] | undefined> {
    try {
      return await this.bridge.request(name, params);
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }
  run(command: HostCommand): Promise<unknown> {
    return this.ask('run', { command });
  }
  fail(error: unknown): void {
    this.notices.fail(error);
  }
  tell(notice: Notice | null): void {
    this.notices.tell(notice);
  }
  get notice(): Notice | null {
    return this.notices.current;
  }
}
