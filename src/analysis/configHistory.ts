/** The configuration of a session through time: what was asked for, what came into effect, what was refused. */
import type { Correlated } from './correlation';
import { asObject, asText, dig, type JsonObject } from './json';
import type { ConfigPoint, TracedEvent } from './model';

/** Differences listed at most. */
const MOST = 200;

/** A setting that did not come out as it was asked for; `path` as in `audio.input.turn_detection.type`. */
export interface ConfigDifference {
  path: string;
  asked: unknown;
  /** Undefined when the effective configuration does not have it. */
  effective: unknown;
}

/** Follows the configuration of one session. */
export class ConfigHistory {
  #session: string;
  #points: ConfigPoint[] = [];
  constructor(session: string) {
    this.#session = session;
  }

  event(event: TracedEvent, { refused, answered }: Correlated): void {
    const { type, from } = event;
    switch (`${from} ${type}`) {
      case 'client session.update':
      case 'client transcription_session.update':
        return this.#point(event, 'asked', null, '');
      case 'server session.created':
      case 'server transcription_session.created':
        return this.#point(event, 'created', null, '');
      case 'server session.updated':
      case 'server transcription_session.updated':
        return this.#point(event, 'effective', answered?.row ?? null, '');
      case 'server error':
        if (refused?.type !== 'session.update' && refused?.type !== 'transcription_session.update') return;
        return this.#point(event, 'refused', refused.row, asText(dig(event.event, 'error', 'message')).slice(0, 500));
    }
  }

  /** Points that are new since the last call. */
  take(): ConfigPoint[] {
    const taken = this.#points;
    this.#points = [];
    return taken;
  }

  #point({ row, t }: TracedEvent, kind: ConfigPoint['kind'], askedRow: number | null, message: string): void {
    this.#points.push({
      key: `${this.#session} config ${row}`,
      session: this.#session,
      row,
      t,
      kind,
      askedRow,
      message,
    });
  }
}

/**
 * What of an update is not in the effective configuration as it was asked for. Defaults the server fills in are no difference,
 * nor are lists that came back whole; at most 200 are listed.
 */
export function configDifferences(asked: JsonObject, effective: JsonObject): ConfigDifference[] {
  const found: ConfigDifference[] = [];
  const compare = (want: unknown, got: unknown, path: string, depth: number): void => {
    // No setting lies so deep.
    if (found.length >= MOST || depth > 12) return;
    const object = asObject(want);
    const other = asObject(got);
    if (object && other) {
      for (const [name, value] of Object.entries(object)) {
        compare(
          value,
          Object.hasOwn(other, name) ? other[name] : undefined,
          path ? `${path}.${name}` : name,
          depth + 1,
        );
      }
      return;
    }
    if (Array.isArray(want) && Array.isArray(got) && want.length === got.length) {
      want.forEach((value, at) => compare(value, got[at], `${path}[${at}]`, depth + 1));
      return;
    }
    if (want !== got && !isCleared(want, got)) found.push({ path, asked: want, effective: got });
  };
  compare(asked, effective, '', 0);
  return found;
}

/** A server may leave out what was set to null. */
function isCleared(want: unknown, got: unknown): boolean {
  return want === null && got === undefined;
}
