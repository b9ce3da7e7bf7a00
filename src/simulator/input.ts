/** The input audio buffer: what was appended, who is speaking, and how it becomes a user message. */
import { CaptureClock } from './captureClock';
import { decodeBase64, samplesOf, toPcm, type FormatName } from './codec';
import { member } from './config';
import type { Conversation } from './conversation';
import type { Desk, Steps, Task } from './desk';
import type { SpeechTiming } from './scenario';
import type { Transcriber } from './transcriber';
import { Vad, vadSettings, type VadEvent } from '../audio/vad';
import { BYTES_PER_MS, refusal, type Json } from './wire';

/** Audio kept that is not yet part of an item, 5 minutes; older audio falls out. */
const MAX_BUFFER = 5 * 60_000 * BYTES_PER_MS;
const MIN_COMMIT_MS = 100;

/** What the buffer asks of the session. */
export interface InputListener {
  /** Turn detection heard someone begin to speak. */
  speechStarted(interrupt: boolean): void;
  /** A turn has become an item, and a response to it is wanted. */
  turnEnded(): void;
}

/** What turn detection is like beyond the session's settings. */
export interface TurnDetection {
  /** Semantic detection waits the same time after every utterance. */
  fixedSilence: boolean;
  speech: readonly SpeechTiming[];
}

export class InputAudio {
  #chunks: Uint8Array[] = [];
  /** Place of the buffer in all audio of the session, in bytes of PCM16. */
  #from = 0;
  #to = 0;
  /** Half a sample, waiting for its other byte. */
  #odd: Uint8Array = new Uint8Array();
  #vad = new Vad();
  #speech: { itemId: string; startMs: number } | undefined;
  #idle: Task | undefined;
  #captured = new CaptureClock();
  #speeches = 0;
  /** What was heard and is told later, the last one at that time, ms. */
  #untold = new Set<Task>();
  #toldMs = 0;

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
    private readonly transcriber: Transcriber,
    private readonly config: () => Json,
    private readonly listener: InputListener,
    private readonly detection: TurnDetection,
  ) {}

  /** `cameMs`: when it was received. */
  append(base64: string, cameMs: number): void {
    const format = (this.#input('format')?.['type'] ?? 'audio/pcm') as FormatName;
    let bytes: Uint8Array = decodeBase64(base64, 'audio');
    if (format === 'audio/pcm') {
      if (this.#odd.length > 0) bytes = Buffer.concat([this.#odd, bytes]);
      this.#odd = bytes.subarray(bytes.length & ~1);
    }
    this.hear(toPcm(bytes, format), cameMs);
  }

  /** PCM16 at 24 kHz, as it comes over a call's media. */
  hear(pcm: Uint8Array, cameMs = this.desk.nowMs): void {
    this.#chunks.push(pcm);
    this.#to += pcm.length;
    this.#captured.take(pcm.length / BYTES_PER_MS, cameMs);
    this.#listen(samplesOf(pcm));
    this.#drop(Math.max(this.#from, this.#to - MAX_BUFFER));
  }

  /** The client's own commit; starts no response. */
  commit(): void {
    const ms = (this.#to - this.#from) / BYTES_PER_MS;
    if (ms < MIN_COMMIT_MS) {
      throw refusal('commitEmpty', { ms: ms.toFixed(2) });
    }
    const itemId = this.#speech?.itemId ?? this.desk.mint('item');
    const sound = this.#vad.soundMs > 0;
    this.#forget();
    this.#speech = undefined;
    this.#vad.reset();
    this.#become(itemId, this.#from, this.#to, sound);
  }

  clear(): void {
    this.#quieten();
    this.#drop(this.#to);
    this.desk.emit('input_audio_buffer.cleared');
  }

  /** Turn detection was changed: what was being said is no longer followed. */
  settingsChanged(): void {
    if (this.#input('turn_detection')) return;
    this.#idle?.cancel();
    if (this.#speech || this.#untold.size > 0) this.#quieten();
  }

  /** A response has ended whose audio plays for another `ms`; silence after that makes the model ask. */
  waitForSpeech(ms: number): void {
    this.#idle?.cancel();
    const timeout = this.#input('turn_detection')?.['idle_timeout_ms'];
    if (typeof timeout !== 'number' || this.#speech) return;
    this.#idle = this.desk.start(ms + timeout, this.#nobodySpoke(timeout));
  }

  /** Something happens again: no idle timeout for now. */
  stopWaiting(): void {
    this.#idle?.cancel();
  }

  *#nobodySpoke(timeoutMs: number): Steps {
    const itemId = this.desk.mint('item');
    const endMs = Math.floor(this.#to / BYTES_PER_MS);
    const startMs = Math.max(Math.floor(this.#from / BYTES_PER_MS), endMs - timeoutMs);
    this.desk.emit('input_audio_buffer.timeout_triggered', {
      audio_start_ms: startMs,
      audio_end_ms: endMs,
      item_id: itemId,
    });
    this.#become(itemId, startMs * BYTES_PER_MS, endMs * BYTES_PER_MS, false);
    this.listener.turnEnded();
  }

  #listen(samples: Int16Array): void {
    const turns = this.#input('turn_detection');
    for (const event of this.#vad.feed(samples, vadSettings(turns, this.detection.fixedSilence))) {
      // Without turn detection the energy only tells whether there was any sound.
      if (!turns) continue;
      if (event.kind === 'started') this.#speeches += 1;
      const { speech } = this.detection;
      const timing = speech[Math.min(this.#speeches, speech.length) - 1] ?? {};
      const [placeMs, afterMs] =
        event.kind === 'started' ? [event.startMs, timing.startedAfterMs] : [event.endMs, timing.stoppedAfterMs];
      const dueMs = (this.#captured.at(placeMs) ?? 0) + (afterMs ?? 0);
      const waitMs = Math.max(dueMs, this.#toldMs) - this.desk.nowMs;
      this.#toldMs = Math.max(dueMs, this.#toldMs);
      const pending: { task?: Task | undefined } = {};
      const tell = (): void => {
        if (pending.task) this.#untold.delete(pending.task);
        this.#tell(event, turns, timing);
      };
      pending.task = this.#after(waitMs, tell);
      if (pending.task) this.#untold.add(pending.task);
    }
  }

  /** Acts at once, or so many ms later. */
  #after(ms: number, act: () => void): Task | undefined {
    if (ms > 0) return this.desk.start(ms, once(act));
    act();
    return undefined;
  }

  /** What was heard and has not been told never will be. */
  #forget(): void {
    for (const task of this.#untold) task.cancel();
    this.#untold.clear();
    this.#toldMs = 0;
  }

  #tell(event: VadEvent, turns: Json, timing: SpeechTiming): void {
    if (event.kind === 'started') {
      const itemId = this.desk.mint('item');
      this.#speech = { itemId, startMs: event.startMs };
      this.#idle?.cancel();
      this.desk.emit('input_audio_buffer.speech_started', { audio_start_ms: event.startMs, item_id: itemId });
      this.transcriber.begin(itemId, this.#input('transcription'));
      this.listener.speechStarted(turns['interrupt_response'] === true);
    } else if (this.#speech) {
      const { itemId, startMs } = this.#speech;
      this.#speech = undefined;
      this.desk.emit('input_audio_buffer.speech_stopped', { audio_end_ms: event.endMs, item_id: itemId });
      const { committedAfterMs = 0, answeredAfterMs = 0 } = timing;
      this.#toldMs = this.desk.nowMs + committedAfterMs;
      this.#after(committedAfterMs, () => {
        this.#become(itemId, startMs * BYTES_PER_MS, event.endMs * BYTES_PER_MS, true);
        if (turns['create_response'] === true) this.#after(answeredAfterMs, () => this.listener.turnEnded());
      });
    }
  }

  /** Makes a user message of the audio between two places and empties the buffer up to the second. */
  #become(itemId: string, from: number, to: number, sound: boolean): void {
    const audio = this.#slice(from, to);
    this.#drop(to);
    const previous = this.conversation.last?.id ?? null;
    this.desk.emit('input_audio_buffer.committed', { previous_item_id: previous, item_id: itemId });
    const content = [{ type: 'input_audio', transcript: null }];
    const item = { id: itemId, type: 'message', status: 'completed', role: 'user', content };
    this.conversation.add(item);
    this.conversation.setAudio(itemId, audio);
    this.desk.announce(previous, item);
    this.desk.settle(previous, item);
    this.transcriber.finish(itemId, this.#input('transcription'), audio.length / BYTES_PER_MS, sound);
  }

  #quieten(): void {
    this.#forget();
    if (this.#speech) this.transcriber.forget(this.#speech.itemId);
    this.#speech = undefined;
    this.#vad.reset();
  }

  #slice(from: number, to: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let at = this.#from;
    for (const chunk of this.#chunks) {
      const piece = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
      if (piece.length > 0) pieces.push(piece);
      at += chunk.length;
    }
    return Buffer.concat(pieces);
  }

  #drop(upTo: number): void {
    while (this.#from < upTo) {
      const first = this.#chunks[0];
      if (!first) break;
      const part = Math.min(first.length, upTo - this.#from);
      if (part === first.length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(part);
      this.#from += part;
    }
  }

  #input(name: string): Json | undefined {
    return member(member(member(this.config(), 'audio'), 'input'), name);
  }
}

function* once(act: () => void): Steps {
  act();
}
