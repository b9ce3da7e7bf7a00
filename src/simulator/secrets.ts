/** Ephemeral keys: what `POST /v1/realtime/client_secrets` answers, and the session a key stands for. */
import { defaultConfig, updatedConfig, type SessionKind } from './config';
import { Desk } from './desk';
import type { Random } from './random';
import type { SessionOptions } from './session';
import { Refusal, isObject, type Json } from './wire';

/** Keys remembered; older ones are then taken like any other key. */
const MAX_KEYS = 1000;
const DEFAULT_SECONDS = 600;

export class Secrets {
  #sessions = new Map<string, Pick<SessionOptions, 'kind' | 'model' | 'preset'>>();

  constructor(private readonly random: Random) {}

  /** The answer to a request with that body (JSON text, may be empty). Throws a `Refusal` or a syntax error. */
  create(body: string, nowMs: number): Json {
    const request: unknown = body.trim() === '' ? {} : JSON.parse(body);
    if (!isObject(request)) throw new Refusal('invalid_type', 'Expected a JSON object in the request body.');
    const session = isObject(request['session']) ? request['session'] : { type: 'realtime' };
    const kind: SessionKind = session['type'] === 'transcription' ? 'transcription' : 'realtime';
    const model = typeof session['model'] === 'string' ? session['model'] : 'gpt-realtime';
    const desk = new Desk(this.random, nowMs);
    const fresh = defaultConfig(kind, desk.mint('sess'), model, 0);
    const config = updatedConfig(fresh, { type: kind, ...session }, false);
    const value = `ek_${Array.from({ length: 32 }, () => this.random.between(0, 15).toString(16)).join('')}`;
    this.#sessions.set(value, { kind, model, preset: { type: kind, ...session } });
    for (const [oldest] of this.#sessions) {
      if (this.#sessions.size <= MAX_KEYS) break;
      this.#sessions.delete(oldest);
    }
    return { value, expires_at: desk.seconds + lifetime(request['expires_after']), session: config };
  }

  /** The session that key was made for. */
  find(key: string): Pick<SessionOptions, 'kind' | 'model' | 'preset'> | undefined {
    return this.#sessions.get(key);
  }
}

function lifetime(expires: unknown): number {
  const seconds = isObject(expires) ? expires['seconds'] : undefined;
  if (seconds === undefined) return DEFAULT_SECONDS;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 10 || seconds > 7200) {
    const message = "Invalid 'expires_after.seconds': expected an integer from 10 to 7200.";
    throw new Refusal('invalid_value', message, 'expires_after.seconds');
  }
  return seconds;
}
