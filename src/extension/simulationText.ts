/** What the simulator plays, in words. Free of `vscode`. */
import path from 'node:path';
import type { SimulationState } from '../proxy/simulatedUpstream';

/** In a few words: `talk.scenario.jsonc, seed 7, 4 times as fast`. */
export function simulationLabel({
  scenario,
  seed,
  speed,
}: Pick<SimulationState, 'scenario' | 'seed' | 'speed'>): string {
  return [
    scenario === undefined ? 'default conversation' : path.basename(scenario),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(speed === undefined || speed === 1 ? [] : [`speed ${speed}`]),
  ].join(', ');
}

/** What the simulator does in the place of a broken scenario; '' when all is well. */
export function insteadText({ broken, scenario }: SimulationState): string {
  if (!broken) return '';
  if (scenario === broken.file) return 'goes on with its last good version';
  return scenario === undefined ? 'plays the default conversation' : `goes on with ${path.basename(scenario)}`;
}

/** Why the scenario that was asked for does not play, what plays in its place, and what to do; undefined when all is well. */
export function brokenText(state: SimulationState): string | undefined {
  if (!state.broken) return undefined;
  const { file, place, more } = state.broken;
  const message = state.broken.message.replace(/[^.!?]$/, '$&.');
  const instead = insteadText(state);
  if (!place) return `${message} The simulator ${instead}. Put the file there, or use another scenario.`;
  const others = more === 0 ? '' : more === 1 ? ' (1 more problem)' : ` (${more} more problems)`;
  const where = `${path.basename(file)}:${place.line}:${place.column}`;
  return `${where}: ${message}${others} The simulator ${instead}. Mend the file and save it.`;
}
