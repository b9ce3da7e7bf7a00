// The host of a page in a process of its own, as the extension host is: node pageHost.mjs TRACE [live]. Says its address,
// and reads on when the file grows.
import fs from 'node:fs';
import { serveTrace } from '../../webview/traceHost.mjs';

const [file, live] = process.argv.slice(2);
const { url, model } = await serveTrace(file, 0, live === 'live' ? { live: true, liveSessions: ['s1'] } : {});
if (live === 'live') fs.watch(file, () => void model.follow().catch(() => undefined));
// What the process takes now, and has taken at most, bytes.
process.on('message', () =>
  process.send({ now: process.memoryUsage.rss(), most: process.resourceUsage().maxRSS * 1024 }),
);
process.on('disconnect', () => process.exit());
process.send({ url });
