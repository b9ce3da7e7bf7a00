/** Ephemeral keys: what `POST /v1/realtime/client_secrets` answers, and the session a key stands for. */
import { defaultConfig, shownConfig, updatedConfig, type SessionKind } from './config';
import { Desk } from './desk';
import type { Random } from './random';
import type { SessionOptions } from './session';
import { HTTP_TEXTS } from './texts';
import { Refusal, isObject, type Json } from './wire';

/** Keys remembered; older ones are then taken like any other key. */
const MAX_KEYS = 1000;
const DEFAULT_SECONDS = 600;

export class Secrets {
  #sessions = new Map<string, Pick<SessionOptions, 'kind' | 'model' | 'preset'> & { expiresAt: number }>();

  constructor(private readonly random: Random) {}

  /** The answer to a request with that body (JSON text, may be empty). Throws a `Refusal` or a syntax error. */
  create(body: string, nowMs: number): Json {
    const request: unknown = body.trim() === '' ? {} : JSON.parse(body);
    if (!isObject(request)) throw new Refusal('invalid_type', HTTP_TEXTS.notAnObject);
    const session = isObject(request['session']) ? request['session'] : { type: 'realtime' };
    const kind: SessionKind = session['type'] === 'transcription' ? 'transcription' : 'realtime';
    const model = typeof session['model'] === 'string' ? session['model'] : 'gpt-realtime';
    const desk = new Desk(this.random, nowMs);
    const fresh = defaultConfig(kind, desk.mint('sess'), model, 0);
    const config = updatedConfig(fresh, { type: kind, ...session }, false);
    const value = `ek_${Array.from({ length: 32 }, () => this.random.between(0, 15).toString(16)).join('')}`;
    const expiresAt = desk.seconds + lifetime(request['expires_after']);
    this.#sessions.set(value, { kind, model, preset: { type: kind, ...session }, expiresAt });
    for (const [oldest] of this.#sessions) {
      if (this.#sessions.size <= MAX_KEYS) break;
      this.#sessions.delete(oldest);
    }
    return { value, expires_at: expiresAt, session: shownConfig(config) };
  }

  /** The session that key was made for; `expired` when its time is over. */
  find(key: string, nowMs: number): Pick<SessionOptions, 'kind' | 'model' | 'preset'> | 'expired' | undefined {
    const found = this.#sessions.get(key);
    if (!found) return undefined;
    const { expiresAt, ...session } = found;
    return nowMs / 1000 > expiresAt ? 'expired' : session;
  }
}

function lifetime(expires: unknown): number {
  const seconds = isObject(expires) ? expires['seconds'] : undefined;
  if (seconds === undefined) return DEFAULT_SECONDS;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 10 || seconds > 7200) {
    throw new Refusal('invalid_value', HTTP_TEXTS.expiry, 'expires_after.seconds');
  }
  return seconds;
}
