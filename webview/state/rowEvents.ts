/** Bodies of a few rows, read once each and kept while they are looked at. */
import type { RowBody } from '../../src/document/columns';
import type { Rows } from './rows';
import type { Store } from './store';

/** Rows kept; the oldest go first. */
const most = 40;

type Fields = Record<string, unknown>;

export class RowEvents {
  readonly #store: Pick<Store, 'body' | 'rows'>;
  readonly #changed: () => void;
  readonly #known = new Map<number, { head: Fields; event: Fields | undefined } | null>();
  /** Rows the known ones belong to: after a reconnect the same number may be another event. */
  #of: Rows | null = null;

  constructor(store: Pick<Store, 'body' | 'rows'>, changed: () => void) {
    this.#store = store;
    this.#changed = changed;
  }

  /** The line's own fields; undefined while they are on their way. */
  head(row: number): Fields | undefined {
    return this.#get(row)?.head;
  }

  /** The event; undefined while it is on its way, or when it is none. */
  event(row: number): Fields | undefined {
    return this.#get(row)?.event;
  }

  #get(row: number) {
    if (this.#of !== this.#store.rows) {
      this.#of = this.#store.rows;
      this.#known.clear();
    }
    const known = this.#known.get(row);
    if (known === undefined) void this.#load(row);
    return known ?? undefined;
  }

  async #load(row: number): Promise<void> {
    const of = this.#of;
    this.#known.set(row, null);
    if (this.#known.size > most) this.#known.delete(this.#known.keys().next().value ?? -1);
    const body = await this.#store.body(row);
    if (body === undefined || this.#of !== of) return;
    this.#known.set(row, { head: body.head, event: readEvent(body) });
    this.#changed();
  }
}

function readEvent({ format, text, cutFrom }: RowBody): Fields | undefined {
  if (format !== 'json' || cutFrom > 0) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
