/** Names of files that are made. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { TRACE_EXTENSION } from '../trace/records';

/**
 * A path in the folder that nothing has: the stem with its ending, or with `-2`, `-3` between them. `taken` are paths of files that may
 * not be there yet.
 */
export function freeName(folder: string, stem: string, ending: string, taken?: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const file = path.join(folder, `${stem}${number === 1 ? '' : `-${number}`}${ending}`);
    if (!existsSync(file) && taken?.has(file) !== true) return file;
  }
}

/** A trace's path for what a person wrote: only this ending opens in the inspector, and half of it is not doubled. */
export function traceName(picked: string): string {
  return picked.endsWith(TRACE_EXTENSION)
    ? picked
    : `${picked.replace(/(?:\.realtime)?(?:\.jsonl?)?$/, '')}${TRACE_EXTENSION}`;
}
