import { appendFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { WaveFile } from 'wavefile';
import { ROW_KINDS, RowFlag } from '../../../src/document/columns';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { buildWorker, openIndexed } from './openTestDocument';

buildWorker();

/** PCM of a constant value, as base64. */
function tone(ms: number, value: number): string {
  return Buffer.from(new Int16Array(ms * 24).fill(value).buffer).toString('base64');
}
const append = (seq: number, t: number, ms: number, value: number) =>
  eventLine(seq, t, 'client', `{"type":"input_audio_buffer.append","audio":"${tone(ms, value)}"}`);
const speak = (seq: number, t: number, ms: number, value: number, response = 'resp_1', item = 'item_1') =>
  eventLine(
    seq,
    t,
    'server',
    `{"type":"response.output_audio.delta","response_id":"${response}","delta":"${tone(ms, value)}"}`,
    {
      response,
      item,
    },
  );
const fromServer = (seq: number, t: number, event: object, more: object = {}) =>
  eventLine(seq, t, 'server', JSON.stringify(event), more);
const trace = (...lines: string[]) => traceFile([HEADER, ...lines, ''].join('\n'));

const kind = (name: (typeof ROW_KINDS)[number]) => ROW_KINDS.indexOf(name);

describe('an answer after a barge-in', () => {
  it('has its sound where it is heard, and the rest of the one before makes way for it', async () => {
    const file = await trace(
      openLine(),
      speak(1, 100, 500, 1000),
      speak(2, 110, 500, 2000),
      fromServer(3, 300, { type: 'input_audio_buffer.speech_started', item_id: 'u1', audio_start_ms: 0 }),
      speak(4, 310, 100, 3000),
      speak(5, 700, 200, 4000, 'resp_2', 'item_2'),
    );
    const { document, audio } = await openIndexed(file);
    expect(audio().map(({ audioAt, audioMs }) => [audioAt, audioMs])).toEqual([
      [100, 500],
      [600, 500],
      [1100, 100],
      [700, 200],
    ]);
    const values = async (more: object) => {
      const { samples, startMs } = await document.audio({ session: 's1', from: 'server', ...more });
      const value = (ms: number) => samples[ms * 24 + 12];
      return { startMs, ms: samples.length / 24, at: (times: number[]) => times.map(value) };
    };
    const all = await values({});
    expect([all.startMs, all.ms, all.at([0, 499, 599, 600, 799])]).toEqual([100, 800, [1000, 1000, 2000, 4000, 4000]]);
    const first = await values({ item: 'item_1' });
    expect([first.ms, first.at([0, 999, 1099])]).toEqual([1100, [1000, 2000, 3000]]);
    const { max } = await document.peaks('s1', 'server', 100, 1100, 10);
    expect([...max]).toEqual([1000, 1000, 1000, 1000, 1000, 2000, 4000, 4000, 0, 0]);
  });
});

describe('columns', () => {
  it('name neither end for a session that the inspector dropped', async () => {
    const dropped = closeLine('s1', 11, 1001).replace(/}$/, ',"origin":"inspector"}');
    const rows = (await openIndexed(await trace(openLine(), dropped))).rows();
    expect(rows.at(-1)).toMatchObject({ type: 'close 1001', from: 2, flags: RowFlag.injected });
  });

  it('mark what was held, changed, dropped and made by a rule, and not what was sent again by hand', async () => {
    const json = '{"type":"response.create"}';
    const { rows } = await openIndexed(
      await trace(
        eventLine(1, 1, 'client', json),
        eventLine(2, 2, 'client', json, { origin: 'inspector', replaces: 1 }),
        eventLine(3, 3, 'client', json, { sent: null, fate: 'held' }),
        eventLine(4, 4, 'client', json, { replaces: 3 }),
        eventLine(5, 5, 'client', json, { sent: null, fate: 'held' }),
        eventLine(6, 6, 'client', json, { origin: 'inspector', replaces: 5 }),
        eventLine(7, 7, 'client', json, { sent: null, fate: 'held' }),
        '{"kind":"event","seq":8,"session":"s1","t":8,"from":"client","type":"response.create","bytes":26,"replaces":7,"fate":"dropped"}',
        '{"kind":"event","seq":9,"session":"s1","t":8,"sent":8,"from":"client","type":"response.create","bytes":26,"origin":"inspector","rule":"more","event":{"type":"response.create"}}',
      ),
    );
    const { injected, held, edited, dropped, released, rule } = RowFlag;
    expect(rows().map((row) => row.flags)).toEqual([
      ...[0, injected, held, released, held, injected | edited, held, dropped],
      injected | rule,
    ]);
  });

  it('hold a row for every line but the header, with what a list shows', async () => {
    const file = await trace(
      openLine(),
      eventLine(1, 2, 'client', '{"type":"response.create"}', { origin: 'inspector', replaces: 9 }),
      fromServer(2, 3, { type: 'error', error: { message: 'no' } }),
      fromServer(3, 4, { type: 'response.output_text.delta', delta: 'é' }, { response: 'r', item: 'i', call: 'c' }),
      '{"kind":"event","seq":4,"session":"s1","t":5,"from":"client","bytes":3,"opcode":2,"base64":"AAEC"}',
      '{"kind":"event","seq":5,"session":"s1","t":6,"from":"client","bytes":3,"text":"hey"}',
      '{"kind":"control","session":"s1","t":7,"op":"ping","from":"server","bytes":4}',
      '{"kind":"gap","t":8,"from":6,"to":8,"count":3,"reason":"the disk was full"}',
      '{"kind":"http","t":9,"start":8,"method":"POST","url":"https://h/x","status":401,"requestHeaders":{},"responseHeaders":{}}',
      '{"kind":"note","t":10,"text":"hm"}',
      'rubbish',
      closeLine('s1', 11, 1001),
    );
    const opened = await openIndexed(file);
    const rows = opened.rows();
    expect(rows.map((row) => [row.kind, row.type, row.from])).toEqual([
      [kind('open'), 'open', 2],
      [kind('event'), 'response.create', 0],
      [kind('event'), 'error', 1],
      [kind('event'), 'response.output_text.delta', 1],
      [kind('event'), '', 0],
      [kind('event'), '', 0],
      [kind('control'), 'ping', 1],
      [kind('gap'), 'gap', 2],
      [kind('http'), 'POST', 2],
      [kind('note'), 'note', 2],
      [kind('unreadable'), 'unreadable', 2],
      [kind('close'), 'close 1001', 0],
    ]);
    expect(rows.map((row) => row.flags)).toEqual([
      0,
      RowFlag.injected,
      RowFlag.error,
      RowFlag.delta,
      RowFlag.opaque,
      RowFlag.opaque,
      0,
      0,
      RowFlag.error,
      0,
      RowFlag.error,
      0,
    ]);
    expect(rows[3]).toMatchObject({
      t: 4,
      sent: 4.05,
      seq: 3,
      session: 's1',
      response: 'r',
      item: 'i',
      call: 'c',
      bytes: 50,
    });
    expect(rows[4]?.sent).toBeNaN();
    expect(opened.states.at(-1)).toMatchObject({
      rows: 12,
      startedAt: '2026-11-20T21:00:00.000Z',
      version: 1,
      sessions: [{ id: 's1', label: 'gpt-realtime', start: 1, end: 11, status: 101 }],
      problems: [expect.stringMatching(/^Line 12 cannot be read/)],
    });
  });

  it('are whole buffers of their own, in batches of at most 20,000 rows', async () => {
    const lines = Array.from({ length: 45_000 }, (_, i) => eventLine(i + 1, i, 'server', `{"type":"x${i % 7}"}`));
    const { batches, rows, states } = await openIndexed(await trace(...lines));
    for (const batch of batches) {
      expect(batch.count).toBeLessThanOrEqual(20_000);
      for (const column of Object.values(batch).filter((value) => ArrayBuffer.isView(value))) {
        expect(column.byteLength).toBe(column.buffer.byteLength);
      }
    }
    expect(rows()).toHaveLength(45_000);
    expect(states.at(-1)).toMatchObject({ rows: 45_000 });
    expect(states.every((state) => state.read <= state.size)).toBe(true);
  });

  it('go on when the file grows, also in the middle of a line', async () => {
    const file = await trace(openLine());
    const opened = await openIndexed(file);
    const next = `${fromServer(1, 5, { type: 'x' })}\n`;
    await appendFile(file, next.slice(0, 30));
    expect(await opened.follow()).toMatchObject({ rows: 1, problems: [expect.stringMatching(/torn/)] });
    await appendFile(file, next.slice(30));
    expect(await opened.follow()).toMatchObject({ rows: 2, problems: [] });
    expect(opened.rows()[1]).toMatchObject({ seq: 1, type: 'x' });
  });

  it('show a refused session', async () => {
    const { rows, states } = await openIndexed(await trace(openLine('s1', 1, 'intent=transcription', 401)));
    expect(rows()).toMatchObject([{ type: 'refused 401', flags: RowFlag.error }]);
    expect(states.at(-1)?.sessions).toMatchObject([{ label: 'transcription', status: 401, end: 1 }]);
  });

  it('are known by their call: the request that began it, and its sideband', async () => {
    const request =
      '{"kind":"http","t":40,"start":10,"method":"POST","url":"https://api.openai.com/v1/realtime/calls","status":201,' +
      '"requestHeaders":{},"responseHeaders":{"Location":"/v1/realtime/calls/rtc_a1"}}';
    const { rows, states, document } = await openIndexed(await trace(request, openLine('s1', 50, 'call_id=rtc_a1')));
    expect(rows()).toMatchObject([
      { type: 'POST', session: '', call: 'rtc_a1' },
      { type: 'open', session: 's1', call: 'rtc_a1' },
    ]);
    expect(states.at(-1)?.sessions).toMatchObject([{ id: 's1', label: 'call rtc_a1 (sideband)', call: 'rtc_a1' }]);
    expect((await document.related(0)).effects).toEqual([{ cause: 0, effect: 1, kind: 'joined' }]);
  });

  it('show a session nobody answered as that, without a status', async () => {
    const { rows, document } = await openIndexed(await trace(openLine('s1', 1, 'model=m', 0)));
    expect(rows()).toMatchObject([{ type: 'no answer', flags: RowFlag.error }]);
    expect(await document.summaries([0])).toEqual(['no answer by wss://api.openai.com/v1/realtime?model=m']);
  });

  it('tell the sessions of joined traces apart', async () => {
    const later = HEADER.replace('21:00:00', '21:00:10');
    const { rows } = await openIndexed(await trace(openLine(), later, openLine('s1', 5)));
    expect(rows()).toMatchObject([
      { session: 's1', t: 1 },
      { session: 's1 (2)', t: 10_005 },
    ]);
  });

  it('show a trace of nothing', async () => {
    const { states } = await openIndexed(await traceFile(''));
    expect(states.at(-1)).toMatchObject({ rows: 0, size: 0, problems: [] });
    expect(states.at(-1)).not.toHaveProperty('notTrace');
  });

  it.each(['# Notes\n\nNo trace at all.\n', 'one line', '{"some":"json"}\n'])(
    'say of %j first that it is not a trace',
    async (text) => {
      const { states } = await openIndexed(await traceFile(text));
      expect(states.at(-1)).toMatchObject({ notTrace: true });
      expect(states.at(-1)?.problems[0]).toMatch(/^This file is not a Realtime trace/);
    },
  );

  it.each([`${HEADER}\n`, `${HEADER}\nrubbish\n`, `rubbish\n${openLine()}\n`])(
    'take %j for a trace, whatever else is in it',
    async (text) => {
      const { states } = await openIndexed(await traceFile(text));
      expect(states.at(-1)).not.toHaveProperty('notTrace');
    },
  );

  it('take a file for a trace as soon as it becomes one', async () => {
    const file = await traceFile(HEADER.slice(0, 20));
    const opened = await openIndexed(file);
    expect(opened.states.at(-1)).toMatchObject({ notTrace: true });
    await appendFile(file, `${HEADER.slice(20)}\n`);
    expect(await opened.follow()).not.toHaveProperty('notTrace');
  });
});

describe('spans', () => {
  it('stand on rows and end with their events', async () => {
    const { spans } = await openIndexed(
      await trace(
        openLine(),
        fromServer(1, 10, { type: 'response.created', response: { id: 'r1' } }),
        fromServer(2, 90, { type: 'response.done', response: { id: 'r1', status: 'failed' } }),
      ),
    );
    expect([...spans.values()].filter(({ lane }) => lane === 'response')).toMatchObject([
      { lane: 'response', start: 10, end: 90, startRow: 1, endRow: 2, status: 'failed' },
    ]);
  });
});

describe('bodies', () => {
  const odd = '{"type":"x", "n" : 1.0e2,"s":"\\ud800é"}';

  it('come byte for byte with the head beside them', async () => {
    const { document } = await openIndexed(await trace(eventLine(1, 2, 'client', odd, { redacted: ['/s'] })));
    expect(await document.body(0, false)).toEqual({
      row: 0,
      head: {
        kind: 'event',
        seq: 1,
        session: 's1',
        t: 2,
        sent: 2.05,
        from: 'client',
        type: 'x',
        bytes: Buffer.byteLength(odd),
        redacted: ['/s'],
      },
      format: 'json',
      text: odd,
      cutFrom: 0,
    });
  });

  it('are text, base64, a whole record, or nothing', async () => {
    const head = '{"kind":"event","seq":1,"session":"s1","t":1,"from":"client","bytes":5';
    const { document } = await openIndexed(
      await trace(
        `${head},"text":"a\\n\\"\\u00e9"}`,
        `${head},"opcode":2,"base64":"AAEC"}`,
        `${head}}`,
        openLine(),
        'rubbish <b>',
      ),
    );
    expect(await document.body(0, false)).toMatchObject({ format: 'text', text: 'a\n"é' });
    expect(await document.body(1, false)).toMatchObject({ format: 'base64', text: 'AAEC', head: { opcode: 2 } });
    expect(await document.body(2, false)).toMatchObject({ format: 'none', text: '' });
    expect(await document.body(3, false)).toMatchObject({ format: 'json', text: openLine(), head: { kind: 'open' } });
    expect(await document.body(4, false)).toMatchObject({ format: 'text', text: 'rubbish <b>' });
  });

  it('over 4 MiB are cut between characters, unless the whole is asked for', async () => {
    const json = `{"type":"x","s":"${'€'.repeat(2_000_000)}"}`;
    const text = JSON.stringify('\n'.repeat(3_000_000));
    const { document } = await openIndexed(
      await trace(
        eventLine(1, 1, 'client', json),
        `{"kind":"event","seq":2,"session":"s1","t":1,"from":"client","bytes":3000000,"text":${text}}`,
      ),
    );
    const cut = await document.body(0, false);
    expect(cut.cutFrom).toBe(Buffer.byteLength(json));
    expect(json.startsWith(cut.text)).toBe(true);
    expect(Buffer.byteLength(cut.text)).toBeGreaterThan((4 << 20) - 4);
    expect((await document.body(0, true)).text).toBe(json);
    const lines = await document.body(1, false);
    expect(lines.text).toMatch(/^\n{2000000,}$/);
    expect((await document.body(1, true)).text).toHaveLength(3_000_000);
  });

  it('of rows that are not there are refused by number', async () => {
    const { document } = await openIndexed(await trace(openLine()));
    await expect(document.body(1, false)).rejects.toThrow('Row 1 is not in this trace (it has 1).');
    await expect(document.body(-1, false)).rejects.toThrow('Row -1');
  });
});

describe('summaries', () => {
  it('come in the order asked for, rows that are not there empty', async () => {
    const { document } = await openIndexed(
      await trace(openLine(), fromServer(1, 2, { type: 'x.delta', delta: 'hello' }), append(2, 300, 250, 7), 'rubbish'),
    );
    expect(await document.summaries([2, 1, 99, 0, 3, 1])).toEqual([
      'audio 250 ms, 12.0 kB',
      'hello',
      '',
      'to wss://api.openai.com/v1/realtime?model=gpt-realtime',
      'rubbish',
      'hello',
    ]);
  });

  it('of very long lines do not need the whole of them', async () => {
    const { document } = await openIndexed(await trace(append(1, 60_000, 60_000, 1)));
    expect(await document.summaries([0])).toEqual([expect.stringMatching(/^audio 60\.0 s, 2\.9 MB$/)]);
  });
});

describe('audio', () => {
  const conversation = () =>
    trace(
      openLine(),
      append(1, 100, 100, 1),
      append(2, 200, 100, 2),
      append(3, 300, 100, 3),
      fromServer(
        4,
        310,
        { type: 'input_audio_buffer.speech_started', item_id: 'said', audio_start_ms: 50 },
        { item: 'said' },
      ),
      fromServer(
        5,
        320,
        { type: 'input_audio_buffer.speech_stopped', item_id: 'said', audio_end_ms: 250 },
        { item: 'said' },
      ),
      speak(6, 400, 250, 10),
      speak(7, 410, 250, 20),
      speak(8, 1000, 100, 30, 'resp_2', 'item_2'),
    );

  it('stands in lanes that never overlap', async () => {
    const { audio } = await openIndexed(await conversation());
    expect(
      audio().map((piece) => [
        piece.from === 0 ? 'client' : 'server',
        piece.row,
        piece.audioAt,
        piece.audioMs,
        piece.response,
      ]),
    ).toEqual([
      ['client', 1, 0, 100, ''],
      ['client', 2, 100, 100, ''],
      ['client', 3, 200, 100, ''],
      ['server', 6, 400, 250, 'resp_1'],
      ['server', 7, 650, 250, 'resp_1'],
      ['server', 8, 1000, 100, 'resp_2'],
    ]);
  });

  it('of a response is its pieces, sample for sample', async () => {
    const { document } = await openIndexed(await conversation());
    const clip = await document.audio({ session: 's1', from: 'server', response: 'resp_1' });
    expect(clip).toMatchObject({ rate: 24_000, startMs: 400, problem: '' });
    expect(clip.samples).toEqual(Int16Array.from({ length: 12_000 }, (_, i) => (i < 6000 ? 10 : 20)));
    expect((await document.audio({ session: 's1', from: 'server', item: 'item_2' })).samples).toEqual(
      new Int16Array(2400).fill(30),
    );
  });

  it('of a side keeps the silence between its pieces', async () => {
    const { document } = await openIndexed(await conversation());
    const { samples } = await document.audio({ session: 's1', from: 'server' });
    expect(samples).toHaveLength(700 * 24);
    expect([samples[500 * 24 - 1], samples[500 * 24], samples[600 * 24]]).toEqual([20, 0, 30]);
  });

  it('of what the user said is what the server heard as that item', async () => {
    const { document } = await openIndexed(await conversation());
    const clip = await document.audio({ session: 's1', from: 'client', item: 'said' });
    expect(clip.startMs).toBe(50);
    expect(clip.samples).toEqual(
      Int16Array.from({ length: 200 * 24 }, (_, i) => (i < 50 * 24 ? 1 : i < 150 * 24 ? 2 : 3)),
    );
  });

  it('of a stretch of time begins and ends within pieces', async () => {
    const { document } = await openIndexed(await conversation());
    const clip = await document.audio({ session: 's1', from: 'server', startMs: 600, endMs: 700 });
    expect(clip.startMs).toBe(600);
    expect(clip.samples).toEqual(Int16Array.from({ length: 2400 }, (_, i) => (i < 1200 ? 10 : 20)));
  });

  it('is saved as a WAV file that other programs read', async () => {
    const { document } = await openIndexed(await conversation());
    const wav = new WaveFile(await document.wav({ session: 's1', from: 'server', response: 'resp_2' }));
    expect(wav.fmt).toMatchObject({ sampleRate: 24_000, numChannels: 1 });
    expect([...wav.getSamples(false, Int16Array)]).toEqual(Array(2400).fill(30));
  });

  it('that is not there is said, not thrown, and not saved', async () => {
    const { document } = await openIndexed(await conversation());
    const nobody = { session: 's9', from: 'server' as const };
    expect(await document.audio(nobody)).toMatchObject({
      samples: new Int16Array(0),
      problem: 'There is no audio here.',
    });
    await expect(document.wav(nobody)).rejects.toThrow('There is no audio here.');
  });

  it('that is damaged plays what there is, and says so', async () => {
    const damaged = fromServer(
      1,
      5,
      { type: 'response.output_audio.delta', response_id: 'r', delta: `${tone(10, 5)}!!?` },
      { response: 'r' },
    );
    const { document } = await openIndexed(await trace(damaged));
    const clip = await document.audio({ session: 's1', from: 'server' });
    expect(clip.samples).toEqual(new Int16Array(240).fill(5));
    expect(clip.problem).toMatch(/event 1 is damaged/);
  });

  it('speaks the session’s codec', async () => {
    const { document } = await openIndexed(
      await trace(
        fromServer(1, 1, {
          type: 'session.updated',
          session: { audio: { output: { format: { type: 'audio/pcmu' } } } },
        }),
        fromServer(2, 5, { type: 'response.output_audio.delta', delta: Buffer.alloc(800, 0xff).toString('base64') }),
        fromServer(3, 5, { type: 'response.output_audio.delta', delta: Buffer.alloc(800, 0x80).toString('base64') }),
      ),
    );
    const clip = await document.audio({ session: 's1', from: 'server' });
    expect(clip.rate).toBe(8000);
    expect(clip.samples).toEqual(Int16Array.from({ length: 1600 }, (_, i) => (i < 800 ? 0 : 32_124)));
  });

  it('held back counts once, as it was sent on: let go, made worse by a rule, or not at all', async () => {
    const json = (value: number) => `{"type":"response.output_audio.delta","delta":"${tone(100, value)}"}`;
    const held = (seq: number) => eventLine(seq, seq, 'server', json(1), { sent: null, fate: 'held' });
    const { audio, document } = await openIndexed(
      await trace(
        ...[1, 2, 3].map(held),
        eventLine(4, 50, 'server', json(1), { replaces: 1 }),
        eventLine(5, 50, 'server', json(7), { replaces: 2, origin: 'inspector', rule: 'worse' }),
        eventLine(6, 50, 'server', '{"type":"response.output_audio.delta"}', {
          replaces: 3,
          sent: null,
          fate: 'dropped',
        }),
      ),
    );
    expect(audio().map(({ row, audioAt }) => [row, audioAt])).toEqual([
      [3, 50],
      [4, 150],
    ]);
    const clip = await document.audio({ session: 's1', from: 'server' });
    expect([...new Set(clip.samples)]).toEqual([1, 7]);
  });

  it('is found in indented JSON and behind escaped slashes', async () => {
    const indented = JSON.stringify({ type: 'input_audio_buffer.append', audio: tone(10, -1) }, null, 2);
    const line = JSON.stringify({
      kind: 'event',
      seq: 1,
      session: 's1',
      t: 10,
      sent: 10,
      from: 'client',
      type: 'input_audio_buffer.append',
      bytes: 1,
      text: indented,
    });
    const escaped = `{"type":"input_audio_buffer.append","audio":"${tone(10, -1).replaceAll('/', '\\/')}"}`;
    const { document, audio } = await openIndexed(await trace(line, eventLine(2, 20, 'client', escaped)));
    expect(tone(10, -1)).toContain('/');
    expect(audio().map((piece) => piece.audioMs)).toEqual([10, 10]);
    expect((await document.audio({ session: 's1', from: 'client' })).samples).toEqual(new Int16Array(480).fill(-1));
  });

  it('has a waveform between any two times', async () => {
    const { document } = await openIndexed(await conversation());
    const peaks = await document.peaks('s1', 'server', 0, 1200, 12);
    expect([...peaks.max]).toEqual([0, 0, 0, 0, 10, 10, 20, 20, 20, 0, 30, 0]);
    const close = await document.peaks('s1', 'server', 645, 655, 10);
    expect([...close.max]).toEqual([10, 10, 10, 10, 10, 20, 20, 20, 20, 20]);
    expect([...(await document.peaks('s9', 'client', 0, 10, 3)).max]).toEqual([0, 0, 0]);
  });
});

describe('meaning', () => {
  const event = { type: 'input_audio_buffer.append', audio: tone(100, 1) };
  const said = () =>
    trace(
      openLine(),
      eventLine(1, 100, 'client', JSON.stringify(event)),
      eventLine(2, 200, 'client', JSON.stringify(event)),
      eventLine(3, 210, 'client', '{"type":"input_audio_buffer.commit"}'),
      fromServer(4, 220, { type: 'input_audio_buffer.committed', item_id: 'item_u' }, { item: 'item_u' }),
      eventLine(5, 230, 'client', '{"type":"response.create"}'),
      fromServer(6, 300, { type: 'response.created', response: { id: 'resp_1' } }, { response: 'resp_1' }),
      fromServer(
        7,
        900,
        { type: 'response.done', response: { id: 'resp_1', status: 'completed' } },
        { response: 'resp_1' },
      ),
    );

  it('tells of a row what it came of and what came of it', async () => {
    const { document } = await openIndexed(await said());
    const { causes, effects } = await document.related(6);
    expect(causes).toContainEqual({ cause: 5, effect: 6, kind: 'started' });
    expect(effects).toEqual([{ cause: 6, effect: 7, kind: 'ended' }]);
    expect(await document.related(99)).toEqual({ causes: [], effects: [] });
  });
  it('has the level of the input buffer between two times', async () => {
    const { document } = await openIndexed(await said());
    const { t, ms } = await document.bufferSteps('s1', 150, 400, 100);
    expect([...t].map((at, n) => [at, ms[n]])).toEqual([
      [100, 100],
      [200, 200],
      [210, 0],
    ]);
    expect((await document.bufferSteps('s9', 0, 400, 100)).t).toHaveLength(0);
  });
  it('has the measures of a stretch of time', async () => {
    const { document } = await openIndexed(await said());
    const { metrics: whole } = await document.measures('s1', 0, 1000);
    expect(whole).toMatchObject({ session: 's1', turns: 1, responses: { completed: 1 } });
    expect(whole.latencies.createToCreated).toMatchObject({ count: 1, p50: 70 });
    const { metrics: early } = await document.measures('', 0, 250);
    expect(early.latencies.createToCreated).toBeUndefined();
  });
});

describe('an open document', () => {
  it('is refused in one clear sentence when the file is not there', async () => {
    await expect(openIndexed('/nowhere/x.realtime.jsonl')).rejects.toThrow(
      'The trace /nowhere/x.realtime.jsonl cannot be opened: it does not exist.',
    );
  });

  it('answers nothing after it was closed, and says why, also to questions under way', async () => {
    const { document } = await openIndexed(await trace(openLine()));
    const asked = expect(document.summaries([0])).rejects.toThrow('The trace has been closed.');
    await document.close();
    await asked;
    await expect(document.body(0, false)).rejects.toThrow('The trace has been closed.');
    await document.close();
  });
});
