/** What the parts of a session share: the clock, ids, sending, and work that goes on over time. */
import { encodeIdTime } from '../protocol';
import type { Random } from '../protocol/random';
import { errorOf, refusal, type Json, type Output } from './wire';

/** As published, the one event without an id. */
const WITHOUT_ID = 'input_audio_buffer.dtmf_event_received';

/** Work in steps: each value yielded is a wait in ms before the next step; Infinity waits until the work is woken. */
export type Steps = Generator<number, void, void>;

/** Work under way; `cancel` drops the steps not yet taken, `wake` ends the wait before the next one. */
export interface Task {
  cancel(): void;
  wake(): void;
}

interface Running {
  dueMs: number;
  order: number;
  steps: Steps;
  dropped: boolean;
}

export class Desk {
  /** Time of the step being taken, ms. */
  nowMs = 0;
  #out: Output[] = [];
  #running: Running[] = [];
  #order = 0;

  constructor(
    readonly random: Random,
    /** Wall-clock time, ms since 1970, when this session's time was 0. */
    private readonly epochMs: number,
    /** Speaks with the retired event names beside the new ones. */
    private readonly legacy = false,
  ) {}

  /** Seconds since 1970. */
  get seconds(): number {
    return Math.floor((this.epochMs + this.nowMs) / 1000);
  }

  /** An id as the live service mints them: the second in five characters, then sixteen random ones. */
  mint(prefix: 'event' | 'sess' | 'item' | 'resp' | 'conv'): string {
    return `${prefix}_${encodeIdTime(this.seconds)}${this.random.base62(16)}`;
  }

  mintCall(): string {
    return `call_${this.random.base62(16)}`;
  }

  /** Sends an event as it is now: items go on changing after they have been announced. */
  emit(type: string, body: Json = {}): void {
    const id = type === WITHOUT_ID ? {} : { event_id: this.mint('event') };
    const event = { type, ...id, ...structuredClone(body) };
    this.#out.push({ atMs: this.nowMs, event });
  }

  /** Tells that an item has come into the conversation, in the words of the dialect. */
  announce(previous: string | null, item: Json): void {
    this.emit('conversation.item.added', { previous_item_id: previous, item });
    if (this.legacy) this.emit('conversation.item.created', { previous_item_id: previous, item });
  }

  /** Tells that an item is complete. */
  settle(previous: string | null, item: Json): void {
    this.emit('conversation.item.done', { previous_item_id: previous, item });
  }

  /** Ends the connection after what has been emitted so far. */
  hangUp(code: number, reason: string): void {
    this.#out.push({ atMs: this.nowMs, close: { code, reason } });
    this.#running = [];
  }

  /** Starts work; its first step is taken after that many ms, in order of starting when due together. */
  start(delayMs: number, steps: Steps): Task {
    const running = { dueMs: this.nowMs + delayMs, order: this.#order++, steps, dropped: false };
    this.#running.push(running);
    return {
      cancel: () => {
        running.dropped = true;
        this.#running = this.#running.filter((other) => other !== running);
      },
      wake: () => {
        running.dueMs = Math.min(running.dueMs, this.nowMs);
      },
    };
  }

  /** Takes every step due until then, at its own time. */
  advance(nowMs: number): void {
    for (;;) {
      const next = this.#next();
      if (!next || next.dueMs > nowMs) break;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      this.#running = this.#running.filter((other) => other !== next);
      const step = next.steps.next();
      if (step.done !== true && !next.dropped && !this.#closed()) {
        next.dueMs = this.nowMs + step.value;
        next.order = this.#order++;
        this.#running.push(next);
      }
    }
    this.nowMs = Math.max(this.nowMs, nowMs);
  }

  /** When the next step is due. */
  get nextMs(): number | undefined {
    const dueMs = this.#next()?.dueMs;
    return dueMs === Infinity ? undefined : dueMs;
  }

  /** What has been emitted since the last call. */
  take(): Output[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #closed(): boolean {
    return this.#out.some((output) => 'close' in output);
  }

  #next(): Running | undefined {
    let best: Running | undefined;
    for (const one of this.#running) {
      if (!best || one.dueMs < best.dueMs || (one.dueMs === best.dueMs && one.order < best.order)) best = one;
    }
    return best;
  }
}

/** The session's time is up: says so, and ends the connection. */
export function expire(desk: Desk): void {
  const { code, message } = refusal('sessionExpired');
  desk.emit('error', { error: errorOf({ code, message }) });
  desk.hangUp(1001, 'session_expired');
}
