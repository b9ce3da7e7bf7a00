import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { formatLadder, ladderReport } from '../../../src/cli/ladder';
import { cleanUp, dist } from '../fidelity/bed';
import { runEngine } from '../proxy/runningEngine';

const run = promisify(execFile);
afterEach(cleanUp);

/** The sample client's conversation through the proxy with the simulator behind it, as the trace of it. */
async function sampleTrace(seed: number): Promise<{ file: string; said: string }> {
  const engine = await runEngine('', { upstream: { kind: 'simulator' }, simulation: { seed } });
  const args = [path.join(dist, 'sampleClient.cjs'), '--base-url', engine.address.http];
  const env = { ...process.env, OPENAI_API_KEY: '' };
  const { stdout } = await run(process.execPath, args, { env });
  await engine.stop();
  return { file: engine.file, said: stdout };
}

describe('the sample conversation, as people record it first', () => {
  // Spoken, typed with a tool call, and spoken again, in real time; the two side by side.
  it('comes out of its own recording again, from its own sound, whatever the seeds', async () => {
    const traces = await Promise.all([3, 11].map(sampleTrace));
    for (const { file, said } of traces) {
      expect(said).toContain('the server calls get_weather');
      expect(said).not.toContain('error');
      for (const seed of [1, 2]) {
        const report = await ladderReport(file, { seed });
        expect(report.same, formatLadder(report)).toBe(true);
        const [ladder] = report.sessions;
        expect(ladder?.notes).toEqual([]);
        expect(ladder?.rows.filter(({ simulated }) => simulated?.type === 'response.done')).toHaveLength(4);
      }
    }
  }, 120_000);
});
