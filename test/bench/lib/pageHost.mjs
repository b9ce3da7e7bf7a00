// The host of a page in a process of its own, as the extension host is: node pageHost.mjs TRACE [live]. Says its address,
// and reads on when the file grows.
import fs from 'node:fs';
import { serveTrace } from '../../webview/traceHost.mjs';

const [file, live] = process.argv.slice(2);
const { url, model } = await serveTrace(file, 0, live === 'live' ? { live: true, liveSessions: ['s1'] } : {});
if (live === 'live') fs.watch(file, () => void model.follow().catch(() => undefined));
process.on('message', () => process.send({ rows: model.columns.rows, analysed: model.state.analysed }));
process.on('disconnect', () => process.exit());
process.send({ url });
