/** Bundle `recorderWorker`: the recorder thread. It takes entries out of the ring and writes the trace. */
import fs from 'node:fs';
import path from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { TRACE_EXTENSION } from '../trace/records';
import { retainTraces } from '../trace/retention';
import { answer } from './ask';
import { Recorder } from './recorder';
import { RingReader, type Entry } from './ring';
import type { RecorderReport, RecorderRequests, RecorderSetup, WindowAnswer } from './workerMessages';

const port = parentPort;
if (!port) throw new Error('recorderWorker runs as a worker thread only');
const setup = workerData as RecorderSetup & { wake: MessagePort };
const say = (report: RecorderReport) => port.postMessage(report);

/** Entries are taken for this long at a time, so that requests and inflating get their turn, ms. */
const SLICE_MS = 10;
/** What was recorded reaches the file within this time, ms. */
const FLUSH_MS = 20;

const ring = new RingReader(setup.ring);
let recorder: Recorder | undefined;
let flushTimer: NodeJS.Timeout | undefined;
let last = '';

function newFile(part: number): string {
  if ('file' in setup.target) {
    const { file } = setup.target;
    // The first is the one that was asked for, whether it is there already or not.
    if (part === 1) return file;
    const [, stem = file, ending = ''] = /^(.*?)((?:\.realtime)?\.jsonl)?$/s.exec(file) ?? [];
    for (let n = part; ; n++) if (!fs.existsSync(`${stem}-${n}${ending}`)) return `${stem}-${n}${ending}`;
  }
  const stamp = new Date(setup.epoch + setup.now)
    .toISOString()
    .replace(/[:.]/g, '-')
    .replace(/-\d+Z$/, '');
  for (let n = 1; ; n++) {
    const file = path.join(setup.target.folder, `${stamp}${n === 1 ? '' : `-${n}`}${TRACE_EXTENSION}`);
    if (!fs.existsSync(file)) return file;
  }
}

function tidy(current: string): void {
  if (!('folder' in setup.target)) return;
  void retainTraces(setup.target.folder, setup.maxTotalBytes, [current]).then(({ deleted, problems }) => {
    for (const file of deleted)
      say({ report: 'log', level: 'info', message: `Removed the old trace ${path.basename(file)}.` });
    for (const message of problems) say({ report: 'log', level: 'warn', message });
  });
}

function tell(): void {
  if (!recorder) return;
  const { file, size, on: recording, trouble } = recorder.recording;
  const now = `${file}|${size}|${recording}|${trouble}`;
  if (now === last) return;
  if (!now.startsWith(`${last.split('|')[0]}|`) && last !== '') tidy(file);
  last = now;
  say({ report: 'recorded', file, size, recording, trouble });
}

function flush(): void {
  flushTimer = undefined;
  recorder?.recording.flush();
  tell();
  // A failing disk is tried again without waiting for the next message.
  if (recorder?.recording.trouble) flushTimer = setTimeout(flush, 1000);
}

/** A compressed message's body comes after the entry that held it, perhaps when no other entry follows. */
function late(): void {
  flushTimer ??= setTimeout(flush, FLUSH_MS);
}

/** One entry that cannot be recorded must not cost the others their record. */
function take(to: Recorder, entry: Entry): void {
  try {
    to.take(entry);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say({ report: 'log', level: 'error', message: `A part of the traffic could not be recorded: ${reason}` });
    to.abandon(entry, reason);
  }
}

/** Takes all there is, however long it lasts: what was put before a switch or the end belongs before it. */
function drainAll(): void {
  for (let entry = ring.take(); entry && recorder; entry = ring.take()) take(recorder, entry);
  if (ring.writerWaits()) setup.wake.postMessage(null);
}

function drain(): void {
  if (!recorder) return;
  const until = performance.now() + SLICE_MS;
  for (let n = 0; ; n++) {
    const entry = ring.take();
    if (!entry) break;
    take(recorder, entry);
    if ((n & 15) === 15 && performance.now() > until) {
      flushTimer ??= setTimeout(flush, FLUSH_MS);
      if (ring.used < ring.capacity / 4 && ring.writerWaits()) setup.wake.postMessage(null);
      setImmediate(drain);
      return;
    }
  }
  if (ring.writerWaits()) setup.wake.postMessage(null);
  // The traffic thread wakes this one at most every few milliseconds, so what came meanwhile goes out in one write.
  if (flushTimer) clearTimeout(flushTimer);
  flush();
  if (!ring.sleep()) setImmediate(drain);
}

try {
  recorder = new Recorder(
    {
      newFile,
      rotation: setup.rotation,
      stays: (reason) =>
        say({
          report: 'log',
          level: 'warn',
          message: `No new trace could be begun, the one before goes on: ${reason}`,
        }),
      generator: setup.generator,
      replayOf: setup.replayOf,
      epoch: setup.epoch,
      alsoSecret: setup.alsoSecret,
      on: setup.on,
      late,
      window: (stream, bytes) => setup.wake.postMessage({ stream, bytes } satisfies WindowAnswer),
    },
    setup.now,
  );
  tidy(recorder.recording.file);
  setInterval(() => recorder && tidy(recorder.recording.file), 60_000).unref();
  setup.wake.on('message', drain);
  answer<RecorderRequests>(port, {
    setOn: ({ on }) => {
      drainAll();
      recorder?.recording.setOn(on, performance.timeOrigin + performance.now() - setup.epoch);
      flush();
      return null;
    },
    keepSecret: ({ secrets }) => {
      recorder?.keepSecret(secrets);
      return null;
    },
    note: ({ file, note }) => {
      // What was on its way before it comes first, and may have begun a new file.
      drainAll();
      if (recorder?.recording.file !== file) return { kept: false };
      recorder.note(note, performance.timeOrigin + performance.now() - setup.epoch);
      flush();
      return { kept: true };
    },
    stop: async () => {
      const file = recorder?.recording.file ?? '';
      drainAll();
      // Bodies that are still being inflated: zlib answers from its own threads, in a few milliseconds.
      for (let waited = 0; waited < 100 && recorder?.recording.waiting; waited++)
        await new Promise((resolve) => setTimeout(resolve, 5));
      if (flushTimer) clearTimeout(flushTimer);
      recorder?.recording.close();
      tell();
      const removed = recorder?.recording.empty === true;
      if (removed) fs.rmSync(file, { force: true });
      recorder = undefined;
      return { file, removed };
    },
  });
  say({ report: 'ready', file: recorder.recording.file, size: recorder.recording.size });
  if (!ring.sleep()) setImmediate(drain);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const what = 'file' in setup.target ? setup.target.file : setup.target.folder;
  say({
    report: 'failed',
    message:
      code === 'EEXIST'
        ? `The trace ${what} exists already; choose another name or remove it.`
        : `The trace cannot be written to ${what}: ${code === 'EACCES' ? 'permission denied' : message}`,
  });
}
