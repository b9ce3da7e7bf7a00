/** Door of the simulator floor: what runs it. What reads scenarios and recordings runs in a thread, or is imported by its own
 * name, so that the extension does not load it. */
export { startSimulator } from './client';
export type { Simulator, SimulatorOptions } from './client';
export type { Scenario } from './scenario';
export { loadScenario, startScenarioReader } from './scenarioReader';
export type { ScenarioReader } from './scenarioReader';
export type { LoadedScenario, RecordedSession } from './scenarioRequests';
export type { ScenarioProblem } from './scenarioFile';
