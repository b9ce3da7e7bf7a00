#!/usr/bin/env node
// A live session at 2,000 events a second, through the proxy, with the panel open and closed in turns: does the panel cost the
// traffic anything, does every event come to the page, and how long until it is painted. One table with goals; ends with 1 when
// one is missed. `node live.mjs [--rounds 3] [--seconds 7] [--rate 2000] [--profile DIR]`.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { joinClocks, reached, watchDrawn } from './lib/livePage.mjs';
import { cpuMs, sleep } from './lib/proc.mjs';
import { median, quantile } from './lib/stats.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '7' },
    rate: { type: 'string', default: '2000' },
    profile: { type: 'string' },
  },
});
const ROUNDS = Number(values.rounds);
const PACED = { smallHz: 50, deltaHz: 20, deltaSize: 8192 };
/** Every small event is echoed. */
const PER_SESSION = PACED.smallHz * 2 + PACED.deltaHz;
const SESSIONS = Math.ceil(Number(values.rate) / PER_SESSION);
const LOAD = { ...PACED, sessions: SESSIONS, ms: Number(values.seconds) * 1000, warmMs: 1000, spoken: true };

const workDir = fs.mkdtempSync(path.join(os.tmpdir(), 'live-'));
const children = [];
process.on('exit', () => {
  for (const child of children) child.kill();
  fs.rmSync(workDir, { recursive: true, force: true });
});

/** A child process, its first message, and a way to ask it: each message is answered by one. */
async function start(file, args = []) {
  const child = fork(new URL(file, import.meta.url).pathname, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(child);
  const next = () =>
    new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`${file} ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        if (message.error === undefined) resolve(message);
        else reject(new Error(`${file}: ${message.error}`));
      });
    });
  const ask = (message) => {
    const answer = next();
    child.send(message);
    return answer;
  };
  return { next, ask, pid: child.pid };
}

const browser = await launchChromium();

const upstream = await start('upstream.mjs');
const { port, controlPort } = await upstream.next();
const client = await start('client.mjs');
await client.ask({ controlPort });
const direct = `ws://127.0.0.1:${port}`;
const host = await start('lib/liveHost.mjs', [`http://127.0.0.1:${port}`, workDir]);
const { url, file } = await host.next();
const load = async (args) => {
  const before = work();
  const { result } = await client.ask({ job: 'paced', args: { url, directUrl: direct, ...LOAD, ...args } });
  const after = work();
  const seconds = (after.at - before.at) / 1000;
  const share = (of) => (after[of] - before[of]) / 10 / seconds;
  return { ...result, work: { ends: share('ends'), host: share('host'), page: share('page') } };
};

/** Processor time so far, ms: of the two ends, of the host with the proxy and the panel's part, and of the browser. */
function work() {
  const ends = cpuMs(upstream.pid) + cpuMs(client.pid);
  const ofHost = cpuMs(host.pid);
  return { at: performance.now(), ends, host: ofHost, page: cpuMs(process.pid) - ends - ofHost };
}

/** Opens the panel and waits until it shows all there is. */
async function openPanel() {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.on('pageerror', (error) => console.error(error.message));
  const { url: at } = await host.ask('open');
  await page.goto(at);
  await page.waitForFunction(
    () => {
      const { store } = document.querySelector('rti-app') ?? {};
      const state = store?.document;
      return state && state.read >= state.size && state.analysed === state.rows && store.rows.count === state.rows;
    },
    undefined,
    { timeout: 60_000, polling: 200 },
  );
  await page.waitForFunction(() => document.querySelector('rti-app').shadowRoot.querySelector('rti-event-list'));
  await page.evaluate(() => document.querySelector('rti-app').store.setFollow(true));
  await page.evaluate(watchDrawn);
  return { page, clock: await joinClocks(page) };
}

/** Runs the load beside an open panel; when what happened to its rows, by the monotonic clock. */
async function beside({ page, clock }) {
  const session = await page.context().newCDPSession(page);
  if (values.profile) {
    await session.send('Profiler.enable');
    await session.send('Profiler.start');
  }
  const result = await load();
  if (values.profile) {
    const { profile } = await session.send('Profiler.stop');
    fs.writeFileSync(path.join(values.profile, `live-${panels.length}.cpuprofile`), JSON.stringify(profile));
  }
  await sleep(1500);
  const seen = await page.evaluate(() => {
    const { rows } = document.querySelector('rti-app').store;
    const { count, seq } = rows;
    let events = 0;
    // Numbers of events are given in the order of rows: where one lacks, the next is not one more.
    let torn = 0;
    for (let row = 0; row < count; row++) {
      const number = seq.at(row);
      if (number > 0 && number !== (events += 1)) torn += 1;
    }
    return { ...window.live, rows: count, events, torn };
  });
  const toNs = (notes) => notes.map(([ms, rows]) => [ms * 1e6 + clock.ns, rows]);
  return { result, seen: { ...seen, came: toNs(seen.came), painted: toNs(seen.painted) } };
}

/** Rows of the trace in order: where each line ends, bytes, and the stamp its sender gave it, ns (0 where it has none). */
async function rowsOf(trace) {
  const rows = [];
  let end = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(trace), crlfDelay: Infinity })) {
    end += Buffer.byteLength(line) + 1;
    if (line.startsWith('{"kind":"trace"')) continue;
    // A deltas's stamp is its own; an echo has that of what it answers too.
    const event = line.startsWith('{"kind":"event"') ? JSON.parse(line).event : {};
    const stamp = { s: event.t0, e: event.t1, d: event.t }[event.k] ?? 0;
    rows.push({ end, stamp });
  }
  return rows;
}

// How late a process is woken that has nothing to do: more than a millisecond or two, and other work is on the machine.
const idle = monitorEventLoopDelay({ resolution: 10 });
idle.enable();
const panels = [];
const rounds = [];
let sent = 0;
try {
  sent += (await load({ ms: 1500 })).messages; // the endpoints get warm, unmeasured
  for (let round = 0; round < ROUNDS; round++) {
    const each = {};
    for (const isOpen of round % 2 === 0 ? [true, false] : [false, true]) {
      const panel = isOpen ? await openPanel() : undefined;
      await sleep(500);
      const { result, seen } = panel ? await beside(panel) : { result: await load() };
      sent += result.messages;
      if (result.lost + result.wrong > 0) throw new Error(`${result.lost} echoes lost, ${result.wrong} out of order`);
      each[isOpen ? 'open' : 'closed'] = result;
      if (panel) {
        await panel.page.close();
        const told = await host.ask('close');
        panels.push({ ...seen, ...told, sent, clock: panel.clock, from: result.from, to: result.to });
      }
      const [p50, p99] = [0.5, 0.99].map((q) => quantile(result.rtt, q));
      console.log(
        `round ${round + 1} ${isOpen ? 'open  ' : 'closed'} round trip p50 ${p50.toFixed(0)} us, p99 ${p99.toFixed(0)} us; past the proxy p50 ${quantile(result.direct, 0.5).toFixed(0)} us, p99 ${quantile(result.direct, 0.99).toFixed(0)} us`,
      );
    }
    rounds.push(each);
  }
  await host.ask('stop');
} finally {
  await browser.close();
}

const rows = await rowsOf(file);
const stages = { recorded: [], indexed: [], came: [], painted: [] };
let missing = 0;
for (const panel of panels) {
  const at = {
    recorded: reached(panel.recorded),
    indexed: reached(panel.indexed),
    came: reached(panel.came),
    painted: reached(panel.painted),
  };
  for (let row = 0; row < panel.rows; row++) {
    const { stamp, end } = rows[row];
    if (!(stamp >= panel.from && stamp < panel.to)) continue;
    for (const [name, when] of Object.entries(at)) {
      const ns = when(name === 'recorded' ? end - 1 : row);
      // What was never painted is as late as can be.
      stages[name].push(Number.isNaN(ns) ? Infinity : (ns - stamp) / 1e6);
    }
  }
  missing += panel.sent - panel.events + panel.torn;
}

const table = [];
const tell = (what, value, goal, unit = 'ms') => {
  const number = (n) => (n === null ? 'none' : `${n.toFixed(unit === '' ? 0 : n < 20 ? 2 : 0)} ${unit}`);
  const met = goal === undefined ? '' : value !== null && value <= goal ? 'ok' : 'MISSED';
  table.push({ what, value: number(value), goal: goal === undefined ? '' : `at most ${goal} ${unit}`, met });
};
const PROXY_GOAL = { 0.5: 1.25, 0.99: 2 };
for (const q of [0.5, 0.99]) {
  const name = `p${q * 100}`;
  const pooled = (side, way) =>
    quantile(
      rounds.flatMap((round) => round[side][way]),
      q,
    );
  const [open, closed] = ['open', 'closed'].map((side) => ({
    rtt: pooled(side, 'rtt'),
    direct: pooled(side, 'direct'),
  }));
  tell(`round trip, panel closed, ${name}`, closed.rtt / 1000);
  tell(`round trip, panel open, ${name}`, open.rtt / 1000);
  tell(`... of that with it closed`, open.rtt / closed.rtt, undefined, 'x');
  tell(`... past the proxy: what a page costs the machine`, open.direct / closed.direct, undefined, 'x');
  tell(
    `... of what it costs past the proxy`,
    open.rtt / closed.rtt / (open.direct / closed.direct),
    PROXY_GOAL[q],
    'x',
  );
}
tell('events sent that the page has not', missing, 0, '');
tell(
  "drawings whose end was not the list's end",
  panels.reduce((sum, { elsewhere }) => sum + elsewhere, 0),
  0,
  '',
);
for (const [name, what] of [
  ['recorded', 'sent until the engine says it is recorded'],
  ['indexed', 'sent until the host has its row'],
  ['came', 'sent until the page has its row'],
  ['painted', 'sent until painted'],
])
  for (const q of [0.5, 0.95])
    tell(`${what}, p${q * 100}`, quantile(stages[name], q), name === 'painted' && q === 0.95 ? 100 : undefined);
tell("the page's clock may be wrong by", Math.max(...panels.map(({ clock }) => clock.error)));
const shown = panels.reduce((sum, { painted }) => sum + painted.length, 0) / ROUNDS / ((LOAD.ms + LOAD.warmMs) / 1000);
tell('drawings of the list', shown, undefined, 'a second');
for (const [of, what] of [
  ['ends', 'client and server'],
  ['host', 'proxy and host'],
  ['page', 'browser'],
])
  for (const side of ['closed', 'open'])
    tell(`${what}, panel ${side}`, median(rounds.map((round) => round[side].work[of])), undefined, '% of a core');
tell('a process with nothing to do is woken late by, p95', idle.percentile(95) / 1e6 - 10);
tell('events whose lag was measured', stages.painted.length, undefined, '');
console.table(table);
process.exit(table.some(({ met }) => met === 'MISSED') ? 1 : 0);
