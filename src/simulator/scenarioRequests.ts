/** What the owner of the scenario thread and that thread say to each other. */
import type { Scenario } from './scenario';
import type { ScenarioProblem } from './scenarioFile';

/** What a file gave: a scenario, or why it gave none. */
export interface LoadedScenario {
  /** Absent when there is a problem. */
  scenario?: Scenario;
  problems: ScenarioProblem[];
  /** Why the file could not be read at all; it has no line then. */
  unreadable?: string;
  /** Every file that was read for it, itself first: a change of any of them changes the scenario. */
  files: string[];
}

/** A session of a recording, for people to choose from. */
export interface RecordedSession {
  /** Its id in the trace; '' in a file of one session without ids. */
  id: string;
  url: string;
  messages: number;
  responses: number;
}

/** What can be asked of the thread. */
export interface ScenarioRequests {
  /** What is wrong in a text that would be saved as `file`. */
  check: { params: { text: string; file: string }; result: ScenarioProblem[] };
  /** The scenario of a scenario file, or of the first session of a recording (`*.jsonl`). */
  load: { params: { file: string }; result: LoadedScenario };
  /** The sessions of a recording. */
  sessions: { params: { file: string }; result: RecordedSession[] };
  /** A scenario made from one of them, as JSON. */
  convert: { params: { file: string; session: string }; result: string };
}

/** One request. */
export interface ScenarioQuestion<N extends keyof ScenarioRequests = keyof ScenarioRequests> {
  id: number;
  ask: N;
  params: ScenarioRequests[N]['params'];
}

/** Its answer. */
export type ScenarioAnswer = { id: number; result: unknown } | { id: number; error: string };
