/** The rows of a session that tell what it is: its handshake, its end, its limits. Each row is looked at once. */
import type { Rows } from '../state/rows';
import { formatCount, formatDuration } from './format';

export interface SessionFactRows {
  open: number | null;
  close: number | null;
  /** Of `session.created`: tells when the session will expire. */
  created: number | null;
  /** The newest `rate_limits.updated`. */
  limits: number | null;
  events: number;
  errors: number;
}

const kindOpen = 1;
const kindClose = 2;

export class SessionRows {
  readonly #rows: Rows;
  readonly #session: string;
  #looked = 0;
  readonly #facts: SessionFactRows = { open: null, close: null, created: null, limits: null, events: 0, errors: 0 };

  constructor(rows: Rows, session: string) {
    this.#rows = rows;
    this.#session = session;
  }

  isOf(rows: Rows, session: string): boolean {
    return rows === this.#rows && session === this.#session;
  }

  /** What is known by now. */
  read(): SessionFactRows {
    const rows = this.#rows;
    const { all, errors, client, server } = rows.indexes(this.#session);
    const facts = this.#facts;
    for (; this.#looked < all.count; this.#looked += 1) {
      const row = all.row(this.#looked);
      const kind = rows.kind.at(row);
      if (kind === kindOpen) facts.open = row;
      else if (kind === kindClose) facts.close = row;
      else if (kind === 0) {
        const type = rows.typeOf(row);
        if (type === 'rate_limits.updated') facts.limits = row;
        else if (type === 'session.created') facts.created = row;
      }
    }
    facts.events = client.count + server.count;
    facts.errors = errors.count;
    return facts;
  }
}

/** A limit as `rate_limits.updated` tells it. */
export interface RateLimit {
  name: string;
  limit: number;
  remaining: number;
  resetSeconds: number | null;
}

/** What is left of a limit, and when all of it is back; of a full one there is nothing to wait for. */
export function limitWords({ limit, remaining, resetSeconds }: RateLimit): string {
  const left = `${formatCount(remaining)} of ${formatCount(limit)} left`;
  if (remaining >= limit || resetSeconds === null || !(resetSeconds > 0)) return left;
  return `${left}, full again in ${resetSeconds < 0.1 ? 'less than 0.1 s' : formatDuration(resetSeconds * 1000)}`;
}

/** Limits of an event; what is malformed is left out. */
export function readLimits(event: unknown): RateLimit[] {
  const list = (event as { rate_limits?: unknown } | null)?.rate_limits;
  if (!Array.isArray(list)) return [];
  return list.slice(0, 16).flatMap((value: unknown) => {
    const { name, limit, remaining, reset_seconds: reset } = (value ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || typeof limit !== 'number' || typeof remaining !== 'number') return [];
    return [{ name: name.slice(0, 64), limit, remaining, resetSeconds: typeof reset === 'number' ? reset : null }];
  });
}
