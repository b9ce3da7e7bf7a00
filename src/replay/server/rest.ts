/** REST calls of a recording, answered again. */
import { validateHeaderValue } from 'node:http';
import { asObject, type JsonObject } from '../../analysis/json';
import { failure, type FaceAnswer } from '../../simulator/face';
import type { HttpRecord } from '../../trace/records';
import { json } from './expected';

/** How long a key that was recorded is good for, s. */
const LIFETIME_S = 600;

export class RecordedRest {
  readonly #calls = new Map<string, HttpRecord[]>();
  readonly #given = new Map<string, number>();

  constructor(calls: readonly HttpRecord[]) {
    for (const call of calls) {
      if (call.status === 0) continue;
      const key = keyOf(call.method, call.url);
      const known = this.#calls.get(key);
      if (known) known.push(call);
      else this.#calls.set(key, [call]);
    }
  }

  /** The recorded answers to a call in their order, the last one again and again. `nowMs` is the time, ms since 1970. */
  answer(method: string, url: URL, nowMs: number): FaceAnswer {
    const key = keyOf(method, url.href);
    const calls = this.#calls.get(key) ?? [];
    const nth = this.#given.get(key) ?? 0;
    if (calls.length > 0) this.#given.set(key, nth + 1);
    const call = calls[Math.min(nth, calls.length - 1)];
    if (!call) {
      const known = [...this.#calls.keys()].slice(0, 10);
      const there = known.length > 0 ? ` It has: ${known.join(', ')}.` : '';
      return { status: 404, body: failure(`The recording has no ${key}.${there}`, 'not_recorded') };
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(call.responseHeaders))
      if (/^(?:content-type|location)$/i.test(name) && isHeaderValue(name, String(value)))
        headers[name.toLowerCase()] = String(value);
    const secret = /client_secrets$/.test(url.pathname) ? asObject(json(call.responseBody ?? '')) : undefined;
    return { status: call.status, headers, body: secret ? fresh(secret, nth, nowMs) : (call.responseBody ?? '') };
  }
}

/** A recording may hold what no HTTP can say. */
function isHeaderValue(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

/** A key was not recorded as it was, and was good for minutes: another one in its place that is good now. */
function fresh(secret: JsonObject, nth: number, nowMs: number): JsonObject {
  const expires = Math.floor(nowMs / 1000) + LIFETIME_S;
  const value = `ek_replay_${nth + 1}`;
  const old = asObject(secret.client_secret);
  return {
    ...secret,
    ...('value' in secret ? { value } : {}),
    ...('expires_at' in secret ? { expires_at: expires } : {}),
    ...(old ? { client_secret: { ...old, value, expires_at: expires } } : {}),
  };
}

/** Method and path below the API's version, as `POST realtime/client_secrets`. */
function keyOf(method: string, url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : url.split('?')[0];
  return `${method} ${(path ?? '').replace(/^.*?\/(?=realtime(?:\/|$))/, '')}`;
}
