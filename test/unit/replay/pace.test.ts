import { afterEach, describe, expect, it } from 'vitest';
import type { LatencyName } from '../../../src/analysis/model';
import { analyseTrace } from '../../../src/document/wholeAnalysis';
import { scenarioFrom } from '../../../src/simulator/fromRecording';
import { readRecordings } from '../../../src/simulator/recording';
import { parseScenario } from '../../../src/simulator/scenarioFile';
import type { Scenario } from '../../../src/simulator/scenario';
import type { Json } from '../../../src/simulator/wire';
import { cleanUp } from '../fidelity/bed';
import { silence } from '../simulator/speech';
import { replay } from './running';
import { linesOf, sentence, Tape } from './taped';

afterEach(cleanUp);

const weather = { type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} } };

/** A spoken turn that is transcribed, one that is cut short, and a typed one with a call. */
function session(scenario?: Scenario): Tape {
  const call = { when: { text: 'weather' }, answer: { output: [{ call: 'get_weather' }] } };
  const long = { when: { turn: 2 }, answer: { output: [{ say: 'A long answer. '.repeat(20) }] } };
  const tape = new Tape(scenario ?? { turns: [call, long] });
  const input = { transcription: { model: 'gpt-4o-mini-transcribe' } };
  tape.send({ type: 'session.update', session: { type: 'realtime', tools: [weather], audio: { input } } });
  tape.wait(800);
  tape.hear(sentence());
  tape.hear(silence(7000));
  tape.hear(sentence(2500));
  tape.hear(sentence());
  tape.hear(silence(7000));
  tape.say('What is the weather?');
  tape.send({ type: 'response.create' });
  tape.wait(3000);
  const { call_id } = tape.last('response.function_call_arguments.done');
  tape.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: 'fog' } });
  tape.send({ type: 'response.create' });
  tape.wait(8000);
  return tape;
}

/** ms by which a live server is later than the simulator: the network, the end of speech, the model's first words. */
function lateBy({ type, item, response }: Json): number {
  const name = String(type);
  if (name === 'session.created') return 3;
  if (name.endsWith('speech_started')) return 170;
  if (/speech_stopped|committed$/.test(name)) return 330;
  if (name === 'response.created') return 520;
  if (name === 'response.output_audio.delta') return 1130;
  const isCut = (response as Json | undefined)?.['status'] === 'cancelled';
  if (name === 'rate_limits.updated' || (name === 'response.done' && !isCut)) return 1200;
  if (name.includes('transcription.')) return 640;
  return name.startsWith('response.') || (item as Json | undefined)?.['role'] === 'assistant' ? 900 : 260;
}

/** When the server of a trace sent what, ms, with how many of each type it had been; those that run beside each other may cross. */
function sentIn(file: string): Map<string, number> {
  const counts = new Map<string, number>();
  const sent = new Map<string, number>();
  for (const { kind, from, event, t = 0 } of linesOf(file)) {
    if (kind !== 'event' || from !== 'server') continue;
    const type = String(event?.['type']);
    const nth = (counts.get(type) ?? 0) + 1;
    counts.set(type, nth);
    sent.set(`${type} ${nth}`, t);
  }
  return sent;
}

const MEASURES: LatencyName[] = [
  'toAnswer',
  'endpointing',
  'speechToCreated',
  'speechToAudio',
  'createToCreated',
  'createToAudio',
  'bargeInToDone',
  'toolRound',
  'transcriptLateness',
  'updateRoundTrip',
];

describe('a server that took its time', () => {
  it('takes as long in the simulator made of it, to the ms', async () => {
    const tape = session();
    tape.late(lateBy);
    const file = tape.file();
    const [recording] = await readRecordings(file);
    const { scenario } = scenarioFrom(recording!);
    // It can be saved, changed by hand and read again.
    expect(parseScenario(JSON.stringify(scenario), 'made.scenario.json').problems).toEqual([]);
    const again = session(scenario).file();
    const [recorded, replayed] = [sentIn(file), sentIn(again)];
    expect([...replayed.keys()].sort()).toEqual([...recorded.keys()].sort());
    // Times in a scenario are tenths of a ms, and add up over an answer.
    const late = [...recorded].map(([name, t]) => ({ name, t, by: (replayed.get(name) ?? 0) - t }));
    expect(late.filter(({ by }) => Math.abs(by) > 5)).toEqual([]);
    const [one, other] = (await Promise.all([analyseTrace(file), analyseTrace(again)])).map(
      ({ totals }) => totals.latencies,
    );
    for (const name of MEASURES) {
      expect(one?.[name]?.count, name).toBeGreaterThan(0);
      expect(other?.[name]?.count, name).toBe(one?.[name]?.count);
      expect(Math.abs((other?.[name]?.p50 ?? 0) - (one?.[name]?.p50 ?? 0)), name).toBeLessThan(5);
    }
  });

  it('answers a replay no sooner than it answered the recorded client', async () => {
    const tape = new Tape();
    tape.wait(300);
    tape.hear(sentence());
    tape.hear(silence(3000));
    tape.late(lateBy);
    const file = tape.file();
    const { trace, ending } = await replay(file);
    expect(ending).toEqual({ kind: 'completed' });
    const [recorded, replayed] = await Promise.all([analyseTrace(file), analyseTrace(trace)]);
    for (const name of ['toAnswer', 'endpointing'] as const) {
      const [one, other] = [recorded.totals.latencies[name]?.p50 ?? 0, replayed.totals.latencies[name]?.p50 ?? 0];
      // A busy machine makes it later; sooner by more than a timer would be a gain that nobody made.
      expect(other - one, name).toBeGreaterThan(-60);
      expect(other - one, name).toBeLessThan(one);
    }
  }, 60_000);
});
