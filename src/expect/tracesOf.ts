/** The traces that a command names: files, and patterns where no shell has put files in their place. */
import { existsSync } from 'node:fs';
import { UnreadableFileError } from '../trace/unreadable';

/**
 * The files, each once, those of a pattern in the order of their names. What there is by that very name is no pattern. Rejects
 * with an `UnreadableFileError` for a pattern that nothing matches: a check of nothing would always hold.
 */
export async function tracesOf(named: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const name of named) {
    if (existsSync(name) || !/[*?[\]{}]/.test(name)) {
      files.add(name);
      continue;
    }
    // Its patterns are written with / on every system.
    const pattern = process.platform === 'win32' ? name.replaceAll('\\', '/') : name;
    const { default: fastGlob } = await import('fast-glob');
    const found = await fastGlob(pattern, { followSymbolicLinks: false });
    if (found.length === 0) throw new UnreadableFileError(`No file matches ${name}: name a trace, or another pattern.`);
    for (const file of found.sort()) files.add(file);
  }
  return [...files];
}
