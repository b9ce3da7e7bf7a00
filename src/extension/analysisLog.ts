/**
 * What the analysis of an open trace has come to, as the host keeps it: every list by key, each entry as it last was, so that
 * a page that was reloaded gets all of it again without the file being read again.
 */
import type { AnalysisChanges } from '../analysis/model';

/** The lists of `AnalysisChanges` whose entries have a key; metrics go by their session. */
const LISTS = ['spans', 'turns', 'playback', 'findings', 'configs', 'metrics'] as const;
type ListName = (typeof LISTS)[number];
type Entry<L extends ListName> = AnalysisChanges[L][number];

/** Entries of one post. */
const POST = 5000;

const keyOf = (entry: Entry<ListName>): string => ('key' in entry ? entry.key : entry.session);

/** Keys that a page has still to be sent, by list. */
export type PendingKeys = Record<ListName, Set<string>>;

export class AnalysisLog {
  readonly #entries: { [L in ListName]: Map<string, Entry<L>> } = {
    spans: new Map(),
    turns: new Map(),
    playback: new Map(),
    findings: new Map(),
    configs: new Map(),
    metrics: new Map(),
  };

  /** Takes what changed, and gives the keys a page has to be told of. */
  add(changes: AnalysisChanges): PendingKeys {
    const pending = noKeys();
    for (const list of LISTS) {
      const entries = this.#entries[list] as Map<string, Entry<ListName>>;
      for (const entry of changes[list]) {
        const key = keyOf(entry);
        entries.set(key, entry);
        pending[list].add(key);
      }
    }
    for (const key of changes.withdrawn) {
      this.#entries.findings.delete(key);
      pending.findings.add(key);
    }
    return pending;
  }

  /** Every key there is, for a page that has nothing. */
  all(): PendingKeys {
    const pending = noKeys();
    for (const list of LISTS) pending[list] = new Set(this.#entries[list].keys());
    return pending;
  }

  /** The next post of what is pending, as it is now; what it holds is pending no longer. Undefined when nothing is. */
  take(pending: PendingKeys): AnalysisChanges | undefined {
    const changes: AnalysisChanges = {
      spans: [],
      turns: [],
      playback: [],
      findings: [],
      withdrawn: [],
      configs: [],
      metrics: [],
    };
    let left = POST;
    for (const list of LISTS) {
      const into = changes[list] as Entry<ListName>[];
      for (const key of pending[list]) {
        if (left === 0) return changes;
        left--;
        pending[list].delete(key);
        const entry = this.#entries[list].get(key);
        if (entry) into.push(entry);
        else if (list === 'findings') changes.withdrawn.push(key);
      }
    }
    return left === POST ? undefined : changes;
  }
}

export function noKeys(): PendingKeys {
  return {
    spans: new Set(),
    turns: new Set(),
    playback: new Set(),
    findings: new Set(),
    configs: new Set(),
    metrics: new Set(),
  };
}

/** Adds keys to those that are pending. */
export function addKeys(pending: PendingKeys, more: PendingKeys): void {
  for (const list of LISTS) for (const key of more[list]) pending[list].add(key);
}

/** True when something is pending. */
export function hasKeys(pending: PendingKeys): boolean {
  return LISTS.some((list) => pending[list].size > 0);
}
