/** Replays as the tests begin them. */
import path from 'node:path';
import { REAL_CLOCK, type Clock } from '../../../src/replay/client/clock';
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

/** How often it looks, and how much of the time since it last looked it counts at most, ms. */
const [LOOK_MS, COUNTED_MS] = [10, 20];

/**
 * A clock that stands still while the machine is busy with something else. By the real one everything that has fallen due meanwhile
 * goes at once, which a server that was set aside as well takes for another session: a caller who cuts an answer short before
 * it was heard.
 */
export function unhurried(): Clock {
  let [counted, seen] = [0, performance.now()];
  const now = () => {
    const real = performance.now();
    counted += Math.min(real - seen, COUNTED_MS);
    seen = real;
    return counted;
  };
  const wait = async (ms: number, signal: AbortSignal) => {
    const until = now() + ms;
    for (let left = ms; left > 0 && !signal.aborted; left = until - now())
      await REAL_CLOCK.wait(Math.min(left, LOOK_MS), signal);
  };
  return { now, wait };
}
