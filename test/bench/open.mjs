#!/usr/bin/env node
// Opening a trace beside the bare reading of its file, in one process: rows, analysis, bodies, search. Ratios within one round;
// the cost of an event at three lengths. Memory in processes of their own, over that of an empty trace. Ends with 1 when a goal
// is missed. `node open.mjs [--events 1000000] [--rounds 3] [--snapshot DIR]`.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeTrace } from './lib/bigTrace.mjs';
import { bundleHost } from './lib/bundleHost.mjs';
import { quantile } from './lib/stats.mjs';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    snapshot: { type: 'string' },
  },
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
  const analysis = await timed(() => done);
  const { rows: count } = analysis.result;
  return { document, rows, analysis, firstRows, count };
}

/** Most that the extension may take for the whole trace, MiB. */
const MOST_MEMORY = 300;
const ROWS_GOAL = 2;
const ANALYSIS_GOAL = 5;
const SEARCH_GOAL = 2.5;
/**
 * Most that an event of a trace may cost in processor time, of what it costs in a tenth of the trace. Less is no miss: what is
 * done once, as listening to how a session's sound is coded, weighs on a short trace.
 */
const LINEAR_GOAL = 1.5;
const BODY_GOAL_MS = 20;

/** What the extension takes for a trace, bytes; with a directory, heap snapshots of both threads are put into it. */
function memoryOf(file, snapshot) {
  const script = new URL('lib/openMemory.mjs', import.meta.url).pathname;
  const args = ['--expose-gc', script, file, bundles, ...(snapshot ? ['--snapshot', path.resolve(snapshot)] : [])];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

const bundles = path.join(workDir, 'host');
await bundleHost(bundles);
const emptyFile = path.join(workDir, 'empty.realtime.jsonl');
await writeTrace(emptyFile, 0);
const empty = memoryOf(emptyFile);
const missed = [];
const judge = (what, value, goal) => {
  if (value > goal) missed.push(`${what}: ${value.toFixed(2)}, at most ${goal}`);
};

const median = (list) => quantile(list, 0.5);
const spread = (list) => `${median(list).toFixed(2)} [${Math.min(...list).toFixed(2)}-${Math.max(...list).toFixed(2)}]`;

const HEADS = [
  'events',
  'rows/bare',
  'analysis/bare',
  'cpu us rows',
  'cpu us analysis',
  'first rows ms',
  'MiB after',
  'MiB most',
];
const WIDTHS = [9, 18, 18, 11, 15, 14, 10, 9];
const line = (cells) => console.log(cells.map((cell, at) => String(cell).padEnd(WIDTHS[at])).join('  '));
const MiB = (bytes) => bytes / (1 << 20);
/** Processor time of an event at each length, microseconds. */
const costs = { rows: [], analysis: [] };
await warmUp();
line(HEADS);
for (const events of [EVENTS / 100, EVENTS / 10, EVENTS]) {
  const file = path.join(workDir, `${events}.realtime.jsonl`);
  await writeTrace(file, events);
  const rows = [];
  const analysis = [];
  const last = {};
  const cost = { rows: [], analysis: [] };
  // A short one takes less than a tick of what else the machine does: it is opened more often.
  const rounds = events === EVENTS ? ROUNDS : ROUNDS * 3;
  for (let round = 0; round < rounds; round++) {
    const bare = await timed(() => bareRead(file));
    const opened = await open(file);
    rows.push(opened.rows.ms / bare.ms);
    analysis.push(opened.analysis.ms / bare.ms);
    for (const stage of ['rows', 'analysis']) cost[stage].push((opened[stage].cpu * 1000) / opened.count);
    Object.assign(last, { ...opened, bare });
    if (events === EVENTS && round === rounds - 1) await questions(opened.document, opened.count, bare.ms);
    await opened.document.close();
  }
  for (const stage of ['rows', 'analysis']) costs[stage].push(median(cost[stage]));
  const memory = memoryOf(file, events === EVENTS ? values.snapshot : undefined);
  const after = MiB(memory.resident - empty.resident);
  const most = MiB(memory.peak - empty.peak);
  line([
    last.count,
    spread(rows),
    spread(analysis),
    costs.rows.at(-1).toFixed(2),
    costs.analysis.at(-1).toFixed(2),
    last.firstRows.toFixed(0),
    after.toFixed(0),
    most.toFixed(0),
  ]);
  if (events === EVENTS) {
    judge('rows, of the bare reading', median(rows), ROWS_GOAL);
    judge('analysis, of the bare reading', median(analysis), ANALYSIS_GOAL);
    judge('memory after the analysis, MiB', after, MOST_MEMORY);
    judge('memory at most, MiB', most, MOST_MEMORY);
    for (const [thread, held] of [
      ['host', memory.host],
      ['worker', memory.worker],
    ])
      console.log(
        `${thread} holds ${MiB(held.heapUsed).toFixed(0)} MiB of objects, ${MiB(held.arrayBuffers).toFixed(0)} MiB of buffers`,
      );
  }
  fs.rmSync(file);
}

for (const [stage, each] of Object.entries(costs)) {
  const growth = each.slice(1).map((cost, n) => cost / each[n]);
  console.log(
    `an event's ${stage}, of those in a trace of a tenth: ${growth.map((times) => times.toFixed(2)).join(', ')}`,
  );
  judge(`an event's ${stage}, of those in a trace of a tenth`, Math.max(...growth), LINEAR_GOAL);
}

/** Opens a trace unmeasured: what is compiled on the way would be charged to the first one. */
async function warmUp() {
  const file = path.join(workDir, 'warm.realtime.jsonl');
  await writeTrace(file, Math.max(20_000, EVENTS / 50));
  for (let n = 0; n < 2; n++) await (await open(file)).document.close();
  fs.rmSync(file);
}

/** What a user asks of an open trace. */
async function questions(document, count, bareMs) {
  const bodies = [];
  for (let i = 0; i < 200; i++) {
    const row = Math.floor((i * 7919 * 131) % count);
    bodies.push((await timed(() => document.body(row, false))).ms);
  }
  judge('body of any row, ms', Math.max(...bodies), BODY_GOAL_MS);
  console.log(
    `body of any row: p50 ${quantile(bodies, 0.5).toFixed(2)} ms, worst ${Math.max(...bodies).toFixed(2)} ms`,
  );
  for (const [name, text, regex] of [
    ['text', 'nowhere to be found', false],
    ['expression', 'word [0-9]+ nowhere', true],
  ]) {
    const first = await timed(() => {
      let isTold = false;
      return document.search(
        { text: '"type"', regex: false },
        () => (isTold = true),
        () => !isTold,
      );
    });
    const found = await timed(() =>
      document.search(
        { text, regex },
        () => undefined,
        () => true,
      ),
    );
    const times = found.ms / bareMs;
    console.log(
      `search for ${name}: ${times.toFixed(2)} times the bare reading, first hits after ${first.ms.toFixed(0)} ms`,
    );
    judge(`search for ${name}, of the bare reading`, times, SEARCH_GOAL);
  }
}

for (const each of missed) console.log(`MISSED ${each}`);
process.exitCode = missed.length > 0 ? 1 : 0;
