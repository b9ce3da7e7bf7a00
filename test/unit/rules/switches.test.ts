import { applyEdits } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/rules/ruleFile';
import { addRules, switchFaultSet, switchFile, switchRule } from '../../../src/rules/switches';

const JSON_TEXT = `{
  // What this is for.
  "rules": [
    { "name": "one", "drop": true }, // first
    {
      "name": "two",
      "enabled": false,
      "delay": 1.50e2,
    },
  ],
}
`;
const YAML_TEXT = `# What this is for.
rules:
  - name: one # first
    drop: true
  - name: two
    enabled: false
    delay: 1.50e2
  - { name: three, drop: true }
  - drop: true
`;
const states = (text: string, file: string) => {
  const parsed = parseRules(text, file);
  expect(parsed.problems).toEqual([]);
  return parsed.rules.map(({ info }) => info.active);
};

describe.each([
  ['r.jsonc', JSON_TEXT, [true, false]],
  ['r.yaml', YAML_TEXT, [true, false, true, true]],
])('in %s', (file, text, before) => {
  it('each rule is switched by itself, and back to what was there', () => {
    expect(states(text, file)).toEqual(before);
    for (const [index, was] of before.entries()) {
      const after = applyEdits(text, switchRule(text, file, index, !was));
      expect(states(after, file)).toEqual(before.map((is, other) => (other === index ? !is : is)));
      expect(switchRule(after, file, index, !was)).toEqual([]);
      const back = applyEdits(after, switchRule(after, file, index, was));
      expect(states(back, file)).toEqual(before);
      for (const kept of ['What this is for.', 'first', '1.50e2']) expect(back).toContain(kept);
    }
    expect(switchRule(text, file, 99, false)).toEqual([]);
  });

  it('the whole file is', () => {
    const off = applyEdits(text, switchFile(text, file, false));
    expect(parseRules(off, file).enabled).toBe(false);
    expect(states(applyEdits(off, switchFile(off, file, true)), file)).toEqual(before);
    expect(off).toContain('What this is for.');
  });

  it('fault sets are, one beside the other', () => {
    const sets = (of: string) => parseRules(of, file).faultSets;
    const one = applyEdits(text, switchFaultSet(text, file, 'error-storm', true));
    expect(sets(one)).toEqual(['error-storm']);
    const both = applyEdits(one, switchFaultSet(one, file, 'rate-limited', true));
    expect(sets(both)).toEqual(['error-storm', 'rate-limited']);
    expect(switchFaultSet(both, file, 'rate-limited', true)).toEqual([]);
    const other = applyEdits(both, switchFaultSet(both, file, 'error-storm', false));
    expect(sets(other)).toEqual(['rate-limited']);
    const none = applyEdits(other, switchFaultSet(other, file, 'rate-limited', false));
    expect([sets(none), switchFaultSet(none, file, 'rate-limited', false)]).toEqual([[], []]);
    expect(none).toContain('What this is for.');
  });

  it('rules are added behind the others', () => {
    const more = [
      { name: 'x', drop: true },
      { name: 'y', set: { a: [1] } },
    ];
    const after = applyEdits(text, addRules(text, file, more));
    expect(states(after, file)).toEqual([...before, true, true]);
    expect(
      parseRules(after, file)
        .rules.slice(-2)
        .map(({ written }) => written),
    ).toEqual(more);
    expect(after).toContain('first');
  });
});

it.each(['{}', '{ "rules": [] }', '{\n\t"description": "x"\n}'])('rules and sets find a place in %j', (text) => {
  const after = applyEdits(text, addRules(text, 'r.jsonc', [{ drop: true }]));
  expect(states(after, 'r.jsonc')).toEqual([true]);
  const set = applyEdits(after, switchFaultSet(after, 'r.jsonc', 'error-storm', true));
  expect(parseRules(set, 'r.jsonc').faultSets).toEqual(['error-storm']);
});
