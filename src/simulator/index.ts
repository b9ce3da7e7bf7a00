/** Door of the simulator floor. */
export { startSimulator } from './client';
export type { Simulator, SimulatorOptions } from './client';
export { compareLadders, type Ladder, type LadderRow, type Rung } from './ladder';
export { readRecordings, type Recording } from './recording';
export { scenarioFrom } from './fromRecording';
export type { Scenario } from './scenario';
