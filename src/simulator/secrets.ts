/** Ephemeral keys: what `POST /v1/realtime/client_secrets` answers, and the session a key stands for. */
import { defaultConfig, shownConfig, updatedConfig, type SessionKind } from './config';
import { Desk } from './desk';
import type { Random } from '../protocol/random';
import { translationConfig, updatedTranslation } from './translation';
import { HTTP_TEXTS } from './texts';
import { Refusal, isObject, refusal, type Json } from './wire';

/** The session a key stands for. */
export interface BoundSession {
  kind: SessionKind | 'translation';
  model: string;
  preset: Json;
}

/** Keys remembered; older ones are then taken like any other key. */
const MAX_KEYS = 1000;
const DEFAULT_SECONDS = 600;

export class Secrets {
  #sessions = new Map<string, BoundSession & { expiresAt: number }>();

  constructor(private readonly random: Random) {}

  /**
   * The answer to a request with that body (JSON text, may be empty); `translation` when it came to that endpoint. Throws a
   * `Refusal` or a syntax error.
   */
  create(body: string, nowMs: number, translation = false): Json {
    const request: unknown = body.trim() === '' ? {} : JSON.parse(body);
    if (!isObject(request)) throw new Refusal('invalid_type', HTTP_TEXTS.notAnObject);
    const session = isObject(request['session']) ? request['session'] : {};
    const desk = new Desk(this.random, nowMs);
    const { bound, config } = translation ? translating(session, desk) : speaking(session, desk);
    const value = `ek_${Array.from({ length: 32 }, () => this.random.between(0, 15).toString(16)).join('')}`;
    const expiresAt = desk.seconds + lifetime(request['expires_after']);
    this.#sessions.set(value, { ...bound, expiresAt });
    for (const [oldest] of this.#sessions) {
      if (this.#sessions.size <= MAX_KEYS) break;
      this.#sessions.delete(oldest);
    }
    return { value, expires_at: expiresAt, session: shownConfig(config) };
  }

  /** The session that key was made for; `expired` when its time is over. */
  find(key: string, nowMs: number): BoundSession | 'expired' | undefined {
    const found = this.#sessions.get(key);
    if (!found) return undefined;
    const { expiresAt, ...session } = found;
    return nowMs / 1000 > expiresAt ? 'expired' : session;
  }
}

function speaking(session: Json, desk: Desk): { bound: BoundSession; config: Json } {
  const kind: SessionKind = session['type'] === 'transcription' ? 'transcription' : 'realtime';
  const model = typeof session['model'] === 'string' ? session['model'] : 'gpt-realtime';
  const preset = { type: kind, ...session };
  const config = updatedConfig(defaultConfig(kind, desk.mint('sess'), model, 0), preset, false);
  return { bound: { kind, model, preset }, config };
}

function translating(session: Json, desk: Desk): { bound: BoundSession; config: Json } {
  const { model, ...preset } = session;
  if (typeof model !== 'string') throw refusal('missingParameter', { path: 'session.model' }, 'session.model');
  const config = updatedTranslation(translationConfig(desk.mint('sess'), model, 0), preset);
  return { bound: { kind: 'translation', model, preset }, config };
}

function lifetime(expires: unknown): number {
  const seconds = isObject(expires) ? expires['seconds'] : undefined;
  if (seconds === undefined) return DEFAULT_SECONDS;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 10 || seconds > 7200) {
    throw new Refusal('invalid_value', HTTP_TEXTS.expiry, 'expires_after.seconds');
  }
  return seconds;
}
