/** Door of the proxy floor, for the extension and the CLI. */
export { startEngine } from './engine';
export type { Engine, EngineEvents, EngineOptions, UpstreamOption } from './engine';
export type { Breakpoint, BreakpointState, HeldMessage, HeldOutcome, WaitingCount } from './interception';
export type { Rotation } from './recording';
export type { SessionState } from './sessionState';
export type { BrokenScenario, SimulationChange, SimulationOptions, SimulationState } from './simulatedUpstream';
