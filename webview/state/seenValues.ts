/** Types and ids that occur in the rows, for completion. Looks at each row once, when it is asked. */
import type { FilterKey } from '../../src/protocol/filter';
import type { FilterValues } from '../logic/filterCompletion';
import { formatCount } from '../logic/format';
import type { Meaning } from './meaning';
import type { Rows } from './rows';

type IdColumn = 'response' | 'item' | 'call' | 'session';
const idColumns: readonly IdColumn[] = ['response', 'item', 'call', 'session'];

/** Distinct strings of a column, in the order of their first row, and how many rows have each. */
class Seen {
  readonly order: number[] = [];
  #counts = new Uint32Array(256);

  add(index: number): void {
    if (index === 0) return;
    if (index >= this.#counts.length) {
      const grown = new Uint32Array(Math.max(index + 1, this.#counts.length * 2));
      grown.set(this.#counts);
      this.#counts = grown;
    }
    if (this.#counts[index] === 0) this.order.push(index);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }
  count(index: number): number {
    return this.#counts[index] ?? 0;
  }
}

export class SeenValues implements FilterValues {
  readonly #rows: Rows;
  readonly #meaning: Meaning;
  #looked = 0;
  readonly #types = new Seen();
  readonly #ids: Record<IdColumn, Seen> = {
    response: new Seen(),
    item: new Seen(),
    call: new Seen(),
    session: new Seen(),
  };

  constructor(rows: Rows, meaning: Meaning) {
    this.#rows = rows;
    this.#meaning = meaning;
  }

  values(key: FilterKey, like: string, most: number): { value: string; detail: string }[] {
    switch (key) {
      case 'type': {
        this.#look();
        const found = this.#matching(this.#types, like, Infinity);
        return found
          .sort((a, b) => this.#types.count(b) - this.#types.count(a))
          .slice(0, most)
          .map((index) => this.#told(this.#types, index));
      }
      case 'response':
      case 'item':
      case 'call':
      case 'session': {
        this.#look();
        const seen = this.#ids[key];
        return this.#matching(seen, like, most).map((index) => this.#told(seen, index));
      }
      case 'turn': {
        const turns = this.#meaning.turns.all;
        const found = new Map<string, string>();
        for (let at = turns.length - 1; at >= 0 && found.size < most; at -= 1) {
          const turn = turns[at];
          const value = String(turn?.number ?? '');
          if (turn !== undefined && value.startsWith(like) && !found.has(value))
            found.set(value, (turn.heard || turn.said || turn.status).slice(0, 60));
        }
        return [...found]
          .map(([value, detail]) => ({ value, detail }))
          .sort((a, b) => Number(a.value) - Number(b.value));
      }
      case 'finding': {
        const counts = new Map<string, number>();
        for (const { rule } of this.#meaning.findings.all) counts.set(rule, (counts.get(rule) ?? 0) + 1);
        return [...counts]
          .filter(([rule]) => rule.includes(like))
          .slice(0, most)
          .map(([value, count]) => ({ value, detail: count === 1 ? 'once' : `${formatCount(count)} times` }));
      }
      case 'from':
      case 'is':
        return [];
    }
  }

  /** Newest first. */
  #matching(seen: Seen, like: string, most: number): number[] {
    const found: number[] = [];
    for (let at = seen.order.length - 1; at >= 0 && found.length < most; at -= 1) {
      const index = seen.order[at] ?? 0;
      if (this.#rows.string(index).toLowerCase().includes(like)) found.push(index);
    }
    return found;
  }
  #told(seen: Seen, index: number): { value: string; detail: string } {
    const count = seen.count(index);
    return { value: this.#rows.string(index), detail: count === 1 ? '1 event' : `${formatCount(count)} events` };
  }
  #look(): void {
    const rows = this.#rows;
    for (; this.#looked < rows.count; this.#looked += 1) {
      const row = this.#looked;
      this.#types.add(rows.type.at(row) ?? 0);
      for (const column of idColumns) this.#ids[column].add(rows[column].at(row) ?? 0);
    }
  }
}
