import { afterEach, describe, expect, it } from 'vitest';
import { TIMINGS } from '../../../src/replay/timing';
import { cleanUp } from '../fidelity/bed';
import { silence } from '../simulator/speech';
import { replay, unhurried } from './running';
import { floatingOf, ladderOf, sentence, sentBy, Tape } from './taped';

afterEach(cleanUp);

const weather = { type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} } };
const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } });

/** Sessions of the kinds that apps have, each with what its client does and when. */
const SESSIONS: Record<string, () => Tape> = {
  'two typed turns': () => {
    const tape = new Tape();
    tape.send(update({ output_modalities: ['text'] }));
    for (const words of ['Hello', 'And now?']) {
      tape.wait(400);
      tape.say(words);
      tape.send({ type: 'response.create' });
      tape.wait(3000);
    }
    return tape;
  },
  'two calls at once, then their outputs': () => {
    const calls = { output: [{ call: 'get_weather' }, { call: 'get_weather', arguments: { city: 'Paris' } }] };
    const tape = new Tape({ turns: [{ when: { turn: 1 }, answer: calls }] });
    tape.send(update({ output_modalities: ['text'], tools: [weather] }));
    tape.wait(200);
    tape.say('What is the weather?');
    tape.send({ type: 'response.create' });
    tape.wait(3000);
    for (const { call_id } of tape.all('response.function_call_arguments.done'))
      tape.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: 'fog' } });
    tape.send({ type: 'response.create' });
    tape.wait(3000);
    return tape;
  },
  'three spoken turns, the second cutting the first answer short': () => {
    const tape = new Tape({ turns: [{ answer: { output: [{ say: 'A long answer. '.repeat(20) }] } }] });
    tape.send(update({ audio: { input: { transcription: { model: 'whisper-1' } } } }));
    tape.wait(100);
    tape.hear(sentence());
    tape.hear(silence(1500));
    tape.hear(sentence(300));
    const heard = tape.last('response.output_audio.delta');
    tape.send({ type: 'conversation.item.truncate', item_id: heard['item_id'], content_index: 0, audio_end_ms: 100 });
    tape.hear(silence(9000));
    tape.hear(sentence());
    tape.hear(silence(9000));
    return tape;
  },
  'a manual commit, a cancelled answer, and items retrieved, cut and deleted': () => {
    const tape = new Tape({ turns: [{ answer: { output: [{ say: 'A long answer. '.repeat(20) }] } }] });
    tape.send(update({ audio: { input: { turn_detection: null } } }));
    tape.wait(100);
    tape.hear(sentence(0));
    tape.send({ type: 'input_audio_buffer.commit' });
    tape.send({ type: 'response.create' });
    tape.wait(3000);
    tape.send({
      type: 'response.cancel',
      response_id: (tape.last('response.created')['response'] as { id: string }).id,
    });
    tape.wait(500);
    const item_id = tape.last('response.output_audio.delta')['item_id'];
    tape.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 300 });
    tape.wait(100);
    tape.send({ type: 'conversation.item.retrieve', item_id });
    tape.wait(100);
    tape.say('Something before it', { previous_item_id: tape.last('input_audio_buffer.committed')['item_id'] });
    tape.wait(100);
    tape.send({ type: 'conversation.item.delete', item_id });
    tape.wait(300);
    return tape;
  },
};

describe.each(Object.entries(SESSIONS))('%s', (name, make) => {
  it.each(TIMINGS)('come out again with the timing %s', async (timing) => {
    const file = make().file();
    // What goes at its time whatever the server does must not come before what it is about: a busy machine gets some room.
    const pace = timing === 'original' ? { speed: 4, clock: unhurried() } : { speed: 8 };
    const result = await replay(file, { timing, ...pace });
    expect(result).toMatchObject({ ending: { kind: 'completed' }, skipped: [], problems: [], refusals: [] });
    expect(sentBy(result.trace)).toEqual(sentBy(file));
    // How exact it was depends on the machine: it is printed, and only its being complete is judged.
    const { all, bars } = result.timing;
    expect(all?.count).toBe(result.sent);
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(result.sent);
    const told = bars.flatMap(({ upToMs, count }) => (count === 0 ? [] : `${count} up to ${upToMs} ms`));
    const [p50, p95, most] = [all?.p50, all?.p95, all?.max].map((ms) => `${ms?.toFixed(1)} ms`);
    console.info(`${name}, ${timing}: timing error p50 ${p50}, p95 ${p95}, most ${most}: ${told.join(', ')}`);
    // Limits come a moment after the answer, by when who does not wait for them has asked for more.
    const limits = timing === 'fast' ? 'rate_limits.updated' : '';
    const ladder = (trace: string) => ladderOf(trace).filter((type) => type !== limits);
    expect(ladder(result.trace)).toEqual(ladder(file));
    expect(floatingOf(result.trace)).toEqual(floatingOf(file));
  });
});
