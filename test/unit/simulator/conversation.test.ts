import { describe, expect, it } from 'vitest';
import { idTime } from '../../../src/protocol/ids';
import type { Json } from '../../../src/simulator/wire';
import { EPOCH_MS, Script, audioOf, errorOf, ladder, only } from './script';
import { loudness, silence, speech } from './speech';

const TEXT_LADDER = [
  'response.created',
  'response.output_item.added',
  'conversation.item.added',
  'response.content_part.added',
  'response.output_text.delta',
  'response.output_text.done',
  'response.content_part.done',
  'conversation.item.done',
  'response.output_item.done',
  'response.done',
  'rate_limits.updated',
];

function response(events: readonly Json[]): Json {
  return events.findLast((event) => event['type'] === 'response.done')?.['response'] as Json;
}

describe('a session', () => {
  it('greets with the live defaults, ids that carry their second, and an hour to live', () => {
    const [first] = new Script().all;
    const session = first?.event['session'] as Json;
    expect(first?.event.type).toBe('session.created');
    expect(Object.keys(session)).toEqual(
      (
        'type object id model output_modalities instructions tools tool_choice max_output_tokens tracing truncation ' +
        'prompt expires_at audio include'
      ).split(' '),
    );
    expect(session['audio']).toMatchObject({
      input: { turn_detection: { type: 'server_vad', silence_duration_ms: 200, create_response: true } },
      output: { voice: 'alloy', speed: 1 },
    });
    expect(idTime(String(session['id']))).toBe(EPOCH_MS / 1000);
    expect(session['expires_at']).toBe(EPOCH_MS / 1000 + 3600);
  });

  it('of a newer model waits longer and has another voice', () => {
    const session = new Script({ model: 'gpt-realtime-2.1' }).all[0]?.event['session'];
    expect(session).toMatchObject({
      audio: { input: { turn_detection: { silence_duration_ms: 500 } }, output: { voice: 'marin' } },
    });
  });

  it('is the same again with the same seed and inputs, and another with another seed', () => {
    const run = (seed: number): unknown => {
      const script = new Script({ seed });
      script.say('Hello');
      script.respond();
      return script.all;
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('ends after an hour with an error and a close', () => {
    const script = new Script();
    expect(script.wait(3_599_999)).toEqual([]);
    expect(errorOf(script.wait(1))['code']).toBe('session_expired');
    expect(script.closed?.code).toBe(1001);
    expect(script.session.nextMs).toBeUndefined();
  });

  it('joined to a call does not greet', () => {
    expect(new Script({ joined: true }).all).toEqual([]);
  });
});

describe('a written turn', () => {
  it('is answered in text with the events of the live service in their order', () => {
    const script = new Script();
    script.update({ output_modalities: ['text'] });
    expect(ladder(script.say('Hello there'))).toEqual(['conversation.item.added', 'conversation.item.done']);
    const events = script.respond();
    expect(ladder(events)).toEqual(TEXT_LADDER);
    const text = only(events, 'response.output_text.delta').map((event) => event['delta']);
    expect(text.join('')).toBe('This is the embedded simulator. You wrote: Hello there');
    expect(only(events, 'response.output_text.done')[0]?.['text']).toBe(text.join(''));
    expect(response(events)).toMatchObject({
      status: 'completed',
      output: [{ role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: text.join('') }] }],
    });
  });

  it('hides the length of every text delta behind padding to 16 characters', () => {
    const script = new Script();
    script.say('Incomprehensibilities of extraordinarily long words, and 😀 signs');
    const deltas = script.respond().filter((event) => event.type.endsWith('transcript.delta'));
    expect(deltas.length).toBeGreaterThan(10);
    for (const event of deltas) expect(String(event['delta']).length + String(event['obfuscation']).length).toBe(16);
  });

  it('announces items as they were then, though they go on changing', () => {
    const script = new Script();
    script.say('Hi');
    const added = only(script.respond(), 'response.output_item.added')[0];
    expect(added?.['item']).toMatchObject({ status: 'in_progress', content: [] });
  });

  it('is answered aloud by default: words ahead of sound, sound faster than it plays', () => {
    const script = new Script();
    script.say('Hello there');
    const from = script.all.length;
    const events = script.respond();
    const types = events.map((event) => event.type);
    const first = types.indexOf('response.output_audio.delta');
    expect(types.slice(0, first).filter((type) => type.endsWith('transcript.delta'))).toHaveLength(3);
    const pcm = audioOf(events);
    expect(pcm.length / 48).toBeGreaterThan(1500);
    expect(loudness(pcm)).toBeGreaterThan(-35);
    expect(loudness(pcm)).toBeLessThan(-9);
    const sound = script.all.slice(from).filter(({ event }) => event.type === 'response.output_audio.delta');
    const [done, limits] = script.all.slice(-2);
    expect((limits?.atMs ?? 0) - (done?.atMs ?? 0)).toBe(43);
    const tookMs = (sound.at(-1)?.atMs ?? 0) - (sound[0]?.atMs ?? 0);
    expect(pcm.length / 48 / tookMs).toBeGreaterThan(2.5);
    expect(Buffer.from(String(sound[4]?.event['delta']), 'base64')).toHaveLength(12_000);
    const item = only(events, 'conversation.item.done')[0];
    expect(item).toMatchObject({ previous_item_id: null, item: { content: [{ type: 'output_audio' }] } });
  });

  it('out of band leaves the conversation alone and may run beside another response', () => {
    const script = new Script();
    script.send({ type: 'response.create' });
    const input = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Aside' }] }];
    const metadata = { topic: 'x' };
    script.send({
      type: 'response.create',
      response: { conversation: 'none', output_modalities: ['text'], input, metadata },
    });
    const events = script.wait(60_000);
    const done = only(events, 'response.done').map((event) => event['response'] as Json);
    expect(done.map((one) => one['conversation_id'] === null)).toEqual([true, false]);
    expect(done[0]).toMatchObject({ metadata, status: 'completed' });
    expect(JSON.stringify(done[0]?.['output'])).toContain('Aside');
    expect(only(events, 'conversation.item.added')).toHaveLength(1);
  });

  it('over its token limit is incomplete', () => {
    const script = new Script();
    script.say('Hello');
    const done = response(script.respond({ max_output_tokens: 5, output_modalities: ['text'] }));
    expect(done).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason: 'max_output_tokens' },
      usage: { output_tokens: 5 },
      output: [{ status: 'incomplete', content: [{ text: 'This is the embedded simulator' }] }],
    });
  });

  it('is counted, and what was read before comes from the cache in blocks of 64', () => {
    const script = new Script();
    // 100 tokens; with the message a little more: one whole block.
    script.update({ instructions: 'four'.repeat(100) });
    script.say('Hello');
    const first = response(script.respond())['usage'] as Json;
    script.say('Hello again');
    const second = response(script.respond())['usage'] as Json;
    expect(first['total_tokens']).toBe(Number(first['input_tokens']) + Number(first['output_tokens']));
    expect(first['input_token_details']).toMatchObject({ cached_tokens: 0 });
    expect(second['input_token_details']).toMatchObject({
      cached_tokens: 64,
      cached_tokens_details: { text_tokens: 64 },
    });
  });
});

describe('a spoken turn', () => {
  const said = speech('Hello, my name is Marcelo.');

  it('is found in the audio, committed and answered without being asked', () => {
    const script = new Script();
    const events = [...script.hear(Buffer.concat([silence(1500), said, silence(600)])), ...script.wait(20_000)];
    expect(ladder(events).slice(0, 6)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    const [started, stopped, committed] = events;
    // Speech begins at 1.5 s; 300 ms of padding come before it, 200 ms of silence after it.
    expect(Number(started?.['audio_start_ms'])).toBeGreaterThan(1150);
    expect(Number(started?.['audio_start_ms'])).toBeLessThan(1400);
    const endMs = 1500 + said.length / 48;
    expect(Math.abs(Number(stopped?.['audio_end_ms']) - endMs)).toBeLessThan(350);
    expect(new Set([started, stopped, committed].map((event) => event?.['item_id'])).size).toBe(1);
    expect(response(events)['status']).toBe('completed');
  });

  it('comes back in the user’s own voice', () => {
    const script = new Script();
    const events = [...script.hear(Buffer.concat([silence(600), said, silence(600)])), ...script.wait(20_000)];
    const back = audioOf(events);
    const heard = Buffer.concat([silence(600), said, silence(600)]);
    const startMs = Number(only(events, 'input_audio_buffer.speech_started')[0]?.['audio_start_ms']);
    expect(back.equals(heard.subarray(startMs * 48, startMs * 48 + back.length))).toBe(true);
    expect(back.length / 48).toBeGreaterThan(1800);
    expect(only(events, 'response.output_audio_transcript.done')[0]?.['transcript']).toMatch(
      /^This is the embedded simulator\. I repeat what you said: \d\.\d seconds of speech\.$/,
    );
  });

  it('can be retrieved with its audio', () => {
    const script = new Script();
    const events = [...script.hear(Buffer.concat([silence(400), said, silence(600)])), ...script.wait(20_000)];
    const id = only(events, 'input_audio_buffer.committed')[0]?.['item_id'];
    const [retrieved] = script.send({ type: 'conversation.item.retrieve', item_id: id });
    const part = ((retrieved?.['item'] as Json)['content'] as Json[])[0];
    expect(Buffer.from(String(part?.['audio']), 'base64').equals(audioOf(events))).toBe(true);
  });

  it('in one big append is found just the same', () => {
    const script = new Script();
    const audio = Buffer.concat([silence(400), said, silence(600), said, silence(600)]).toString('base64');
    script.send({ type: 'input_audio_buffer.append', audio });
    script.wait(30_000);
    const events = script.all.map(({ event }) => event);
    expect(only(events, 'input_audio_buffer.committed')).toHaveLength(2);
    expect(only(events, 'response.done').map((event) => (event['response'] as Json)['status'])).toEqual([
      'cancelled',
      'completed',
    ]);
  });

  it('is not found in silence or in a click', () => {
    const script = new Script();
    const click = silence(1000);
    for (let at = 24_000; at < 24_000 + 20 * 48; at += 2) click.writeInt16LE(at % 4 === 0 ? 20_000 : -20_000, at);
    expect(script.hear(Buffer.concat([silence(1000), click, silence(500)]))).toEqual([]);
  });

  it('cuts a running answer off, unless that is switched off', () => {
    const talk = (interrupt: boolean): Json => {
      const script = new Script();
      script.update({ audio: { input: { turn_detection: { type: 'server_vad', interrupt_response: interrupt } } } });
      script.say('Tell me a long story about the sea, with many words in it, so that there is time to cut in.');
      script.send({ type: 'response.create' });
      script.wait(400);
      script.hear(said.subarray(0, 48_000));
      script.wait(20_000);
      return script.all.find(({ event }) => event.type === 'response.done')?.event['response'] as Json;
    };
    expect(talk(true)).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
      output: [{ status: 'incomplete' }],
    });
    expect(talk(false)).toMatchObject({ status: 'completed' });
  });

  it('gets no answer when `create_response` is off', () => {
    const script = new Script();
    script.update({ audio: { input: { turn_detection: { type: 'server_vad', create_response: false } } } });
    const events = [...script.hear(Buffer.concat([said, silence(600)])), ...script.wait(20_000)];
    expect(only(events, 'input_audio_buffer.committed')).toHaveLength(1);
    expect(only(events, 'response.created')).toHaveLength(0);
  });

  it('without turn detection waits for the commit and for the request', () => {
    const script = new Script();
    script.update({ audio: { input: { turn_detection: null } } });
    expect(script.hear(Buffer.concat([said, silence(1000)]))).toEqual([]);
    expect(ladder(script.send({ type: 'input_audio_buffer.commit' }))).toEqual([
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
    ]);
    expect(script.wait(5000)).toEqual([]);
    expect(audioOf(script.respond()).equals(Buffer.concat([said, silence(1000)]))).toBe(true);
  });

  it('may be G.711 both ways', () => {
    for (const type of ['audio/pcmu', 'audio/pcma']) {
      const script = new Script();
      script.update({ audio: { input: { format: { type }, turn_detection: null }, output: { format: { type } } } });
      // A 500 Hz square wave of one second: in both laws these bytes are a positive and a negative loud sample.
      const wave = Buffer.from(Array.from({ length: 8000 }, (_, at) => (Math.floor(at / 8) % 2 === 0 ? 0x9f : 0x1f)));
      script.send({ type: 'input_audio_buffer.append', audio: wave.toString('base64') });
      script.send({ type: 'input_audio_buffer.commit' });
      const back = audioOf(script.respond());
      expect(back).toHaveLength(8000);
      const same = back.filter((byte, at) => byte === wave[at]).length;
      expect(same / 8000, type).toBeGreaterThan(0.7);
    }
  });

  it('after the idle time without one, the model asks', () => {
    const script = new Script();
    const idle = { type: 'server_vad', idle_timeout_ms: 5000 };
    script.update({ audio: { input: { turn_detection: idle } } });
    script.say('Hello');
    const events = script.respond().filter((event) => !event.type.endsWith('.delta'));
    expect(ladder(events)).toContain('input_audio_buffer.timeout_triggered');
    expect(only(events, 'response.created').length).toBeGreaterThan(1);
  });
});

describe('input transcription', () => {
  const said = Buffer.concat([silence(400), speech('Good morning to everyone.'), silence(700)]);
  const PREFIX = 'conversation.item.input_audio_transcription';
  const transcribe = (model: string): Json[] => {
    const script = new Script();
    script.update({ audio: { input: { transcription: { model } } } });
    const events = [...script.hear(said), ...script.wait(20_000)];
    return events.filter((event) => event.type.startsWith(PREFIX) || event.type === 'input_audio_buffer.committed');
  };

  it('says that it is simulated, in pieces that make up the whole', () => {
    const events = transcribe('gpt-4o-transcribe');
    const last = events.at(-1);
    expect(last).toMatchObject({ type: `${PREFIX}.completed`, usage: { type: 'tokens' } });
    expect(last?.['transcript']).toMatch(/^This is a simulated transcript of \d\.\d seconds of speech\.$/);
    const pieces = events.filter((event) => event['type'] === `${PREFIX}.delta`).map((event) => event['delta']);
    expect(pieces.join('')).toBe(last?.['transcript']);
    expect(events.findIndex((event) => event['type'] === `${PREFIX}.delta`)).toBe(1);
  });

  it('of a streaming model begins before the commit, with the id the item will have', () => {
    const events = transcribe('gpt-realtime-whisper');
    const committed = events.findIndex((event) => event['type'] === 'input_audio_buffer.committed');
    expect(committed).toBeGreaterThan(0);
    expect(new Set(events.map((event) => event['item_id'])).size).toBe(1);
    const pieces = events.filter((event) => event['type'] === `${PREFIX}.delta`).map((event) => event['delta']);
    expect(pieces.join('').trim()).toBe(events.at(-1)?.['transcript']);
    expect(events.at(-1)?.['usage']).toMatchObject({ type: 'duration' });
  });

  it('of silence is empty, and a model nobody has fails', () => {
    const script = new Script();
    script.update({ audio: { input: { transcription: { model: 'whisper-1' }, turn_detection: null } } });
    script.hear(silence(500));
    script.send({ type: 'input_audio_buffer.commit' });
    expect(script.wait(5000).at(-1)).toMatchObject({ type: `${PREFIX}.completed`, transcript: '' });
    expect(transcribe('nope').at(-1)).toMatchObject({
      type: `${PREFIX}.failed`,
      error: { code: 'DeploymentNotFound' },
    });
  });

  it('is all that a transcription session does', () => {
    const script = new Script({ kind: 'transcription', model: '' });
    expect(script.all[0]?.event['session']).toMatchObject({ object: 'realtime.transcription_session' });
    const session = { type: 'transcription', audio: { input: { transcription: { model: 'whisper-1' } } } };
    expect(script.send({ type: 'session.update', session })[0]?.type).toBe('session.updated');
    const events = [...script.hear(said), ...script.wait(20_000)];
    expect(events.at(-1)?.type).toBe(`${PREFIX}.completed`);
    expect(only(events, 'response.created')).toEqual([]);
    expect(errorOf(script.send({ type: 'response.create' }))['param']).toBe('type');
  });
});
