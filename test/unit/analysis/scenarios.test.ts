import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis';
import type { LinkKind, SpanLane } from '../../../src/analysis/model';
import { DEFAULT_SCENARIO } from '../../../src/simulator/defaultScenario';
import { silence, speech } from '../simulator/speech';
import { RecordedScript } from './recordedScript';
import { Said } from './wire';

const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const docs = { type: 'mcp', server_label: 'docs', server_url: 'https://docs.example/mcp', require_approval: 'never' };
const mcp = { docs: { tools: [{ name: 'lookup_word', inputSchema: { type: 'object' }, output: 'A bird.' }] } };
const callOf = (script: RecordedScript): unknown =>
  script.events.find(({ type }) => type === 'response.function_call_arguments.done')?.call;

/** One session for each way a session can go, played to the simulator's state machine. */
const SCENARIOS: Record<string, () => RecordedScript> = {
  text: () => {
    const script = new RecordedScript();
    script.update({ output_modalities: ['text'] });
    script.say('Good morning');
    script.respond();
    return script;
  },
  spoken: () => {
    const script = new RecordedScript();
    script.update({ audio: { input: { transcription: { model: 'whisper-1' } } } });
    script.hear(Buffer.concat([speech('Hello, who is there?'), silence(900)]));
    script.wait(20_000);
    return script;
  },
  bargeIn: () => {
    const script = new RecordedScript();
    script.hear(Buffer.concat([speech('Please tell me a very long story about the sea and its ships'), silence(700)]));
    script.wait(150);
    script.hear(Buffer.concat([speech('Stop it now please, I have heard enough of that.'), silence(700)]));
    const spoken = script.events.find(({ type }) => type === 'response.output_audio.delta');
    script.send({ type: 'conversation.item.truncate', item_id: spoken?.item, content_index: 0, audio_end_ms: 100 });
    script.wait(20_000);
    return script;
  },
  tool: () => {
    const script = new RecordedScript();
    script.update({ output_modalities: ['text'], tools: [weather] });
    script.say('What is the weather in Oslo?');
    script.respond();
    const item = { type: 'function_call_output', call_id: callOf(script), output: 'fog' };
    script.send({ type: 'conversation.item.create', item });
    script.respond();
    return script;
  },
  mcp: () => {
    const script = new RecordedScript({ scenario: { mcp } });
    script.update({ tools: [docs], output_modalities: ['text'] });
    script.wait(1000);
    script.say('Please look the word up: lookup word heron');
    script.respond();
    return script;
  },
  transcription: () => {
    const script = new RecordedScript({ kind: 'transcription', model: 'gpt-4o-transcribe' });
    const input = { transcription: { model: 'gpt-4o-transcribe' } };
    script.send({ type: 'session.update', session: { type: 'transcription', audio: { input } } });
    script.hear(
      Buffer.concat([speech('First sentence here.'), silence(900), speech('And a second one.'), silence(900)]),
    );
    script.wait(5000);
    return script;
  },
  outOfBand: () => {
    const script = new RecordedScript();
    script.update({ output_modalities: ['text'] });
    script.say('Good morning');
    script.send({ type: 'response.create' });
    script.send({ type: 'response.create', response: { conversation: 'none', metadata: { for: 'tags' } } });
    script.wait(20_000);
    return script;
  },
  cancelled: () => {
    const script = new RecordedScript();
    script.say('Tell me everything about the sea');
    script.send({ type: 'response.create' });
    script.wait(300);
    script.send({ type: 'response.cancel' });
    script.wait(20_000);
    return script;
  },
  failed: () => {
    const script = new RecordedScript({ scenario: DEFAULT_SCENARIO });
    script.update({ output_modalities: ['text'] });
    script.say('simulate server_error');
    script.respond();
    return script;
  },
  refused: () => {
    const script = new RecordedScript();
    script.update({ bogus: 1 });
    script.send({ type: 'response.cancel' });
    script.send({ type: 'input_audio_buffer.commit', event_id: 'mine' });
    script.wait(1000);
    return script;
  },
};

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
    // The voice ended in the audio before turn detection could know it.
    expect(turn?.voiceEnd).toBeLessThan(turn?.speechEnd ?? 0);
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
