/** Messages of the client on their way to being dealt with: at once, or as late as the scenario says. */
import type { Desk, Steps } from './desk';
import type { Director } from './director';
import type { Json } from './wire';

/** Sound waits for these, and for nothing else: they say what becomes of it. */
const BEFORE_SOUND = new Set([
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'session.update',
  'transcription_session.update',
]);

export class Inbox {
  /** When the last message will have been dealt with, and the last one that sound waits for, ms. */
  #busyUntilMs = 0;
  #soundUntilMs = 0;

  /** `dealWith` is told when the message was received, ms. */
  constructor(
    private readonly desk: Desk,
    private readonly director: Director,
    private readonly dealWith: (event: Json, cameMs: number) => void,
  ) {}

  /** A message came just now. Messages are dealt with in their order. */
  take(event: Json): void {
    const { nowMs } = this.desk;
    const type = String(event['type']);
    const isSound = type === 'input_audio_buffer.append';
    const until = isSound ? this.#soundUntilMs : this.#busyUntilMs;
    const dueMs = Math.max(nowMs + this.director.takesMs(type), until);
    if (!isSound) this.#busyUntilMs = dueMs;
    if (BEFORE_SOUND.has(type)) this.#soundUntilMs = dueMs;
    if (dueMs > nowMs) this.desk.start(dueMs - nowMs, this.#inTime(event, nowMs));
    else this.dealWith(event, nowMs);
  }

  *#inTime(event: Json, cameMs: number): Steps {
    this.dealWith(event, cameMs);
  }
}
