/** The breakpoints in force: which of them holds a message. */
import { compileMessageFilter } from '../protocol/messageFilter';
import type { Side } from '../protocol/side';
import type { Passing } from '../rules/model';
import { patientTest, SlowExpressionError } from '../rules/patience';
import type { Breakpoint, BreakpointState } from './interception';

interface Set {
  state: BreakpointState;
  matches(passing: Passing): boolean;
  sides: readonly Side[];
}

/** See the file's head. */
export class Breakpoints {
  #set: Set[] = [];
  readonly #onSlow: (message: string) => void;

  /** `onSlow` is told, for people, of a breakpoint that was switched off because its expression took too long. */
  constructor(onSlow: (message: string) => void) {
    this.#onSlow = onSlow;
  }

  /** Takes the place of those before; one that keeps its id keeps its hits. */
  replace(breakpoints: readonly Breakpoint[]): void {
    const hits = new Map(this.#set.map(({ state }) => [state.id, state.hits]));
    this.#set = breakpoints.map((breakpoint) => {
      const filter = compileMessageFilter(breakpoint.filter, patientTest);
      const state = { ...breakpoint, hits: hits.get(breakpoint.id) ?? 0, problem: filter.problem };
      if (!('matches' in filter)) return { state, matches: () => false, sides: [] };
      const { side } = breakpoint;
      return {
        state,
        matches: filter.matches,
        sides: filter.sides.filter((each) => side === undefined || each === side),
      };
    });
  }

  states(): BreakpointState[] {
    return this.#set.map(({ state }) => ({ ...state }));
  }

  /** Whether any can hold a message of that direction. */
  touches(session: string, from: Side): boolean {
    return this.#set.some((set) => isFor(set, session, from));
  }

  /** The first that holds this message; it counts, and one that holds once is switched off. */
  hit(passing: Passing): BreakpointState | undefined {
    const found = this.#set.find((set) => isFor(set, passing.session, passing.from) && this.#matches(set, passing));
    if (!found) return undefined;
    found.state.hits++;
    if (found.state.once) found.state.enabled = false;
    return found.state;
  }

  #matches({ state, matches }: Set, passing: Passing): boolean {
    try {
      return matches(passing);
    } catch (error) {
      if (!(error instanceof SlowExpressionError)) throw error;
      state.enabled = false;
      state.problem = `${error.message} Write it with less repetition.`;
      this.#onSlow(`The breakpoint ${state.filter} was switched off: ${state.problem}`);
      return false;
    }
  }
}

function isFor({ state, sides }: Set, session: string, from: Side): boolean {
  return state.enabled && sides.includes(from) && (state.session === undefined || state.session === session);
}
