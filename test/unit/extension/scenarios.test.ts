import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { problemStretch } from '../../../src/extension/problemRange';
import {
  isScenarioName,
  scenarioFileName,
  scenarioNameFor,
  scenarioPath,
  scenarioSetting,
} from '../../../src/extension/scenarioPaths';
import { lensOf, type LensFacts } from '../../../src/extension/scenarioUse';
import { brokenText, simulationLabel } from '../../../src/extension/simulationText';
import type { SimulationState } from '../../../src/proxy';
import { parseScenario } from '../../../src/simulator/scenarioFile';

const app = path.resolve('/home/me/app');
const voice = path.resolve('/home/me/voice');
const folders = [
  { name: 'app', path: app },
  { name: 'voice', path: voice },
];

describe('the scenario setting', () => {
  const only =
    (...there: string[]) =>
    (file: string) =>
      there.includes(file);

  it('is relative to the first folder that has the file, else to the first', () => {
    const inVoice = path.join(voice, 'a.scenario.yaml');
    expect(scenarioPath('a.scenario.yaml', folders, only(inVoice))).toBe(inVoice);
    expect(scenarioPath('a.scenario.yaml', folders, only())).toBe(path.join(app, 'a.scenario.yaml'));
    expect(scenarioPath('', folders, only())).toBeUndefined();
  });

  it('may be absolute, begin at home, or name a folder', () => {
    const absolute = path.resolve('/elsewhere/a.scenario.jsonc');
    expect(scenarioPath(absolute, folders, only())).toBe(absolute);
    expect(scenarioPath('~/a.scenario.jsonc', folders, only())).toBe(path.join(homedir(), 'a.scenario.jsonc'));
    expect(scenarioPath('a.scenario.jsonc', [], only())).toBe(path.join(homedir(), 'a.scenario.jsonc'));
    const named = '${workspaceFolder:voice}/sub/a.scenario.jsonc';
    expect(scenarioPath(named, folders, only())).toBe(path.join(voice, 'sub', 'a.scenario.jsonc'));
    expect(scenarioPath('${workspaceFolder}/a.scenario.jsonc', folders, only())).toBe(
      path.join(app, 'a.scenario.jsonc'),
    );
  });

  it.each([
    [path.join(app, 'talks', 'a.scenario.jsonc'), 'talks/a.scenario.jsonc'],
    [path.join(voice, 'a.scenario.jsonc'), '${workspaceFolder:voice}/a.scenario.jsonc'],
    [path.resolve('/home/me/application/a.scenario.jsonc'), path.resolve('/home/me/application/a.scenario.jsonc')],
    [path.join(app, '..a.scenario.jsonc'), '..a.scenario.jsonc'],
  ])('written for %s leads back to it', (file, setting) => {
    expect(scenarioSetting(file, folders)).toBe(setting);
    expect(scenarioPath(setting, folders, only())).toBe(file);
  });
});

describe('names of scenario files', () => {
  it('are told by their ending', () => {
    expect(['a.scenario.jsonc', 'a.scenario.yml', 'A.SCENARIO.YAML'].every(isScenarioName)).toBe(true);
    expect(['a.jsonc', 'scenario.yaml', 'a.scenario.json', 'a.scenario.jsonc.bak'].some(isScenarioName)).toBe(false);
  });

  it.each([
    ['/a/talk', '/a/talk.scenario.jsonc'],
    ['/a/talk.jsonc', '/a/talk.scenario.jsonc'],
    ['/a/talk.scenario', '/a/talk.scenario.jsonc'],
    ['/a/talk.yml', '/a/talk.scenario.yml'],
    ['/a/talk.scenario.yaml', '/a/talk.scenario.yaml'],
    ['/a/talk.scenario.json', '/a/talk.scenario.jsonc'],
  ])('%s becomes %s', (given, made) => {
    expect(scenarioFileName(given)).toBe(made);
  });

  it('come from the trace', () => {
    expect(scenarioNameFor('/a/2026-11-20.realtime.jsonl')).toBe('2026-11-20.scenario.jsonc');
    expect(scenarioNameFor('/a/log.jsonl')).toBe('log.scenario.jsonc');
    expect(scenarioNameFor('/a/.realtime.jsonl')).toBe('recorded.scenario.jsonc');
  });
});

describe('what is underlined', () => {
  it.each<[string, number, string]>([
    ['    { "anwser": "x" }', 7, '"anwser"'],
    ['  "turns": [}', 13, '}'],
    ['    wehn: {}', 5, 'wehn'],
    ['  - when: { turn: first }', 19, 'first'],
    ["text: '/(/'", 7, "'/(/'"],
    ['"open', 1, '"open'],
    ['{ "a": 1', 40, '1'],
    ['{ "a": 1  ', 10, '1'],
  ])('of %j at column %i is %j', (line, column, marked) => {
    const { start, end } = problemStretch(line, column);
    expect(line.slice(start, end)).toBe(marked);
  });

  it('is nothing in an empty line', () => {
    expect(problemStretch('', 1)).toEqual({ start: 0, end: 0 });
  });
});

const playing: SimulationState = {
  scenario: '/a/talk.scenario.jsonc',
  seed: undefined,
  speed: 1,
  broken: undefined,
  waiting: false,
  files: [],
};

describe('what the simulator plays, in words', () => {
  it('names the file, and seed and speed where they are special', () => {
    expect(simulationLabel(playing)).toBe('talk.scenario.jsonc');
    expect(simulationLabel({ ...playing, scenario: undefined, seed: 0, speed: 4 })).toBe(
      'default conversation, seed 0, speed 4',
    );
  });

  it('says what is wrong, where, what plays instead, and what to do', () => {
    expect(brokenText(playing)).toBeUndefined();
    const broken = {
      file: '/a/talk.scenario.jsonc',
      message: 'Value expected.',
      place: { line: 2, column: 13 },
      more: 2,
    };
    expect(brokenText({ ...playing, broken })).toBe(
      'talk.scenario.jsonc:2:13: Value expected. (2 more problems) The simulator goes on with its last good version. Mend the file and save it.',
    );
    expect(brokenText({ ...playing, scenario: undefined, broken: { ...broken, more: 0 } })).toBe(
      'talk.scenario.jsonc:2:13: Value expected. The simulator plays the default conversation. Mend the file and save it.',
    );
    expect(
      brokenText({ ...playing, broken: { ...broken, file: '/a/b', message: 'Not there', place: undefined } }),
    ).toBe('Not there. The simulator goes on with talk.scenario.jsonc. Put the file there, or use another scenario.');
  });
});

describe('the line above a scenario', () => {
  const running = { upstream: 'Simulator', simulator: true, broken: '', waiting: false };
  it.each<[string, LensFacts, RegExp, string]>([
    ['not trusted', { trusted: false, chosen: true, running }, /Trust/, 'workbench.trust.manage'],
    ['not chosen', { trusted: true, chosen: false, running }, /^\S+ Use in/, 'realtimeInspector.useThisScenario'],
    ['stopped', { trusted: true, chosen: true, running: undefined }, /Start Proxy/, 'realtimeInspector.start'],
    [
      'another upstream',
      { trusted: true, chosen: true, running: { ...running, upstream: 'OpenAI', simulator: false } },
      /go to OpenAI/,
      'realtimeInspector.chooseUpstream',
    ],
    [
      'broken',
      { trusted: true, chosen: true, running: { ...running, broken: 'goes on with its last good version' } },
      /last good/,
      'workbench.actions.view.problems',
    ],
    [
      'changed',
      { trusted: true, chosen: true, running: { ...running, waiting: true } },
      /Restart Simulator/,
      'realtimeInspector.restartSimulator',
    ],
    ['in use', { trusted: true, chosen: true, running }, /In use/, 'realtimeInspector.useScenario'],
  ])('when it is %s', (_name, facts, title, command) => {
    expect(lensOf(facts)).toMatchObject({ title: expect.stringMatching(title) as string, command });
  });
});

describe('a new scenario file', () => {
  const starter = (name: string) =>
    readFileSync(fileURLToPath(new URL(`../../../media/scenario/${name}`, import.meta.url)), 'utf8');

  it('has nothing wrong in it, and says the same in both notations', () => {
    const json = parseScenario(starter('starter.scenario.jsonc'), 'a.scenario.jsonc');
    const yaml = parseScenario(starter('starter.scenario.yaml'), 'a.scenario.yaml');
    expect(json.problems).toEqual([]);
    expect(yaml.problems).toEqual([]);
    expect(yaml.scenario).toEqual(json.scenario);
  });
});
