/** The findings of all sessions of a trace, each kept once, with what changed since it was last looked. */
import type { Finding } from '../model';
import type { Report } from './rule';

/** Rows a finding lists; `rowCount` has how many there are. */
const MOST_ROWS = 20;
/** Things a rule tells apart in one session: their names may come from the wire. */
const MOST_ABOUT = 20;

interface Entry {
  finding: Finding;
  times: number;
}

export class FindingStore {
  #entries = new Map<string, Entry>();
  #about = new Map<string, Set<string>>();
  #changed = new Set<string>();
  #withdrawn = new Set<string>();

  /** Where a rule at work on a session puts what it finds. */
  report(session: string, rule: string): Report {
    const keyOf = (about: string): string => this.#key(session, rule, about.slice(0, 60));
    return {
      add: (about, t, rows, say) => {
        const key = keyOf(about);
        const known = this.#entries.get(key);
        const times = (known?.times ?? 0) + 1;
        const finding: Finding = {
          key,
          rule,
          session,
          ...say(times),
          t: known?.finding.t ?? t,
          rows: [...(known?.finding.rows ?? []), ...rows].slice(0, MOST_ROWS),
          rowCount: (known?.finding.rowCount ?? 0) + rows.length,
        };
        this.#set(key, { finding, times });
      },
      put: (about, t, rows, words, rowCount = rows.length) => {
        const key = keyOf(about);
        const finding: Finding = {
          key,
          rule,
          session,
          ...words,
          t: this.#entries.get(key)?.finding.t ?? t,
          rows: rows.slice(0, MOST_ROWS),
          rowCount: Math.max(rowCount, rows.length),
        };
        this.#set(key, { finding, times: 1 });
      },
      withdraw: (about) => {
        const key = keyOf(about);
        if (!this.#entries.delete(key)) return;
        this.#changed.delete(key);
        this.#withdrawn.add(key);
      },
    };
  }

  /** Everything found and not withdrawn, in the order it was found. */
  all(): Finding[] {
    return [...this.#entries.values()].map(({ finding }) => finding);
  }

  /** What is new or changed since the last call, whole, and the keys of what no longer holds. */
  take(): { findings: Finding[]; withdrawn: string[] } {
    const findings = [...this.#changed].flatMap((key) => this.#entries.get(key)?.finding ?? []);
    const withdrawn = [...this.#withdrawn];
    this.#changed.clear();
    this.#withdrawn.clear();
    return { findings, withdrawn };
  }

  #set(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#changed.add(key);
    this.#withdrawn.delete(key);
  }

  #key(session: string, rule: string, about: string): string {
    const owner = `${session} ${rule}`;
    const known = this.#about.get(owner) ?? new Set();
    this.#about.set(owner, known);
    if (known.size >= MOST_ABOUT && !known.has(about)) return `${owner} …`;
    known.add(about);
    return `${owner} ${about}`;
  }
}
