/** What is written for other programs, held against what the conversation is known to be. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { WaveFile } from 'wavefile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { exportFile } from '../../../src/exchange/export';
import type { ExportKind } from '../../../src/exchange/forms';
import { cell } from '../../../src/exchange/write/csv';
import { otlpRequests } from '../../../src/exchange/write/otlp';
import { escapeMarkdown } from '../../../src/exchange/write/transcript';
import { Recording, scratch } from '../rewrite/traces';
import { generator } from './importing';
import { level, RATE, voiceTrace } from './voiceTrace';

let folder = '';
let remove: () => Promise<void>;
let trace = '';
let count = 0;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  trace = voiceTrace(path.join(folder, 'voice.realtime.jsonl'));
});
afterAll(() => remove());

async function written(as: ExportKind, session = 's1', from = trace) {
  const file = path.join(folder, `out-${(count += 1)}`);
  const report = await exportFile(from, as, file, { generator, session });
  return { report, file, data: await readFile(file) };
}

/** Channels of a WAV, read by a library of others. */
function channelsOf(data: Buffer): { rate: number; channels: Int16Array[] } {
  const wav = new WaveFile(data);
  const { sampleRate, numChannels } = wav.fmt as { sampleRate: number; numChannels: number };
  const samples = wav.getSamples(false, Int16Array as never) as unknown as Int16Array | Int16Array[];
  return { rate: sampleRate, channels: numChannels === 1 ? [samples as Int16Array] : (samples as Int16Array[]) };
}

/** From and to of what is not silent, ms, and its value. */
function sounds(samples: Int16Array): [from: number, to: number, value: number][] {
  const found: [number, number, number][] = [];
  let from = 0;
  for (let at = 1; at <= samples.length; at += 1) {
    if (samples[at] === samples[from]) continue;
    if (samples[from] !== 0)
      found.push([Math.round((from * 1000) / RATE), Math.round((at * 1000) / RATE), samples[from] ?? 0]);
    from = at;
  }
  return found;
}

describe('sound', () => {
  it('is the user left and the model right, as it was heard', async () => {
    const { data, report } = await written('wav');
    const { rate, channels } = channelsOf(data);
    expect(rate).toBe(RATE);
    // The session begins where its handshake was answered. The first piece was sent at 1100 and captured before.
    const start = 500;
    expect(channels.map(sounds)).toEqual([[[1000 - start, 1600 - start, 1000]], [[2000 - start, 2500 - start, 2000]]]);
    expect(report.lost.join()).toContain('cut off and not heard: 1.0 s');
    expect(report.guessed).toHaveLength(2);
  });

  it.each([
    ['wav-input', 1000],
    ['wav-output', 2000],
  ] as const)('of one side alone is mono (%s)', async (as, value) => {
    const { channels } = channelsOf((await written(as)).data);
    expect(channels).toHaveLength(1);
    expect(sounds(channels[0] ?? new Int16Array()).map(([, , found]) => found)).toEqual([value]);
  });

  it('goes on where one stretch of work ends and the next begins', async () => {
    const long = new Recording(path.join(folder, 'long.realtime.jsonl'));
    long.open('s1', 0);
    for (let at = 1; at <= 700; at += 1)
      long.say('s1', at * 100, '>', { type: 'input_audio_buffer.append', audio: level(100, 500) });
    const { channels } = channelsOf((await written('wav-input', 's1', long.end())).data);
    expect(sounds(channels[0] ?? new Int16Array())).toEqual([[0, 70_000, 500]]);
  });

  it('ends with the connection that the client closes, in every form', async () => {
    const closed = new Recording(path.join(folder, 'closed.realtime.jsonl'), '2026-11-20T21:00:00.000Z', 'closed');
    const item = (id: string) => ({ response_id: 'r1', item_id: id, output_index: 0, content_index: 0 });
    closed.open('s1', 0);
    closed.say('s1', 500, '<', { type: 'response.created', response: { id: 'r1', status: 'in_progress' } });
    for (const [n, id] of ['a1', 'a2'].entries()) {
      const added = { id, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
      closed.say('s1', 600, '<', { type: 'conversation.item.added', previous_item_id: null, item: added });
      closed.say('s1', 1000, '<', { type: 'response.output_audio.delta', ...item(id), delta: level(1500, 2000 + n) });
      closed.say('s1', 1001, '<', {
        type: 'response.output_audio_transcript.done',
        ...item(id),
        transcript: `Says ${id}.`,
      });
    }
    // 700 ms of the first answer have been played; the second waits for its end.
    closed.close('s1', 1700);
    const file = closed.end();
    const { data, report } = await written('wav', 's1', file);
    const { channels } = channelsOf(data);
    expect(channels.map(({ length }) => (length * 1000) / RATE)).toEqual([1700, 1700]);
    expect(channels.map(sounds)[1]).toEqual([[1000, 1700, 2000]]);
    expect(report.lost).toContain('Output that was cut off and not heard: 2.3 s.');
    expect(report.guessed.join()).toContain('up to its own close');

    const vtt = await written('vtt', 's1', file);
    expect(vtt.data.toString()).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:01.700\n<v Assistant>Says a1.\n');
    expect(vtt.report.lost.join()).toContain('Answers of which nothing was heard have no caption');
    const text = (await written('transcript', 's1', file)).data.toString();
    expect(text).toContain('(the client closed: 0.7 s of 1.5 s heard): Says a1.');
    expect(text).toContain('**0:00.6 Assistant** (the client closed: 0.0 s of 1.5 s heard): Says a2.');

    const { requests } = await otlpRequests(file, { generator });
    const root = requests[0]?.resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(BigInt(root?.endTimeUnixNano ?? 0) - BigInt(root?.startTimeUnixNano ?? 0)).toBe(1_700_000_000n);
  });

  it('of a range begins and ends with it, and has what was captured and heard in it', async () => {
    const part = async (as: ExportKind, from: number, to: number) => {
      const file = path.join(folder, `out-${(count += 1)}`);
      const report = await exportFile(trace, as, file, { generator, session: 's1', range: { from, to } });
      return { report, ...channelsOf(await readFile(file)) };
    };
    const { channels, report } = await part('wav', 1200, 2200);
    expect(channels.map(({ length }) => (length * 1000) / RATE)).toEqual([1000, 1000]);
    // Times count from the range's beginning; the user speaks until 1600 and the model from 2000 on, both without an end here.
    expect(sounds(Int16Array.from([...channels[0]!, 0]))).toEqual([[0, 400, 1000]]);
    expect(sounds(Int16Array.from([...channels[1]!, 0]))).toEqual([[800, 1000, 2000]]);
    // What was cut off was cut off later.
    expect(report.lost).toEqual([]);
    expect((await part('wav-output', 2400, 3000)).report.lost).toEqual([
      'Output that was cut off and not heard: 1.0 s.',
    ]);
    // A range that begins before its session has the session's beginning.
    const early = (await part('wav-input', 0, 1100)).channels[0]!;
    expect(sounds(Int16Array.from([...early, 0]))).toEqual([[500, 600, 1000]]);

    await expect(part('wav-output', 500, 1900)).rejects.toThrow('There is no output sound in this range of');
    await expect(part('wav', 50_000, 60_000)).rejects.toThrow('There is no sound in this range of');
    await expect(part('csv', 0, 1000)).rejects.toThrow('A range is of sound');
    await expect(part('wav', 2000, 1500)).rejects.toThrow('ends before it begins: from 2 to 1.5 s');
  });

  it('leaves no file when it is stopped half way', async () => {
    const stop = new AbortController();
    const file = path.join(folder, 'stopped.wav');
    const progress = () => stop.abort(new Error('Stopped.'));
    const range = { from: 500, to: 60_000 };
    const long = path.join(folder, 'long.realtime.jsonl');
    await expect(exportFile(long, 'wav', file, { generator, range, signal: stop.signal, progress })).rejects.toThrow(
      'Stopped.',
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  it('has a file for each session, and none where there is no sound', async () => {
    const two = new Recording(path.join(folder, 'two.realtime.jsonl'));
    for (const session of ['s1', '../x']) {
      two.open(session, 0);
      two.say(session, 500, '>', { type: 'input_audio_buffer.append', audio: level(100, 500) });
    }
    const out = path.join(folder, 'sessions');
    await mkdir(out);
    await exportFile(two.end(), 'wav', path.join(out, 'a.wav'), { generator });
    expect((await readdir(out)).sort()).toEqual(['a.___x.wav', 'a.s1.wav']);
    await expect(written('wav', 's2')).rejects.toThrow('no sound');
    await expect(written('wav', 's9')).rejects.toThrow('no session s9; it has s1, s2');
  });
});

describe('a transcript', () => {
  it('is Markdown in which what was said is nothing but text', async () => {
    const text = (await written('transcript')).data.toString();
    expect(text).toContain(
      '**0:01.5 Assistant** (interrupted: 0.5 s of 1.5 s heard): Rain &amp; &lt;b\\>wind&lt;/b\\>, a lot.',
    );
    expect(text).toContain('User**: \\=How is the weather?');
    expect(text).toContain('Call** ` look `: ` {"a":1} `');
    expect(text).toContain('Output** ` look `: `` seen `it` ``');
  });

  it.each([
    ['# no heading', '\\# no heading'],
    ['a\n- b\n1. c', 'a  \n\\- b  \n1\\. c'],
    ['![x](http://y)', '\\!\\[x\\](http://y)'],
    ['a\n\n\n<script>', 'a  \n&lt;script\\>'],
    ['\u001b[31m', ' \\[31m'],
  ])('of %j is %j', (text, wanted) => expect(escapeMarkdown(text)).toBe(wanted));

  it('is captions that Chromium shows beside the sound', async () => {
    const vtt = (await written('vtt')).data.toString();
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      // As text: the page's own types are not those of this test.
      const cues = await page.evaluate(`new Promise((resolve, reject) => {
        const video = document.createElement('video');
        const track = document.createElement('track');
        track.src = URL.createObjectURL(new Blob([${JSON.stringify(vtt)}], { type: 'text/vtt' }));
        track.onload = () => resolve([...track.track.cues].map((cue) =>
          ({ from: cue.startTime, to: cue.endTime, shown: cue.getCueAsHTML().textContent })));
        track.onerror = () => reject(new Error('no captions'));
        video.append(track);
        document.body.append(video);
        track.track.mode = 'showing';
      })`);
      expect(cues).toEqual([
        { from: 0.7, to: 1.2, shown: '=How is the weather?' },
        { from: 1.5, to: 2, shown: 'Rain & <b>wind</b>, a lot.' },
      ]);
    } finally {
      await browser.close();
    }
  });

  it('is JSON with everything known of it', async () => {
    const said = JSON.parse((await written('transcript-json')).data.toString()) as Record<string, unknown>[];
    expect(said.map(({ who, kind }) => `${String(who)} ${String(kind)}`)).toEqual([
      'user message',
      'assistant message',
      // Of what the user began to say nothing came.
      'user message',
      'assistant call',
      'tool output',
    ]);
    expect(said[1]).toMatchObject({
      start: 1500,
      end: 2000,
      at: '2026-11-20T21:00:02.000Z',
      generatedMs: 1500,
      heardMs: 500,
    });
  });
});

describe('turns as a table', () => {
  it('have a line each, with latencies, tokens and cost', async () => {
    const [head = '', ...lines] = (await written('csv')).data.toString().trim().split('\r\n');
    const names = head.split(',');
    const [first = ''] = lines;
    // Nothing in this line has a comma within quotes but what was said.
    const cells = first.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
    const of = (name: string) => cells[names.indexOf(name)];
    expect(cells).toHaveLength(names.length);
    expect(of('status')).toBe('cancelled');
    expect(of('heard')).toBe("'=How is the weather?");
    expect(of('speech_to_audio_ms')).toBe('300');
    expect([of('input_tokens'), of('cached_tokens'), of('output_tokens')]).toEqual(['100', '30', '50']);
    expect(Number(of('cost_usd'))).toBeGreaterThan(0);
  });
  it.each([
    ['=1+1', "'=1+1"],
    ['a "b", c', '"a ""b"", c"'],
    [-1, '-1'],
    [null, ''],
  ])('keep %j as %j', (value, wanted) => expect(cell(value)).toBe(wanted));
});

describe('spans for Perfetto', () => {
  it('are slices that lie within one another or beside, on their threads', async () => {
    const { traceEvents: events } = JSON.parse((await written('perfetto')).data.toString()) as {
      traceEvents: { ph: string; name: string; ts: number; dur: number; tid: number; pid: number }[];
    };
    const slices = events.filter(({ ph }) => ph === 'X');
    expect(slices.find(({ name }) => /^response/.test(name))).toMatchObject({ ts: 1_800_000, dur: 720_000 });
    for (const a of slices)
      for (const b of slices)
        if (a !== b && a.tid === b.tid && a.pid === b.pid && a.ts <= b.ts && b.ts < a.ts + a.dur)
          expect(b.ts + b.dur).toBeLessThanOrEqual(a.ts + a.dur);
    const named = new Set(events.filter(({ name }) => name === 'thread_name').map(({ tid }) => tid));
    expect(slices.every(({ tid }) => named.has(tid))).toBe(true);
  });
});
