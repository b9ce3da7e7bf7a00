import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import schema from '../../../media/schema/expectations.schema.json';
import { LATENCY_NAMES } from '../../../src/analysis/latency';
import { checkedExpectations, parseExpectations } from '../../../src/expect/expectationFile';
import { checkFacts } from '../../../src/expect/check';
import type { SessionFacts, TraceFacts } from '../../../src/expect/facts';
import { junitXml, xmlText } from '../../../src/expect/junit';
import type { CheckedEvent } from '../../../src/expect/match';
import { result } from '../../../src/expect/results';
import { checkTrace } from '../../../src/expect/checkTrace';
import { formatCheck } from '../../../src/expect/reportText';
import { dist, root } from '../fidelity/bed';
import { scratch } from '../rewrite/traces';
import { simulatedTrace, weatherSession } from './simulatedTrace';

let folder: string;
let remove: () => Promise<void>;
let trace: string;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  trace = simulatedTrace(path.join(folder, 'weather.realtime.jsonl'), weatherSession);
});
afterAll(() => remove());

const problemsOf = (text: string, file = 'a.jsonc'): string[] =>
  parseExpectations(text, file).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

it('the schema knows every measure', () => {
  expect(Object.keys(schema.properties.latency.properties).sort()).toEqual([...LATENCY_NAMES].sort());
  expect(Object.keys(schema.properties.sessions.items.properties)).toEqual(
    Object.keys(schema.properties).filter(
      (name) => !['$schema', 'description', 'sessionCount', 'sessions'].includes(name),
    ),
  );
});

it('a file may have comments, be YAML, and say what is wrong with its line', () => {
  expect(problemsOf('{ "turns": 2, // both\n}')).toEqual([]);
  expect(problemsOf('turns: {min: 1}\nladder:\n  - session.created\n', 'a.yaml')).toEqual([]);
  expect(problemsOf('{\n  "laddr": ["a"]\n}')).toEqual(['2:3 Unknown field "laddr". Is "ladder" meant?']);
  expect(problemsOf('{\n  "latency": { "speechToAudi": { "p95": 1 } }\n}')).toEqual([
    '2:16 Unknown field "speechToAudi". Is "speechToAudio" meant?',
  ]);
  expect(problemsOf('findings:\n  atMost: none\n  except: [late-transcrip]\n', 'a.yml')).toEqual([
    '3:12 No finding is called "late-transcrip". Is "late-transcript" meant?',
  ]);
  expect(problemsOf('{ "transcripts": [{ "turn": 1, "user": "/(/" }] }')[0]).toMatch(
    /^1:40 Invalid regular expression/,
  );
  expect(problemsOf('{ "transcripts": [{ "turn": 1 }] }')).toHaveLength(1);
  expect(problemsOf('{}')).toEqual(['1:1 This must not be empty.']);
  expect(problemsOf('')).toEqual(['1:1 The file is empty.']);
  expect(() => checkedExpectations({ turns: -1 })).toThrow(/^turns: /);
});

it('a name that stands twice is told of, in JSON as in YAML', () => {
  expect(problemsOf('{ "turns": 1,\n  "close": { "code": 1000, "code": 1001 },\n  "turns": 2 }')).toEqual([
    '2:28 There is another field of this name beside it: only one of them would count.',
    '3:3 There is another field of this name beside it: only one of them would count.',
  ]);
  expect(problemsOf('turns: 1\nclose:\n  code: 1000\nturns: 2\n', 'a.yaml')).toEqual([
    expect.stringMatching(/^4:1 .*unique/),
  ]);
});

it('YAML holds no surprises: dates, yes and no, and what has no end', () => {
  const read = (text: string) => parseExpectations(text, 'a.yaml').expectations;
  expect(
    read('tools: [{ name: book, arguments: { day: 2024-01-01, sure: yes, not: no, at: 12:30, n: 0o17 } }]'),
  ).toEqual({
    tools: [{ name: 'book', arguments: { day: '2024-01-01', sure: 'yes', not: 'no', at: '12:30', n: 15 } }],
  });
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map((pair) => [...pair] as [string, string]))
    bomb.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);
  expect(problemsOf(bomb.join('\n'), 'a.yaml')).toEqual([expect.stringMatching(/^1:1 .*alias/i)]);
  expect(problemsOf('turns: &t { min: *t }\n', 'a.yaml')).toHaveLength(1);
  expect(problemsOf('turns: .inf\n', 'a.yaml')).toHaveLength(1);
  expect(problemsOf('turns: 1\n---\nturns: 2\n', 'a.yaml')).toHaveLength(1);
});

it('whatever stands in a file gets an answer', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const { expectations, problems } = parseExpectations(text, 'a.jsonc');
      expect(problems.length > 0).toBe(expectations === undefined);
    }),
    { numRuns: 300 },
  );
});

it('the XML holds whatever the traffic holds', () => {
  expect(xmlText('<a href="x">\u0000\u001b[31m & \ud800 \u{1f600}\n\t\ufffe</a>')).toBe(
    '&#60;a href=&#34;x&#34;&#62;\\u0000\\u001b[31m &#38; \\ud800 \u{1f600}&#10;&#9;\\ufffe&#60;/a&#62;',
  );
  // A parser that others wrote is the judge.
  const hostile = fc.array(
    fc.record({ what: fc.string({ unit: 'binary' }), actual: fc.string({ unit: 'binary' }), passed: fc.boolean() }),
    { minLength: 1, maxLength: 5 },
  );
  const [one] = fc.sample(
    hostile.filter((list) => list.some(({ passed }) => !passed)),
    1,
  );
  const results = (one ?? []).map(({ what, actual, passed }, index) =>
    result({
      check: 'ladder',
      what: `${what}]]><x>\u0007`,
      path: `ladder${index}`,
      expected: '\u0000',
      actual,
      passed,
      diff: [actual],
    }),
  );
  const xml = junitXml([{ trace: 'a&b.jsonl', expectations: '', passed: false, results, problems: ['\u0001'] }]);
  const file = path.join(folder, 'junit.xml');
  writeFileSync(file, xml);
  const script =
    'import sys,xml.etree.ElementTree as t; r=t.parse(sys.argv[1]).getroot(); print(r.get("tests"), r.get("failures"), len(r.findall(".//failure")))';
  const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  const failed = results.filter(({ passed }) => !passed).length;
  expect(stdout.trim(), stderr).toBe(`${results.length} ${failed} ${failed}`);
});

it('a case of JUnit has the same name whether its expectation holds or not', () => {
  const events = (...types: string[]): CheckedEvent[] =>
    types.map((type, index) => ({ seq: index + 1, from: 'server', type, body: undefined }));
  const session = (list: CheckedEvent[]): SessionFacts => ({
    ...{ id: 's1', events: list, turns: [], calls: [], close: undefined },
    ...{ latencies: {}, findings: [], usd: null },
  });
  const names = (list: CheckedEvent[], findings: TraceFacts['findings']): { names: string[]; xml: string } => {
    const facts: TraceFacts = {
      ...{ file: 't', timed: true, problems: [] },
      ...{ sessions: [session(list)], latencies: {}, findings, usd: null, unpriced: [] },
    };
    const results = checkFacts({ ladder: ['a', 'b'], never: ['x'], findings: 'none' }, facts);
    const xml = junitXml([{ trace: 't', expectations: '', passed: false, results, problems: [] }]);
    return { names: [...xml.matchAll(/<testcase [^>]* name="([^"]*)"/g)].map(([, name = '']) => name), xml };
  };
  const finding = { session: 's1', rule: 'r', severity: 'error', title: 'T' } as const;
  const right = names(events('a', 'b'), []);
  const wrong = names(events('a', 'x', 'c'), [
    { ...finding, seq: 2 },
    { ...finding, seq: 3 },
  ]);
  expect(right.names).toHaveLength(3);
  expect(wrong.names).toEqual(right.names);
  expect(right.xml).toContain('failures="0"');
  expect(wrong.xml).toContain('tests="3" failures="3"');
  // The place is told in the text of the failure: the event after which the step was looked for, not the last one.
  expect(wrong.xml).toContain('ladder[1]');
  expect(wrong.xml).toContain('event #1)');
});

it('the example of the documentation holds for the session it is about', async () => {
  const text = readFileSync(path.join(root, 'docs', 'expectations.md'), 'utf8');
  const [, example = ''] = /```jsonc\n(.*?)```/s.exec(text) ?? [];
  const file = path.join(folder, 'documented.expectations.jsonc');
  writeFileSync(file, example);
  const report = await checkTrace(trace, file);
  expect(report.passed, formatCheck(report)).toBe(true);
  expect(report.results.length).toBeGreaterThan(12);
});

/** Runs the built command. */
function cli(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(dist, 'cli.cjs'), ...args], { encoding: 'utf8' });
}

const warningsOf = (text: string, file = 'a.yaml'): string[] =>
  parseExpectations(text, file).warnings.map(({ line, column, message }) => `${line}:${column} ${message}`);

it('an event type that the API does not have is a warning where it stands, with the one that is most like it', () => {
  expect(warningsOf('ladder:\n  - session.created\n  - response.dome?\n  - response.createdd+\n  - "..."\n')).toEqual([
    '3:5 The API has no event "response.dome". Did you mean "response.done"?',
    '4:5 The API has no event "response.createdd". Did you mean "response.created"?',
  ]);
  const steps = '{ "event": ["response.done", "responce.done"], "from": "server" }';
  expect(
    warningsOf(`{ "sessions": [{ "ladder": { "steps": [${steps}], "ignore": ["rate_limit.updated"] } }] }`, 'a.json'),
  ).toEqual([
    expect.stringMatching(/^1:69 .*"responce\.done"\. Did you mean "response\.done"\?$/),
    expect.stringMatching(/^1:\d+ .*"rate_limit\.updated"\. Did you mean "rate_limits\.updated"\?$/),
  ]);
  // Current and retired types, and what stands for several.
  expect(warningsOf('never: [error, response.audio.delta, "*.delta", "response.*"]\n')).toEqual([]);
  expect(warningsOf('never: ["respons.*"]\nladder: [acme.thing.happened]\n')).toEqual([
    '1:9 No event of the API is of a type like "respons.*".',
    '2:10 The API has no event "acme.thing.happened".',
  ]);
  expect(checkedExpectations({ never: ['eror'] }).warnings).toEqual([
    'never[0]: The API has no event "eror". Did you mean "error"?',
  ]);
});

it('the command tells of a misspelt type and judges all the same', () => {
  const slip = path.join(folder, 'slip.yaml');
  writeFileSync(slip, 'turns: 2\nnever:\n  - eror\n');
  const { status, stdout, stderr } = cli('check', trace, trace, '--expect', slip);
  expect(status).toBe(0);
  expect(stdout).toContain('All 2 expectations hold.');
  const warning = `${slip}:3:5: The API has no event "eror". Did you mean "error"?`;
  expect(stderr.split('\n').filter((line) => line.includes('eror'))).toEqual([`Warning: ${warning}`]);
  const json = cli('check', trace, '--expect', slip, '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ passed: true, warnings: [warning] });
});

it('the command ends with 0, 1 or 2, tells what differs, and writes JUnit', () => {
  const good = path.join(folder, 'good.yaml');
  writeFileSync(good, 'turns: 2\ntools:\n  - name: get_weather\n    arguments: {city: London}\n');
  const bad = path.join(folder, 'bad.jsonc');
  writeFileSync(bad, '{ "turns": 3, "tools": [{ "name": "get_weather", "arguments": { "city": "Paris" } }] }');
  const wrong = path.join(folder, 'wrong.jsonc');
  writeFileSync(wrong, '{ "turn": 3 }');

  const right = cli('check', trace, '--expect', good);
  expect(right).toMatchObject({ status: 0 });
  expect(right.stdout).toContain('All 2 expectations hold.');

  const junit = path.join(folder, 'out.xml');
  const failed = cli('check', trace, '--expect', bad, '--junit', junit);
  expect(failed).toMatchObject({ status: 1 });
  expect(failed.stdout).toContain('2 of 2 expectations do not hold.');
  expect(failed.stdout).toContain('- city: "Paris"\n        + city: "London"');
  expect(readFileSync(junit, 'utf8')).toContain('tests="2" failures="2"');

  const json = cli('check', trace, '--expect', bad, '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ passed: false, results: [{ check: 'turns' }, { check: 'tools' }] });

  expect(cli('check', trace, '--expect', wrong)).toMatchObject({ status: 2 });
  expect(cli('check', trace, '--expect', wrong).stderr).toContain(
    'wrong.jsonc:1:3: Unknown field "turn". Is "turns" meant?',
  );
  expect(cli('check', path.join(folder, 'none.jsonl'), '--expect', good)).toMatchObject({ status: 2 });
});
