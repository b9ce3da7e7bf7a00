#!/usr/bin/env node
// Side-by-side benchmark of WebSocket proxies. See README.md.
//   node bench.mjs [--only a,b] [--with c,d] [--skip e] [--all] [--add FILE.mjs] [--rounds 3] [--budget 350]
//                  [--quick] [--proxy-node /path/to/node] [--ref ws-relay] [--phases paced20,down300]
//                  [--out NAME]
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cpuMs, peakRssMiB, settle, sleep, steal } from './lib/proc.mjs';
import { smallEvent } from './lib/payloads.mjs';
import { goals, report } from './lib/report.mjs';
import { median, quantile } from './lib/stats.mjs';

const here = path.dirname(new URL(import.meta.url).pathname);
const { values: opt } = parseArgs({
  options: {
    only: { type: 'string' },
    with: { type: 'string' },
    skip: { type: 'string' },
    all: { type: 'boolean' },
    add: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    budget: { type: 'string', default: '350' },
    quick: { type: 'boolean' },
    'proxy-node': { type: 'string', default: process.execPath },
    ref: { type: 'string', default: 'ws-relay-record' },
    phases: { type: 'string' },
    out: { type: 'string', default: 'latest' },
  },
});

// ---- plan -----------------------------------------------------------------------------------------------------
const scale = opt.quick ? 0.4 : 1;
const PACED = { smallHz: 50, deltaHz: 20, deltaSize: 8192 };
const allPhases = [
  { key: 'paced1', job: 'paced', args: { ...PACED, sessions: 1, ms: 3600 * scale, warmMs: 400 } },
  {
    key: 'paced20',
    job: 'paced',
    args: { ...PACED, sessions: 20, ms: 2500 * scale, warmMs: 400 },
    rssAfter: 'rssPaced',
  },
  { key: 'down300', job: 'down', args: { size: 300, ms: 1300 * scale } },
  { key: 'down8k', job: 'down', args: { size: 8192, ms: 800 * scale } },
  { key: 'down1M', job: 'down', args: { size: 1 << 20, ms: 800 * scale } },
  { key: 'up8k', job: 'up', args: { size: 8192, ms: 800 * scale } },
  { key: 'big', job: 'big', args: { size: 15 << 20, reps: 3 }, rssAfter: 'rssAll' },
];
const list = (s) =>
  s
    ? s
        .split(',')
        .map((x) => x.trim())
        .filter(Boolean)
    : [];
const phases = allPhases.filter((p) => !opt.phases || list(opt.phases).includes(p.key));
const ORDER = ['direct', 'tcp-node', 'ws-relay', 'ws-relay-record', 'realtime-inspector'];

const files = [
  ...fs
    .readdirSync(`${here}/topologies`)
    .filter((f) => f.endsWith('.mjs'))
    .map((f) => `${here}/topologies/${f}`),
  ...(opt.add ?? []).map((f) => path.resolve(f)),
];
const added = new Set((opt.add ?? []).map((f) => path.resolve(f)));
let topologies = [];
for (const f of files) {
  const t = (await import(f)).default;
  const wanted = opt.only
    ? list(opt.only).includes(t.name) || added.has(f)
    : opt.all || added.has(f) || !t.optional || list(opt.with).includes(t.name);
  if (t.name === 'direct' || (wanted && !list(opt.skip).includes(t.name))) topologies.push(t);
}
const rank = (t) => (ORDER.includes(t.name) ? ORDER.indexOf(t.name) : 99);
topologies = topologies.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));

// ---- children -------------------------------------------------------------------------------------------------
const started = Date.now();
const deadline = started + Number(opt.budget) * 1000;
const runDir = `${here}/results/tmp-${process.pid}`,
  cacheDir = `${here}/results/tmp-cache`;
fs.mkdirSync(runDir, { recursive: true });
fs.mkdirSync(cacheDir, { recursive: true });

const children = [];
function child(file) {
  const c = fork(`${here}/${file}`, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(c);
  return c;
}
const once = (c) =>
  new Promise((resolve, reject) => {
    const end = (code) => reject(new Error(`child ended with ${code}`));
    c.once('exit', end);
    c.once('message', (m) => {
      c.off('exit', end);
      resolve(m);
    });
  });
async function ask(c, msg) {
  const answer = once(c);
  c.send(msg);
  const m = await answer;
  if (!m.ok) throw new Error(m.error);
  return m.result;
}
const running = new Map(); // topology -> {url, pid, stop}, so that a signal can stop them
async function cleanUp() {
  await Promise.all([...running.values()].map((x) => x.stop().catch(() => {})));
  for (const c of children) c.disconnect?.();
  fs.rmSync(runDir, { recursive: true, force: true });
}
for (const sig of ['SIGINT', 'SIGTERM'])
  process.on(sig, async () => {
    await cleanUp();
    process.exit(130);
  });

const upstream = child('upstream.mjs');
const { port: upstreamPort, controlPort } = await once(upstream);
const client = child('client.mjs');
await ask(client, { controlPort });

// ---- one cell = one topology in one round ---------------------------------------------------------------------
async function startCell(t, round) {
  const c = { topology: t.name, round, phases: {}, errors: [], workDir: `${runDir}/${t.name}-${round}`, stealPct: 0 };
  fs.mkdirSync(c.workDir, { recursive: true });
  const t0 = performance.now();
  try {
    const x = await t.start({ upstreamPort, workDir: c.workDir, cacheDir, nodeBin: opt['proxy-node'] });
    running.set(t.name, x);
    c.startMs = performance.now() - t0;
    if (x.pid) {
      await settle(x.pid, 600);
      c.rssStart = peakRssMiB(x.pid);
    }
  } catch (e) {
    c.errors.push(`start: ${e.message}`);
  }
  return c;
}

async function runPhase(c, ph) {
  const x = running.get(c.topology);
  if (!x || c.dead) return;
  const { url, pid } = x,
    [steal0, all0] = steal();
  try {
    const cpu0 = pid ? cpuMs(pid) : 0;
    const gen0 = cpuMs(upstream.pid) + cpuMs(client.pid),
      w0 = performance.now();
    const r = await ask(client, { job: ph.job, args: { url, ...ph.args } });
    const gen = cpuMs(upstream.pid) + cpuMs(client.pid) - gen0,
      wall = performance.now() - w0;
    const cpu = pid ? (await settle(pid)) - cpu0 : 0;
    const p = (c.phases[ph.key] = { ...summarise(ph, r), cpuMs: cpu, generatorCpuMs: gen, wallMs: wall });
    if (p.error) c.errors.push(`${ph.key}: ${p.error}`);
    if (pid && p.messages) {
      p.cpuSecPer100k = (cpu / 1000 / p.messages) * 1e5;
      p.cpuPct = (100 * cpu) / wall;
    }
    if (p.raw) {
      const s = ((samples[c.topology] ??= {})[ph.key] ??= { rtt: [], delta: [] });
      s.rtt.push(...p.raw.rtt);
      s.delta.push(...p.raw.delta);
      delete p.raw;
    }
  } catch (e) {
    c.errors.push(`${ph.key}: ${e.message}`);
    if (pid && !fs.existsSync(`/proc/${pid}`)) {
      c.errors.push(`proxy died: ${x.tail?.()}`);
      c.dead = true;
    }
  }
  const [steal1, all1] = steal();
  c.stealPct = Math.max(c.stealPct, (100 * (steal1 - steal0)) / (all1 - all0));
  if (pid && ph.rssAfter) c[ph.rssAfter] = peakRssMiB(pid);
}

async function endCell(c) {
  const x = running.get(c.topology);
  running.delete(c.topology);
  await x?.stop();
  const traced = fs.readdirSync(c.workDir).filter((f) => /trace|flows/.test(f));
  c.recordedMB = traced.length ? traced.reduce((n, f) => n + fs.statSync(`${c.workDir}/${f}`).size, 0) / 1e6 : null;
  fs.rmSync(c.workDir, { recursive: true, force: true });
  delete c.workDir;
}

// How fast is the machine just now? Time of a fixed piece of single-threaded work, in ms. Its spread over the run is
// the noise that no proxy can be blamed for.
const calibText = smallEvent({ n: 1 });
function calibrate() {
  const t0 = performance.now();
  for (let i = 0; i < 40000; i++) JSON.parse(calibText);
  return performance.now() - t0;
}
calibrate();
const calib = [];

const samples = {}; // pooled raw latencies: samples[topology][phase] = {rtt: [], delta: []}
function summarise(ph, r) {
  if (ph.job === 'paced') {
    const q = (a) => ({ p50: quantile(a, 0.5), p99: quantile(a, 0.99), n: a.length });
    const problems = [r.lost && `${r.lost} echoes lost`, r.wrong && `${r.wrong} out of order or damaged`]
      .filter(Boolean)
      .join(', ');
    return {
      raw: { rtt: r.rtt, delta: r.delta },
      rtt: q(r.rtt),
      c2s: q(r.c2s),
      s2c: q(r.s2c),
      delta: q(r.delta),
      sendLag: q(r.lag),
      connectMs: median(r.connectMs),
      messages: r.messages,
      error: problems || undefined,
    };
  }
  if (ph.job === 'big') return { ms: median(r.times), stallMs: median(r.stalls), error: r.failure ?? undefined };
  return { perSec: r.perSec, MBps: r.MBps, messages: r.messages, error: r.ok ? undefined : r.why };
}

// ---- run ------------------------------------------------------------------------------------------------------
const rounds = Number(opt.rounds),
  cells = [];
console.log(
  `${topologies.length} topologies x ${rounds} rounds; harness node ${process.version}, proxy node ${opt['proxy-node']}`,
);
for (const ph of phases) {
  // warm the endpoints' JIT, unmeasured
  const args = { ...ph.args, ms: Math.min(ph.args.ms ?? 0, ph.key === 'paced20' ? 2500 : 400) };
  await ask(client, { job: ph.job, args: { url: `ws://127.0.0.1:${upstreamPort}`, ...args } });
}
// All proxies of a round are started first and stay up (idle ones cost nothing), then each phase goes over all
// topologies before the next phase begins: A B C, A B C ... So what is compared was measured within seconds of each
// other, and slow drift of the machine falls out of the ratios. The order is rotated from round to round.
const clock = () => `[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s]`;
const brief = (k, p) =>
  p.rtt
    ? `${p.rtt.p50?.toFixed(0)} us`
    : p.ms !== undefined
      ? `${p.ms?.toFixed(0)} ms`
      : k === 'down300'
        ? `${(p.perSec / 1000).toFixed(0)}k/s`
        : `${p.MBps?.toFixed(0)} MB/s`;
let roundMs = 0,
  cut = false;
for (let round = 1; round <= rounds; round++) {
  if (Date.now() + roundMs > deadline) {
    cut = true;
    console.log(`${clock()} no time for round ${round} in the budget of ${opt.budget} s`);
    break;
  }
  const r0 = Date.now(),
    turn = ((round - 1) * 3) % topologies.length;
  const order = [...topologies.slice(turn), ...topologies.slice(0, turn)],
    mine = [];
  for (const t of order) mine.push(await startCell(t, round));
  await sleep(300);
  for (const ph of phases) {
    calib.push(calibrate());
    for (const c of mine) {
      await runPhase(c, ph);
      await sleep(50);
    }
    console.log(
      `${clock()} round ${round} ${ph.key.padEnd(8)} ${mine.map((c) => `${c.topology} ${c.phases[ph.key] ? brief(ph.key, c.phases[ph.key]) : 'failed'}`).join(' | ')}`,
    );
  }
  for (const c of mine) {
    await endCell(c);
    cells.push(c);
    if (c.errors.length) console.log(`  ERRORS ${c.topology}: ${c.errors.join('; ')}`);
  }
  roundMs = Math.max(roundMs, Date.now() - r0);
}
const pooled = {};
for (const [t, byPhase] of Object.entries(samples)) {
  for (const [k, s] of Object.entries(byPhase)) {
    (pooled[t] ??= {})[k] = Object.fromEntries(
      Object.entries(s).map(([m, a]) => [
        m,
        { n: a.length, p50: quantile(a, 0.5), p90: quantile(a, 0.9), p99: quantile(a, 0.99) },
      ]),
    );
  }
}
const result = {
  when: new Date().toISOString(),
  ref: opt.ref,
  seconds: (Date.now() - started) / 1000,
  cut,
  rounds: new Set(cells.map((c) => c.round)).size,
  harnessNode: process.version,
  proxyNode: opt['proxy-node'],
  cpus: os.cpus().length,
  cpu: os.cpus()[0].model,
  kernel: os.release(),
  topologies: topologies.map(({ name, about, records }) => ({ name, about, records })),
  phases: allPhases,
  calib,
  cells,
  pooled,
};
await cleanUp();
fs.mkdirSync(`${here}/results`, { recursive: true });
fs.writeFileSync(`${here}/results/${opt.out}.json`, JSON.stringify(result, null, 1));
const md = report(result);
const missed = goals(result).filter((goal) => !goal.met);
fs.writeFileSync(`${here}/results/${opt.out}.md`, md);
console.log(`\n${md}\nwritten: results/${opt.out}.json, results/${opt.out}.md`);
for (const goal of missed)
  console.error(`goal missed: ${goal.what} is ${goal.value?.toFixed(2)}, wanted ${goal.wanted}`);
process.exit(cells.some((c) => c.errors.length) ? 2 : missed.length > 0 ? 1 : 0);
