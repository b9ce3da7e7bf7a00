import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { formatRules, rulesReport } from '../../../src/cli/rules';
import { FAULT_SETS } from '../../../src/rules/faultSets';

const CLI = fileURLToPath(new URL('../../../dist/cli.cjs', import.meta.url));
const STARTER = fileURLToPath(new URL('../../../media/rules/starter.realtime-rules.jsonc', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'rules-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [CLI, 'rules', ...args], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });

describe('rules FILE', () => {
  it('says what each rule does, and ends with 0 when nothing is wrong', async () => {
    const file = written(
      'good.yaml',
      'faultSets: [slow-first-audio]\nrules:\n  - name: Lost\n    drop: true\n  - delay: 5\n    enabled: false\n',
    );
    const { code, out, err } = await run(file);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'on   Lost: drop  (line 3)',
      'off  delay 5 ms  (line 5)',
      'on   Slow first audio: delay 2.5 s to 4.5 s  (slow-first-audio)',
      '3 rules, 2 on, 0 problems.',
      '',
    ]);
  });

  it('tells every mistake with its line, and ends with 1', async () => {
    const file = written(
      'bad.jsonc',
      '{ "rules": [\n  { "dorp": true },\n  { "match": "type:", "drop": true },\n  { "drop": true }\n] }',
    );
    const { code, out } = await run(file);
    expect(code).toBe(1);
    expect(out).toContain(`${file}:2:5: There is no "dorp" in a rule. Is "drop" meant?`);
    expect(out).toContain(`${file}:3:14: A value is missing behind type:`);
    expect(out).toContain('bad  A rule with a mistake  (line 2)');
    expect(out).toContain('3 rules, 1 on, 2 problems.');
  });

  it('ends with 2 when the file cannot be read', async () => {
    const { code, err } = await run(path.join(folder, 'none.jsonc'));
    expect([code, err.trim()]).toEqual([
      2,
      `The rules file ${path.join(folder, 'none.jsonc')} cannot be read: it does not exist.`,
    ]);
  });

  it('prints the same as JSON', async () => {
    const file = written('one.jsonc', '{ "rules": [{ "name": "x", "drop": true }] }');
    const { out } = await run(file, '--json');
    expect(JSON.parse(out)).toEqual({
      ...{ file, enabled: true, problems: [] },
      rules: [{ name: 'x', does: 'drop', active: true, line: 1 }],
    });
  });

  it('without a file lists the fault sets', async () => {
    const { code, out } = await run();
    expect(code).toBe(0);
    for (const { id, rules } of FAULT_SETS) for (const words of [id, rules[0]!.name!]) expect(out).toContain(words);
  });

  it('lets no name steer the terminal or begin a line', async () => {
    const file = written(
      'esc.jsonc',
      JSON.stringify({ rules: [{ name: '\u001b[2J\u202ex\nfake:1:1: y', drop: true }] }),
    );
    const text = formatRules(await rulesReport(file));
    expect(text).toBe('on    [2J x fake:1:1: y: drop  (line 1)\n1 rule, 1 on, 0 problems.\n');
  });
});

it('the file to begin with has no mistake, and changes nothing yet', async () => {
  const { rules, problems } = await rulesReport(STARTER);
  expect(problems).toEqual([]);
  expect(rules.length).toBeGreaterThan(2);
  expect(rules.filter(({ active }) => active)).toEqual([]);
});
