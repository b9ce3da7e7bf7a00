/** The findings of all sessions of a trace, each kept once, with what changed since it was last looked. */
import { formatPosition } from '../format';
import type { Finding, Occurrence } from '../model';
import type { Report, Seen, Words } from './rule';
import { listed, often } from './text';

/** Rows a finding lists; `rowCount` has how many there are. */
const MOST_ROWS = 20;
/** Times of it that are kept one by one. */
const MOST_TIMES = 50;
/** Times that a sentence names. */
const MOST_NAMED = 5;
/** Things a rule tells apart in one session: their names may come from the wire. */
const MOST_ABOUT = 20;

interface Entry {
  finding: Finding;
  /** The time it is told with, and how bad that was. */
  worst: Seen;
  words: Words;
  weight: number;
  /** Rows of the other times, as many as can be listed. */
  rows: number[];
  /** The times one by one, in their order; the worst is always among them. */
  times: Occurrence[];
}

export class FindingStore {
  #seqOf: (row: number) => number;
  #entries = new Map<string, Entry>();
  #about = new Map<string, Set<string>>();
  #changed = new Set<string>();
  #withdrawn = new Set<string>();

  /** @param seqOf Number of the event in a row; 0 for none. */
  constructor(seqOf: (row: number) => number) {
    this.#seqOf = seqOf;
  }

  /** Where a rule at work on a session puts what it finds. */
  report(session: string, rule: string): Report {
    const keyOf = (about: string): string => this.#key(session, rule, about.slice(0, 60));
    return {
      add: (about, seen, words, weight = 0) => {
        const key = keyOf(about);
        const known = this.#entries.get(key);
        const isWorst = !known || weight > known.weight;
        const all = known?.rows ?? [];
        const others = isWorst ? (known?.worst.rows ?? []) : seen.rows;
        const entry = {
          ...(isWorst ? { worst: seen, words, weight } : known),
          rows: all.length < MOST_ROWS ? [...all, ...others].slice(0, MOST_ROWS) : all,
          times: this.#with(known?.times ?? [], seen, isWorst),
        };
        const times = (known?.finding.times ?? 0) + 1;
        const rowCount = (known?.finding.rowCount ?? 0) + seen.rows.length;
        this.#set(key, { ...entry, finding: told({ key, rule, session }, entry, times, rowCount) });
      },
      put: (about, seen, words, times) => {
        const key = keyOf(about);
        const [worst, ...others] = 'rows' in seen ? [seen] : seen;
        const rows = others.flatMap((one) => one.rows.slice(0, MOST_ROWS)).slice(0, MOST_ROWS);
        const listedTimes = inOrder([worst, ...others].slice(0, MOST_TIMES).map((one) => this.#at(one)));
        const entry = { worst, words, weight: 0, rows, times: listedTimes };
        const count = Math.max(times ?? 0, 1 + others.length);
        const given = new Set([worst, ...others].flatMap((one) => one.rows));
        const rowCount = given.size + count - 1 - others.length;
        this.#set(key, { ...entry, finding: told({ key, rule, session }, entry, count, rowCount) });
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

  /** The times with one more, as long as there is room; the worst always has some. */
  #with(times: Occurrence[], seen: Seen, isWorst: boolean): Occurrence[] {
    const isFull = times.length >= MOST_TIMES;
    return isFull && !isWorst ? times : inOrder([...(isFull ? times.slice(0, -1) : times), this.#at(seen)]);
  }

  #at({ t, rows }: Seen): Occurrence {
    return { t, seq: this.#seqOf(rows[0] ?? -1) };
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

function inOrder(times: Occurrence[]): Occurrence[] {
  return times.sort((one, other) => one.t - other.t);
}

/** A finding of everything that was seen, told with the worst of it. */
function told(
  of: Pick<Finding, 'key' | 'rule' | 'session'>,
  { worst, words, rows, times: kept }: Pick<Entry, 'worst' | 'words' | 'rows' | 'times'>,
  times: number,
  rowCount: number,
): Finding {
  const { severity, title, explanation, advice } = words;
  return {
    ...of,
    severity,
    title: typeof title === 'string' ? `${title}${often(times)}` : title(times),
    explanation: `${explanation}${othersAt(worst.t, kept, times)}`,
    advice,
    t: worst.t,
    rows: [...new Set([...worst.rows, ...rows])].slice(0, MOST_ROWS),
    rowCount,
    occurrences: kept,
    times,
  };
}

/** When it was besides the time that is told of. */
function othersAt(t: number, occurrences: readonly Occurrence[], times: number): string {
  if (times < 2) return '';
  const own = occurrences.findIndex((one) => one.t === t);
  const others = occurrences.filter((_, at) => at !== own);
  const named = others.slice(0, MOST_NAMED).map((one) => formatPosition(one.t));
  const more = times - 1 - named.length;
  const all = more > 0 ? [...named, `${more} more times`] : named;
  return ` It happened ${times} times; this is the one at ${formatPosition(t)}. The others: ${listed(all)}.`;
}
