/** A lock between processes: a file that one of them makes, for work that takes a moment. */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long to bear the lock of another, ms. */
interface LockPatience {
  /** A lock this old (or dated this far in the future) belonged to a process that died. */
  staleMs: number;
  /** When to give up. More than twice `staleMs`, or a lock from a little in the future is never seen to be stale. */
  giveUpMs: number;
}

const PATIENCE: LockPatience = { staleMs: 15_000, giveUpMs: 40_000 };
const LOOK_MS = 20;

/**
 * Takes the lock; resolves with its release, which leaves alone what has become another's lock. Rejects when the file
 * cannot be made, and with what to do when others hold it for too long.
 */
export async function takeLock(file: string, patience = PATIENCE): Promise<() => Promise<void>> {
  const token = `${process.pid} ${hostname()} ${randomUUID()}`;
  const giveUpAt = performance.now() + patience.giveUpMs;
  for (;;) {
    if (await make(file, token)) {
      return async () => {
        if ((await tokenOf(file)) === token) await rm(file, { force: true });
      };
    }
    const holder = await tokenOf(file);
    const held = await stat(file).catch(() => undefined);
    if (held && holder !== undefined && Math.abs(Date.now() - held.mtimeMs) > patience.staleMs) {
      // Only what was judged: mostly another waiter was faster, and then there is nothing to rename.
      if (currentToken(file) === holder) removeStale(file, holder);
    } else if (performance.now() > giveUpAt) {
      const who = /^(\d+) (\S+) /.exec(holder ?? '');
      const name = who ? `process ${who[1]} on ${who[2]}` : 'another process';
      throw new Error(
        `${name} has held the lock ${file} for ${Math.round(patience.giveUpMs / 1000)} s. Remove that file if no such process runs.`,
      );
    } else await sleep(LOOK_MS);
  }
}

async function make(file: string, token: string): Promise<boolean> {
  try {
    await writeFile(file, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** What stands in a lock; undefined when there is none. */
async function tokenOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The same, at once. */
function currentToken(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Removes the lock of `holder` and no other: several may find it stale at once, and the first of them has a lock of its own
 * there a moment later. Only one can rename a file away, and then sees whose it was. Without a pause in between, so that
 * the lock of a living one is away for as short as can be.
 */
export function removeStale(file: string, holder: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (readFileSync(aside, 'utf8') !== holder) putBack(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Not by renaming: that would overwrite a lock made there meanwhile. Where there are no links, it is lost. */
function putBack(aside: string, file: string): void {
  try {
    linkSync(aside, file);
  } catch {
    return;
  }
}
