/**
 * The webview's end of the message table: numbers its requests, waits for each with a time-out, checks what arrives,
 * and drops notifications of an earlier generation (the host starts a new one with each `ready`).
 */
import { checkHostMessage } from '../messageChecks';
import {
  type NotificationName,
  type Notifications,
  type RequestName,
  type Requests,
  type TakenMessage,
  UPDATE_PARTS,
  type UpdateParts,
} from '../messages';

/** Where messages go and come from; the real one is VS Code's, tests bring their own. */
export interface Channel {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}
type Timer = { set(run: () => void, ms: number): unknown; clear(handle: unknown): void };

const realTimer: Timer = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** Requests that wait for a person or for the network may take longer than the rest. */
const patience: Partial<Record<RequestName, number>> = {
  saveWav: 600_000,
  saveRows: 600_000,
  replayFrom: 600_000,
  copyRows: 120_000,
  newSession: 60_000,
  run: 600_000,
  search: 600_000,
  audio: 60_000,
  send: 30_000,
  body: 30_000,
};
const usualPatience = 15_000;

/** What can be listened to: the parts of an update, and what is told beside it. */
type Heard = UpdateParts & Omit<Notifications, 'update'>;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  timer: unknown;
}

export class Bridge {
  readonly #channel: Channel;
  readonly #timer: Timer;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<keyof Heard, (params: never) => void>();
  #nextId = 1;
  #generation: number | undefined;
  /** Updates taken in since `ready`. */
  #taken = 0;
  /** Notifications that overtook the answer to `ready`. */
  #early: { notify: NotificationName; generation: number; params: unknown }[] = [];

  constructor(channel: Channel, timer: Timer = realTimer) {
    this.#channel = channel;
    this.#timer = timer;
    channel.onMessage((message) => this.#receive(message));
  }

  /** Sets the one listener of a notification, or of a part of updates. */
  on<N extends keyof Heard>(name: N, listener: (params: Heard[N]) => void): void {
    this.#listeners.set(name, listener as (params: never) => void);
  }

  /** Asks the host. Rejects with the host's message, or with one that names the request when no answer comes in time. */
  request<N extends RequestName>(request: N, params: Requests[N]['params']): Promise<Requests[N]['result']> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = this.#timer.set(() => {
        this.#waiting.delete(id);
        reject(new Error(`The extension did not answer "${request}" in time. Reopen this tab if it happens again.`));
      }, patience[request] ?? usualPatience);
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
      try {
        this.#channel.post({ id, request, params });
      } catch (error) {
        this.#waiting.delete(id);
        this.#timer.clear(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /** Starts a generation: what belongs to an earlier one is dropped from now on. */
  async ready(): Promise<void> {
    this.#generation = undefined;
    this.#early = [];
    this.#taken = 0;
    const { generation } = await this.request('ready', {});
    this.#generation = generation;
    const early = this.#early;
    this.#early = [];
    for (const message of early) this.#deliver(message);
  }

  #receive(data: unknown): void {
    const message = checkHostMessage(data);
    if (message === undefined) return;
    if ('notify' in message) {
      if (this.#generation === undefined) this.#early.push(message);
      else this.#deliver(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    this.#timer.clear(waiting.timer);
    if (message.ok) waiting.resolve(message.result);
    else waiting.reject(new Error(message.error));
  }

  #deliver(message: { notify: NotificationName; generation: number; params: unknown }): void {
    if (message.generation !== this.#generation) return;
    if (message.notify !== 'update') return this.#listeners.get(message.notify)?.(message.params as never);
    try {
      this.#takeIn(message.params as Partial<UpdateParts>, message.generation);
    } finally {
      this.#tellTaken(message.generation);
    }
  }

  /** Hands on the parts of an update; one that cannot be taken in does not keep the others back. */
  #takeIn(update: Partial<UpdateParts>, generation: number): void {
    const failures: unknown[] = [];
    for (const part of UPDATE_PARTS) {
      // A part may have begun a new generation.
      if (update[part] === undefined || generation !== this.#generation) continue;
      try {
        this.#listeners.get(part)?.(update[part] as never);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** The host waits for this before it sends more; a listener that began a generation anew has told of the old one nothing. */
  #tellTaken(generation: number): void {
    if (generation !== this.#generation) return;
    this.#taken += 1;
    const taken: TakenMessage = { generation, taken: this.#taken };
    this.#channel.post(taken);
  }
}
