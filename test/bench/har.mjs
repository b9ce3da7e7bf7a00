#!/usr/bin/env node
// Import of a HAR that is larger than memory should be asked for: a process of its own reads one of 1 GiB (half of it audio, three
// sessions, two of them at once), and its peak memory is held against that for a HAR of a thousandth. Also the way back. Ends with 1
// when a goal is missed. `node har.mjs [--megabytes 1024] [--most 256]`.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1024' },
    /** MiB of memory that the import may take at its peak beyond what it takes for the small one. */
    most: { type: 'string', default: '256' },
    run: { type: 'string' },
  },
});

if (values.run !== undefined) {
  const { bundle, from, to, name } = JSON.parse(values.run);
  const { importFile, exportHar } = createRequire(import.meta.url)(bundle);
  const began = performance.now();
  const options = { generator: 'bench/1' };
  const report = name === 'import' ? await importFile(from, to, options) : await exportHar(from, to, options);
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(
    JSON.stringify({ ms: performance.now() - began, peak, messages: report.messages ?? report.counts.messages }),
  );
  process.exit(0);
}

const root = new URL('../..', import.meta.url).pathname;
const workDir = fs.mkdtempSync(path.join(os.tmpdir(), 'har-'));
process.on('exit', () => fs.rmSync(workDir, { recursive: true, force: true }));
const bundle = path.join(workDir, 'exchange.cjs');
await build({
  stdin: {
    contents:
      "export { importFile } from './src/exchange/import'; export { exportHar } from './src/exchange/write/har';",
    resolveDir: root,
  },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  outfile: bundle,
  logLevel: 'error',
});

const audio = 'A'.repeat(6400);
const event = (n) =>
  n % 6 === 0
    ? { type: 'response.output_audio.delta', response_id: 'resp_1', item_id: 'item_1', delta: audio }
    : {
        type: 'response.output_audio_transcript.delta',
        response_id: 'resp_1',
        item_id: 'item_1',
        delta: `word ${n}`,
        obfuscation: 'x'.repeat(n % 16),
      };

/** A HAR of about so many bytes; how many messages are in it. */
function writeHar(file, bytes) {
  const fd = fs.openSync(file, 'w');
  let written = 0;
  let messages = 0;
  const put = (text) => void (written += fs.writeSync(fd, text));
  put('{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"pages":[],"entries":[');
  for (let session = 0; session < 3; session += 1) {
    put(`${session === 0 ? '' : ','}{"_resourceType":"websocket","_webSocketMessages":[`);
    const most = (bytes * (session + 1)) / 3;
    // The first two run at the same time.
    const start = 1_780_000_000 + Math.max(0, session - 1) * 100_000;
    let comma = '';
    let pieces = [
      JSON.stringify({ type: 'receive', time: start, opcode: 1, data: '{"type":"session.created","session":{}}' }),
    ];
    for (let n = 1; written < most; n += 1) {
      messages += 1;
      pieces.push(JSON.stringify({ type: 'receive', time: start + n / 50, opcode: 1, data: JSON.stringify(event(n)) }));
      if (n % 500 === 0) {
        put(comma + pieces.join(','));
        comma = ',';
        pieces = [];
      }
    }
    if (pieces.length > 0) put(comma + pieces.join(','));
    messages += 1;
    put(
      '],"startedDateTime":"2026-05-28T00:00:00.000Z","time":1,"request":{"method":"GET","url":"wss://api.openai.com/v1/realtime?model=m","headers":[]},"response":{"status":101,"headers":[]},"timings":{}}',
    );
  }
  put(']}}');
  fs.closeSync(fd);
  return { messages, bytes: written };
}

const MiB = 1 << 20;
const run = (name, from, to) =>
  JSON.parse(
    execFileSync(process.execPath, [import.meta.filename, '--run', JSON.stringify({ bundle, name, from, to })], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    }),
  );
const file = (name) => path.join(workDir, name);
const failures = [];
const peaks = {};
for (const [size, megabytes] of [
  ['small', Number(values.megabytes) / 1000],
  ['large', Number(values.megabytes)],
]) {
  const made = writeHar(file(`${size}.har`), Math.max(MiB, megabytes * MiB));
  for (const [name, from, to] of [
    ['import', `${size}.har`, `${size}.realtime.jsonl`],
    ['export', `${size}.realtime.jsonl`, `${size}.out.har`],
  ]) {
    const { ms, peak, messages } = run(name, file(from), file(to));
    const before = peaks[name];
    peaks[name] = peak;
    console.log(
      `${size} ${name}: ${(made.bytes / MiB).toFixed(0)} MiB, ${messages} messages, ${(ms / 1000).toFixed(1)} s ` +
        `(${(made.bytes / MiB / (ms / 1000)).toFixed(0)} MiB/s), peak ${(peak / MiB).toFixed(0)} MiB` +
        (before === undefined ? '' : `, ${((peak - before) / MiB).toFixed(0)} MiB more than the small one`),
    );
    if (messages !== made.messages)
      failures.push(`${name} of the ${size} one has ${messages} messages of ${made.messages}`);
    if (before !== undefined && peak - before > Number(values.most) * MiB)
      failures.push(
        `${name}: ${((peak - before) / MiB).toFixed(0)} MiB more memory for a file a thousand times as large`,
      );
  }
}
for (const failure of failures) console.error(`Missed: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
