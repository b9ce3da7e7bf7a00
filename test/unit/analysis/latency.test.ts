import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LATENCIES, LATENCY_NAMES, LatencyLog } from '../../../src/analysis/latency';
import { percentilesOf } from '../../../src/analysis/percentiles';
import { Wire } from './wire';

/** Measures of all turns as `name: ms`. */
const measured = (wire: Wire) =>
  wire.turns().flatMap(({ latencies }) => latencies.map(({ name, ms }) => `${name}: ${ms}`));
const medians = (wire: Wire) =>
  Object.fromEntries(Object.entries(wire.metrics().latencies).map(([name, { p50 }]) => [name, p50]));

describe('a spoken turn', () => {
  it('is measured from the end of speech as told, and from the end of the voice', () => {
    const wire = new Wire();
    wire.session(0);
    for (let t = 100; t <= 2000; t += 100) wire.append(t, 100);
    const started = wire.started(900, 'u1', 700);
    const stopped = wire.stopped(2010, 'u1', 1700);
    wire.committed(2011, 'u1');
    const created = wire.created(2030);
    wire.words(2210);
    const audio = wire.audio(2260, 250);
    wire.words(2270);
    wire.audio(2280, 250);
    wire.done(2600);
    expect(measured(wire)).toEqual([
      'endpointing: 310',
      'speechToCreated: 20',
      'speechToTranscript: 200',
      'speechToAudio: 250',
      'voiceToAudio: 560',
      'toAnswer: 250',
    ]);
    const [turn] = wire.turns();
    expect(turn?.latencies).toMatchObject([
      { fromRow: started },
      { fromRow: stopped, toRow: created },
      { fromRow: stopped },
      { fromRow: stopped, toRow: audio },
      {},
      { fromRow: stopped, toRow: audio },
    ]);
  });

  it('that the client commits is measured from its commit, and from its request', () => {
    const wire = new Wire();
    wire.session(0, null);
    wire.append(1000, 100);
    wire.client(1150, 'input_audio_buffer.commit');
    wire.client(1160, 'response.create');
    wire.committed(1300, 'u1');
    wire.created(1310);
    wire.audio(1500, 250);
    expect(measured(wire)).toEqual([
      'createToCreated: 150',
      'speechToCreated: 160',
      'createToAudio: 340',
      'speechToAudio: 350',
      'voiceToAudio: 500',
      'toAnswer: 350',
    ]);
  });

  it('is measured to its first answer only, not to the one after a tool, for which the user waited', () => {
    const wire = new Wire();
    wire.session(0);
    wire.started(900, 'u1', 700);
    wire.stopped(2010, 'u1', 1700);
    wire.committed(2011, 'u1');
    wire.created(2050);
    const item = { id: 'f1', type: 'function_call', name: 'get_weather', call_id: 'c1' };
    wire.server(2100, 'response.output_item.added', { response_id: 'r1', item });
    wire.done(2200);
    wire.client(2300, 'conversation.item.create', { item: { type: 'function_call_output', call_id: 'c1' } });
    wire.client(2310, 'response.create');
    wire.created(2350, 'r2');
    wire.audio(2400, 250, 'r2');
    expect(wire.turns()).toMatchObject([{ responses: ['r1', 'r2'] }]);
    expect(measured(wire)).toEqual([
      'speechToCreated: 40',
      'createToCreated: 40',
      'createToAudio: 90',
      'toAnswer: 390',
    ]);
  });
});

describe('a typed turn', () => {
  it('is measured from the request', () => {
    const wire = new Wire();
    wire.types(90, 'Hi');
    wire.client(100, 'response.create');
    wire.created(350);
    wire.server(540, 'response.output_text.delta', { response_id: 'r1', item_id: 'a1' });
    expect(measured(wire)).toEqual(['createToCreated: 250', 'createToText: 440']);
    // Words that no sound goes with are the answer; whether there is any is known at its end.
    wire.done(700);
    expect(measured(wire).at(-1)).toBe('toAnswer: 440');
  });

  it('waits from its first request, through a call, and not for what stays beside the conversation', () => {
    const wire = new Wire();
    wire.types(90, 'Weather?');
    wire.client(100, 'response.create');
    wire.created(150);
    wire.client(160, 'response.create', { response: { conversation: 'none' } });
    wire.created(170, 'r9', { conversation_id: null });
    wire.audio(180, 250, 'r9', 'a9');
    const item = { id: 'f1', type: 'function_call', name: 'get_weather', call_id: 'c1' };
    wire.server(300, 'response.output_item.added', { response_id: 'r1', item });
    wire.done(310);
    wire.client(2300, 'conversation.item.create', { item: { type: 'function_call_output', call_id: 'c1' } });
    wire.client(2310, 'response.create');
    wire.created(2350, 'r2');
    wire.words(2390, 'r2');
    const audio = wire.audio(2400, 250, 'r2');
    wire.done(2500, 'r2');
    const waits = wire.turns().flatMap(({ latencies }) => latencies.filter(({ name }) => name === 'toAnswer'));
    expect(waits).toEqual([{ name: 'toAnswer', ms: 2300, fromRow: 1, toRow: audio }]);
  });

  it('tells the wait also where calls of tools have filled the list', () => {
    const wire = new Wire();
    wire.types(0, 'Go');
    wire.client(0, 'response.create');
    for (let n = 1; n <= 70; n++) {
      wire.created(n * 100, `r${n}`);
      const item = { id: `f${n}`, type: 'function_call', name: 'look', call_id: `c${n}` };
      wire.server(n * 100 + 10, 'response.output_item.done', { response_id: `r${n}`, item });
      wire.done(n * 100 + 20, `r${n}`);
      wire.client(n * 100 + 30, 'conversation.item.create', {
        item: { type: 'function_call_output', call_id: `c${n}` },
      });
      wire.client(n * 100 + 40, 'response.create');
    }
    wire.created(8000, 'last');
    wire.audio(8100, 250, 'last');
    expect(measured(wire)).toHaveLength(65);
    expect(measured(wire).at(-1)).toBe('toAnswer: 8100');
  });
});

describe('a barge-in', () => {
  it('is measured to the last audio and to the cancelled response', () => {
    const wire = new Wire();
    wire.session(0);
    wire.client(10, 'response.create');
    wire.created(20);
    wire.audio(100, 250);
    wire.started(500, 'u2', 0);
    wire.audio(530, 250);
    wire.audio(560, 250);
    wire.done(600, 'r1', 'cancelled', { status_details: { reason: 'turn_detected' } });
    expect(medians(wire)).toMatchObject({ bargeInToLastAudio: 60, bargeInToDone: 100 });
  });

  it('is none when the response had been given or goes on to its end', () => {
    const wire = new Wire();
    wire.client(10, 'response.create');
    wire.created(20);
    wire.started(500, 'u2', 0);
    wire.audio(530, 250);
    wire.done(600);
    wire.started(700, 'u3', 0);
    expect(medians(wire)).not.toHaveProperty('bargeInToDone');
    expect(medians(wire)).not.toHaveProperty('bargeInToLastAudio');
  });
});

describe('a tool', () => {
  it('is measured from its arguments to its output and to the response that has it', () => {
    const wire = new Wire();
    wire.client(10, 'response.create');
    wire.created(20);
    const ids = { response_id: 'r1', item_id: 'f1', call_id: 'c1' };
    const item = { id: 'f1', type: 'function_call', name: 'get_weather', call_id: 'c1' };
    wire.server(30, 'response.output_item.added', { response_id: 'r1', item });
    wire.server(100, 'response.function_call_arguments.done', ids);
    wire.server(101, 'response.output_item.done', { response_id: 'r1', item });
    wire.client(400, 'conversation.item.create', { item: { type: 'function_call_output', call_id: 'c1' } });
    wire.client(401, 'response.create');
    wire.created(600, 'r2');
    expect(medians(wire)).toMatchObject({ toolRun: 300, toolRound: 500 });
  });
});

describe('streams', () => {
  it('are measured by the gaps of an item’s audio and by what lies ready at the client', () => {
    const wire = new Wire();
    wire.created(0);
    wire.audio(100, 250);
    wire.audio(110, 250);
    wire.audio(160, 250);
    wire.audio(1000, 250);
    const { deltaGap, aheadOfPlayback } = wire.metrics().latencies;
    expect(deltaGap).toEqual({ count: 3, min: 10, p50: 50, p95: 840, max: 840 });
    // 250; 500 less the 10 played; 750 less 60; all played, so 250 anew.
    expect(aheadOfPlayback).toEqual({ count: 4, min: 250, p50: 250, p95: 690, max: 690 });
  });

  it('and messages by what the proxy adds, its own aside', () => {
    const wire = new Wire();
    wire.created(0, 'r1');
    wire.client(10, 'response.create', {}, { sent: 10.5 });
    wire.client(20, 'response.create', {}, { sent: undefined, fate: 'held' });
    wire.client(30, 'response.create', {}, { sent: 99, origin: 'inspector' });
    expect(wire.metrics().latencies.proxyDelay).toMatchObject({ count: 2, min: 0, max: 0.5 });
  });

  it('and transcripts and updates by how late they are', () => {
    const wire = new Wire();
    wire.client(10, 'session.update', { session: {} });
    wire.server(270, 'session.updated', { session: {} });
    wire.committed(1000, 'u1');
    wire.server(1800, 'conversation.item.input_audio_transcription.completed', { item_id: 'u1', transcript: '' });
    expect(medians(wire)).toMatchObject({ updateRoundTrip: 260, transcriptLateness: 800 });
  });
});

describe('a selection', () => {
  it('has the values whose later end lies in it', () => {
    const wire = new Wire();
    for (let i = 0; i < 10; i++) {
      wire.client(i * 1000, 'response.create');
      wire.created(i * 1000 + i, `r${i}`);
      wire.done(i * 1000 + 500, `r${i}`, i === 4 ? 'failed' : 'completed');
    }
    const { latencies, turns, responses } = wire.metrics(3000, 6003);
    expect(latencies.createToCreated).toEqual({ count: 3, min: 3, p50: 4, p95: 5, max: 5 });
    expect(turns).toBe(4);
    expect(responses).toEqual({ completed: 2, failed: 1 });
    expect(wire.metrics().responses).toEqual({ completed: 9, failed: 1 });
  });

  it('that is the whole counts what goes on', () => {
    const wire = new Wire();
    wire.created(5);
    expect(wire.metrics().responses).toEqual({ in_progress: 1 });
    expect(wire.metrics(0, 10).responses).toEqual({});
  });
});

describe('percentiles', () => {
  it.each([
    [[], undefined],
    [[7], { count: 1, min: 7, p50: 7, p95: 7, max: 7 }],
    [[3, 1, 2, 4], { count: 4, min: 1, p50: 2, p95: 4, max: 4 }],
    [Array.from({ length: 100 }, (_, at) => 100 - at), { count: 100, min: 1, p50: 50, p95: 95, max: 100 }],
  ])('of %j are values that were measured, by nearest rank', (values, expected) => {
    expect(percentilesOf(Float64Array.from(values))).toEqual(expected);
  });

  it('of a long session are at most a tenth behind, and exact at its end', () => {
    const log = new LatencyLog();
    let worst = 0;
    for (let i = 1; i <= 20_000; i++) {
      log.add('deltaGap', i, i);
      const count = log.summary().deltaGap?.count ?? 0;
      worst = Math.max(worst, (i - count) / i);
    }
    expect(worst).toBeGreaterThan(0.05);
    expect(worst).toBeLessThan(0.1);
    expect(log.summary(true).deltaGap).toMatchObject({ count: 20_000, max: 20_000, p50: 10_000 });
  });
});

describe('LATENCIES', () => {
  it('stands in the manual as it is', () => {
    const manual = readFileSync(new URL('../../../docs/analysis.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
    for (const { title, from, to } of Object.values(LATENCIES))
      expect(manual).toContain(`| ${title} | ${from} | ${to} |`);
  });

  it('says of every measure what is taken from what', () => {
    expect(LATENCY_NAMES).toHaveLength(19);
    for (const name of LATENCY_NAMES) {
      const { title, formula, from, to } = LATENCIES[name];
      expect([title, formula, from, to].every((words) => words.length > 5)).toBe(true);
    }
  });
});
