/** `realtime-inspector simulate`: where its scenario comes from. */
import { readRecordings, scenarioFrom, type Scenario } from '../simulator';

/** Which scenario is asked for; at most one of the two. */
export interface ScenarioSource {
  /** A recording to make a scenario from. */
  from?: string;
  /** The session of it, by its id in the trace; the first one unless given. */
  session?: string;
}

/** The scenario asked for; undefined for the default conversation. Rejects with a message for people. */
export async function loadScenario({ from, session }: ScenarioSource): Promise<Scenario | undefined> {
  if (from === undefined) return undefined;
  const recordings = await readRecordings(from);
  const recording = session === undefined ? recordings[0] : recordings.find(({ id }) => id === session);
  if (!recording) {
    throw new Error(`${from} has no session ${session}; it has ${recordings.map(({ id }) => id).join(', ')}.`);
  }
  return scenarioFrom(recording).scenario;
}
