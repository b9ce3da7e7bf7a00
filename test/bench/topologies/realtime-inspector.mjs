import { freePort, launch } from '../lib/proc.mjs';
const dist = process.env.REALTIME_INSPECTOR_DIST ?? new URL('../../../dist', import.meta.url).pathname;
export default {
  name: 'realtime-inspector',
  about: 'the built CLI: byte splice in one worker, recorder in another (npm run build first)',
  records: 'trace, every message verbatim with two stamps',
  async start({ upstreamPort, nodeBin, workDir }) {
    const port = await freePort();
    const args = [
      'proxy',
      '--listen',
      `127.0.0.1:${port}`,
      '--exact',
      '--upstream',
      `http://127.0.0.1:${upstreamPort}`,
    ];
    const files = ['--record', `${workDir}/trace.realtime.jsonl`, '--certificates', `${workDir}/certificates`];
    const running = await launch(nodeBin, [`${dist}/cli.cjs`, ...args, ...files, '--json'], { port });
    return { url: `ws://127.0.0.1:${port}`, ...running };
  },
};
