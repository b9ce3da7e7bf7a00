/**
 * A trace being written has a small file beside it, `NAME.realtime.jsonl.lock`, that says by whom: other processes that
 * tidy the same folder (a second window on one workspace) leave such a trace alone.
 */
import fs from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import os from 'node:os';

/** What the name of a trace's lock ends with, behind the trace's own name. */
export const LOCK_SUFFIX = '.lock';

/** Nobody can ask whether a process of another machine lives: its lock counts for this long after its last touch, ms. */
const FOREIGN_MS = 86_400_000;

/** What stands in a lock. `trace` is the header's id. */
interface Owner {
  pid: number;
  host: string;
  trace: string;
}

/** A trace's lock while it is being written. */
export interface TraceLock {
  /** Says that the trace is still being written. */
  touch(): void;
  /** Removes the lock, unless it has become another's. */
  release(): void;
}

/**
 * Marks a trace as being written. It never throws: without its lock a trace is still a trace, and where no lock can be
 * made (a name too long, a folder for existing files only) other processes can mostly not delete it either.
 */
export function lockTrace(file: string, trace: string): TraceLock {
  const lock = file + LOCK_SUFFIX;
  const text = JSON.stringify({ pid: process.pid, host: os.hostname(), trace } satisfies Owner);
  quietly(() => fs.writeFileSync(lock, text, { mode: 0o600 }));
  return heldLock(lock, text);
}

function heldLock(lock: string, text: string): TraceLock {
  return {
    touch: () => {
      const now = new Date();
      quietly(() => fs.utimesSync(lock, now, now));
    },
    release: () => {
      quietly(() => {
        if (fs.readFileSync(lock, 'utf8') === text) fs.rmSync(lock);
      });
    },
  };
}

/**
 * The same for somebody who may as well not write: undefined when another holds the lock. It throws where no lock can be made,
 * as the file system does. Whoever adds to a trace that others may add to asks here.
 */
export async function tryLockTrace(file: string, trace: string): Promise<TraceLock | undefined> {
  const lock = file + LOCK_SUFFIX;
  if (await isLocked(lock)) return undefined;
  // What a crash left behind; between the two calls another may have made its own, and `wx` finds it.
  quietly(() => fs.rmSync(lock));
  const text = JSON.stringify({ pid: process.pid, host: os.hostname(), trace } satisfies Owner);
  try {
    fs.writeFileSync(lock, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  return heldLock(lock, text);
}

/**
 * Whether a lock holds: its process lives on this machine, or it is of another machine (or cannot be read) and was touched
 * within a day. A date in the future says no more than one in the past.
 */
export async function isLocked(lock: string): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined);
  if (!found?.isFile()) return false;
  const owner = await readOwner(lock);
  if (owner?.host === os.hostname()) return isAlive(owner.pid);
  return Math.abs(Date.now() - found.mtimeMs) < FOREIGN_MS;
}

async function readOwner(lock: string): Promise<Owner | undefined> {
  try {
    const { pid, host, trace } = JSON.parse(await readFile(lock, 'utf8')) as Record<keyof Owner, unknown>;
    // Zero and below name groups of processes, which are always there.
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0) return undefined;
    return typeof host === 'string' && typeof trace === 'string' ? { pid: pid as number, host, trace } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is one, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    return;
  }
}
