// VS Code's real workbench, served to a browser by the server build that setup.mjs installs.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Trouble, root, toolEnvironment, toolNode } from './shell.mjs';

const vscode = join(root, 'test', 'vscode', 'server', 'node_modules', 'code-server', 'lib', 'vscode');
const entry = join(vscode, 'out', 'server-main.js');

/** A new temporary folder; `drop()` removes it. */
export async function temporaryFolder(name) {
  const path = await mkdtemp(join(tmpdir(), `realtime-inspector-${name}-`));
  return { path, drop: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

const common = (data, extensions) => [
  ...['--server-data-dir', data],
  ...['--extensions-dir', extensions],
  '--accept-server-license-terms',
  ...['--telemetry-level', 'off'],
];

function mustBeInstalled() {
  if (!existsSync(entry)) throw new Trouble('The served VS Code is not installed; "node scripts/setup.mjs" gets it.');
}

/** Runs the served VS Code's command line once, e.g. `['--install-extension', 'x.vsix']`. */
export async function serverCommand({ data, extensions }, args) {
  mustBeInstalled();
  const child = spawn(toolNode(), [entry, ...args, ...common(data, extensions)], {
    env: { ...toolEnvironment(), VSCODE_IPC_HOOK_CLI: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Trouble(`VS Code's command line failed (exit ${code}): ${args.join(' ')}\n${output}`);
  return output;
}

/** Puts an unpacked extension (its `files` and folders) into an extensions folder, where a new server finds it. */
export async function placeExtension(from, extensions, id, files) {
  for (const name of files) {
    const target = join(extensions, id, name);
    await mkdir(join(target, '..'), { recursive: true });
    await cp(join(from, name), target, { recursive: true });
  }
}

/**
 * Starts the server on a free loopback port. `data` and `extensions` are its folders, `env` is added to the extension
 * host's environment, what it prints goes to `data/server.log`. Resolves when a browser may connect.
 */
export async function serveVscode({ data, extensions, env = {}, development = false }) {
  mustBeInstalled();
  await Promise.all([data, extensions].map((folder) => mkdir(folder, { recursive: true })));
  const args = [entry, '--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--disable-workspace-trust'];
  // A built VS Code takes a development extension from the URL only when it is told that this is a smoke test.
  if (development) args.push('--enable-smoke-test-driver');
  const posix = process.platform !== 'win32';
  // A process group of its own: stopping it takes the extension hosts and terminals along.
  const child = spawn(toolNode(), [...args, ...common(data, extensions)], {
    env: { ...toolEnvironment(env), VSCODE_IPC_HOOK_CLI: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: posix,
  });
  const log = createWriteStream(join(data, 'server.log'));
  const signal = (name) => {
    try {
      if (posix) process.kill(-child.pid, name);
      else child.kill(name);
    } catch {
      // It has ended already.
    }
  };
  const lastResort = () => signal('SIGKILL');
  process.once('exit', lastResort);
  // Not 'close': helpers of the server that outlive it hold its pipes open.
  const closed = new Promise((resolve) => child.once('exit', resolve));
  const port = await new Promise((resolve, reject) => {
    let seen = '';
    const look = (text) => {
      log.write(text);
      if (seen === undefined) return;
      seen += text;
      const listening = /Extension host agent listening on (\d+)/.exec(seen);
      if (!listening || !seen.includes('Extension host agent started')) return;
      seen = undefined;
      resolve(Number(listening[1]));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('error', reject);
    closed.then(() => reject(new Trouble(`The served VS Code ended before it was ready:\n${seen}`)));
  });
  const authority = `127.0.0.1:${port}`;
  return {
    port,
    origin: `http://${authority}`,
    /** The address of the workbench with a folder open; `payload` holds pairs such as `['skipWelcome', 'true']`. */
    workbench(folder, payload = []) {
      const query = new URLSearchParams({ folder, payload: JSON.stringify([['skipWelcome', 'true'], ...payload]) });
      return `http://${authority}/?${query}`;
    },
    /** A file of this machine as the browser's workbench names it. */
    remote: (file) => `vscode-remote://${authority}${file.replaceAll('\\', '/').replace(/^([a-z]:)/i, '/$1')}`,
    closed,
    async stop() {
      signal('SIGTERM');
      const timer = setTimeout(lastResort, 3000);
      await closed;
      clearTimeout(timer);
      signal('SIGKILL');
      process.removeListener('exit', lastResort);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      log.end();
    },
  };
}

/** Writes a workspace's settings. */
export async function writeSettings(folder, settings) {
  await mkdir(join(folder, '.vscode'), { recursive: true });
  await writeFile(join(folder, '.vscode', 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
}
