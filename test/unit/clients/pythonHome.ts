/** A Python with the pinned SDK in it, made once and kept in `node_modules/.cache`. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../fidelity/bed';

/** They ask for Python 3.10. */
const PACKAGES = ['openai[realtime]==3.52.0', 'openai-agents==0.24.0'];
const OLDEST = [3, 10] as const;
const CACHE = path.join(root, 'node_modules', '.cache', 'python-clients');

/** `python` is the interpreter to run; `missing` says in one sentence why there is none. */
export type PythonHome = { python: string } | { missing: string };

let made: Promise<PythonHome> | undefined;

/** The same answer for everyone who asks in this process. */
export function pythonHome(): Promise<PythonHome> {
  made ??= make().then((home) => {
    // Reporters that show no passed tests show no reasons of skipped ones either.
    if ('missing' in home) console.warn(`The Python clients are not tested. ${home.missing}`);
    return home;
  });
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
    return { missing: `${PACKAGES[0]} needs Python ${OLDEST.join('.')} or newer; ${system} is ${version}.` };
  const home = path.join(CACHE, `${PACKAGES.join('-').replace(/\W+/g, '-')}-python${version}`);
  const bin = process.platform === 'win32' ? path.join('Scripts', 'python.exe') : path.join('bin', 'python');
  if (existsSync(home)) return { python: path.join(home, bin) };
  // Made aside and put in its place when complete: another test file may be at the same, and any of them may be stopped.
  const aside = `${home}.${process.pid}`;
  await mkdir(CACHE, { recursive: true });
  try {
    const venv = await ask(system, ['-m', 'venv', aside]);
    if (venv.failed) return { missing: `${system} -m venv failed: ${venv.said}` };
    const flags = ['--quiet', '--disable-pip-version-check', '--retries', '1'];
    const pip = await ask(path.join(aside, bin), ['-m', 'pip', 'install', ...flags, ...PACKAGES]);
    if (pip.failed) return { missing: `pip could not install ${PACKAGES.join(' and ')}: ${pip.said}` };
    await rename(aside, home).catch((cause: unknown) => {
      if (!existsSync(home)) throw cause;
    });
    return { python: path.join(home, bin) };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
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
