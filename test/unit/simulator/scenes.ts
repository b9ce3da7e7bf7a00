/** What happens in a scene: short sessions in which each event of the API has its place. */
import type { SessionOptions } from '../../../src/simulator/session';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Booth, Script, only } from './script';
import { silence } from './speech';

/** 300 ms of a loud tone. */
const TONE = Buffer.from(Int16Array.from({ length: 7200 }, (_, at) => 9000 * Math.sin(at / 12)).buffer);
const SPOKEN = Buffer.concat([silence(400), TONE, TONE, TONE, TONE, silence(900)]);
const append = (pcm: Buffer): Json => ({ type: 'input_audio_buffer.append', audio: pcm.toString('base64') });
const birds = { type: 'mcp', server_label: 'birds', allowed_tools: ['describe_bird'], require_approval: 'never' };
const transcribed = (model: string): Json => ({ audio: { input: { transcription: { model } } } });

const idOf = (events: readonly ServerEvent[]): unknown =>
  (only(events, 'conversation.item.added').at(-1)?.['item'] as Json)['id'];
const everything = (script: Script): ServerEvent[] => script.all.map(({ event }) => event);

function asked(words: string, tools: Json[], options: Partial<SessionOptions> = {}): ServerEvent[] {
  const script = new Script(options);
  script.update({ tools });
  script.wait(1000);
  script.say(words);
  script.respond();
  return everything(script);
}

function spoken(model: string): ServerEvent[] {
  const script = new Script();
  script.update(transcribed(model));
  script.hear(SPOKEN);
  script.wait(20_000);
  return everything(script);
}

/** A session on a call in which an answer is being spoken. */
function onCall(): Script {
  const script = new Script({ joined: true });
  script.say('Hello');
  script.send({ type: 'response.create' });
  script.wait(1000);
  return script;
}

/** Scenes in which the server's events come, by what happens in them. */
export const SERVER_SCENES: Record<string, () => ServerEvent[]> = {
  'a session begins': () => everything(new Script()),
  'the configuration is changed': () => new Script().update({ instructions: 'Be brief.' }),
  'a written turn': () => {
    const script = new Script();
    script.update({ output_modalities: ['text'] });
    script.say('Hello');
    script.respond();
    return everything(script);
  },
  'a spoken turn': () => spoken('gpt-4o-transcribe'),
  'a transcription that fails': () => spoken('nope'),
  'speakers told apart': () => spoken('gpt-4o-transcribe-diarize'),
  'a function call': () => asked('What is the weather?', [{ type: 'function', name: 'get_weather' }]),
  'a call of an MCP tool': () => asked('Describe the bird', [birds]),
  'an MCP server that fails': () => asked('Hello', [birds], { scenario: { mcp: { birds: { fails: true } } } }),
  'an MCP tool that fails': () => {
    const tools = [{ name: 'describe_bird', error: 'It has flown.' }];
    return asked('Describe the bird', [birds], { scenario: { mcp: { birds: { tools } } } });
  },
  'items looked at, cut and deleted': () => {
    const script = new Script();
    script.say('Hello');
    const item_id = idOf(script.respond());
    script.send({ type: 'conversation.item.retrieve', item_id });
    script.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 100 });
    script.send({ type: 'conversation.item.delete', item_id });
    return everything(script);
  },
  'the buffer is cleared': () => new Script().send({ type: 'input_audio_buffer.clear' }),
  'nobody speaks': () => {
    const script = new Script();
    script.update({ audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 5000 } } } });
    script.send(append(silence(1000)));
    return script.respond();
  },
  'a call is interrupted': () => {
    const script = onCall();
    script.send({ type: 'output_audio_buffer.clear' });
    return everything(script);
  },
  'a call plays to its end': () => {
    const script = onCall();
    script.wait(60_000);
    return everything(script);
  },
  'a key of a telephone': () => new Script({ joined: true, scenario: { caller: [{ atMs: 0, presses: '5' }] } }).wait(0),
  'an event is refused': () => new Script().send({ type: 'response.cancel' }),
  'a session in the legacy dialect': () => {
    const script = new Script({ scenario: { dialect: 'legacy' } });
    script.say('Hello');
    return everything(script);
  },
  'a transcription session in the legacy dialect': () => {
    const script = new Script({ kind: 'transcription', scenario: { dialect: 'legacy' } });
    return script.send({ type: 'transcription_session.update', session: { input_audio_format: 'pcm16' } });
  },
  'a translation': () => {
    const booth = new Booth();
    booth.send({ type: 'session.update', session: transcribed('whisper-1') });
    booth.send({ type: 'session.input_audio_buffer.append', audio: SPOKEN.toString('base64') });
    booth.send({ type: 'session.close' });
    booth.wait(10_000);
    return booth.all;
  },
};

/** A valid event of the client, and what it was answered with. */
export interface Sent {
  event: Json;
  answers: ServerEvent[];
}

function sent(script: Script, event: Json): Sent {
  return { event, answers: script.send(event) };
}

const still = { audio: { input: { turn_detection: null } } };

/** Scenes in which an event of the client is taken. */
export const CLIENT_SCENES: Record<string, () => Sent> = {
  'the configuration is changed': () => {
    const session = { type: 'realtime', instructions: 'Be brief.' };
    return sent(new Script(), { type: 'session.update', session });
  },
  'sound is appended': () => sent(new Script(), append(silence(100))),
  'sound is committed': () => {
    const script = new Script();
    script.update(still);
    script.send(append(TONE));
    return sent(script, { type: 'input_audio_buffer.commit' });
  },
  'the buffer is cleared': () => sent(new Script(), { type: 'input_audio_buffer.clear' }),
  'an item is put in': () => {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] };
    return sent(new Script(), { type: 'conversation.item.create', item });
  },
  'an item is looked at': () => {
    const script = new Script();
    return sent(script, { type: 'conversation.item.retrieve', item_id: idOf(script.say('Hello')) });
  },
  'an answer is cut': () => {
    const script = new Script();
    const item_id = idOf(script.respond());
    return sent(script, { type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 100 });
  },
  'an item is deleted': () => {
    const script = new Script();
    return sent(script, { type: 'conversation.item.delete', item_id: idOf(script.say('Hello')) });
  },
  'an answer is asked for': () => sent(new Script(), { type: 'response.create' }),
  'an answer is cancelled': () => {
    const script = new Script();
    script.send({ type: 'response.create' });
    return sent(script, { type: 'response.cancel' });
  },
  'a call is silenced': () => sent(onCall(), { type: 'output_audio_buffer.clear' }),
  'a transcription session in the legacy dialect is configured': () => {
    const script = new Script({ kind: 'transcription', scenario: { dialect: 'legacy' } });
    const session = { input_audio_format: 'g711_ulaw', input_audio_transcription: { model: 'whisper-1' } };
    return sent(script, { type: 'transcription_session.update', session });
  },
  'sound is appended to a translation': () => {
    const event = { type: 'session.input_audio_buffer.append', audio: TONE.toString('base64') };
    return { event, answers: new Booth().send(event) };
  },
  'a translation is closed': () => {
    const booth = new Booth();
    const event = { type: 'session.close' };
    return { event, answers: [...booth.send(event), ...booth.wait(100)] };
  },
};
