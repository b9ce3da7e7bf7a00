import { freePort, launch } from '../lib/proc.mjs';
const script = new URL('./bin/ws-relay.mjs', import.meta.url).pathname;
export default {
  name: 'ws-relay',
  about: 'minimal ws-to-ws relay in Node (npm ws 8, backpressure, no compression)',
  async start({ upstreamPort, nodeBin }) {
    const port = await freePort();
    return { url: `ws://127.0.0.1:${port}`, ...(await launch(nodeBin, [script, port, upstreamPort], { port })) };
  },
};
