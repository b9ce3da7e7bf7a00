import { freePort, launch } from '../lib/proc.mjs';
const script = new URL('./bin/tcp-node.mjs', import.meta.url).pathname;
export default {
  name: 'tcp-node',
  about: 'raw byte relay in Node (net.pipe both ways): lower limit for anything in JS',
  optional: true,
  async start({ upstreamPort, nodeBin }) {
    const port = await freePort();
    return { url: `ws://127.0.0.1:${port}`, ...(await launch(nodeBin, [script, port, upstreamPort], { port })) };
  },
};
