/** Door of the simulator floor: what runs it. What reads scenarios and recordings is imported by its own name, so that the
 * extension does not load it. */
export { startSimulator } from './client';
export type { Simulator, SimulatorOptions } from './client';
export type { Scenario } from './scenario';
