/** Whether the simulator plays a scenario file, and what to do about it. Free of `vscode`. */
import { SECTION } from './settings';

/** What is known of a file that decides its line. */
export interface LensFacts {
  trusted: boolean;
  /** The settings name this file. */
  chosen: boolean;
  /** Undefined while the proxy is not running; `broken` says what plays in the place of a broken file, else ''. */
  running: { upstream: string; simulator: boolean; broken: string; waiting: boolean } | undefined;
}

export interface ScenarioLens {
  title: string;
  /** The whole name of a command. */
  command: string;
  tooltip: string;
}

/** The line and what a click on it does. */
export function lensOf({ trusted, chosen, running }: LensFacts): ScenarioLens {
  if (!trusted)
    return {
      title: '$(workspace-untrusted) Trust the workspace to use its scenarios',
      command: 'workbench.trust.manage',
      tooltip: 'What a scenario says is taken from trusted workspaces only.',
    };
  const own = (title: string, command: string, tooltip: string) => ({
    title,
    command: `${SECTION}.${command}`,
    tooltip,
  });
  if (!chosen) return own('$(beaker) Use in Simulator', 'useThisScenario', 'The simulator answers as this file says.');
  if (!running)
    return own('$(play) In use by the simulator: Start Proxy', 'start', 'The simulator plays it once the proxy runs.');
  if (!running.simulator)
    return own(
      `$(info) In use by the simulator, but sessions go to ${running.upstream}`,
      'chooseUpstream',
      'Choose the simulator as the upstream.',
    );
  if (running.broken)
    return {
      title: `$(warning) Cannot be used: the simulator ${running.broken}`,
      command: 'workbench.actions.view.problems',
      tooltip: 'Show what is wrong. The file is taken up as soon as it is mended and saved.',
    };
  if (running.waiting)
    return own(
      '$(sync) Waits for open sessions: Restart Simulator',
      'restartSimulator',
      'It is taken up when the open sessions have ended; a restart ends them now.',
    );
  return own('$(pass-filled) In use by the simulator', 'useScenario', 'Use another scenario.');
}
