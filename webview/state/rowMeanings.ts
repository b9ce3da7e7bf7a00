/** Turns and findings by row: the analysis tells them by their own keys. */
import type { Finding, Turn } from '../../src/analysis/model';
import type { RowMeaning } from '../logic/rowMeaning';
import type { Meaning } from './meaning';
import type { Rows } from './rows';

const severityOrder = { error: 0, warning: 1, info: 2 } as const;

/** Turns of one session: ids are its own, as apps that choose them use the same in each. */
interface SessionTurns {
  /** In the order of their first rows. */
  list: Turn[];
  byResponse: Map<string, Turn>;
  byItem: Map<string, Turn>;
}

export class RowMeanings implements RowMeaning {
  readonly #rows: Rows;
  readonly #meaning: Meaning;
  /** Changes of the turns that are entered here; -1 before the first. */
  #turnsVersion = -1;
  #sessions = new Map<string, SessionTurns>();
  #byTurn = new Map<string, Turn>();
  #findingsOf: readonly Finding[] | null = null;
  #byRow = new Map<number, Finding[]>();

  constructor(rows: Rows, meaning: Meaning) {
    this.#rows = rows;
    this.#meaning = meaning;
  }

  /** What a row is part of: by its response or item, which may go on while the next turn has begun, else by its place. */
  turn(row: number): Turn | undefined {
    this.#readTurns();
    const rows = this.#rows;
    const known = this.#sessions.get(rows.sessionOf(row));
    const owner =
      (rows.response.at(row) === 0 ? undefined : known?.byResponse.get(rows.responseOf(row))) ??
      (rows.item.at(row) === 0 ? undefined : known?.byItem.get(rows.itemOf(row)));
    if (owner !== undefined) return owner;
    const begun = this.turnBegun(row);
    return begun !== undefined && (begun.endRow === null || row <= begun.endRow) ? begun : undefined;
  }
  /** The turn of an item or response; undefined when it is part of none. */
  turnOf({ session, item, response }: { session: string; item: string; response: string }): Turn | undefined {
    this.#readTurns();
    const known = this.#sessions.get(session);
    return known?.byItem.get(item) ?? known?.byResponse.get(response);
  }
  /** The last turn of the row's session that had begun by then; undefined before the first. */
  turnBegun(row: number): Turn | undefined {
    this.#readTurns();
    const list = this.#sessions.get(this.#rows.sessionOf(row))?.list ?? noTurns;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((list[middle]?.startRow ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return list[low - 1];
  }
  turnNumber(row: number): number {
    return this.turn(row)?.number ?? 0;
  }

  /** Findings that rest on a row, the gravest first. */
  findings(row: number): readonly Finding[] {
    const all = this.#meaning.findings.all;
    if (all !== this.#findingsOf) {
      this.#findingsOf = all;
      this.#byRow = new Map();
      for (const finding of all)
        for (const of of finding.rows) {
          const known = this.#byRow.get(of);
          if (known === undefined) this.#byRow.set(of, [finding]);
          else known.push(finding);
        }
      for (const known of this.#byRow.values())
        known.sort((a, b) => severityOrder[a.severity] - severityOrder[b.severity]);
    }
    return this.#byRow.get(row) ?? [];
  }
  rules(row: number): readonly string[] {
    const found = this.findings(row);
    return found.length === 0 ? noRules : found.map(({ rule }) => rule);
  }

  #readTurns(): void {
    const { turns } = this.#meaning;
    if (turns.version === this.#turnsVersion) return;
    // A turn changes with each of its responses: only what changed is entered anew.
    let changed = this.#turnsVersion < 0 ? undefined : turns.since(this.#turnsVersion);
    this.#turnsVersion = turns.version;
    if (changed === undefined) {
      this.#sessions = new Map();
      this.#byTurn = new Map();
      changed = turns.all;
    }
    for (const turn of changed) this.#enter(turn);
  }
  #enter(turn: Turn): void {
    let session = this.#sessions.get(turn.session);
    if (session === undefined)
      this.#sessions.set(turn.session, (session = { list: [], byResponse: new Map(), byItem: new Map() }));
    const { list, byResponse, byItem } = session;
    const old = this.#byTurn.get(turn.key);
    this.#byTurn.set(turn.key, turn);
    // What changes is among the last.
    const known = old === undefined ? -1 : list.lastIndexOf(old);
    if (known >= 0 && old?.startRow === turn.startRow) list[known] = turn;
    else {
      if (known >= 0) list.splice(known, 1);
      let at = list.length;
      while (at > 0 && (list[at - 1] as Turn).startRow > turn.startRow) at -= 1;
      list.splice(at, 0, turn);
    }
    for (const response of turn.responses) byResponse.set(response, turn);
    for (const item of turn.userItems) byItem.set(item, turn);
  }
}

const noTurns: readonly Turn[] = [];
const noRules: readonly string[] = [];
