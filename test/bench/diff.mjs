#!/usr/bin/env node
// Comparing two traces beside the bare reading of both files, in one process: of two that are the same, of two that differ here and
// there, and of two that differ everywhere. Ratios within one round; what an event costs at two lengths; memory in a process of its own.
// Ends with 1 when a goal is missed. `node diff.mjs [--events 100000] [--rounds 3]`.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeTrace } from './lib/bigTrace.mjs';
import { quantile } from './lib/stats.mjs';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
});
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
/** Most that a comparison may take, of the bare reading of both files: both are read three times, parsed and analysed. */
const RATIO_GOAL = 60;
/** Most that an event may cost of what it costs in a fifth of the trace. */
const LINEAR_GOAL = 1.5;
/** Most memory over that of comparing two empty traces, MiB. */
const MEMORY_GOAL = 300;

const root = new URL('../..', import.meta.url).pathname;
const workDir = fs.mkdtempSync(path.join(os.tmpdir(), 'diff-'));
process.on('exit', () => fs.rmSync(workDir, { recursive: true, force: true }));
const bundle = path.join(workDir, 'compare.cjs');
await build({
  entryPoints: [path.join(root, 'src/compare/compare.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  outfile: bundle,
  logLevel: 'error',
});
const { compareTraces } = createRequire(import.meta.url)(bundle);

/** Another trace of `file`: other ids, and other words and a message more in every `nth` turn (0: in none). */
function varied(file, out, nth) {
  let turn = 0;
  let drop = false;
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const kept = lines.flatMap((line) => {
    if (line.includes('"speech_started"') || line.includes('.speech_started"')) turn++;
    drop = nth > 0 && turn % nth === 0;
    const other = line.replaceAll(/(resp|item)_(u?)0/g, '$1_$29');
    if (!drop) return [other];
    const changed = other.replaceAll('word ', 'verb ');
    // The message's size tells where its body ends.
    return line.includes('"response.output_item.added"') ? [] : [changed];
  });
  fs.writeFileSync(out, kept.join('\n'));
}

async function bareRead(file) {
  let bytes = 0;
  for await (const chunk of createReadStream(file)) bytes += chunk.length;
  return bytes;
}

async function timed(run) {
  const start = performance.now();
  const result = await run();
  return { ms: performance.now() - start, result };
}

function peak(a, b) {
  const script = `const { compareTraces } = require(${JSON.stringify(bundle)});
    compareTraces(${JSON.stringify(a)}, ${JSON.stringify(b)}).then(() => process.stdout.write(String(process.resourceUsage().maxRSS)));`;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) / 1024;
}

const missed = [];
const judge = (what, value, goal) => {
  if (value > goal) missed.push(`${what}: ${value.toFixed(2)}, at most ${goal}`);
};
const KINDS = [
  ['other ids only', 0],
  ['every 20th turn', 20],
  ['every turn', 1],
];
const costs = new Map();
const line = (cells) => console.log(cells.map((cell, at) => String(cell).padEnd([9, 18, 16, 12, 12, 10][at])).join(''));
line(['events', 'what differs', 'diff/bare', 'us/event', 'different', 'MiB more']);
const empty = path.join(workDir, 'empty.realtime.jsonl');
await writeTrace(empty, 0);
const base = peak(empty, empty);
for (const events of [EVENTS / 5, EVENTS]) {
  const a = path.join(workDir, `a${events}.realtime.jsonl`);
  const count = await writeTrace(a, events);
  for (const [what, nth] of KINDS) {
    const b = path.join(workDir, `b${events}.realtime.jsonl`);
    varied(a, b, nth);
    const ratios = [];
    const micros = [];
    let different = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const bare = await timed(async () => (await bareRead(a)) + (await bareRead(b)));
      const compared = await timed(() => compareTraces(a, b));
      ratios.push(compared.ms / bare.ms);
      micros.push((compared.ms * 1000) / (2 * count));
      const { counts } = compared.result.sessions[0];
      different = counts.changed + counts.added + counts.removed;
    }
    const micro = Math.min(...micros);
    const memory = peak(a, b) - base;
    line([
      count,
      what,
      `${quantile(ratios, 0.5).toFixed(1)} [${Math.min(...ratios).toFixed(1)}-${Math.max(...ratios).toFixed(1)}]`,
      micro.toFixed(1),
      different,
      memory.toFixed(0),
    ]);
    if (nth === 0 && different > 0) missed.push(`${what}: ${different} events are told to differ`);
    if (nth > 0 && different === 0) missed.push(`${what}: nothing is told to differ`);
    if (events === EVENTS) {
      judge(`${what}, of the bare reading`, quantile(ratios, 0.5), RATIO_GOAL);
      judge(`${what}, an event's cost to that in a fifth of the trace`, micro / costs.get(what), LINEAR_GOAL);
      judge(`${what}, MiB`, memory, MEMORY_GOAL);
    } else costs.set(what, micro);
  }
}
for (const miss of missed) console.log(`MISSED ${miss}`);
process.exitCode = missed.length > 0 ? 1 : 0;
