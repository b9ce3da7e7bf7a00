import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Recording, type RecordedSession } from '../../../src/replay/recording';

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const recorded = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
const scratch = mkdtempSync(path.join(tmpdir(), 'recording-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const HEADER = { kind: 'trace', version: 1, id: 'T', startedAt: '2026-11-20T21:00:00.000Z', generator: 'test' };
const open = {
  kind: 'open',
  session: 's1',
  t: 100,
  url: 'wss://example.com/v1/realtime?model=m',
  headers: { 'X-App': 'one' },
  subprotocols: ['realtime'],
  status: 101,
  upstream: 'example.com',
  phases: {},
};

function written(...lines: (object | string)[]): string {
  const file = path.join(scratch, `${randomUUID()}.realtime.jsonl`);
  writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n');
  return file;
}

const line = (seq: number, t: number, from: string, event: object, more: object = {}) => ({
  kind: 'event',
  seq,
  session: 's1',
  t,
  ...('fate' in more ? {} : { sent: t + 1 }),
  from,
  type: (event as { type?: string }).type,
  bytes: 10,
  ...more,
  event,
});

async function only(file: string): Promise<{ recording: Recording; session: RecordedSession }> {
  const recording = await Recording.open(file);
  const [session] = recording.sessions;
  if (!session) throw new Error('no session');
  return { recording, session };
}

describe('a recording for replay', () => {
  it('has what reached the other end: what was edited as it was edited, what was dropped not at all', async () => {
    const file = written(
      HEADER,
      open,
      line(1, 110, 'server', { type: 'session.created' }),
      line(2, 120, 'client', { type: 'response.create' }, { fate: 'held' }),
      line(
        3,
        130,
        'client',
        { type: 'response.create', response: { instructions: 'other' } },
        { origin: 'inspector', replaces: 2 },
      ),
      line(4, 140, 'client', { type: 'response.cancel' }, { fate: 'held' }),
      { ...line(5, 150, 'client', {}, { fate: 'dropped', replaces: 4 }), event: undefined },
      line(6, 160, 'client', { type: 'input_audio_buffer.clear' }, { fate: 'held' }),
      line(7, 170, 'client', { type: 'input_audio_buffer.clear' }, { replaces: 6 }),
      { kind: 'close', session: 's1', t: 200, code: 1000, reason: '', by: 'client' },
    );
    const { recording, session } = await only(file);
    expect(session.frames.map(({ seq, at, injected }) => [seq, at, injected])).toEqual([
      [1, 11, false],
      [3, 31, true],
      [7, 71, false],
    ]);
    expect(await recording.body(session.frames[1]!)).toEqual({
      kind: 'text',
      text: '{"type":"response.create","response":{"instructions":"other"}}',
    });
    expect(session.close).toEqual({ code: 1000, reason: '', by: 'client', at: 100 });
    expect(session).toMatchObject({
      url: open.url,
      subprotocols: ['realtime'],
      headers: { 'X-App': 'one' },
      timed: true,
    });
    await recording.close();
  });

  it('keeps every body byte for byte, also what is no JSON and what is binary', async () => {
    const spaced =
      '{"kind":"event","seq":1,"session":"s1","t":1,"sent":2,"from":"client","type":"x.y","bytes":20,"event":{ "type" : "x.y",  "n": 1.50 }}';
    const text = { kind: 'event', seq: 2, session: 's1', t: 2, sent: 3, from: 'client', bytes: 4, text: 'no\njson' };
    const bytes = {
      kind: 'event',
      seq: 3,
      session: 's1',
      t: 3,
      sent: 4,
      from: 'client',
      bytes: 3,
      opcode: 2,
      base64: 'AP9B',
    };
    const none = { kind: 'event', seq: 4, session: 's1', t: 4, sent: 5, from: 'client', bytes: 99_999_999 };
    const { recording, session } = await only(written(HEADER, open, spaced, text, bytes, none));
    expect(await Promise.all(session.frames.map((frame) => recording.body(frame)))).toEqual([
      { kind: 'text', text: '{ "type" : "x.y",  "n": 1.50 }' },
      { kind: 'text', text: 'no\njson' },
      { kind: 'binary', bytes: Buffer.from([0, 255, 65]) },
      undefined,
    ]);
    await recording.close();
  });

  it('knows what came of what, and how much audio went before', async () => {
    const audio = Buffer.alloc(4800).toString('base64');
    const file = written(
      HEADER,
      open,
      line(1, 110, 'client', { type: 'input_audio_buffer.append', audio }),
      line(2, 120, 'client', { type: 'input_audio_buffer.append', audio }),
      line(3, 130, 'client', { type: 'input_audio_buffer.commit' }),
      line(4, 140, 'server', { type: 'input_audio_buffer.committed', item_id: 'item_1' }),
    );
    const { recording, session } = await only(file);
    expect(session.frames.map(({ audioClock, audioMs }) => [audioClock, audioMs])).toEqual([
      [0, 100],
      [100, 100],
      [0, 0],
      [0, 0],
    ]);
    expect(session.frames[3]?.causes).toEqual([
      { cause: session.frames[2]?.row, effect: session.frames[3]?.row, kind: 'committed' },
    ]);
    await recording.close();
  });

  it('says in one sentence that there is nothing to replay', async () => {
    await expect(Recording.open(written(HEADER))).rejects.toThrow(/holds no session/);
    await expect(Recording.open(path.join(scratch, 'none.jsonl'))).rejects.toThrow(/cannot be read/);
  });
});

describe.runIf(recorded.length > 0)('a session that another recorder wrote down', () => {
  it.each(recorded)('%s has both ends, and no times', async (name) => {
    const { recording, session } = await only(path.join(folder, name));
    expect(session.timed).toBe(false);
    expect(new Set(session.frames.map(({ from }) => from))).toEqual(new Set(['client', 'server']));
    for (const frame of session.frames) {
      const body = await recording.body(frame);
      expect(JSON.parse(body?.kind === 'text' ? body.text : '')).toHaveProperty('type', frame.type);
    }
    expect(recording.problems).toEqual([expect.stringContaining('times were not recorded')]);
    await recording.close();
  });
});
