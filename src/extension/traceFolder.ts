/** Where recordings are kept, and which traces a folder holds. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { TRACE_EXTENSION } from '../trace/records';

/** Where traces go when no setting says otherwise, inside the first workspace folder. */
const DEFAULT_NAME = '.realtime';

/** What a window knows that decides the folder. */
export interface FolderContext {
  /** The setting; '' for the default. */
  setting: string;
  /** Path of the first workspace folder on disk, if there is one. */
  workspace: string | undefined;
  /** The extension's own storage. */
  storage: string;
}

/** A trace on disk. */
export interface TraceFile {
  file: string;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
}

/** The folder recordings go to, as an absolute path. A relative setting is relative to the workspace (or to storage). */
export function recordingFolder({ setting, workspace, storage }: FolderContext): string {
  const base = workspace ?? path.join(storage, 'traces');
  if (!setting) return workspace ? path.join(workspace, DEFAULT_NAME) : base;
  const expanded = setting.replace(/^~(?=$|[\\/])/, homedir).replace('${workspaceFolder}', () => base);
  return path.resolve(base, expanded);
}

/**
 * Makes the folder. The default one inside a workspace gets a `.gitignore` for everything in it, because recordings
 * hold what people said; a folder the user named is theirs to ignore or to commit.
 */
export async function prepareFolder(context: FolderContext): Promise<string> {
  const folder = recordingFolder(context);
  await mkdir(folder, { recursive: true });
  if (!context.setting && context.workspace)
    await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  return folder;
}

/** Stats the files that are traces, the newest first; files that have gone meanwhile are left out. */
export async function statTraces(files: Iterable<string>): Promise<TraceFile[]> {
  const unique = [...new Set(files)].filter((file) => file.endsWith(TRACE_EXTENSION));
  const found = await Promise.all(
    unique.map((file) =>
      stat(file).then(
        (info) => (info.isFile() ? [{ file, size: info.size, modified: info.mtimeMs }] : []),
        () => [],
      ),
    ),
  );
  return found.flat().sort((a, b) => b.modified - a.modified);
}

/** Paths of the traces right in a folder; none when it does not exist. */
export async function tracesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(TRACE_EXTENSION)).map((name) => path.join(folder, name));
}

/** Whether two paths are one file, as far as names can tell on this system. */
export function sameFile(a: string, b: string): boolean {
  const [left, right] = [path.resolve(a), path.resolve(b)];
  return process.platform === 'win32' ? left.toLowerCase() === right.toLowerCase() : left === right;
}

/** How long ago, in its largest unit: `12 s`, `5 min`, `3 h`, `2 d`. `ms` is never negative. */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
