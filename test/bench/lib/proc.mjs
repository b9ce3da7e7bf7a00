// Child processes and /proc accounting.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';

const TICK_MS = 1000 / 100; // USER_HZ is 100 on every Linux that matters here
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

/** pid and all its living descendants. */
export function tree(pid) {
  const all = [pid];
  for (let i = 0; i < all.length; i++) {
    try {
      for (const tid of fs.readdirSync(`/proc/${all[i]}/task`)) {
        const kids = fs.readFileSync(`/proc/${all[i]}/task/${tid}/children`, 'latin1').trim();
        if (kids) all.push(...kids.split(' ').map(Number));
      }
    } catch {
      /* gone */
    }
  }
  return all;
}

/**
 * CPU milliseconds (user+system) of the process tree. Living threads are read from schedstat (nanoseconds, where the
 * kernel has it); reaped children and ended threads only exist in /proc/PID/stat, with 10 ms resolution.
 */
export function cpuMs(pid) {
  let ms = 0;
  for (const p of tree(pid)) {
    try {
      const f = fs.readFileSync(`/proc/${p}/stat`, 'latin1');
      const a = f.slice(f.lastIndexOf(')') + 2).split(' ');
      const own = (Number(a[11]) + Number(a[12])) * TICK_MS,
        reaped = (Number(a[13]) + Number(a[14])) * TICK_MS;
      let threads = 0;
      for (const tid of fs.readdirSync(`/proc/${p}/task`)) {
        try {
          threads += Number(fs.readFileSync(`/proc/${p}/task/${tid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
        } catch {
          /* no schedstat */
        }
      }
      ms += Math.max(own, threads) + reaped;
    } catch {
      /* gone */
    }
  }
  return ms;
}

/** Share of time the hypervisor took away from us, from /proc/stat: [steal, total] ticks. */
export function steal() {
  const a = fs.readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return [a[7], a.reduce((x, y) => x + y, 0)];
}

/** Peak resident set (VmHWM) summed over the tree, in MiB. */
export function peakRssMiB(pid) {
  let kb = 0;
  for (const p of tree(pid)) {
    try {
      kb += Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${p}/status`, 'latin1'))?.[1] ?? 0);
    } catch {
      /* gone */
    }
  }
  return kb / 1024;
}

/** Waits until the tree burns no CPU, so that recording work done after the last message is counted too. */
export async function settle(pid, maxMs = 1500) {
  const end = Date.now() + maxMs;
  let last = cpuMs(pid),
    calm = 0;
  while (calm < 2 && Date.now() < end) {
    await sleep(40);
    const now = cpuMs(pid);
    calm = now - last < 1 ? calm + 1 : 0; // under 1 ms of CPU in 40 ms is idling
    last = now;
  }
  return last;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
    s.on('error', reject);
  });
}

async function waitPort(port, child, ms) {
  const end = Date.now() + ms;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`exited with ${child.exitCode ?? child.signalCode} before listening: ${child.tail()}`);
    const open = await new Promise((r) => {
      const s = net.connect(port, '127.0.0.1', () => {
        s.destroy();
        r(true);
      });
      s.on('error', () => r(false));
    });
    if (open) return;
    if (Date.now() > end) throw new Error(`not listening on ${port} after ${ms} ms: ${child.tail()}`);
    await sleep(30);
  }
}

const living = new Set();
process.on('exit', () => {
  for (const c of living) {
    try {
      process.kill(c.pid, 'SIGKILL');
    } catch {
      /* gone */
    }
  }
});

/**
 * Starts a proxy and waits until it listens on `port`. Gives the {pid, stop} half of what a topology must return.
 * Ends only this very process (by pid; the tree under it is reaped by its own parent).
 */
export async function launch(cmd, args, { port, readyMs = 8000, env, cwd } = {}) {
  const child = spawn(cmd, args.map(String), { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env }, cwd });
  let out = '';
  const keep = (b) => {
    out = (out + b).slice(-2000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.stdin.on('error', () => {});
  child.tail = () => out.trim().slice(-600);
  child.on('error', (e) => {
    out += e.message;
  });
  living.add(child);
  const gone = new Promise((r) => child.once('exit', r));
  gone.then(() => living.delete(child));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    if (await Promise.race([gone.then(() => true), sleep(2000).then(() => false)])) return;
    child.kill('SIGKILL');
    await gone;
  };
  if (child.pid === undefined) {
    await sleep(20);
    living.delete(child);
    throw new Error(`cannot start ${cmd}: ${child.tail()}`);
  }
  try {
    await waitPort(port, child, readyMs);
  } catch (e) {
    await stop();
    throw e;
  }
  return { pid: child.pid, stop, tail: child.tail };
}
