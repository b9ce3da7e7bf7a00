import { describe, expect, it } from 'vitest';
import { audioField, isDelta } from '../../../src/protocol/audioEvents';
import { AudioLanes, placesAudio } from '../../../src/analysis/audioLane';
import { PlaybackTracker } from '../../../src/analysis/playback';
import { SessionTraits } from '../../../src/analysis/traits';
import { traced } from './wire';

/** Bytes of so many ms of 24 kHz PCM. */
const pcm = (ms: number) => ms * 48;

describe('audio lanes', () => {
  it('puts input where it was captured: it ends when it was sent', () => {
    const lanes = new AudioLanes();
    expect(lanes.place('s1', 'client', 500, pcm(100), '')).toMatchObject({ start: 400, ms: 100, clock: 0 });
    expect(lanes.place('s1', 'client', 610, pcm(100), '')).toMatchObject({ start: 510, clock: 100 });
  });

  it('never lets pieces of input overlap when they are sent in a burst', () => {
    const lanes = new AudioLanes();
    lanes.place('s1', 'client', 500, pcm(100), '');
    expect(lanes.place('s1', 'client', 501, pcm(100), '').start).toBe(500);
    expect(lanes.place('s1', 'client', 502, pcm(100), '').start).toBe(600);
  });

  it('leaves a burst after a stall where its pieces were shown, and is right again after a pause as long as it is late', () => {
    const lanes = new AudioLanes();
    const starts = (...sent: number[]) => sent.map((t) => lanes.place('s1', 'client', t, pcm(100), '').start);
    expect(starts(500, 900, 900, 900, 1000)).toEqual([400, 800, 900, 1000, 1100]);
    expect(starts(1300, 1400)).toEqual([1200, 1300]);
  });

  it('puts output at its arrival, or behind what is still playing', () => {
    const lanes = new AudioLanes();
    expect(lanes.place('s1', 'server', 100, pcm(250), 'r1').start).toBe(100);
    expect(lanes.place('s1', 'server', 120, pcm(250), 'r1').start).toBe(350);
    expect(lanes.place('s1', 'server', 900, pcm(250), 'r2').start).toBe(900);
  });

  describe('puts the answer after an interruption where playback has it', () => {
    const interruptions: [string, 'client' | 'server', Record<string, unknown>][] = [
      ['the user speaks', 'server', { type: 'input_audio_buffer.speech_started', item_id: 'u1', audio_start_ms: 0 }],
      ['the client cancels', 'client', { type: 'response.cancel' }],
      ['the client clears', 'client', { type: 'output_audio_buffer.clear' }],
      ['the server clears', 'server', { type: 'output_audio_buffer.cleared', response_id: 'r1' }],
      [
        'the client truncates',
        'client',
        { type: 'conversation.item.truncate', item_id: 'a1', content_index: 0, audio_end_ms: 400 },
      ],
      [
        'the server truncates',
        'server',
        { type: 'conversation.item.truncated', item_id: 'a1', content_index: 0, audio_end_ms: 400 },
      ],
    ];
    /** Starts of the answers' first pieces by both ways of telling, and of a piece that came too late. */
    const told = (detection: object, from: 'client' | 'server', event: Record<string, unknown>) => {
      const lanes = new AudioLanes();
      const traits = new SessionTraits();
      const tracker = new PlaybackTracker('s1', traits);
      let row = 0;
      const put = (t: number, side: 'client' | 'server', body: Record<string, unknown>) => {
        const event = traced(row++, t, side, body);
        if (placesAudio(event.type, side)) lanes.observe('s1', side, t, body);
        traits.observe(event);
        tracker.event(event, {});
      };
      const speak = (t: number, ms: number, response: string, item: string) => {
        const body = { type: 'response.output_audio.delta', response_id: response, item_id: item };
        tracker.audio(traced(row++, t, 'server', body, { audioMs: ms }));
        return lanes.place('s1', 'server', t, pcm(ms), response, item);
      };
      put(0, 'server', { type: 'session.created', session: { audio: { input: { turn_detection: detection } } } });
      speak(100, 1000, 'r1', 'a1');
      speak(110, 1000, 'r1', 'a1');
      speak(120, 1000, 'r1', 'a2');
      put(600, from, event);
      const late = speak(620, 500, 'r1', 'a1');
      const next = speak(900, 300, 'r2', 'a3');
      const after = speak(910, 300, 'r2', 'a4');
      return { late, starts: [next.start, after.start], heard: ['a3', 'a4'].map((id) => tracker.of(id)?.playsFrom) };
    };
    it.each(interruptions)('%s', (_, from, event) => {
      const { late, starts, heard } = told({ type: 'server_vad' }, from, event);
      expect(starts).toEqual([900, 1200]);
      expect(starts).toEqual(heard);
      expect(late).toMatchObject({ start: 2100, late: true });
    });
    it('and leaves it behind the one before where speech does not interrupt', () => {
      const [, from, event] = interruptions[0] as (typeof interruptions)[0];
      const { late, starts, heard } = told({ type: 'server_vad', interrupt_response: false }, from, event);
      expect(starts).toEqual([3600, 3900]);
      expect(starts).toEqual(heard);
      expect(late).toMatchObject({ start: 3100, late: false });
    });
  });

  it('keeps sessions and directions apart', () => {
    const lanes = new AudioLanes();
    lanes.place('s1', 'server', 0, pcm(1000), '');
    expect(lanes.place('s2', 'server', 10, pcm(10), '').start).toBe(10);
    expect(lanes.place('s1', 'client', 100, pcm(10), '').start).toBe(90);
  });

  it('learns the formats of GA and of beta sessions, and of a single response', () => {
    const lanes = new AudioLanes();
    lanes.observe('s1', 'server', 0, {
      type: 'session.updated',
      session: { audio: { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcma' } } } },
    });
    expect(lanes.place('s1', 'client', 1000, 800, '')).toMatchObject({
      ms: 100,
      format: { codec: 'mulaw', rate: 8000 },
    });
    expect(lanes.place('s1', 'server', 1000, 800, '')).toMatchObject({ ms: 100, format: { codec: 'alaw' } });
    lanes.observe('s1', 'server', 0, {
      type: 'response.created',
      response: { id: 'r1', audio: { output: { format: { type: 'audio/pcm', rate: 24000 } } } },
    });
    expect(lanes.place('s1', 'server', 2000, pcm(100), 'r1')).toMatchObject({ ms: 100, format: { codec: 'pcm16' } });
    lanes.observe('s2', 'server', 0, { type: 'session.created', session: { input_audio_format: 'g711_ulaw' } });
    expect(lanes.format('s2', 'client').codec).toBe('mulaw');
    expect(lanes.format('s2', 'server').codec).toBe('pcm16');
  });

  it('takes only the server’s word for a format', () => {
    const lanes = new AudioLanes();
    lanes.observe('s1', 'client', 0, { type: 'session.updated', session: { input_audio_format: 'g711_ulaw' } });
    expect(lanes.format('s1', 'client').codec).toBe('pcm16');
  });

  it('knows which input a spoken item was made of, on the clock of the input', () => {
    const lanes = new AudioLanes();
    lanes.place('s1', 'client', 5000, pcm(3000), '');
    lanes.observe('s1', 'server', 0, { type: 'input_audio_buffer.speech_started', item_id: 'i1', audio_start_ms: 500 });
    expect(lanes.inputItem('s1', 'i1')).toEqual({ from: 500, to: Infinity });
    lanes.observe('s1', 'server', 0, { type: 'input_audio_buffer.speech_stopped', item_id: 'i1', audio_end_ms: 1800 });
    lanes.observe('s1', 'server', 0, { type: 'input_audio_buffer.committed', item_id: 'i1' });
    expect(lanes.inputItem('s1', 'i1')).toEqual({ from: 500, to: 1800 });
  });

  it('gives an item committed by hand everything since the last commit or clear', () => {
    const lanes = new AudioLanes();
    const commit = (item_id: string) =>
      lanes.observe('s1', 'server', 0, { type: 'input_audio_buffer.committed', item_id });
    lanes.place('s1', 'client', 1000, pcm(300), '');
    commit('i1');
    lanes.place('s1', 'client', 2000, pcm(200), '');
    lanes.observe('s1', 'server', 0, { type: 'input_audio_buffer.cleared' });
    lanes.place('s1', 'client', 3000, pcm(100), '');
    commit('i2');
    expect(lanes.inputItem('s1', 'i1')).toEqual({ from: 0, to: 300 });
    expect(lanes.inputItem('s1', 'i2')).toEqual({ from: 500, to: 600 });
    expect(lanes.inputItem('s1', 'i3')).toBeUndefined();
  });
});

describe('audioField', () => {
  it('knows audio by type and direction', () => {
    expect(audioField('input_audio_buffer.append', 'client')).toBe('audio');
    expect(audioField('input_audio_buffer.append', 'server')).toBeUndefined();
    expect(audioField('response.output_audio.delta', 'server')).toBe('delta');
    expect(audioField('response.output_audio_transcript.delta', 'server')).toBeUndefined();
  });
  it('folds deltas and appends', () => {
    expect(['response.output_text.delta', 'input_audio_buffer.append', 'response.done', ''].map(isDelta)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
