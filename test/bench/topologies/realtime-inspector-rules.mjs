import fs from 'node:fs';
import { freePort, launch } from '../lib/proc.mjs';
const dist = process.env.REALTIME_INSPECTOR_DIST ?? new URL('../../../dist', import.meta.url).pathname;
export default {
  name: 'realtime-inspector-rules',
  about: 'the same with a rule that never matches: every message is taken apart and looked at before it goes on',
  records: 'trace, every message verbatim with two stamps',
  optional: true,
  async start({ upstreamPort, nodeBin, workDir }) {
    const port = await freePort();
    const rules = `${workDir}/rules.jsonc`;
    fs.writeFileSync(rules, '{ "rules": [{ "match": "type:never", "drop": true }] }');
    const args = [
      'proxy',
      '--listen',
      `127.0.0.1:${port}`,
      '--exact',
      '--upstream',
      `http://127.0.0.1:${upstreamPort}`,
      '--rules',
      rules,
    ];
    const files = [
      '--record',
      `${workDir}/trace-rules.realtime.jsonl`,
      '--certificates',
      `${workDir}/certificates-rules`,
    ];
    const running = await launch(nodeBin, [`${dist}/cli.cjs`, ...args, ...files, '--json'], { port });
    return { url: `ws://127.0.0.1:${port}`, ...running };
  },
};
