/** The few settings of a session on which the meaning of its events depends. */
import { asObject, asText, dig } from './json';
import type { TracedEvent } from './model';

const TELLING = new Set([
  'session.created',
  'session.updated',
  'transcription_session.created',
  'transcription_session.updated',
]);

/** Learned from what the server says the configuration is; GA and flat (beta) sessions alike. */
export class SessionTraits {
  #config: unknown;
  model = '';
  kind = '';

  /** The server has told its configuration. */
  get known(): boolean {
    return this.#config !== undefined;
  }

  /** Turn detection begins a response at the end of a turn; also assumed where nothing was told. */
  get answersTurns(): boolean {
    if (this.#config === undefined) return true;
    const detection = this.#detection();
    return detection !== undefined && detection.create_response !== false && this.kind !== 'transcription';
  }

  /** Speech of the user stops the model; also assumed where nothing was told. */
  get speechInterrupts(): boolean {
    if (this.#config === undefined) return true;
    const detection = this.#detection();
    return detection !== undefined && detection.interrupt_response !== false;
  }

  /** What the user says is written down. */
  get transcribes(): boolean {
    return (
      asObject(
        dig(this.#config, 'audio', 'input', 'transcription') ?? dig(this.#config, 'input_audio_transcription'),
      ) !== undefined
    );
  }

  observe({ type, event, from }: Pick<TracedEvent, 'type' | 'event' | 'from'>): void {
    if (from !== 'server' || !TELLING.has(type)) return;
    const config = asObject(event.session);
    if (!config) return;
    this.kind = asText(config.type) || (type.startsWith('transcription_') ? 'transcription' : this.kind);
    this.model = (
      asText(config.model) ||
      asText(dig(config, 'audio', 'input', 'transcription', 'model')) ||
      this.model
    ).slice(0, 100);
    this.#config = config;
  }

  #detection() {
    return asObject(dig(this.#config, 'audio', 'input', 'turn_detection') ?? dig(this.#config, 'turn_detection'));
  }
}
