/** The audio formats of a session, learned from what passes: sound can only be changed by who knows how it is written. */
import { DEFAULT_FORMAT, parseAudioFormat, type AudioFormat } from '../audio/format';
import type { KnownFormats, Passing } from './model';

const TELLING = /"type"\s*:\s*"(?:session\.(?:created|updated|update)|response\.created|transcription_session\.\w+)"/;
/** No configuration is longer; looking through audio would cost more than the looking is worth. */
const MOST_TEXT = 1 << 20;
/** Responses whose own format is remembered. */
const MOST_RESPONSES = 32;

type Fields = Record<string, unknown>;

/** What is known of one session. */
export class SessionFormats {
  #known: KnownFormats;
  /** A response may be asked for in a format of its own. */
  readonly #responses = new Map<string, AudioFormat>();

  constructor(known: KnownFormats = { input: DEFAULT_FORMAT, output: DEFAULT_FORMAT }) {
    this.#known = known;
  }

  get known(): KnownFormats {
    return this.#known;
  }

  /** Takes note of what a message says about formats. A client's update counts from when it is sent. */
  learn({ text }: Pick<Passing, 'text'>): void {
    if (text === undefined || text.length > MOST_TEXT || !TELLING.test(text)) return;
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch {
      return;
    }
    if (!isFields(event)) return;
    if (event['type'] === 'response.created') this.#learnResponse(event['response']);
    else if (isFields(event['session'])) {
      const { session } = event;
      this.#known = {
        input: formatIn(session, 'input', this.#known),
        output: formatIn(session, 'output', this.#known),
      };
    }
  }

  /** The format of a client's audio, or of that response's. */
  of(side: 'input' | 'output', response?: unknown): AudioFormat {
    const own = typeof response === 'string' ? this.#responses.get(response) : undefined;
    return side === 'output' ? (own ?? this.#known.output) : this.#known.input;
  }

  #learnResponse(response: unknown): void {
    if (!isFields(response) || typeof response['id'] !== 'string') return;
    this.#responses.set(response['id'], formatIn(response, 'output', this.#known));
    const [oldest] = this.#responses.keys();
    if (this.#responses.size > MOST_RESPONSES && oldest !== undefined) this.#responses.delete(oldest);
  }
}

/** GA puts it at `audio.input.format`, the beta and Azure at `input_audio_format`. */
function formatIn(holder: Fields, side: 'input' | 'output', known: KnownFormats): AudioFormat {
  const audio = isFields(holder['audio']) ? holder['audio'][side] : undefined;
  const format = isFields(audio) ? audio['format'] : undefined;
  return parseAudioFormat(format) ?? parseAudioFormat(holder[`${side}_audio_format`]) ?? known[side];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
