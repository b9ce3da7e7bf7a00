/** Replays as the tests begin them. */
import path from 'node:path';
import { startReplay, type ReplayOptions } from '../../../src/replay/client/replay';
import type { ReplayResult } from '../../../src/replay/client/result';
import { dist, later, temporaryFolder } from '../fidelity/bed';

/** Replays a trace to the simulator, which answers as the recorded server did. */
export async function replay(
  file: string,
  options: Partial<ReplayOptions> = {},
): Promise<ReplayResult & { trace: string }> {
  return (await begin(file, options)).done;
}

export async function begin(file: string, options: Partial<ReplayOptions> = {}) {
  const folder = await temporaryFolder();
  const running = await startReplay({
    file,
    timing: 'gated',
    upstream: { kind: 'recorded' },
    simulation: { seed: 3 },
    trace: path.join(folder, 'replayed.realtime.jsonl'),
    workers: dist,
    certificates: path.join(folder, 'certificates'),
    generator: 'test',
    ...options,
  });
  later(() => running.close());
  return running;
}
