import { describe, expect, it } from 'vitest';
import { Wire } from './wire';

describe('playback', () => {
  it('begins when audio arrives, goes on without a break, and pauses where nothing came', () => {
    const wire = new Wire();
    wire.audio(100, 250);
    wire.audio(110, 250);
    wire.audio(900, 250);
    expect(wire.playback()).toEqual([
      {
        key: 's1 playback a1',
        session: 's1',
        response: 'r1',
        item: 'a1',
        arrivedFrom: 100,
        arrivedTo: 900,
        playsFrom: 100,
        playsTo: 1150,
        generatedMs: 750,
        heardMs: 750,
        cutBy: 'none',
        cutRow: null,
        aheadMs: 490,
      },
    ]);
  });

  it('of the next item waits for the one before', () => {
    const wire = new Wire();
    wire.audio(100, 1000);
    wire.audio(150, 500, 'r1', 'a2');
    expect(wire.playback()).toMatchObject([{ playsTo: 1100 }, { playsFrom: 1100, playsTo: 1600, aheadMs: 1450 }]);
  });

  it('stops when the user speaks: what was not played is not heard, and what still comes is thrown away', () => {
    const wire = new Wire();
    wire.session(0);
    wire.audio(100, 1000);
    wire.audio(120, 1000);
    wire.audio(130, 1000, 'r1', 'a2');
    const started = wire.started(1600, 'u1', 0);
    wire.audio(1620, 250);
    expect(wire.playback()).toMatchObject([
      { item: 'a1', generatedMs: 2250, heardMs: 1500, playsFrom: 100, playsTo: 1600, cutBy: 'interruption' },
      { item: 'a2', generatedMs: 1000, heardMs: 0, cutBy: 'interruption', cutRow: started },
    ]);
    expect(wire.metrics()).toMatchObject({ outputAudioMs: 3250, heardAudioMs: 1500 });
    // The next answer is heard at once.
    wire.audio(3000, 100, 'r2', 'a3');
    expect(wire.playback()[2]).toMatchObject({ playsFrom: 3000, playsTo: 3100 });
  });

  it('goes on when the session says that speech does not interrupt', () => {
    const wire = new Wire();
    wire.session(0, { type: 'server_vad', interrupt_response: false });
    wire.audio(100, 1000);
    wire.started(500, 'u1', 0);
    expect(wire.playback()).toMatchObject([{ heardMs: 1000, cutBy: 'none' }]);
  });

  it('is known exactly when the client truncates, also where it differs from the estimate', () => {
    const wire = new Wire();
    wire.session(0);
    wire.audio(100, 2000);
    wire.started(1100, 'u1', 0);
    const cut = wire.client(1120, 'conversation.item.truncate', { item_id: 'a1', audio_end_ms: 850 });
    wire.server(1200, 'conversation.item.truncated', { item_id: 'a1', audio_end_ms: 850 });
    expect(wire.playback()).toMatchObject([{ heardMs: 850, playsTo: 950, cutBy: 'truncate', cutRow: cut }]);
  });

  it('is cut by the server where there is no client to do it, and never beyond what there is', () => {
    const wire = new Wire();
    wire.audio(100, 500);
    wire.server(700, 'conversation.item.truncated', { item_id: 'a1', audio_end_ms: 9000 });
    expect(wire.playback()).toMatchObject([{ heardMs: 500, cutBy: 'server' }]);
  });

  it('is an estimate again when a truncation is refused', () => {
    const wire = new Wire();
    wire.session(0);
    wire.audio(0, 1000);
    wire.audio(3000, 2000, 'r2', 'a2');
    // Of an answer that was played to its end, and then of one that plays: 600 ms of it.
    const refuse = (t: number, item: string, ms: number) => {
      const event = { event_id: `e${t}`, item_id: item, content_index: 0, audio_end_ms: ms };
      const row = wire.client(t, 'conversation.item.truncate', event);
      wire.server(t + 50, 'error', { error: { type: 'invalid_request_error', event_id: `e${t}`, message: 'No.' } });
      return row;
    };
    refuse(3100, 'a1', 300);
    const stopped = refuse(3600, 'a2', 0);
    expect(wire.playback()).toMatchObject([
      { heardMs: 1000, playsTo: 1000, cutBy: 'none', cutRow: null },
      { heardMs: 600, playsTo: 3600, cutBy: 'interruption', cutRow: stopped },
    ]);
    expect(wire.metrics()).toMatchObject({ outputAudioMs: 3000, heardAudioMs: 1600 });
    // A second one that is taken is exact, also when the answer to the first comes after it.
    wire.client(4000, 'conversation.item.truncate', { event_id: 'one', item_id: 'a2', audio_end_ms: 9000 });
    wire.client(4010, 'conversation.item.truncate', { event_id: 'two', item_id: 'a2', audio_end_ms: 550 });
    wire.server(4020, 'error', { error: { event_id: 'one', message: 'Audio content is already shorter than 9000ms' } });
    wire.server(4030, 'conversation.item.truncated', { item_id: 'a2', audio_end_ms: 550 });
    expect(wire.playback()[1]).toMatchObject({ heardMs: 550, cutBy: 'truncate' });
    expect(wire.metrics().heardAudioMs).toBe(1550);
  });

  it('of sound without items is told stretch by stretch, and goes on after a cut', () => {
    const wire = new Wire();
    const heard = (t: number, ms: number) => wire.server(t, 'session.output_audio.delta', {}, { audioMs: ms });
    heard(1000, 200);
    heard(1250, 200);
    // Nobody spoke for ten seconds; then the listener's app throws away what waits.
    heard(12_000, 200);
    heard(12_010, 1000);
    wire.client(12_700, 'output_audio_buffer.clear');
    heard(12_900, 200);
    expect(wire.playback()).toMatchObject([
      { item: '', playsFrom: 1000, playsTo: 1450, generatedMs: 400, heardMs: 400, cutBy: 'none' },
      { item: '', playsFrom: 12_000, playsTo: 12_700, generatedMs: 1200, heardMs: 700, cutBy: 'interruption' },
      { item: '', playsFrom: 12_900, playsTo: 13_100, generatedMs: 200, heardMs: 200, cutBy: 'none' },
    ]);
    expect(wire.metrics()).toMatchObject({ outputAudioMs: 1800, heardAudioMs: 1300 });
    // A pause between two stretches is no gap in either.
    expect(wire.metrics().latencies.deltaGap).toMatchObject({ count: 2, max: 250 });
  });

  it('of two responses without items is told of each', () => {
    const wire = new Wire();
    wire.audio(0, 500, 'r1', '');
    wire.audio(100, 500, 'r2', '');
    expect(wire.playback()).toMatchObject([
      { response: 'r1', playsFrom: 0, playsTo: 500 },
      { response: 'r2', playsFrom: 500, playsTo: 1000 },
    ]);
  });

  it('stops with a cancel of the client, but not when all has been played', () => {
    const wire = new Wire();
    wire.audio(0, 500);
    wire.audio(1000, 500, 'r2', 'a2');
    wire.client(1200, 'response.cancel');
    expect(wire.playback()).toMatchObject([
      { heardMs: 500, cutBy: 'none' },
      { heardMs: 200, cutBy: 'interruption' },
    ]);
  });

  it('ends with the connection when the client closes it, and what still comes is not heard', () => {
    const wire = new Wire();
    wire.audio(100, 1000);
    wire.audio(120, 1000);
    wire.audio(130, 1000, 'r1', 'a2');
    const closed = wire.close(1600);
    wire.audio(1610, 250);
    wire.audio(1620, 400, 'r1', 'a3');
    expect(wire.playback()).toMatchObject([
      { item: 'a1', generatedMs: 2250, heardMs: 1500, playsTo: 1600, cutBy: 'close', cutRow: closed },
      { item: 'a2', generatedMs: 1000, heardMs: 0, cutBy: 'close', cutRow: closed },
      { item: 'a3', generatedMs: 400, heardMs: 0, cutBy: 'close', cutRow: closed },
    ]);
    expect(wire.metrics()).toMatchObject({ outputAudioMs: 3650, heardAudioMs: 1500 });
  });

  it('is whole when all was played before the client closed', () => {
    const wire = new Wire();
    wire.audio(100, 500);
    wire.close(600);
    expect(wire.playback()).toMatchObject([{ heardMs: 500, cutBy: 'none', cutRow: null }]);
  });

  it.each([
    ['the server', { by: 'server' }],
    ['the inspector', { by: 'client', origin: 'inspector' }],
  ] as const)('goes on when %s ends the connection: the client has its sound yet', (_who, more) => {
    const wire = new Wire();
    wire.audio(100, 1000);
    wire.record(400, { kind: 'close', session: 's1', t: 400, code: 1000, reason: '', ...more });
    expect(wire.playback()).toMatchObject([{ heardMs: 1000, playsTo: 1100, cutBy: 'none' }]);
  });
});

describe('the input buffer', () => {
  it('fills with appends, is emptied by a commit when it is sent, and gets back what was refused', () => {
    const wire = new Wire();
    wire.session(0, null);
    wire.append(100, 50);
    wire.client(110, 'input_audio_buffer.commit');
    wire.append(120, 30);
    wire.server(200, 'error', { error: { code: 'input_audio_buffer_commit_empty' } });
    wire.client(210, 'input_audio_buffer.clear');
    expect(wire.analysis.bufferLevels({ session: 's1', start: 0, end: 1000 })).toEqual([
      { t: 100, ms: 50 },
      { t: 110, ms: 0 },
      { t: 120, ms: 30 },
      { t: 200, ms: 80 },
      { t: 210, ms: 0 },
    ]);
    expect(wire.analysis.bufferLevels({ session: 's1', start: 115, end: 125 })).toEqual([
      { t: 110, ms: 0 },
      { t: 120, ms: 30 },
    ]);
  });

  it.each([2, 3, 10, 11, 100, 999])('keeps its peaks and commits where no more than %i steps are asked for', (most) => {
    const wire = new Wire();
    wire.session(0, null);
    // Turns of 7 steps, the highest level 700 ms in one of them and 350 ms in all others.
    for (let turn = 0; turn < 150; turn++) {
      for (let piece = 1; piece <= 7; piece++) wire.append(turn * 1000 + piece * 100, turn === 77 ? 100 : 50);
      wire.client(turn * 1000 + 800, 'input_audio_buffer.commit');
    }
    const all = wire.analysis.bufferLevels({ session: 's1', start: 0, end: 1e9 }, 5000);
    const some = wire.analysis.bufferLevels({ session: 's1', start: 0, end: 1e9 }, most);
    expect(all).toHaveLength(1200);
    expect(some.length).toBeLessThanOrEqual(most);
    expect(some[0]).toEqual(all[0]);
    expect(some.at(-1)).toEqual({ t: 149_800, ms: 0 });
    expect(some.map(({ t }) => t)).toEqual(some.map(({ t }) => t).sort((a, b) => a - b));
    if (most < 10) return;
    expect(some).toContainEqual({ t: 77_700, ms: 700 });
    expect(some.filter(({ ms }) => ms === 0).length).toBeGreaterThanOrEqual(Math.min(150, Math.floor(most / 2) - 1));
  });

  it('keeps what came after the end of speech when turn detection commits', () => {
    const wire = new Wire();
    wire.session(0);
    for (let t = 100; t <= 2000; t += 100) wire.append(t, 100);
    wire.started(900, 'u1', 700);
    wire.stopped(2010, 'u1', 1700);
    wire.committed(2011, 'u1');
    expect(wire.analysis.bufferLevels({ session: 's1', start: 2011, end: 2011 }).at(-1)).toEqual({ t: 2011, ms: 300 });
    expect(wire.metrics().inputAudioMs).toBe(1000);
  });

  it('knows when audio was captured though it was sent in a burst or with pauses', () => {
    const wire = new Wire();
    wire.session(0);
    wire.append(1000, 100);
    wire.append(1001, 100);
    wire.append(5000, 100);
    // 150 ms in is the middle of the second piece, which was captured by the time it was sent.
    wire.started(5001, 'u1', 0);
    wire.stopped(5002, 'u1', 150);
    expect(wire.turns()[0]?.voiceEnd).toBe(951);
    wire.stopped(5003, 'u1', 250);
    expect(wire.turns()[0]?.voiceEnd).toBe(4950);
    wire.stopped(5004, 'u1', 90_000);
    expect(wire.turns()[0]?.voiceEnd).toBeNull();
  });

  it('lets one late piece make no later one late', () => {
    const wire = new Wire();
    wire.session(0);
    // A microphone that never pauses stalls for half a second and catches up.
    for (let at = 100; at <= 1000; at += 100) wire.append(at, 100);
    for (let piece = 0; piece < 6; piece++) wire.append(1600, 100);
    for (let at = 1700; at <= 2500; at += 100) wire.append(at, 100);
    wire.started(2501, 'u1', 0);
    wire.stopped(2502, 'u1', 2400);
    expect(wire.turns()[0]?.voiceEnd).toBe(2400);
  });
});
