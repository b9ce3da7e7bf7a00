import { freePort, launch } from '../lib/proc.mjs';
const script = new URL('./bin/ws-relay.mjs', import.meta.url).pathname;
export default {
  name: 'ws-relay-record',
  about: 'the same relay + JSON.parse + one JSONL line per event (fs.WriteStream)',
  records: 'JSONL line per event',
  async start({ upstreamPort, nodeBin, workDir }) {
    const port = await freePort();
    return {
      url: `ws://127.0.0.1:${port}`,
      ...(await launch(nodeBin, [script, port, upstreamPort, `${workDir}/trace.jsonl`], { port })),
    };
  },
};
