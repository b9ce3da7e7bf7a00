/** The breakpoints in force: which of them holds a message. */
import { compileMessageFilter } from '../protocol/messageFilter';
import type { Side } from '../protocol/side';
import type { Passing } from '../rules/model';
import type { Breakpoint, BreakpointState } from './interception';

interface Set {
  state: BreakpointState;
  matches(passing: Passing): boolean;
  sides: readonly Side[];
}

/** See the file's head. */
export class Breakpoints {
  #set: Set[] = [];

  /** Takes the place of those before; one that keeps its id keeps its hits. */
  replace(breakpoints: readonly Breakpoint[]): void {
    const hits = new Map(this.#set.map(({ state }) => [state.id, state.hits]));
    this.#set = breakpoints.map((breakpoint) => {
      const filter = compileMessageFilter(breakpoint.filter);
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
    const found = this.#set.find((set) => isFor(set, passing.session, passing.from) && set.matches(passing));
    if (!found) return undefined;
    found.state.hits++;
    if (found.state.once) found.state.enabled = false;
    return found.state;
  }
}

function isFor({ state, sides }: Set, session: string, from: Side): boolean {
  return state.enabled && sides.includes(from) && (state.session === undefined || state.session === session);
}
