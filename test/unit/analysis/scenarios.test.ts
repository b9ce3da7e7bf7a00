import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis';
import type { LinkKind, SpanLane } from '../../../src/analysis/model';
import { SCENARIOS } from './scenarioScripts';
import { Said } from './wire';

const run = (name: string) => {
  const script = SCENARIOS[name]?.();
  if (!script) throw new Error(`no scenario ${name}`);
  const { analysis, said } = script.analysed();
  return {
    script,
    analysis,
    turns: [...said.turns.values()],
    playback: [...said.playback.values()],
    spans: (lane: SpanLane) => [...said.spans.values()].filter((span) => span.lane === lane),
    metrics: said.metrics.get('s1'),
    /** `kind: type of the cause`, of each event of that type. */
    causes: (type: string) =>
      script.events
        .filter((event) => event.type === type)
        .map(({ row }) =>
          analysis.links.causesOf(row).map(({ kind, cause }) => `${kind}: ${script.events[cause]?.type}`),
        ),
  };
};

describe('a session of the simulator', () => {
  it('with a typed turn', () => {
    const { turns, causes, metrics } = run('text');
    expect(turns).toMatchObject([{ by: 'text', heard: 'Good morning', status: 'completed' }]);
    expect(turns[0]?.said).not.toBe('');
    expect(causes('session.updated')).toEqual([['updated: session.update']]);
    expect(causes('response.created')).toEqual([['started: response.create']]);
    expect(causes('conversation.item.added')).toEqual([['created: conversation.item.create'], []]);
    expect(metrics).toMatchObject({ turns: 1, responses: { completed: 1 }, model: 'gpt-realtime' });
  });

  it('with a spoken turn', () => {
    const { turns, causes, spans, playback, metrics, script } = run('spoken');
    expect(turns).toMatchObject([{ by: 'speech', status: 'completed', responses: [expect.any(String)] }]);
    const [turn] = turns;
    expect(turn?.heard).not.toBe('');
    // The voice ended in audio that was captured before turn detection could know it.
    expect(turn?.voiceEnd).toBeLessThanOrEqual(turn?.speechEnd ?? 0);
    const named = Object.fromEntries((turn?.latencies ?? []).map(({ name, ms }) => [name, ms]));
    const [stop, created] = ['input_audio_buffer.speech_stopped', 'response.created'].map(
      (type) => script.events.find((event) => event.type === type)?.t ?? NaN,
    );
    expect(named.speechToCreated).toBeCloseTo((created ?? NaN) - (stop ?? NaN));
    expect(named.voiceToAudio).toBeCloseTo((named.endpointing ?? NaN) + (named.speechToAudio ?? NaN));
    expect(causes('response.created')).toEqual([['started: input_audio_buffer.speech_stopped']]);
    expect(spans('transcription')).toMatchObject([{ status: 'completed' }]);
    expect(spans('speech')).toHaveLength(1);
    const sent = script.events.reduce((ms, { type, audioMs }) => ms + (type.includes('output_audio') ? audioMs : 0), 0);
    expect(playback[0]?.generatedMs).toBeCloseTo(sent);
    expect(metrics?.outputAudioMs).toBeCloseTo(sent);
  });

  it('that is spoken into', () => {
    const { turns, causes, playback, analysis, script, metrics } = run('bargeIn');
    expect(turns.map(({ by, status }) => [by, status])).toEqual([
      ['speech', expect.stringMatching(/cancelled|completed/)],
      ['speech', 'completed'],
    ]);
    const cut = playback.filter(({ cutBy }) => cutBy !== 'none');
    expect(cut).toHaveLength(1);
    expect(cut[0]?.heardMs).toBeLessThan(cut[0]?.generatedMs ?? 0);
    expect(metrics?.heardAudioMs).toBeLessThan(metrics?.outputAudioMs ?? 0);
    const kinds = new Set<LinkKind>();
    for (const { row } of script.events) for (const { kind } of analysis.links.causesOf(row)) kinds.add(kind);
    expect([...kinds]).toEqual(expect.arrayContaining(['stopped', 'committed', 'became', 'started', 'ended', 'cut']));
    expect(causes('conversation.item.truncate')).toEqual([['cut: response.output_audio.delta']]);
  });

  it('with a tool', () => {
    const { turns, causes, spans } = run('tool');
    expect(turns).toMatchObject([{ by: 'text', tools: ['get_weather'], status: 'completed' }]);
    expect(turns[0]?.responses).toHaveLength(2);
    expect(spans('call')).toMatchObject([
      { label: 'get_weather', status: 'completed', marks: [{ name: 'output sent' }] },
    ]);
    expect(causes('response.created')).toEqual([
      ['started: response.create'],
      ['started: response.create', 'started: conversation.item.create'],
    ]);
    expect(causes('conversation.item.create')).toEqual([[], ['called: response.function_call_arguments.done']]);
  });

  it('with an MCP server', () => {
    const { spans, turns } = run('mcp');
    expect(spans('mcp').map(({ label, status }) => `${label} ${status}`)).toEqual([
      'list tools docs completed',
      'lookup_word completed',
    ]);
    expect(turns).toMatchObject([{ tools: ['lookup_word'] }]);
  });

  it('that only transcribes', () => {
    const { turns, spans, causes, metrics } = run('transcription');
    expect(turns.map(({ by, status, responses }) => [by, status, responses.length])).toEqual([
      ['speech', 'none', 0],
      ['speech', 'none', 0],
    ]);
    expect(spans('transcription').map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(new Set(causes('conversation.item.input_audio_transcription.completed').flat())).toEqual(
      new Set(['transcribed: input_audio_buffer.committed']),
    );
    expect(metrics?.inputAudioMs).toBeGreaterThan(1000);
  });

  it('with a response beside the conversation', () => {
    const { turns, spans } = run('outOfBand');
    expect(turns).toHaveLength(1);
    expect(turns[0]?.responses).toHaveLength(2);
    expect(
      spans('response')
        .map(({ label }) => label)
        .sort(),
    ).toEqual(['out-of-band', 'response']);
  });

  it('in which the client cancels', () => {
    const { turns, causes } = run('cancelled');
    expect(turns).toMatchObject([{ status: 'cancelled', detail: 'client cancelled' }]);
    expect(causes('response.done')).toEqual([['ended: response.created', 'interrupted: response.cancel']]);
  });

  it('in which a response fails', () => {
    const { turns, metrics } = run('failed');
    expect(turns).toMatchObject([{ status: 'failed' }]);
    expect(turns[0]?.detail).not.toBe('');
    expect(metrics?.responses).toEqual({ failed: 1 });
  });

  it('in which requests are refused', () => {
    const { causes, turns } = run('refused');
    expect(causes('error')).toEqual([
      ['refused: session.update'],
      ['refused: response.cancel'],
      ['refused: input_audio_buffer.commit'],
    ]);
    expect(turns).toEqual([]);
  });
});

describe('any beginning of a session', () => {
  it.each(Object.keys(SCENARIOS))('of kind %s is analysed as the whole is, however often it is asked', (name) => {
    const { script } = run(name);
    const whole = script.analysed().said;
    const analysis = new Analysis();
    const said = new Said();
    for (const event of script.events) {
      analysis.event(event);
      const before = new Map(said.spans);
      said.add(analysis.take());
      // What has ended stays as it is, and nothing is taken back.
      for (const [key, span] of before) {
        const now = said.spans.get(key);
        expect(now?.start).toBe(span.start);
        if (span.end !== null && span.lane !== 'turn') expect(now).toEqual(span);
        expect(now?.marks.slice(0, span.marks.length)).toEqual(span.marks);
      }
    }
    expect(said.spans).toEqual(whole.spans);
    expect(said.turns).toEqual(whole.turns);
    expect(said.playback).toEqual(whole.playback);
    expect(said.configs).toEqual(whole.configs);
    expect(said.metrics).toEqual(whole.metrics);
  });
});
