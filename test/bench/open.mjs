#!/usr/bin/env node
// Opening a trace beside the bare reading of its file, in one process: rows, analysis, bodies, search, memory. Ratios within
// one round; the cost of an event at three lengths. `node open.mjs [--events 1000000] [--rounds 3]`.
import { build } from 'esbuild';
import { createReadStream } from 'node:fs';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeTrace } from './lib/bigTrace.mjs';
import { quantile } from './lib/stats.mjs';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
});
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
const root = new URL('../..', import.meta.url).pathname;
const workDir = fs.mkdtempSync(path.join(os.tmpdir(), 'open-'));
process.on('exit', () => fs.rmSync(workDir, { recursive: true, force: true }));
const bundle = path.join(workDir, 'document.cjs');
await build({
  entryPoints: [path.join(root, 'src/document/traceDocument.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  outfile: bundle,
  logLevel: 'error',
});
const { TraceDocumentCore } = createRequire(import.meta.url)(bundle);

/** Wall and CPU time of something, ms. */
async function timed(run) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await run();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpu: (user + system) / 1000, result };
}

async function bareRead(file) {
  let bytes = 0;
  for await (const chunk of createReadStream(file)) bytes += chunk.length;
  return bytes;
}

/** Opens a trace and lets it be analysed; the document stays open. */
async function open(file) {
  let firstRows;
  let analysed;
  const done = new Promise((resolve) => (analysed = resolve));
  const start = performance.now();
  const document = await TraceDocumentCore.open(file, {
    columns: () => (firstRows ??= performance.now() - start),
    analysis: () => undefined,
    state: (state) => state.analysed === state.rows && state.read >= state.size && analysed(state),
  });
  const rows = await timed(() => document.follow());
  const { rows: count } = await done;
  const all = performance.now() - start;
  return { document, rows, analysisMs: all - rows.ms, firstRows, count };
}

const median = (list) => quantile(list, 0.5);
const spread = (list) => `${median(list).toFixed(2)} [${Math.min(...list).toFixed(2)}-${Math.max(...list).toFixed(2)}]`;

console.log('events      rows/bare   analysis/bare   us/event rows   us/event analysis   first rows ms   RSS MiB');
for (const events of [EVENTS / 100, EVENTS / 10, EVENTS]) {
  const file = path.join(workDir, `${events}.realtime.jsonl`);
  await writeTrace(file, events);
  const rows = [];
  const analysis = [];
  const last = {};
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await timed(() => bareRead(file));
    const opened = await open(file);
    rows.push(opened.rows.ms / bare.ms);
    analysis.push(opened.analysisMs / bare.ms);
    Object.assign(last, { ...opened, bare, rss: process.memoryUsage().rss / (1 << 20) });
    if (events === EVENTS && round === ROUNDS - 1) await questions(opened.document, opened.count, bare.ms);
    await opened.document.close();
  }
  const perEvent = (ms) => ((ms * 1000) / last.count).toFixed(2);
  console.log(
    [
      String(last.count).padEnd(10),
      spread(rows).padEnd(18),
      spread(analysis).padEnd(18),
      perEvent(last.rows.ms).padEnd(12),
      perEvent(last.analysisMs).padEnd(12),
      last.firstRows.toFixed(0).padEnd(10),
      last.rss.toFixed(0),
    ].join('  '),
  );
  fs.rmSync(file);
}

/** What a user asks of an open trace. */
async function questions(document, count, bareMs) {
  const bodies = [];
  for (let i = 0; i < 200; i++) {
    const row = Math.floor((i * 7919 * 131) % count);
    bodies.push((await timed(() => document.body(row, false))).ms);
  }
  console.log(
    `body of any row: p50 ${quantile(bodies, 0.5).toFixed(2)} ms, worst ${Math.max(...bodies).toFixed(2)} ms`,
  );
  for (const [name, text, regex] of [
    ['text', 'nowhere to be found', false],
    ['expression', 'word [0-9]+ nowhere', true],
  ]) {
    const found = await timed(() => document.search(text, regex));
    console.log(`search for ${name}: ${(found.ms / bareMs).toFixed(2)} times the bare reading`);
  }
}
