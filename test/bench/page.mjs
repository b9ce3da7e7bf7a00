#!/usr/bin/env node
// The page over a long trace, in Chromium: the real document worker, host and page, all but VS Code itself. Prints one table
// with goals, and ends with 1 when one is missed. `node page.mjs [--events 1000000] [--live 20] [--profile DIR]`.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { writeTrace } from './lib/bigTrace.mjs';
import { appendLive, followLag, watchPainted } from './lib/liveAppend.mjs';
import { filterFor, frames, heapOf, longTasks, profiled, watchStart } from './lib/pageProbe.mjs';
import { sleep } from './lib/proc.mjs';
import { quantile } from './lib/stats.mjs';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    live: { type: 'string', default: '20' },
    frames: { type: 'string', default: '180' },
    profile: { type: 'string' },
  },
});
const EVENTS = Number(values.events);
const FRAMES = Number(values.frames);
const workDir = fs.mkdtempSync(path.join(os.tmpdir(), 'page-'));
process.on('exit', () => fs.rmSync(workDir, { recursive: true, force: true }));
const room = fs.statfsSync(workDir);
if (room.bavail * room.bsize < EVENTS * 3000)
  throw new Error(
    `${workDir} has not the room for a trace of ${EVENTS} events: set TMPDIR, or take fewer by --events.`,
  );

const table = [];
/** One line of the table: `goal` is the most that is allowed, or undefined when there is none. */
const tell = (what, value, goal, unit = 'ms') => {
  const text = typeof value === 'number' ? `${value.toFixed(value < 20 ? 1 : 0)} ${unit}` : String(value);
  const met = goal === undefined ? '' : (typeof goal === 'boolean' ? goal : value <= goal) ? 'ok' : 'MISSED';
  table.push({
    what,
    value: text,
    goal: typeof goal === 'number' ? `${goal} ${unit}` : goal === undefined ? '' : 'yes',
    met,
  });
  console.log(`${what.padEnd(64)} ${text.padEnd(26)} ${met}`);
};

async function startHost(file, ...mode) {
  const child = fork(new URL('lib/pageHost.mjs', import.meta.url).pathname, [file, ...mode], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { url } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the host ended with ${code}`)));
  });
  const memory = () => {
    const told = new Promise((resolve) => child.once('message', resolve));
    child.send('memory');
    return told;
  };
  return { url, memory, end: () => child.kill() };
}

const browser = await launchChromium('--enable-precise-memory-info');

/** Opens a page on a trace and waits until all of it is analysed. */
async function open(url) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.on('pageerror', (error) => console.error(error.message));
  await page.addInitScript(watchStart);
  const tasks = await longTasks(
    browser,
    page,
    async () => {
      await page.goto(url);
      await page.waitForFunction(() => window.seen.analysedAt > 0, undefined, { timeout: 120_000, polling: 200 });
      await sleep(500);
    },
    'first rows',
  );
  return { page, tasks, seen: await page.evaluate(() => window.seen) };
}

try {
  const blank = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await blank.setContent('<!doctype html><title>Empty</title><body></body>');
  const still = await frames(browser, blank, 'still', FRAMES);
  await blank.close();
  const dropped = ({ gaps }) => gaps.filter((ms) => ms > 25).length;
  tell('empty page: dropped frames', `${dropped(still)} of ${FRAMES}`);

  const empty = path.join(workDir, 'empty.realtime.jsonl');
  await writeTrace(empty, 1);
  const emptyHost = await startHost(empty);
  const emptyPage = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await emptyPage.goto(emptyHost.url);
  await emptyPage.waitForFunction(() => document.querySelector('rti-app')?.store.document?.analysed > 0);
  await sleep(1000);
  await emptyPage.close();
  const emptyMemory = await emptyHost.memory();
  emptyHost.end();

  const small = path.join(workDir, 'small.realtime.jsonl');
  const smallEvents = await writeTrace(small, EVENTS / 10);
  const smallHost = await startHost(small);
  const { page: smallPage } = await open(smallHost.url);
  const smallHeap = await heapOf(smallPage);
  await smallPage.close();
  smallHost.end();

  const file = path.join(workDir, 'long.realtime.jsonl');
  const events = await writeTrace(file, EVENTS);
  const host = await startHost(file);
  const { page, seen, tasks } = await open(host.url);
  const loading = seen.tasks.filter(([start]) => start > seen.firstRows);
  tell('first rows painted, of the time until all rows are there', (100 * seen.firstRows) / seen.rowsAt, 50, '%');
  tell('first rows painted', seen.firstRows);
  tell('... before the file is read to its end', `at ${(100 * seen.readShare).toFixed(0)} %`, seen.readShare < 1);
  tell('all rows there', seen.rowsAt);
  tell('all rows analysed', seen.analysedAt);
  tell('longest task while rows and analysis come', tasks.longest, 50);
  tell('tasks over 50 ms meanwhile', `${tasks.over}, ${loading.length} by the clock`);

  const heap = await heapOf(page);
  const perRow = (of) => of / (events - smallEvents);
  tell(`page, ${smallEvents} rows`, (smallHeap.objects + smallHeap.buffers) / (1 << 20), undefined, 'MiB');
  tell(`page, ${events} rows`, (heap.objects + heap.buffers) / (1 << 20), undefined, 'MiB');
  const further = { buffers: heap.buffers - smallHeap.buffers, objects: heap.objects - smallHeap.objects };
  tell('page, each further row', perRow(further.buffers + further.objects), 64, 'B');
  tell('... of it buffers', perRow(further.buffers), undefined, 'B');
  const memory = await host.memory();
  tell(
    'host and document worker, more than for an empty trace',
    (memory.now - emptyMemory.now) / (1 << 20),
    300,
    'MiB',
  );
  tell('... at most until then', (memory.most - emptyMemory.most) / (1 << 20), 300, 'MiB');

  for (const [what, script] of [
    ['pan, all of it', 'pan'],
    ['zoom in and out', 'zoom'],
    ['pan, zoomed in', 'pan'],
    ['scroll the list', 'scroll'],
  ]) {
    if (what === 'pan, zoomed in')
      await page.evaluate(() => {
        const { store } = document.querySelector('rti-app');
        store.setView({ start: 100_000, end: 160_000 });
      });
    if (what === 'pan, all of it')
      await page.evaluate(() => {
        const { store } = document.querySelector('rti-app');
        const { end } = store.extent;
        store.setView({ start: end * 0.02, end: end * 0.98 });
      });
    const run = await profile(page, what, () => frames(browser, page, script, FRAMES));
    tell(`${what}: work of a frame, p50`, quantile(run.work, 0.5));
    tell(`${what}: work of a frame, p95`, quantile(run.work, 0.95), 8);
    tell(`${what}: longest task`, run.longest, 50);
    tell(`${what}: dropped frames`, `${dropped(run)} of ${FRAMES}`, dropped(run) <= dropped(still) + FRAMES * 0.02);
  }

  await page.evaluate(() => document.querySelector('rti-app').store.fit());
  for (const text of ['type:response.done', '-delta', 'response:resp_000000000000000000042', '']) {
    const { ms, passed } = await page.evaluate(filterFor, text);
    tell(`filter "${text}" complete (${passed} rows pass)`, ms, 1500);
  }
  const bare = await timeOf(async () => {
    for await (const chunk of fs.createReadStream(file)) void chunk;
  });
  const ask = (params) => document.querySelector('rti-app').store.bridge.request('search', params);
  const search = await timeOf(async () => {
    const end = await page.evaluate(ask, { search: 1_000_000, text: 'nowhere to be found', regex: false, first: 0 });
    if (!end.complete || end.looked < events) throw new Error(`The search looked at ${end.looked} of ${events} rows.`);
  });
  tell('text in bodies looked for, of a bare reading of the file', search / bare, 2.5, 'x');
  tell('a search is given up, the next question answered after', await page.evaluate(giveUp), 250);
  await page.close();
  host.end();

  if (Number(values.live) > 0) {
    const liveHost = await startHost(file, 'live');
    const { page: livePage } = await open(liveHost.url);
    await livePage.evaluate(() => document.querySelector('rti-app').store.setFollow(true));
    await livePage.evaluate(watchPainted);
    const before = await livePage.evaluate(() => document.querySelector('rti-app').store.rows.count);
    const { result: sent, ...liveTasks } = await longTasks(browser, livePage, () =>
      profile(livePage, 'live', () =>
        appendLive(file, { first: events, seconds: Number(values.live), perSecond: 2000 }),
      ),
    );
    await sleep(1500);
    const got = await livePage.evaluate(() => ({
      rows: document.querySelector('rti-app').store.rows.count,
      ...window.painted,
      tasks: window.seen.tasks,
    }));
    const lags = followLag(sent, got);
    tell(`live, 2000 events/s: rows missing of ${sent.rows}`, before + sent.rows - got.rows, 0, '');
    tell('live: appended to painted, p50', quantile(lags, 0.5));
    tell('live: appended to painted, p95', quantile(lags, 0.95), 100);
    tell('live: longest task', liveTasks.longest, 50);
    const byClock = got.tasks.filter(([start]) => start > got.began).length;
    tell('live: tasks over 50 ms', `${liveTasks.over}, ${byClock} by the clock`);
    await livePage.close();
    liveHost.end();
  }
} finally {
  await browser.close();
}
console.table(table);
process.exitCode = table.some(({ met }) => met === 'MISSED') ? 1 : 0;

async function timeOf(run) {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

/** With `--profile DIR`, a .cpuprofile of the page while something runs. */
function profile(page, what, run) {
  return values.profile === undefined ? run() : profiled(page, path.join(values.profile, `${what}.cpuprofile`), run);
}

/** In the page: a search of the whole trace is replaced by no filter; how long until the worker answers something else. */
async function giveUp() {
  const { store } = document.querySelector('rti-app');
  store.setFilter('nowhere at all');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const began = performance.now();
  store.setFilter('');
  await store.bridge.request('body', { row: store.rows.count >> 1 });
  return performance.now() - began;
}
