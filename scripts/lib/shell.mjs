// Running programs from the project's scripts, with nothing but Node: these files work before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const windows = process.platform === 'win32';
const bin = join(root, 'node_modules', '.bin');

/** The Node the development tools want (24, a dev dependency), or the running one until it is installed. */
export function toolNode() {
  const own = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
  return existsSync(own) ? own : process.execPath;
}

/** The environment for children: the project's own tools and Node 24 come first on PATH. */
export function toolEnvironment(extra = {}) {
  const path = [dirname(toolNode()), bin, process.env.PATH ?? ''].join(delimiter);
  return { ...process.env, ...extra, PATH: path };
}

/** A failure that is explained in its message and needs no stack. */
export class Trouble extends Error {}

/**
 * Runs a program to its end. `quiet` keeps its output back and shows it only when it fails; every 10 s a line says that
 * it still runs. Rejects with Trouble when it fails.
 */
export async function run(command, args, { cwd = root, env = toolEnvironment(), quiet = false, doing = command } = {}) {
  const started = Date.now();
  const shell = windows && !command.endsWith('.exe');
  const child = spawn(command, args, {
    cwd,
    env,
    shell,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += data));
  const ticker = setInterval(() => say(`  ... ${doing}, ${seconds(started)}`), 10_000);
  const stop = () => child.kill('SIGTERM');
  process.once('SIGTERM', stop);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve(status ?? signal));
    });
    if (code === 0) return;
    if (quiet) process.stderr.write(output);
    throw new Trouble(`${doing} failed (exit ${code}).`);
  } catch (error) {
    if (error instanceof Trouble) throw error;
    throw new Trouble(`${doing} could not start: ${error.message}`, { cause: error });
  } finally {
    clearInterval(ticker);
    process.removeListener('SIGTERM', stop);
  }
}

/** The full path of a program on PATH, or undefined. */
export function which(name) {
  const found = spawnSync(windows ? 'where' : 'which', [name], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.split(/\r?\n/)[0] : undefined;
}

/** A line for people; scripts keep stdout for it. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Time since `started`, as `7 s` or `2 min 5 s`. */
export function seconds(started) {
  const whole = Math.round((Date.now() - started) / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Runs a script's main function; a Trouble is one line on stderr, anything else shows its stack. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Trouble ? error.message : (error?.stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
