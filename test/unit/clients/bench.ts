/** Where the clients stand: a simulator, ways to it, and programs in processes of their own. */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { ensureAuthority } from '../../../src/proxy/certificates';
import type { Scenario } from '../../../src/simulator/scenario';
import { startServer } from '../../../src/simulator/server';
import { later, root, temporaryFolder } from '../fidelity/bed';
import { speech } from '../simulator/speech';

/** A way to a server: its base URLs ending in `/v1`, and the certificate to trust. */
export interface Route {
  http: string;
  https: string;
  ca: string;
}

/** The same server in front of which a real service has its TLS. */
export async function startSimulator(scenario: Scenario): Promise<Route> {
  const server = await startServer({ host: '127.0.0.1', port: 0, seed: 7, scenario });
  later(() => server.stop());
  const { key, cert, caFile } = await ensureAuthority(path.join(await temporaryFolder(), 'certificates'), []);
  const front = tls.createServer({ key, cert }, (socket) => {
    const inner = net.connect(server.port, '127.0.0.1');
    socket.pipe(inner).pipe(socket);
    for (const end of [socket, inner]) end.on('error', () => [socket, inner].forEach((other) => other.destroy()));
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  later(() => front.close());
  return { http: server.url, https: `https://localhost:${(front.address() as AddressInfo).port}/v1`, ca: caFile };
}

/** Files with what the user says, PCM16 at 24 kHz. */
export async function recordUtterances(): Promise<{ folder: string; question: string; interruption: string }> {
  const folder = await temporaryFolder();
  const [question, interruption] = [path.join(folder, 'question.pcm'), path.join(folder, 'interruption.pcm')];
  await writeFile(question, speech('How many lamps does a lighthouse have?'));
  await writeFile(interruption, speech('Wait, stop. Tell me how tall it is instead.'));
  return { folder, question, interruption };
}

const programs = new Map<string, Promise<string>>();

/** The file of one of the programs in `apps`, bundled once, without its packages, which stay what npm installed. */
export function nodeProgram(name: string): Promise<string> {
  const program = programs.get(name) ?? bundle(name);
  programs.set(name, program);
  return program;
}

async function bundle(name: string): Promise<string> {
  const outfile = path.join(root, 'node_modules', '.cache', 'clients', `${name}.mjs`);
  // Another test file may be at the same, and run it meanwhile.
  const aside = outfile.replace(/mjs$/, `${process.pid}.mjs`);
  await build({
    entryPoints: [path.join(import.meta.dirname, 'apps', `${name}.ts`)],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile: aside,
  });
  await rename(aside, outfile);
  return outfile;
}

/** Runs a program to its end and gives the lines it printed. Rejects with what it said when it fails. */
export async function run(command: string, args: string[], env: Record<string, string>): Promise<string[]> {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-clients', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk));
  later(() => child.kill());
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${path.basename(args[0] ?? command)} ended with ${code}: ${said}`);
  return Buffer.concat(out).toString('utf8').split('\n').filter(Boolean);
}

/** The environment that the README names for the OpenAI SDKs. */
export function environment(base: string, { ca }: Route): Record<string, string> {
  return { OPENAI_BASE_URL: base, NODE_EXTRA_CA_CERTS: ca };
}
