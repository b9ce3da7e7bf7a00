import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeWav } from '../../../src/audio/wav';
import { loadScenario, startScenarioReader, type ScenarioReader } from '../../../src/simulator';
import { parseScenario } from '../../../src/simulator/scenarioFile';

const dist = fileURLToPath(new URL('../../../dist', import.meta.url));
let folder: string;
let reader: ScenarioReader;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scenario-reader-'));
  reader = startScenarioReader(dist);
});
afterEach(async () => {
  await reader.stop();
  rmSync(folder, { recursive: true });
});

const written = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
const SPOKEN = '{"turns":[{"answer":{"output":[\n{"say":"x","audio":{"file":"beep.wav"}}]}}]}';

/** Two sessions of a trace, the second with one response. */
const TRACE = [
  { kind: 'open', session: 's1', url: 'wss://host/v1/realtime?model=m1' },
  { kind: 'event', session: 's1', from: 'server', seq: 1, t: 1, event: { type: 'session.created', session: {} } },
  { kind: 'open', session: 's2', url: 'wss://host/v1/realtime?model=m2' },
  { kind: 'event', session: 's2', from: 'server', seq: 2, t: 2, event: { type: 'session.created', session: {} } },
  ...['response.created', 'response.done'].map((type, index) => ({
    ...{ kind: 'event', session: 's2', from: 'server', seq: 3 + index, t: 3 + index },
    event: { type, response: { id: 'r1', status: 'completed', usage: null } },
  })),
]
  .map((line) => JSON.stringify(line))
  .join('\n');

describe('the reader of scenarios', () => {
  it('checks a text before it is saved, in both notations', async () => {
    const wrong = await reader.ask('check', { text: 'turns:\n  - anwser: x\n', file: path.join(folder, 'a.yaml') });
    expect(wrong).toMatchObject([{ line: 2, column: 5, message: 'Unknown field "anwser".' }]);
    expect(await reader.ask('check', { text: '// Nothing.\n{}', file: path.join(folder, 'a.jsonc') })).toEqual([]);
  });

  it('marks a WAV file that is not there where it is named, and no more when it is', async () => {
    const file = path.join(folder, 'a.scenario.jsonc');
    const [missing, ...rest] = await reader.ask('check', { text: SPOKEN, file });
    expect(rest).toEqual([]);
    expect(missing).toMatchObject({ line: 2, column: 28 });
    expect(missing?.message).toMatch(/beep\.wav cannot be read/);
    writeFileSync(path.join(folder, 'beep.wav'), encodeWav(new Int16Array(2400), 24_000));
    expect(await reader.ask('check', { text: SPOKEN, file })).toEqual([]);
  });

  it('loads a scenario with the sound beside it, and names every file it came from', async () => {
    writeFileSync(path.join(folder, 'beep.wav'), encodeWav(new Int16Array(2400), 24_000));
    const file = written('a.scenario.jsonc', SPOKEN);
    const { scenario, problems, files } = await loadScenario(dist, file);
    expect(problems).toEqual([]);
    expect(files).toEqual([file, path.join(folder, 'beep.wav')]);
    const pcm = Buffer.alloc(4800).toString('base64');
    expect(scenario?.turns?.[0]?.answer).toEqual({ output: [{ say: 'x', audio: { pcm } }] });
  });

  it('says that a file cannot be read, instead of a scenario', async () => {
    const none = await loadScenario(dist, path.join(folder, 'none.scenario.yaml'));
    expect(none).toMatchObject({ problems: [], unreadable: expect.stringMatching(/cannot be read/) as string });
    expect(none.scenario).toBeUndefined();
    const trace = await loadScenario(dist, written('empty.realtime.jsonl', '{}\n'));
    expect(trace.unreadable).toMatch(/holds no session/);
  });

  it('lists the sessions of a trace and writes one as a scenario that has nothing wrong in it', async () => {
    const file = written('a.realtime.jsonl', TRACE);
    expect(await reader.ask('sessions', { file })).toEqual([
      { id: 's1', url: 'wss://host/v1/realtime?model=m1', messages: 1, responses: 0 },
      { id: 's2', url: 'wss://host/v1/realtime?model=m2', messages: 3, responses: 1 },
    ]);
    const text = await reader.ask('convert', { file, session: 's2' });
    expect(parseScenario(text, 'a.scenario.jsonc').problems).toEqual([]);
    expect(parseScenario(text, 'a.scenario.jsonc').scenario?.turns).toHaveLength(1);
    await expect(reader.ask('convert', { file, session: 's9' })).rejects.toThrow('has no session s9');
    // A trace may stand for a scenario: its first session is played.
    expect((await loadScenario(dist, file)).scenario?.turns).toHaveLength(0);
  });

  it('answers what was asked when it is stopped meanwhile', async () => {
    const asked = reader.ask('sessions', { file: written('a.realtime.jsonl', TRACE) });
    const refused = expect(asked).rejects.toThrow('has ended');
    await reader.stop();
    await refused;
    await expect(reader.ask('check', { text: '{}', file: 'a.jsonc' })).rejects.toThrow('has ended');
  });
});
