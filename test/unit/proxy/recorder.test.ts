import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { constants, createDeflateRaw, deflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { OpenNote } from '../../../src/proxy/notes';
import { Recorder } from '../../../src/proxy/recorder';
import { EntryTag } from '../../../src/proxy/ring';
import { LARGEST_MESSAGE } from '../../../src/proxy/tap';
import { frame, pieces } from './wireFrames';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

const CLIENT = 2;
const SERVER = 3;

/** A recorder on a real file, fed as the ring would feed it. */
function recorder(open: Partial<OpenNote> = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rti-recorder-'));
  folders.push(folder);
  const file = path.join(folder, 'x.realtime.jsonl');
  const made = new Recorder(
    { newFile: () => file, generator: 'test', epoch: 1e12, alsoSecret: ['segment-of-the-url'], on: true },
    100,
  );
  const note: OpenNote = {
    session: 's1',
    url: 'wss://api.example/v1/realtime?model=m',
    upstream: 'api.example',
    requestHeaders: ['Authorization', 'Bearer sk-proj-abcdefghijklmnop', 'X-Via', '/k/segment-of-the-url/v1'],
    subprotocols: ['realtime', 'openai-insecure-api-key.sk-abcdefghijklmnop'],
    status: 101,
    phases: {},
    own: false,
    ...open,
  };
  const entry = (tag: number, stream: number, t: number, payload: Buffer) =>
    made.take({ tag, stream, t, sent: t + 0.25, more: false, payload: Buffer.from(payload) });
  entry(EntryTag.open, CLIENT, 100, Buffer.from(JSON.stringify(note)));
  return {
    recorder: made,
    bytes: (stream: number, t: number, payload: Buffer) => entry(EntryTag.bytes, stream, t, payload),
    entry,
    lines(): Record<string, unknown>[] {
      made.recording.flush();
      return fs
        .readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    text(): string {
      made.recording.flush();
      return fs.readFileSync(file, 'utf8');
    },
  };
}

const events = (lines: Record<string, unknown>[]) => lines.filter((line) => line.kind === 'event');

describe('the recorder', () => {
  it('records the same events however the bytes were cut, whole, fragmented or masked', () => {
    const stream = Buffer.concat([
      frame('{"type":"a","n":1}', { mask: true }),
      frame('{"type":"b",', { fin: false, mask: true }),
      frame('', { opcode: 9, mask: true }),
      frame('"n":2}', { opcode: 0, mask: true }),
      frame('', { mask: true }),
      frame('{"type":"c","n":3}', { mask: true }),
      frame(Buffer.from([0, 255, 10]), { opcode: 2, mask: true }),
    ]);
    const bodies = (most: number) => {
      const { bytes, lines } = recorder();
      for (const piece of pieces(stream, most)) bytes(CLIENT, 101, piece);
      return events(lines()).map(({ seq, event, text, base64, bytes: size }) => ({ seq, event, text, base64, size }));
    };
    const whole = bodies(100_000);
    expect(whole).toEqual([
      { seq: 1, event: { type: 'a', n: 1 }, size: 18 },
      { seq: 2, event: { type: 'b', n: 2 }, size: 18 },
      { seq: 3, text: '', size: 0 },
      { seq: 4, event: { type: 'c', n: 3 }, size: 18 },
      { seq: 5, base64: 'AP8K', size: 3 },
    ]);
    for (const most of [1, 2, 5, 11, 64]) expect(bodies(most)).toEqual(whole);
  });

  it('stamps a message with the chunk that completed it', () => {
    const { bytes, lines } = recorder();
    const message = frame('{"type":"a"}');
    bytes(SERVER, 101, message.subarray(0, 5));
    bytes(SERVER, 107.5, message.subarray(5));
    expect(events(lines())[0]).toMatchObject({ t: 7.5, sent: 7.75, from: 'server' });
  });

  it('keeps valid JSON byte for byte, and puts other text into a string', () => {
    const { bytes, text, lines } = recorder();
    const odd = '{ "type" : "x",\t"big":123456789012345678901234567890, "dup":1,"dup":2, "s":"\\ud800 é"}';
    bytes(SERVER, 101, frame(odd));
    bytes(SERVER, 101, frame('{"type":\n"y"}'));
    bytes(SERVER, 101, frame(Buffer.from([0x22, 0xff, 0x22])));
    expect(text()).toContain(`"event":${odd}}\n`);
    expect(events(lines()).slice(1)).toMatchObject([
      { type: 'y', text: '{"type":\n"y"}' },
      { opcode: 1, base64: Buffer.from([0x22, 0xff, 0x22]).toString('base64') },
    ]);
  });

  it('keeps messages of all sessions in the order of their completion while one is still being inflated', async () => {
    const { bytes, entry, recorder: made, lines } = recorder({ extensions: 'permessage-deflate' });
    entry(
      EntryTag.open,
      4,
      100,
      Buffer.from(
        JSON.stringify({
          session: 's2',
          url: 'ws://x/',
          upstream: 'x',
          requestHeaders: [],
          subprotocols: [],
          status: 101,
          phases: {},
          own: false,
        }),
      ),
    );
    const deflate = createDeflateRaw();
    const compress = (text: string) =>
      new Promise<Buffer>((resolve) => {
        const parts: Buffer[] = [];
        const take = (part: Buffer) => parts.push(part);
        deflate.on('data', take);
        deflate.write(text);
        deflate.flush(constants.Z_SYNC_FLUSH, () => {
          deflate.off('data', take);
          resolve(Buffer.concat(parts).subarray(0, -4));
        });
      });
    // The second message refers back into the first: the window must be kept.
    const first = await compress('{"type":"first","x":"abcabcabc"}');
    const second = await compress('{"type":"second","x":"abcabcabc"}');
    bytes(SERVER, 101, frame(first, { rsv1: true }));
    bytes(5, 102, frame('{"type":"other"}'));
    bytes(SERVER, 103, Buffer.concat([frame(second, { rsv1: true }), frame('{"type":"plain"}')]));
    entry(EntryTag.end, CLIENT, 104, Buffer.from(JSON.stringify({ by: 'client', reason: '' })));
    expect(made.recording.waiting).toBe(true);
    while (made.recording.waiting) await new Promise((resolve) => setImmediate(resolve));
    expect(events(lines()).map(({ type, t }) => [type, t])).toEqual([
      ['first', 1],
      ['other', 2],
      ['second', 3],
      ['plain', 3],
    ]);
    expect(lines().at(-1)).toMatchObject({ kind: 'close', code: 1006, by: 'client' });
  });

  it('records an oversize message by its size and goes on with the next', () => {
    const { bytes, lines } = recorder();
    const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeBigUInt64BE(BigInt(LARGEST_MESSAGE + 1), 2);
    bytes(SERVER, 101, Buffer.concat([frame('{"type":"before"}'), head]));
    for (let left = LARGEST_MESSAGE; left > 0; left -= 1 << 20) bytes(SERVER, 102, Buffer.alloc(1 << 20, 32));
    bytes(SERVER, 103, Buffer.concat([Buffer.of(32), frame('{"type":"after"}')]));
    const [before, large, after] = events(lines());
    expect(before).toMatchObject({ type: 'before' });
    expect(large).toMatchObject({ seq: 2, t: 3, bytes: LARGEST_MESSAGE + 1 });
    expect(Object.keys(large ?? {})).not.toContain('event');
    expect(after).toMatchObject({ seq: 3, type: 'after' });
  });

  it('says that a stream can no longer be decoded, and goes on with sizes', () => {
    const { bytes, lines } = recorder({ extensions: 'x-unknown-extension' });
    bytes(SERVER, 101, frame('{"type":"a"}'));
    expect(lines().filter((line) => line.kind === 'gap')).toHaveLength(2);
    expect(events(lines())).toMatchObject([{ bytes: 12, from: 'server' }]);
  });

  it('lets no key of a session reach the file by what its server repeats, whatever its shape', () => {
    const { bytes, text, lines } = recorder({ requestHeaders: ['Authorization', 'Bearer of-another-shape'] });
    bytes(SERVER, 101, frame('{"type":"error","error":{"message":"Incorrect API key: of-another-shape."}}'));
    const close = Buffer.concat([Buffer.from([11, 184]), Buffer.from('no of-another-shape')]);
    bytes(SERVER, 102, frame(close, { opcode: 8 }));
    expect(lines().map(({ kind }) => kind)).toEqual(['trace', 'open', 'event', 'close']);
    expect(text()).not.toContain('of-another-shape');
    expect(text()).toContain('Incorrect API key: [redacted].');
    const word = recorder({ requestHeaders: ['Authorization', 'Bearer simulator'] });
    word.bytes(SERVER, 101, frame('{"type":"response.output_text.done","text":"I am a simulator."}'));
    expect(word.text()).toContain('I am a simulator.');
  });

  it('lets no secret reach the file', () => {
    const { bytes, entry, text, lines } = recorder();
    bytes(
      CLIENT,
      101,
      frame('{"type":"session.update","session":{"tools":[{"type":"mcp","authorization":"hunter22hunter"}]}}', {
        mask: true,
      }),
    );
    const note = Buffer.concat([
      Buffer.from('{"replaces":1}'),
      Buffer.of(0),
      Buffer.from('{"type":"x","key":"sk-proj-qrstuvwxyz123456"}'),
    ]);
    entry(EntryTag.said, CLIENT, 102, note);
    const exchange = {
      start: 100,
      t: 103,
      method: 'POST',
      url: 'https://api.example/v1/realtime/client_secrets',
      status: 200,
      requestHeaders: { authorization: 'Bearer sk-proj-abcdefghijklmnop' },
      responseHeaders: { 'set-cookie': ['a=b', 'c=d'] },
      responseBody: '{"value":"of-another-servers-shape","expires_at":1}',
    };
    entry(EntryTag.http, 0, 103, Buffer.from(JSON.stringify(exchange)));
    bytes(
      SERVER,
      104,
      frame(Buffer.concat([Buffer.from([3, 232]), Buffer.from('bad key sk-abcdefghijklmnop')]), { opcode: 8 }),
    );
    for (const secret of ['abcdefghijklmnop', 'segment-of-the-url', 'hunter22', 'qrstuvwxyz', 'another-servers', 'a=b'])
      expect(text()).not.toContain(secret);
    expect(lines().map((line) => line.kind)).toEqual(['trace', 'open', 'event', 'event', 'http', 'close']);
    expect(events(lines())).toMatchObject([
      { redacted: ['/session/tools/0/authorization'] },
      { origin: 'inspector', replaces: 1, redacted: ['/key'] },
    ]);
  });

  it('counts what passes while recording is off', () => {
    const { recorder: made, bytes, lines } = recorder();
    bytes(SERVER, 101, frame('{"type":"a"}'));
    made.recording.setOn(false, 102);
    bytes(SERVER, 103, Buffer.concat([frame('{"type":"b"}'), frame('{"type":"c"}')]));
    made.recording.setOn(true, 105);
    bytes(SERVER, 106, frame('{"type":"d"}'));
    expect(lines().slice(2)).toMatchObject([
      { seq: 1, type: 'a' },
      { kind: 'gap', t: 5, from: 2, to: 3, count: 2 },
      { seq: 4, type: 'd' },
    ]);
  });

  it('takes the code and reason of the first close frame, and 1006 when there was none', () => {
    const graceful = recorder();
    graceful.bytes(
      CLIENT,
      101,
      frame(Buffer.concat([Buffer.from([3, 233]), Buffer.from('away')]), { opcode: 8, mask: true }),
    );
    graceful.bytes(SERVER, 102, frame(Buffer.from([3, 233]), { opcode: 8 }));
    graceful.entry(EntryTag.end, CLIENT, 103, Buffer.from('{"by":"server","reason":""}'));
    expect(graceful.lines().at(-1)).toEqual({
      kind: 'close',
      session: 's1',
      t: 1,
      code: 1001,
      reason: 'away',
      by: 'client',
    });
    const cut = recorder();
    cut.entry(EntryTag.end, CLIENT, 103, Buffer.from('{"by":"server","reason":"the connection was reset"}'));
    expect(cut.lines().at(-1)).toMatchObject({ code: 1006, by: 'server', reason: 'the connection was reset' });
  });

  it('says who closed first also when that frame waits behind a message being inflated', async () => {
    const goodbye = frame(Buffer.concat([Buffer.from([3, 233]), Buffer.from('away')]), { opcode: 8, mask: true });
    const farewell = frame(Buffer.from([3, 233]), { opcode: 8 });
    const last = (body: Buffer): Buffer => Buffer.concat([frame(body, { rsv1: true, mask: true }), goodbye]);
    const ended = async (body: Buffer): Promise<Record<string, unknown>[]> => {
      const { bytes, entry, recorder: made, lines } = recorder({ extensions: 'permessage-deflate' });
      bytes(CLIENT, 101, last(body));
      bytes(SERVER, 102, farewell);
      entry(EntryTag.end, CLIENT, 103, Buffer.from('{"by":"server","reason":""}'));
      await expect.poll(() => made.recording.waiting || lines().every((line) => line.kind !== 'close')).toBe(false);
      return lines().filter((line) => line.kind === 'close');
    };
    const close = { kind: 'close', session: 's1', code: 1001 };
    expect(await ended(deflateRawSync('{"type":"last"}'))).toEqual([{ ...close, t: 1, reason: 'away', by: 'client' }]);
    // Nothing can be made of the first one any more: then the answer to it is what there is.
    expect(await ended(Buffer.from([255, 255, 255]))).toEqual([{ ...close, t: 2, reason: '', by: 'server' }]);
  });
});
