/** Where rules files lie and what they are called. Free of `vscode`. */
import path from 'node:path';

/** In a folder of the workspace; the first that is there counts. */
export const RULES_FILES = ['jsonc', 'json', 'yaml', 'yml'].map((ending) => `.vscode/realtime-rules.${ending}`);

/** Whether a file holds rules, by its name: `realtime-rules.jsonc`, or `mobile.realtime-rules.yaml` for the command line. */
export const isRulesName = (file: string): boolean => /(^|[\\/]|\.)realtime-rules\.(jsonc?|ya?ml)$/i.test(file);

/**
 * The file whose rules count: the first there is in the workspace's folders (absolute paths, in their order), else where a
 * new one goes. Without a folder it is the extension's own, in `storage`.
 */
export function rulesPath(folders: readonly string[], storage: string, exists: (file: string) => boolean): string {
  const candidates = folders.flatMap((folder) => RULES_FILES.map((name) => path.join(folder, name)));
  return candidates.find(exists) ?? candidates[0] ?? path.join(storage, 'realtime-rules.jsonc');
}
