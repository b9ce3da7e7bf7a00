/** Door of the simulator floor. */
export { startSimulator } from './client';
export type { Simulator, SimulatorOptions } from './client';
