import { describe, expect, it } from 'vitest';
import { Wire } from './wire';

const transcribed = 'conversation.item.input_audio_transcription.completed';
const spoken = (wire: Wire, t: number, item: string) => {
  wire.started(t, item, t);
  wire.stopped(t + 1000, item, t + 900);
  wire.committed(t + 1001, item);
};
const says = (wire: Wire, t: number, transcript: string, response = 'r1') =>
  wire.server(t, 'response.output_audio_transcript.done', { response_id: response, item_id: 'a1', transcript });

describe('a turn', () => {
  it('of speech goes from its first sound to the end of the answer, with the words of both', () => {
    const wire = new Wire();
    wire.session(0);
    for (let t = 100; t <= 2000; t += 100) wire.append(t, 100);
    const started = wire.started(1000, 'u1', 900);
    wire.stopped(2005, 'u1', 1800);
    wire.committed(2006, 'u1');
    wire.created(2010);
    wire.server(2100, transcribed, { item_id: 'u1', transcript: 'What time is it?' });
    says(wire, 2500, 'It is late.');
    const done = wire.done(2600);
    expect(wire.turns()).toMatchObject([
      {
        number: 1,
        by: 'speech',
        start: 1000,
        end: 2600,
        startRow: started,
        endRow: done,
        speechEnd: 2005,
        voiceEnd: 1800,
        userItems: ['u1'],
        responses: ['r1'],
        heard: 'What time is it?',
        said: 'It is late.',
        status: 'completed',
      },
    ]);
    expect(wire.spans('turn')).toMatchObject([
      {
        label: 'turn 1',
        start: 1000,
        end: 2600,
        marks: [
          { name: 'speech end', t: 2005 },
          { name: 'committed', t: 2006 },
          { name: 'response', t: 2010 },
        ],
      },
    ]);
  });

  it('of typed messages gathers them until the answer, and takes no other’s words', () => {
    const wire = new Wire();
    const first = wire.types(10, 'Hello.');
    wire.client(11, 'conversation.item.create', { item: { type: 'message', role: 'system', content: [] } });
    wire.types(12, 'Who are you?');
    wire.client(13, 'response.create');
    wire.server(20, 'conversation.item.added', {
      item: { id: 'u1', type: 'message', role: 'user', status: 'completed' },
    });
    wire.created(22);
    wire.done(90);
    expect(wire.turns()).toMatchObject([
      { by: 'text', start: 10, end: 90, startRow: first, heard: 'Hello. Who are you?', userItems: ['u1'] },
    ]);
  });

  it('leaves out the history that an app tells before it', () => {
    const wire = new Wire();
    const says = (t: number, role: string, text: string) =>
      wire.client(t, 'conversation.item.create', { item: { type: 'message', role, content: [{ text }] } });
    says(10, 'user', 'My name is Alice.');
    says(11, 'assistant', 'Hello Alice.');
    const asked = says(12, 'user', 'What is my name?');
    wire.client(13, 'response.create');
    for (const [id, role] of [
      ['h1', 'user'],
      ['h2', 'assistant'],
      ['u1', 'user'],
    ]) {
      wire.server(20, 'conversation.item.added', { item: { id, type: 'message', role, status: 'completed' } });
    }
    wire.created(22);
    expect(wire.turns()).toMatchObject([
      { number: 1, by: 'text', start: 12, startRow: asked, heard: 'What is my name?', userItems: ['u1'] },
    ]);
    // History alone, and the user speaks.
    const other = new Wire();
    other.client(1, 'conversation.item.create', { item: { type: 'message', role: 'user', content: [] } });
    other.client(2, 'conversation.item.create', { item: { type: 'message', role: 'assistant', content: [] } });
    other.started(900, 'u1', 0);
    expect(other.turns()).toMatchObject([{ number: 1, by: 'speech', start: 900 }]);
  });

  it('takes the model’s words from the response where no event ended them', () => {
    const wire = new Wire();
    wire.types(10, 'Hello');
    wire.client(13, 'response.create');
    wire.created(22);
    wire.done(90, 'r1', 'completed', { output: [{ content: [{ type: 'audio', transcript: 'Good day!' }] }] });
    expect(wire.turns()).toMatchObject([{ said: 'Good day!' }]);
  });

  it('goes on through tools', () => {
    const wire = new Wire();
    wire.types(10, 'Weather?');
    wire.client(11, 'response.create');
    wire.created(20);
    const item = { id: 'f1', type: 'function_call', name: 'get_weather', call_id: 'c1' };
    wire.server(30, 'response.output_item.added', { response_id: 'r1', item });
    wire.done(40);
    expect(wire.turns()).toMatchObject([{ end: 40 }]);
    const output = { item: { type: 'function_call_output', call_id: 'c1', output: 'fog' } };
    wire.client(60, 'conversation.item.create', output);
    wire.client(61, 'response.create');
    wire.created(70, 'r2');
    expect(wire.turns()).toMatchObject([{ end: null, status: 'in_progress' }]);
    wire.done(90, 'r2');
    expect(wire.turns()).toMatchObject([{ by: 'text', end: 90, responses: ['r1', 'r2'], tools: ['get_weather'] }]);
  });

  it('of a tool begins when its output comes after the user has been answered something else', () => {
    const wire = new Wire();
    wire.types(10, 'Weather?');
    wire.client(11, 'response.create');
    wire.created(20);
    const item = { id: 'f1', type: 'function_call', name: 'get_weather', call_id: 'c1' };
    wire.server(30, 'response.output_item.added', { response_id: 'r1', item });
    wire.done(40);
    wire.types(50, 'Never mind. Sing!');
    wire.client(51, 'response.create');
    wire.created(52, 'r2');
    wire.done(60, 'r2');
    wire.client(80, 'conversation.item.create', { item: { type: 'function_call_output', call_id: 'c1' } });
    wire.client(81, 'response.create');
    wire.created(90, 'r3');
    expect(wire.turns().map(({ by, responses }) => [by, ...responses])).toEqual([
      ['text', 'r1'],
      ['text', 'r2'],
      ['tool', 'r3'],
    ]);
  });

  it('that is spoken over ends with its cancelled response, while the next has begun', () => {
    const wire = new Wire();
    wire.session(0);
    spoken(wire, 1000, 'u1');
    wire.created(2010);
    wire.started(3000, 'u2', 3000);
    wire.done(3020, 'r1', 'cancelled', { status_details: { reason: 'turn_detected' } });
    wire.stopped(4000, 'u2', 3900);
    wire.committed(4001, 'u2');
    wire.created(4010, 'r2');
    expect(wire.turns()).toMatchObject([
      { number: 1, end: 3020, status: 'cancelled', detail: 'turn detected' },
      { number: 2, start: 3000, end: null, status: 'in_progress', responses: ['r2'] },
    ]);
  });

  it('that nobody answers ends with the next', () => {
    const wire = new Wire();
    wire.session(0, { type: 'server_vad', create_response: false });
    spoken(wire, 1000, 'u1');
    spoken(wire, 5000, 'u2');
    wire.close(9000);
    expect(wire.turns()).toMatchObject([
      { by: 'speech', end: 5000, status: 'none' },
      { by: 'speech', end: 9000, status: 'none' },
    ]);
  });

  it('of speech that the client commits begins where it was recorded', () => {
    const wire = new Wire();
    wire.session(0, null);
    const first = wire.append(1000, 100);
    wire.append(1100, 100);
    wire.client(1150, 'input_audio_buffer.commit');
    wire.client(1151, 'response.create');
    wire.committed(1300, 'u1');
    wire.created(1310);
    expect(wire.turns()).toMatchObject([
      { by: 'speech', start: 900, startRow: first, speechEnd: 1150, voiceEnd: 1100, responses: ['r1'] },
    ]);
  });

  it('of silence is begun by the time-out', () => {
    const wire = new Wire();
    wire.session(0);
    wire.server(6000, 'input_audio_buffer.timeout_triggered', { item_id: 'u1', audio_start_ms: 0, audio_end_ms: 6000 });
    wire.committed(6001, 'u1');
    wire.created(6010);
    expect(wire.turns()).toMatchObject([{ by: 'idle', userItems: ['u1'], responses: ['r1'] }]);
  });

  it('without input is begun by a bare request, from when it was sent', () => {
    const wire = new Wire();
    const create = wire.client(5, 'response.create');
    wire.created(20);
    wire.done(30);
    wire.client(40, 'response.create');
    wire.created(50, 'r2');
    expect(wire.turns()).toMatchObject([
      { by: 'create', start: 5, startRow: create, end: 30 },
      { by: 'create', start: 40, responses: ['r2'] },
    ]);
  });

  it('is not decided by a response beside the conversation', () => {
    const wire = new Wire();
    wire.types(10, 'Hello');
    wire.client(11, 'response.create');
    wire.client(12, 'response.create', { response: { conversation: 'none' } });
    wire.created(20);
    wire.created(21, 'r2', { conversation_id: null });
    says(wire, 25, 'Good day.');
    says(wire, 26, 'spam: no', 'r2');
    wire.done(30);
    wire.done(40, 'r2', 'failed');
    expect(wire.turns()).toMatchObject([{ end: 30, status: 'completed', said: 'Good day.', responses: ['r1', 'r2'] }]);
  });

  it('goes on gathering while only responses beside the conversation have come', () => {
    const wire = new Wire();
    wire.types(10, 'Hello');
    wire.client(12, 'response.create', { response: { conversation: 'none' } });
    wire.created(20, 'r1', { conversation_id: null });
    wire.done(25);
    expect(wire.turns()).toMatchObject([{ end: null, status: 'none' }]);
    wire.client(30, 'response.create');
    wire.created(40, 'r2');
    expect(wire.turns()).toMatchObject([{ by: 'text', responses: ['r1', 'r2'], status: 'in_progress' }]);
  });

  it('that the session cuts off is incomplete', () => {
    const wire = new Wire();
    wire.client(5, 'response.create');
    wire.created(20);
    const close = wire.close(60);
    expect(wire.turns()).toMatchObject([
      { status: 'incomplete', detail: 'the session closed', end: 60, endRow: close },
    ]);
  });

  it('keeps 400 characters of what was said', () => {
    const wire = new Wire();
    wire.types(1, `${'x'.repeat(398)}😀😀`);
    expect(wire.turns()[0]?.heard).toBe(`${'x'.repeat(398)}…`);
  });
});

describe('usage', () => {
  it('of a turn is that of its responses and of its transcription', () => {
    const wire = new Wire();
    wire.session(0);
    spoken(wire, 1000, 'u1');
    wire.created(2010);
    wire.server(2100, transcribed, { item_id: 'u1', transcript: 'Hi', usage: { type: 'duration', seconds: 2 } });
    const usage = {
      total_tokens: 30,
      input_tokens: 10,
      output_tokens: 20,
      input_token_details: { audio_tokens: 10 },
      output_token_details: { audio_tokens: 20 },
    };
    wire.done(2600, 'r1', 'completed', { usage });
    expect(wire.turns()[0]?.usage).toMatchObject({
      audio: { input: 10, cached: 0, output: 20 },
      totalTokens: 30,
      transcribedSeconds: 2,
    });
    expect(wire.metrics().usage).toEqual(wire.turns()[0]?.usage);
    // Of a stretch too: what the tiles add up is what the turns that begin in it have.
    expect(wire.metrics(0, 2200).usage).toEqual(wire.turns()[0]?.usage);
  });
});
