import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/rules/ruleFile';
import { createRuleSet } from '../../../src/rules/ruleSet';
import { ACTIONS, CONDITIONS } from '../../../src/rules/written';
import { message } from './passing';

const problemsOf = (text: string, file = 'r.jsonc') => parseRules(text, file).problems;
const one = (rule: string) => problemsOf(`{ "rules": [\n${rule}\n] }`);

describe('what is wrong in a rules file is told once, at its place', () => {
  const cases: [rule: string, column: number, message: RegExp][] = [
    ['{ "dely": 1 }', 3, /^There is no "dely" in a rule\. Is "delay" meant\?$/],
    ['{ "explode": true }', 3, /^There is no "explode" in a rule\. A rule can set, remove, .* corruptAudio\.$/],
    ['{ "name": "x" }', 11, /^This rule does nothing\. Give it an action/],
    ['{ "drop": false }', 1, /^This rule does nothing/],
    ['{ "drop": true, "match": "form:client" }', 26, /^There is no form: here\. Is from: meant\?$/],
    ['{ "drop": true, "match": "turn:3" }', 26, /^turn: is known only after the analysis/],
    ['{ "drop": true, "match": "type:" }', 26, /^A value is missing behind type:$/],
    ['{ "drop": true, "match": "/(/" }', 26, /is no regular expression \(.*\)\.$/],
    [
      '{ "drop": true, "match": "type:response.done from:client" }',
      26,
      /^No message can match: response\.done comes from the server only\.$/,
    ],
    [
      '{ "drop": true, "match": "from:client -from:client" }',
      26,
      /^No message can match: its terms rule each other out/,
    ],
    ['{ "set": { "a..b": 1 } }', 12, /^This is no path from character 2 on/],
    ['{ "set": {} }', 10, /must not be empty/],
    ['{ "remove": ["a", "/a/-"] }', 19, /^Behind the last element there is nothing to remove/],
    ['{ "drop": true, "delay": 5 }', 17, /^A dropped message goes nowhere: leave "drop" or "delay" out\.$/],
    ['{ "replace": {}, "set": { "a": 1 } }', 18, /^"replace" writes the whole event: leave "set" out/],
    ['{ "reorder": 2, "jitter": 5 }', 17, /^"reorder" lets others pass, "jitter" keeps them waiting/],
    [
      '{ "refuse": { "status": 429 }, "drop": true }',
      32,
      /^There is no message yet .* "drop" belongs in another rule\.$/,
    ],
    ['{ "refuse": { "status": 429 }, "match": "error" }', 32, /^There is no message yet .* "session" says/],
    ['{ "refuse": { "status": 200 } }', 25, /200 is less than 400/],
    [
      '{ "refuse": { "status": 429, "headers": { "A": "b\\r\\nC: d" } } }',
      48,
      /^A header takes printable ASCII only\.$/,
    ],
    ['{ "refuse": { "status": 429, "headers": { "a b": "c" } } }', 43, /^This is no name of a header\.$/],
    ['{ "refuse": { "status": 429, "headers": { "Content-Length": "1" } } }', 43, /follows from the answer itself/],
    ['{ "disconnect": { "code": 1005 } }', 27, /^1005 is no close code that can be sent/],
    ['{ "disconnect": { "reason": "x" } }', 29, /^1006 cuts the sockets without a word/],
    [`{ "disconnect": { "code": 1000, "reason": "${'ü'.repeat(62)}" } }`, 43, /123 bytes at most/],
    ['{ "delay": -1 }', 12, /-1 is less than 0/],
    ['{ "delay": "1s" }', 12, /^The type "string" is invalid\. Expected "number"\.$/],
    ['{ "probability": 2, "drop": true }', 18, /2 is greater than 1/],
    ['{ "inject": { "to": "moon", "event": {} } }', 21, /does not match any of \["client","server"\]/],
    ['{ "inject": { "to": "client" } }', 13, /There is no "event"\./],
    [
      '{ "inject": { "to": "client", "place": "before", "delay": 5, "event": {} } }',
      59,
      /^What is put before the message goes at once/,
    ],
    ['{ "replace": { "a": "${match.x[*]}" } }', 14, /stands for several values/],
    ['{ "corruptAudio": "mute" }', 19, /does not match any of/],
    ['7', 1, /The type "number" is invalid\. Expected "object"\./],
  ];
  it.each(cases)('%s', (rule, column, words) => {
    const [problem, ...rest] = one(rule);
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ line: 2, column, rule: 0 });
    expect(problem!.message).toMatch(words);
  });

  it.each([
    ['', 1, 1, /^The file is empty\.$/],
    ['{ "rules": [', 1, 13, /./],
    ['{ "rules": {} }', 1, 12, /The type "object" is invalid\. Expected "array"\./],
    ['{ "ruels": [] }', 1, 3, /^Unknown field "ruels"\.$/],
    ['{ "faultSets": ["nope"] }', 1, 17, /^There is no such fault set\. There are flaky-mobile-network, /],
    ['[]', 1, 1, /The type "array" is invalid/],
  ])('%j', (text, line, column, words) => {
    const [problem, ...rest] = problemsOf(text);
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ line, column });
    expect(problem!.message).toMatch(words);
  });

  it('in YAML too', () => {
    const text = 'rules:\n  - name: x\n    match: "type:"\n    drop: true\n  - dely: 1\n';
    expect(problemsOf(text, 'r.yaml')).toMatchObject([
      { line: 3, column: 12, rule: 0 },
      { line: 5, column: 5, rule: 1 },
    ]);
  });
});

it('a rule with a mistake is left out and keeps its place, and the others go on', () => {
  const parsed = parseRules('{ "rules": [ { "dorp": true, "name": "broken" }, { "drop": true } ] }', 'r.jsonc');
  expect(parsed.rules.map(({ info }) => info)).toEqual([
    { name: 'broken', summary: '', active: false },
    { name: 'drop', summary: 'drop', active: true },
  ]);
  const verdict = createRuleSet(parsed)
    .session('s1', { seed: 1 })
    .message(message('client', { type: 'x' }));
  expect(verdict).toEqual({ steps: [], rules: [1] });
});

it('the same rules in JSON with comments and in YAML do the same', () => {
  const json = '{ // A comment.\n "rules": [ { "match": "type:x", "set": { "a.b": [1, null] }, }, ], }';
  const yaml = '# A comment.\nrules:\n  - match: type:x\n    set:\n      a.b: [1, null]\n';
  const [one, other] = [parseRules(json, 'r.jsonc'), parseRules(yaml, 'r.yml')];
  expect(other.rules.map(({ written }) => written)).toEqual(one.rules.map(({ written }) => written));
  expect([...one.problems, ...other.problems]).toEqual([]);
});

it('says where each rule stands and what it does', () => {
  const parsed = parseRules(
    '{ "faultSets": ["session-expiry"],\n"rules": [\n  { "delay": 1500, "jitter": 500 },\n  { "drop": true, "name": "Lost" }\n] }',
    'r.jsonc',
  );
  expect(parsed.rules.map(({ place, info }) => [place.line, place.column, info.name, info.faultSet])).toEqual([
    [3, 3, 'delay 1.5 s to 2 s', undefined],
    [4, 27, 'Lost', undefined],
    [1, 17, 'Session expires', 'session-expiry'],
  ]);
});

it('the schema names every condition and action there is, and documents it', () => {
  const file = fileURLToPath(new URL('../../../media/schema/rules.schema.json', import.meta.url));
  type Field = { description?: string; properties?: Record<string, Field>; items?: Field; enum?: string[] };
  const { properties } = JSON.parse(readFileSync(file, 'utf8')) as { properties: Record<string, Field> };
  const fields = properties['rules']?.items?.properties ?? {};
  expect(new Set(Object.keys(fields))).toEqual(new Set([...CONDITIONS, ...ACTIONS]));
  for (const [name, field] of Object.entries(fields)) expect(field.description, name).toMatch(/\w/);
});
