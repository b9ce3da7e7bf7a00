import { DEFAULT_SCENARIO } from '../../../src/simulator/defaultScenario';
import { silence } from '../simulator/speech';
import { RecordedScript } from './recordedScript';

const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const docs = { type: 'mcp', server_label: 'docs', server_url: 'https://docs.example/mcp', require_approval: 'never' };
const mcp = { docs: { tools: [{ name: 'lookup_word', inputSchema: { type: 'object' }, output: 'A bird.' }] } };
const callOf = (script: RecordedScript): unknown =>
  script.events.find(({ type }) => type === 'response.function_call_arguments.done')?.call;

/**
 * A voice of so many ms: a hum with a beat, whose length does not depend on which synthesiser a machine has, as a table of times
 * needs it.
 */
function hum(ms: number): Buffer {
  const pcm = Buffer.alloc(ms * 48);
  for (let at = 0; at < pcm.length / 2; at++) {
    const level = 6000 + 3000 * Math.sin((at / 24_000) * 2 * Math.PI * 4);
    pcm.writeInt16LE(Math.round(level * Math.sin((at / 24_000) * 2 * Math.PI * 180)), at * 2);
  }
  return pcm;
}

/** One session for each way a session can go, played to the simulator's state machine. */
export const SCENARIOS: Record<string, () => RecordedScript> = {
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
    script.hear(Buffer.concat([hum(1200), silence(900)]));
    script.wait(20_000);
    return script;
  },
  pushToTalk: () => {
    const script = new RecordedScript();
    script.update({ audio: { input: { turn_detection: null } } });
    script.hear(hum(1000));
    script.send({ type: 'input_audio_buffer.commit' });
    script.send({ type: 'response.create' });
    script.wait(20_000);
    return script;
  },
  bargeIn: () => {
    const script = new RecordedScript();
    script.hear(Buffer.concat([hum(3000), silence(700)]));
    script.wait(150);
    script.hear(Buffer.concat([hum(1500), silence(700)]));
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
    script.hear(Buffer.concat([hum(1000), silence(900), hum(1400), silence(900)]));
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
