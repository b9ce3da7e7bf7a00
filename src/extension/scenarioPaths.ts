/** Names of scenario files, and how the setting says where the one in use lies. Free of `vscode`. */
import { homedir } from 'node:os';
import path from 'node:path';
import { TRACE_EXTENSION } from '../trace/records';

/** Scenario files anywhere in a workspace. */
export const SCENARIO_GLOB = '**/*.scenario.{jsonc,yaml,yml}';

const SCENARIO_NAME = /\.scenario\.(jsonc|ya?ml)$/i;

/** Whether a file is a scenario, by its name. */
export const isScenarioName = (name: string): boolean => SCENARIO_NAME.test(name);

/** A folder of the workspace. */
export interface ScenarioFolder {
  name: string;
  /** Absolute, on disk. */
  path: string;
}

/**
 * The file the setting names, as an absolute path; undefined for ''. A relative one lies in the first folder that has it,
 * else in the first; `${workspaceFolder:NAME}` names a folder of several, `~` is the user's own.
 */
export function scenarioPath(
  setting: string,
  folders: readonly ScenarioFolder[],
  exists: (file: string) => boolean,
): string | undefined {
  if (!setting) return undefined;
  const first = folders[0]?.path ?? homedir();
  const written = setting
    .replace(/^~(?=$|[\\/])/, homedir)
    .replace(/\$\{workspaceFolder(?::([^}]*))?\}/, (_all, name: string | undefined) => {
      return (name === undefined ? undefined : folders.find((folder) => folder.name === name)?.path) ?? first;
    });
  const candidates = [first, ...folders.slice(1).map((folder) => folder.path)].map((base) =>
    path.resolve(base, written),
  );
  return candidates.find(exists) ?? candidates[0];
}

/** The setting that names a file: relative to its folder where there is one, so that it holds on other machines too. */
export function scenarioSetting(file: string, folders: readonly ScenarioFolder[]): string {
  const inside = (folder: ScenarioFolder): string | undefined => {
    const relative = path.relative(folder.path, file);
    const out =
      relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
    return out ? undefined : relative.split(path.sep).join('/');
  };
  for (const [index, folder] of folders.entries()) {
    const relative = inside(folder);
    if (relative !== undefined) return index === 0 ? relative : `\${workspaceFolder:${folder.name}}/${relative}`;
  }
  return file;
}

/** What a new scenario is called when the user gave this path: the ending that makes it one is added where it is missing. */
export function scenarioFileName(file: string): string {
  if (isScenarioName(file)) return file;
  const yaml = /\.ya?ml$/i.exec(file)?.[0];
  return `${file.replace(/(\.scenario)?(\.(jsonc?|ya?ml))?$/i, '')}.scenario${yaml ?? '.jsonc'}`;
}

/** A name for the scenario made from a trace. */
export function scenarioNameFor(trace: string): string {
  const name = path.basename(trace);
  const stem = name.endsWith(TRACE_EXTENSION) ? name.slice(0, -TRACE_EXTENSION.length) : name.replace(/\.jsonl$/i, '');
  return `${stem || 'recorded'}.scenario.jsonc`;
}
