/** Lines of traces made by hand, in the order of keys the format lays down, and files to put them in. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

export const HEADER =
  '{"kind":"trace","version":1,"id":"t1","startedAt":"2026-11-20T21:00:00.000Z","generator":"realtime-inspector/0.1.0"}';

export function openLine(session = 's1', t = 1, query = 'model=gpt-realtime', status = 101): string {
  return JSON.stringify({
    kind: 'open',
    session,
    t,
    url: `wss://api.openai.com/v1/realtime?${query}`,
    headers: { Authorization: 'Bearer [redacted]' },
    subprotocols: ['realtime'],
    status,
    upstream: 'wss://api.openai.com/v1/realtime',
    phases: { tcp: 1 },
  });
}

export function closeLine(session = 's1', t = 9000, code = 1000, reason = ''): string {
  return JSON.stringify({ kind: 'close', session, t, code, reason, by: 'client' });
}

interface Head {
  session?: string;
  sent?: number | null;
  response?: string;
  item?: string;
  call?: string;
  origin?: 'inspector';
  replaces?: number;
  fate?: 'held' | 'dropped';
  rule?: string;
  redacted?: string[];
}

/** An event's line; `json` is embedded as it is. */
export function eventLine(seq: number, t: number, from: 'client' | 'server', json: string, more: Head = {}): string {
  const event = JSON.parse(json) as { type?: string };
  const { session = 's1', sent = t + 0.05, ...rest } = more;
  const head = {
    kind: 'event',
    seq,
    session,
    t,
    ...(sent === null ? {} : { sent }),
    from,
    ...(event.type === undefined ? {} : { type: event.type }),
    bytes: Buffer.byteLength(json),
    ...rest,
  };
  return `${JSON.stringify(head).slice(0, -1)},"event":${json}}`;
}

/** The name of a new file with that content in a folder of its own, both gone after the test. */
export async function traceFile(content: string | Buffer, name = 'test.realtime.jsonl'): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trace-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}
