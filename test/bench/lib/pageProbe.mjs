// What is asked of a page of the inspector: frames and tasks of its main thread from Chromium's own trace, its heap, and
// scripts that run in it.
import fs from 'node:fs';

/** Runs in the page before anything else: notes when the first row is painted, tasks over 50 ms, and when rows come. */
export const watchStart = () => {
  const seen = { firstRows: 0, readShare: 1, rowsAt: 0, analysedAt: 0, tasks: [] };
  window.seen = seen;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push([startTime, duration]);
  }).observe({ type: 'longtask' });
  const { port1, port2 } = new MessageChannel();
  let painting = () => undefined;
  port1.onmessage = () => painting();
  const look = () => {
    const app = document.querySelector('rti-app');
    const { store } = app ?? {};
    const state = store?.document;
    if (seen.firstRows === 0 && app?.shadowRoot?.querySelector('rti-event-list')?.shadowRoot?.querySelector('.row')) {
      seen.firstRows = -1;
      // A task that follows the frame runs after it has been painted.
      painting = () => {
        seen.firstRows = performance.now();
        performance.mark('first rows');
        seen.readShare = state ? state.read / state.size : 0;
      };
      port2.postMessage(0);
    }
    if (state && seen.rowsAt === 0 && state.read >= state.size && store.rows.count === state.rows && state.rows > 0)
      seen.rowsAt = performance.now();
    if (state && seen.rowsAt > 0 && state.analysed === state.rows) seen.analysedAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

const scripts = {
  still: () => () => undefined,
  pan: () => {
    const canvas = document
      .querySelector('rti-app')
      .shadowRoot.querySelector('rti-timeline')
      .shadowRoot.querySelector('canvas');
    const at = canvas.getBoundingClientRect();
    const point = { clientX: at.left + at.width / 2, clientY: at.top + at.height / 2, cancelable: true, bubbles: true };
    return (n) => canvas.dispatchEvent(new WheelEvent('wheel', { ...point, deltaX: n % 60 < 30 ? 12 : -12 }));
  },
  zoom: () => {
    const canvas = document
      .querySelector('rti-app')
      .shadowRoot.querySelector('rti-timeline')
      .shadowRoot.querySelector('canvas');
    const at = canvas.getBoundingClientRect();
    const point = { clientX: at.left + at.width / 2, clientY: at.top + at.height / 2, cancelable: true, bubbles: true };
    return (n) => canvas.dispatchEvent(new WheelEvent('wheel', { ...point, deltaY: n % 120 < 60 ? -60 : 60 }));
  },
  scroll: () => {
    const scroller = document
      .querySelector('rti-app')
      .shadowRoot.querySelector('rti-event-list')
      .shadowRoot.querySelector('.scroller');
    scroller.scrollTop = 0;
    return (n) => (scroller.scrollTop += n % 10 === 9 ? 40_000 : 300);
  },
};

/** Runs a script for so many frames under Chromium's trace; gives work and length of each frame, ms. */
export async function frames(browser, page, name, count) {
  await browser.startTracing(page, {
    categories: ['-*', 'blink.user_timing', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  await page.evaluate(
    async ({ source, frames }) => {
      const step = (0, eval)(`(${source})`)();
      await new Promise((done) => {
        let n = 0;
        const next = () => {
          performance.mark(`bench ${n}`);
          step(n);
          n += 1;
          if (n <= frames) requestAnimationFrame(next);
          else done();
        };
        requestAnimationFrame(next);
      });
    },
    { source: scripts[name].toString(), frames: count },
  );
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  // The page's own main thread is the one our mark was made on.
  const marks = traceEvents.filter(({ name: of }) => /^bench \d+$/.test(of)).sort((a, b) => a.ts - b.ts);
  const { pid, tid } = marks[0];
  const starts = marks.map(({ ts }) => ts);
  const tasks = traceEvents.filter(
    (event) => event.pid === pid && event.tid === tid && event.ph === 'X' && event.name === 'RunTask' && event.dur > 0,
  );
  const work = new Array(starts.length - 1).fill(0);
  let longest = 0;
  for (const { ts, dur, tdur } of tasks) {
    // Time on a processor: neither other work on the machine nor waiting for the compositor is work of the page.
    const ms = (tdur ?? dur) / 1000;
    // A task belongs to the frame in which it ends: that of the mark begins just before it.
    const at = starts.findLastIndex((start) => start <= ts + dur);
    if (at < 0 || at >= work.length) continue;
    work[at] += ms;
    longest = Math.max(longest, ms);
  }
  if (tasks.length > 0 && tasks.every(({ tdur }) => tdur === undefined))
    throw new Error('Chromium told no processor time of tasks.');
  return { work, longest, gaps: starts.slice(1).map((ts, at) => (ts - starts[at]) / 1000) };
}

/**
 * Runs something under Chromium's trace; gives the longest task of the page's thread meanwhile and how many took over 50 ms, in
 * processor time. The page's thread is the one that made a mark in `page` before.
 *
 * @param from Name of a mark of the page: tasks before it are not looked at. Without it all are.
 */
export async function longTasks(browser, page, run, from) {
  await browser.startTracing(page, {
    categories: ['-*', 'blink.user_timing', 'disabled-by-default-devtools.timeline'],
  });
  // A page that is not loaded yet marks its thread itself.
  if (from === undefined) await page.evaluate(() => performance.mark('bench tasks'));
  const result = await run();
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  const mark = traceEvents.find(({ name }) => name === (from ?? 'bench tasks'));
  if (mark === undefined) throw new Error(`The trace has no mark "${from ?? 'bench tasks'}".`);
  const tasks = traceEvents
    .filter(({ pid, tid, ph, name, ts }) => {
      const isPage = pid === mark.pid && tid === mark.tid;
      return isPage && ph === 'X' && name === 'RunTask' && ts > mark.ts;
    })
    .map(({ tdur, dur = 0 }) => (tdur ?? dur) / 1000);
  return {
    result,
    longest: tasks.reduce((most, ms) => Math.max(most, ms), 0),
    over: tasks.filter((ms) => ms > 50).length,
  };
}

/** Bytes the page holds after a collection: objects and the buffers of typed arrays. */
export async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  // What came by message is let go of in two steps.
  for (let n = 0; n < 3; n++) {
    await session.send('HeapProfiler.collectGarbage');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { usedSize, backingStorageSize = NaN } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return { objects: usedSize, buffers: backingStorageSize };
}

/** Sets the filter; ms until all rows are looked at and the list is painted, and how many passed. */
export const filterFor = async (text) => {
  const { store } = document.querySelector('rti-app');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const began = performance.now();
  store.setFilter(text);
  while (store.filtering) await frame();
  await frame();
  await new Promise((resolve) => setTimeout(resolve));
  return { ms: performance.now() - began, passed: store.list.passed };
};

/** Keeps a profile of what the page's thread does while something runs, for Chromium's own tools. */
export async function profiled(page, file, run) {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.start');
  const result = await run();
  const { profile } = await session.send('Profiler.stop');
  await session.detach();
  fs.writeFileSync(file, JSON.stringify(profile));
  return result;
}
