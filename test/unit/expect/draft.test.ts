import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTrace } from '../../../src/expect/checkTrace';
import { writeDraft } from '../../../src/expect/draftFile';
import { parseExpectations } from '../../../src/expect/expectationFile';
import { formatCheck } from '../../../src/expect/reportText';
import { dist } from '../fidelity/bed';
import { scratch } from '../rewrite/traces';
import { silence, speech } from '../simulator/speech';
import { simulatedTrace, WEATHER, weatherSession } from './simulatedTrace';

const live = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const recorded = existsSync(live) ? readdirSync(live).filter((name) => name.endsWith('.jsonl')) : [];

let folder: string;
let remove: () => Promise<void>;
let weather: string;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  weather = simulatedTrace(path.join(folder, 'weather.realtime.jsonl'), weatherSession);
});
afterAll(() => remove());
const inFolder = (name: string): string => path.join(folder, name);

/** Drafts of a trace in both formats hold for it; the YAML one. */
async function holdsForItself(trace: string): Promise<string> {
  const stem = path.parse(trace).name;
  for (const name of [`${stem}.expectations.yaml`, `${stem}.expectations.jsonc`]) {
    const report = await writeDraft(trace, inFolder(name));
    expect(report.passed, formatCheck(report)).toBe(true);
    expect(report.results.length).toBeGreaterThan(2);
  }
  return readFileSync(inFolder(`${stem}.expectations.yaml`), 'utf8');
}

describe('a draft of expectations', () => {
  it('says what happened, and what the model said as remarks', async () => {
    const text = await holdsForItself(weather);
    const { expectations } = parseExpectations(text, 'a.yaml');
    expect(expectations).toMatchObject({
      sessionCount: 1,
      turns: 2,
      never: ['error'],
      transcripts: [
        { turn: 1, user: 'What is the weather in London?' },
        { turn: 2, user: 'Thank you!' },
      ],
      tools: { calls: [{ name: 'get_weather', turn: 1, arguments: { city: 'London', unit: 'C' } }], only: true },
      close: { code: 1000 },
      latency: { createToText: { p95: expect.any(Number) as number } },
      cost: { atMost: expect.any(Number) as number },
    });
    expect(expectations?.ladder).toContainEqual({
      event: 'response.function_call_arguments.done',
      where: { name: 'get_weather' },
    });
    expect(text).toContain('# turn 1, assistant: "It is foggy and 12 degrees in London."');
  });

  it('fails for a session that went otherwise', async () => {
    await writeDraft(weather, inFolder('first.yaml'));
    const other = simulatedTrace(inFolder('other.realtime.jsonl'), (begin) => {
      const told = begin({ scenario: { turns: [{ answer: 'No tool for this.' }] } });
      told.update({ output_modalities: ['text'], tools: [WEATHER] });
      told.ask('What is the weather in London?');
      told.close();
    });
    const report = await checkTrace(other, inFolder('first.yaml'));
    const failed = report.results.filter(({ passed }) => !passed).map(({ check }) => check);
    expect(failed).toEqual(expect.arrayContaining(['turns', 'ladder', 'tools', 'transcript']));
  });

  it('is one for each of several sessions, with times of speech', async () => {
    const trace = simulatedTrace(inFolder('two.realtime.jsonl'), (begin) => {
      for (const code of [1000, 4000]) {
        const told = begin({ scenario: { turns: [{ answer: 'I hear you.' }] } });
        told.update({ audio: { input: { transcription: { model: 'whisper-1' } } } });
        told.hear(Buffer.concat([silence(500), speech('Good morning, is the lamp lit?'), silence(1500)]));
        told.wait(20_000);
        told.close(code);
      }
    });
    const { expectations } = parseExpectations(await holdsForItself(trace), 'a.yaml');
    expect(expectations).toMatchObject({
      sessionCount: 2,
      sessions: [{ close: { code: 1000 } }, { close: { code: 4000 } }],
    });
    expect(expectations?.latency).toHaveProperty('speechToAudio');
  });

  it('holds whatever was said and called', async () => {
    const trace = simulatedTrace(inFolder('odd.realtime.jsonl'), (begin) => {
      const odd = { path: '/tmp/x', bad: '/(/', '': [{ yes: 'no', date: '2024-01-01', __proto__x: null }] };
      const told = begin({
        scenario: {
          turns: [
            { when: { turn: 1 }, answer: { output: [{ call: 'get_weather', arguments: odd }] } },
            { answer: 'One\n# two: */ \u2028 \u202e three' },
          ],
        },
      });
      told.update({ output_modalities: ['text'], tools: [WEATHER] });
      told.ask('/(/');
      told.ask('yes: [no] # "quoted" \\ and\nmore');
      told.ask('/a/');
      told.close(4001, 'server', 'x\ny');
    });
    expect(await holdsForItself(trace)).not.toMatch(/[\u2028\u202e]/);
  });

  it.each(recorded)('holds for %s, recorded from a live service', async (name) => {
    // These have no times.
    expect(await holdsForItself(path.join(live, name))).not.toContain('latency');
  });
});

/** Runs the built command. */
function cli(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(dist, 'cli.cjs'), 'check', ...args], { encoding: 'utf8', cwd: folder });
}

it('the command writes a draft once, of one trace', () => {
  const made = cli(weather, '--write', 'made.expectations.yaml');
  expect(made).toMatchObject({ status: 0, stderr: expect.stringContaining('Wrote made.expectations.yaml.') as string });
  expect(made.stdout).toMatch(/All \d+ expectations hold\./);
  expect(cli(weather, '--expect', 'made.expectations.yaml')).toMatchObject({ status: 0 });
  const again = cli(weather, '--write', 'made.expectations.yaml');
  expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('exists already') as string });
  expect(cli(weather, weather, '--write', 'a.yaml')).toMatchObject({ status: 0 });
  expect(cli(weather, 'other.realtime.jsonl', '--write', 'b.yaml').stderr).toContain('there are 2');
  expect(cli(weather, '--write', 'none/b.yaml')).toMatchObject({ status: 2 });
  expect(cli(weather)).toMatchObject({ status: 2, stderr: expect.stringContaining('--write FILE') as string });
  expect(cli(weather, '--write', 'c.yaml', '--expect', 'd.yaml')).toMatchObject({ status: 2 });
});

it('the command takes a pattern, goes on behind a trace that it cannot read, and writes one JUnit file', () => {
  mkdirSync(inFolder('many/deep'), { recursive: true });
  for (const name of ['many/b.realtime.jsonl', 'many/deep/c.realtime.jsonl', 'many/a.realtime.jsonl'])
    simulatedTrace(inFolder(name), weatherSession);
  writeFileSync(inFolder('turns.yaml'), 'turns: 2\n');
  const report = (args: string[]) => JSON.parse(cli(...args, '--expect', 'turns.yaml', '--json').stdout) as object;
  expect(report(['many/**/*.jsonl'])).toMatchObject(
    ['many/a', 'many/b', 'many/deep/c'].map((stem) => ({ trace: `${stem}.realtime.jsonl`, passed: true })),
  );
  // By a name as well as by a pattern: once.
  expect(report(['many/a.realtime.jsonl', 'many/*.jsonl'])).toHaveLength(2);

  writeFileSync(inFolder('many/b.realtime.jsonl'), 'no trace');
  const mixed = cli('many/**/*.jsonl', '--expect', 'turns.yaml', '--junit', 'all.xml');
  expect(mixed.status).toBe(2);
  expect(mixed.stdout).toMatch(/many\/b\.realtime\.jsonl\nERROR .*\n\nmany\/deep\/c/);
  const xml = readFileSync(inFolder('all.xml'), 'utf8');
  expect(xml).toContain('<testsuites name="realtime-inspector" tests="3" failures="0" errors="1">');
  expect(xml.match(/<testsuite /g)).toHaveLength(3);

  expect(cli('none/*.jsonl', '--expect', 'turns.yaml')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('No file matches none/*.jsonl') as string,
  });
  expect(cli(weather, '--expect', 'turns.yaml', '--junit', 'nowhere/x.xml').stderr).toContain('There is no folder');
});
