/** What a caller hears: on a call the answer's sound goes over its media, and only its beginning and end are told. */
import type { Conversation } from './conversation';
import type { Desk, Steps, Task } from './desk';

interface Playing {
  responseId: string;
  itemId: string;
  fromMs: number;
  /** Sound sent so far, ms. */
  soundMs: number;
}

export class MediaPlayback {
  #playing: Playing | undefined;
  #end: Task | undefined;

  constructor(
    private readonly desk: Desk,
    private readonly conversation: Conversation,
  ) {}

  /** So many ms more of that item's sound have been sent. */
  add(responseId: string, itemId: string, ms: number): void {
    if (this.#playing?.responseId !== responseId) {
      this.#end?.cancel();
      if (this.#playing) this.#tell('stopped', this.#playing);
      this.#playing = { responseId, itemId, fromMs: this.desk.nowMs, soundMs: 0 };
      this.#tell('started', this.#playing);
    }
    this.#playing.itemId = itemId;
    this.#playing.soundMs += ms;
  }

  /** The response has all its sound; it plays for another `ms`. */
  drain(responseId: string, ms: number): void {
    if (this.#playing?.responseId === responseId) this.#end = this.desk.start(ms, this.#stop());
  }

  /** The sound is cut off. Returns the item that was heard, and up to where (ms); undefined when none played. */
  clear(): { itemId: string; heardMs: number } | undefined {
    const playing = this.#playing;
    if (!playing) return undefined;
    this.#end?.cancel();
    this.#playing = undefined;
    this.#tell('cleared', playing);
    const heardMs = Math.floor(Math.min(this.desk.nowMs - playing.fromMs, playing.soundMs));
    return { itemId: playing.itemId, heardMs };
  }

  /** The conversation keeps what was heard. */
  truncate({ itemId, heardMs }: { itemId: string; heardMs: number }): void {
    const end = Math.min(heardMs, Math.floor(this.conversation.audioMs(itemId)));
    if (!this.conversation.find(itemId)) return;
    this.conversation.truncate(itemId, 0, end);
    this.desk.emit('conversation.item.truncated', { item_id: itemId, content_index: 0, audio_end_ms: end });
  }

  *#stop(): Steps {
    const playing = this.#playing;
    this.#playing = undefined;
    if (playing) this.#tell('stopped', playing);
  }

  /** These events have ids of another shape than all others. */
  #tell(what: 'started' | 'stopped' | 'cleared', { responseId }: Playing): void {
    let id = '';
    while (id.length < 16) id += this.desk.random.between(0, 15).toString(16);
    this.desk.emit(`output_audio_buffer.${what}`, { event_id: id, response_id: responseId });
  }
}
