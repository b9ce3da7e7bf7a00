/**
 * Looking for text in the lines of a trace. Patterns come from people and may take for ever on some line: each slice of
 * lines runs under a clock, and a line on which the clock ran out is given up, and the answer says it is not complete.
 */
import vm from 'node:vm';

/** Longest part of a line a regular expression looks at, characters. */
const REGEX_LINE = 64 * 1024;
/** How long one line may take, ms. */
const LINE_BUDGET_MS = 250;
/** A pattern that gives up so many lines, or takes so long for one slice, is not tried on the rest. */
const MOST_GIVEN_UP = 8;
const SLICE_BUDGET_MS = 2000;
/** How much work the clock is set up for at once, characters. */
const SLICE_CHARACTERS = 1 << 20;

/** A search being made; lines go in one by one, matching rows come out. */
export interface Matcher {
  /** Rows among those added so far that match, in order; an unfinished slice waits for the next call or `finish`. */
  add(row: number, line: string): number[];
  finish(): number[];
  /** False when some line was too long, or too hard for the pattern. */
  readonly complete: boolean;
  /** The pattern is too hard to go on with. */
  readonly exhausted: boolean;
}

/** Makes a matcher. Throws with a message for people when a regular expression is not valid. */
export function makeMatcher(text: string, regex: boolean): Matcher {
  return regex ? new RegexMatcher(compile(text)) : new TextMatcher(text);
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'iu');
  } catch {
    try {
      return new RegExp(pattern, 'i');
    } catch (error) {
      throw new Error(`The pattern cannot be used: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

class TextMatcher implements Matcher {
  readonly complete = true;
  readonly exhausted = false;
  #needles: string[];

  constructor(text: string) {
    const plain = text.toLowerCase();
    // What a person types stands in the file as JSON writes it: quotes escaped, once more in a string within.
    const escaped = JSON.stringify(plain).slice(1, -1);
    const twice = JSON.stringify(escaped).slice(1, -1);
    this.#needles = plain === '' ? [] : [...new Set([plain, escaped, twice])];
  }

  add(row: number, line: string): number[] {
    const text = line.toLowerCase();
    return this.#needles.some((needle) => text.includes(needle)) ? [row] : [];
  }

  finish(): number[] {
    return [];
  }
}

interface Bench {
  pattern: RegExp;
  lines: string[];
  /** The line being looked at; survives when the clock stops the script. */
  at: number;
  found: number[];
}

// A clock that can stop a regular expression in the middle of its work is V8's own, and this is the door to it.
const SCRIPT = new vm.Script(
  'for (; bench.at < bench.lines.length; bench.at++) if (bench.pattern.test(bench.lines[bench.at])) bench.found.push(bench.at);',
);

class RegexMatcher implements Matcher {
  complete = true;
  exhausted = false;
  #givenUp = 0;
  #bench: Bench;
  #context: vm.Context;
  #rows: number[] = [];
  #characters = 0;

  constructor(pattern: RegExp) {
    this.#bench = { pattern, lines: [], at: 0, found: [] };
    this.#context = vm.createContext({ bench: this.#bench });
  }

  add(row: number, line: string): number[] {
    if (this.exhausted) return [];
    const short = line.length > REGEX_LINE ? line.slice(0, REGEX_LINE) : line;
    if (short.length < line.length) this.complete = false;
    this.#rows.push(row);
    this.#bench.lines.push(short);
    this.#characters += short.length;
    return this.#characters >= SLICE_CHARACTERS ? this.finish() : [];
  }

  finish(): number[] {
    const bench = this.#bench;
    const begun = performance.now();
    while (bench.at < bench.lines.length) {
      if (this.#givenUp >= MOST_GIVEN_UP || performance.now() - begun > SLICE_BUDGET_MS) {
        this.exhausted = true;
        this.complete = false;
        break;
      }
      const before = bench.at;
      try {
        SCRIPT.runInContext(this.#context, { timeout: LINE_BUDGET_MS });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        // Many easy lines may use the time up as well: only one that had it all to itself is given up.
        if (bench.at === before) {
          bench.at++;
          this.#givenUp++;
          this.complete = false;
        }
      }
    }
    const rows = bench.found.map((at) => this.#rows[at] as number);
    bench.lines = [];
    bench.found = [];
    bench.at = 0;
    this.#rows = [];
    this.#characters = 0;
    return rows;
  }
}
