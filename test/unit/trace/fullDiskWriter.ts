/** Runs under a file size limit: writes until the limit is hit, has it lifted, and writes on. */
import { execFileSync } from 'node:child_process';
import { messageLine } from '../../../src/trace/line';
import { TraceWriter } from '../../../src/trace/writer';

const writer = new TraceWriter('x.realtime.jsonl', {
  kind: 'trace',
  version: 1,
  id: 'x',
  startedAt: '2026-01-01T00:00:00.000Z',
  generator: 'test',
});
const body = Buffer.from(`{"type":"x","pad":"${'p'.repeat(500)}"}`);
const write = (seq: number) => {
  const message = { session: 's1', t: seq, sent: seq, from: 'server', data: body, bytes: body.length } as const;
  writer.message(
    seq,
    seq,
    messageLine(seq, seq, seq, {
      ...message,
      binary: false,
      injected: false,
      replaces: undefined,
      fate: undefined,
      rule: undefined,
    }),
  );
  writer.flush();
};
for (let seq = 1; seq <= 300; seq++) write(seq);
const { trouble } = writer;
execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
setTimeout(() => {
  for (let seq = 301; seq <= 400; seq++) write(seq);
  process.stdout.write(JSON.stringify({ trouble, after: writer.trouble }));
  writer.close();
}, 1100);
