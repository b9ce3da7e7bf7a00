/** The engine of the built bundles in front of an upstream, and the trace it writes. */
import fs from 'node:fs';
import path from 'node:path';
import { startEngine, type Engine, type EngineOptions, type SessionState } from '../../../src/proxy';
import { dist, later, temporaryFolder } from '../fidelity/bed';

/** A running engine, with everything it said. */
export type RunningEngine = Engine & { sessionsSeen: SessionState[]; problems: string[]; logged: string[] };

/** Starts one; it stops with the test. */
export async function runEngine(url: string, options: Partial<EngineOptions> = {}): Promise<RunningEngine> {
  const folder = await temporaryFolder();
  const engine = await startEngine({
    workers: dist,
    listen: { host: '127.0.0.1', port: 0 },
    allowedHosts: [],
    allowedOrigins: [],
    certificates: path.join(folder, 'certificates'),
    upstream: { kind: 'url', url },
    recording: { on: true, maxTotalBytes: 1e9, file: path.join(folder, 'x.realtime.jsonl') },
    generator: 'test',
    ...options,
  });
  later(() => engine.stop());
  const told = { sessionsSeen: [] as SessionState[], problems: [] as string[], logged: [] as string[] };
  engine.on('session', (session) => told.sessionsSeen.push(session));
  engine.on('problem', (message) => told.problems.push(message));
  engine.on('log', (_level, message) => told.logged.push(message));
  return Object.assign(engine, told);
}

/** The trace's lines so far. */
export const linesOf = (file: string): Record<string, unknown>[] =>
  fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Looks again and again until it is so; the runner's own limit ends it. */
export async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}
