/** `realtime-inspector simulate`: where its scenario comes from. */
import type { Scenario } from '../simulator';
import { scenarioFrom } from '../simulator/fromRecording';
import { readRecordings } from '../simulator/recording';
import { readScenario } from '../simulator/scenarioFile';
import { UsageError } from './usage';

/** Which scenario is asked for; at most one of the two. */
export interface ScenarioSource {
  /** A scenario file, JSON with comments or YAML; or a recording, by its name (`.jsonl`). */
  scenario?: string;
  /** A recording to make a scenario from. */
  from?: string;
  /** The session of it, by its id in the trace; the first one unless given. */
  session?: string | undefined;
}

/**
 * The scenario asked for; undefined for the default conversation. Rejects with a message for people: a `UsageError`, an
 * `UnreadableFileError`, or what is wrong in the scenario.
 */
export async function loadScenario({ scenario, from, session }: ScenarioSource): Promise<Scenario | undefined> {
  if (scenario !== undefined && from !== undefined) throw new UsageError('Give --scenario or --from, not both.');
  if (scenario !== undefined && /\.jsonl$/i.test(scenario)) return loadScenario({ from: scenario, session });
  if (session !== undefined && from === undefined) {
    throw new UsageError('--session names a session of a recording: give that with --from.');
  }
  if (scenario !== undefined) return readScenario(scenario);
  if (from === undefined) return undefined;
  const recordings = await readRecordings(from);
  const recording = session === undefined ? recordings[0] : recordings.find(({ id }) => id === session);
  if (!recording) {
    throw new UsageError(`${from} has no session ${session}; it has ${recordings.map(({ id }) => id).join(', ')}.`);
  }
  return scenarioFrom(recording).scenario;
}
