/** A Python with the pinned SDK in it, made once and kept in `node_modules/.cache`. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../fidelity/bed';

/** Newer than the 2.27 from which on the README says it works; this one asks for Python 3.10. */
const PACKAGE = 'openai[realtime]==3.52.0';
const OLDEST = [3, 10] as const;
/** Written when everything is in place, so that an interrupted installation is made anew. */
const COMPLETE = '.complete';
const CACHE = path.join(root, 'node_modules', '.cache', 'python-clients');

/** `python` is the interpreter to run; `missing` says in one sentence why there is none. */
export type PythonHome = { python: string } | { missing: string };

let made: Promise<PythonHome> | undefined;

/** The same answer for everyone who asks in this process. */
export function pythonHome(): Promise<PythonHome> {
  made ??= make();
  return made;
}

async function make(): Promise<PythonHome> {
  const names = process.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python'];
  let found: { system: string; version: string } | undefined;
  for (const system of names) {
    const { failed, said } = await ask(system, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    if (!failed) found ??= { system, version: said };
  }
  if (!found) return { missing: 'No python3 is there to run the Python clients with.' };
  const { system, version } = found;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major !== OLDEST[0] || minor < OLDEST[1])
    return { missing: `${PACKAGE} needs Python ${OLDEST.join('.')} or newer; ${system} is ${version}.` };
  const home = path.join(CACHE, `${PACKAGE.replace(/\W+/g, '-')}-python${version}`);
  const python = path.join(home, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  if (existsSync(path.join(home, COMPLETE))) return { python };
  await rm(home, { recursive: true, force: true });
  await mkdir(CACHE, { recursive: true });
  const venv = await ask(system, ['-m', 'venv', home]);
  if (venv.failed) return { missing: `${system} -m venv failed: ${venv.said}` };
  const pip = await ask(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE]);
  if (pip.failed) return { missing: `pip could not install ${PACKAGE}: ${pip.said}` };
  await writeFile(path.join(home, COMPLETE), '');
  return { python };
}

/** Runs a program; `said` is the last line it printed, of its errors when it failed. */
function ask(command: string, args: string[]): Promise<{ failed: boolean; said: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 120_000 }, (error, stdout, stderr) => {
      const text = (error ? stderr || stdout || error.message : stdout).trim();
      resolve({ failed: error !== null, said: text.split('\n').at(-1) ?? '' });
    });
  });
}
