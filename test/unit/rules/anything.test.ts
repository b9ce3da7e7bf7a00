/** Rules and messages made up at random, and files written by someone who means harm. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/protocol/random';
import type { Side } from '../../../src/protocol/side';
import type { Passing, Step } from '../../../src/rules/model';
import { parseRules } from '../../../src/rules/ruleFile';
import { createRuleSet } from '../../../src/rules/ruleSet';
import { ACTIONS } from '../../../src/rules/written';
import { message } from './passing';

const PATHS = [
  'type',
  'session.voice',
  'a[0]',
  'a[*].b',
  '/a/-',
  '__proto__.x',
  'constructor',
  'response.id',
  'a[*]',
  '["x y"]',
];
const MATCHES = [
  '',
  'from:client',
  'type:session.update',
  '-type:x',
  'audio',
  'error',
  '/e/',
  'item:i',
  'binary',
  'delta',
];
const VALUES: unknown[] = [
  1,
  null,
  'x',
  '${match.type}',
  '${newId}',
  [],
  { b: '${match.a[0]}' },
  { toString: 1 },
  '\ud800',
  '</script>',
];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.between(0, from.length - 1)]!;
}

/** A rule that may make no sense at all. */
function anyRule(random: Random): Record<string, unknown> {
  const rule: Record<string, unknown> = {};
  const maybe = (chance: number, name: string, value: () => unknown) => {
    if (random.next() < chance) rule[name] = value();
  };
  maybe(0.7, 'match', () => pick(random, MATCHES));
  maybe(0.2, 'probability', () => random.next());
  maybe(0.2, 'skip', () => random.between(0, 3));
  maybe(0.2, 'every', () => random.between(1, 3));
  maybe(0.2, 'times', () => random.between(1, 4));
  maybe(0.2, 'per', () => pick(random, ['run', 'session']));
  const inject = () => ({
    to: pick(random, ['client', 'server']),
    event: pick(random, [{ type: 'x', v: pick(random, VALUES) }, 'no']),
  });
  const actions: Record<(typeof ACTIONS)[number], () => unknown> = {
    set: () => ({ [pick(random, PATHS)]: pick(random, VALUES) }),
    remove: () => [pick(random, PATHS), pick(random, PATHS)],
    replace: () => pick(random, [{ type: 'y', v: pick(random, VALUES) }, 'text ${match.type}']),
    drop: () => random.next() < 0.7,
    delay: () => random.between(0, 2000),
    jitter: () => random.between(0, 2000),
    throttle: () => random.between(1, 100_000),
    duplicate: () => pick(random, [true, 2, { times: 3, delay: 10 }, {}]),
    reorder: () => pick(random, [1, 5, { window: 3, ms: 100 }]),
    inject: () => pick(random, [inject(), [inject(), { ...inject(), place: 'before' }]]),
    disconnect: () => pick(random, [true, 1000, { code: 4000, reason: 'x', delay: 5 }]),
    refuse: () => ({ status: 503 }),
    corruptAudio: () => pick(random, ['silence', 'noise', 'loss', { with: 'noise', level: -3, rate: 0.5 }]),
  };
  for (let nth = random.between(1, 3); nth > 0; nth -= 1) {
    const action = pick(random, ACTIONS);
    rule[action] = actions[action]();
  }
  return rule;
}

function anyMessage(random: Random, t: number): Passing {
  const from: Side = pick(random, ['client', 'server']);
  const audio = Buffer.alloc(random.between(0, 2000), 9).toString('base64');
  const made = message(
    from,
    pick<unknown>(random, [
      { type: 'session.update', session: { voice: 'alloy' }, a: [{ b: 1 }, 2] },
      { type: 'input_audio_buffer.append', audio },
      { type: 'response.output_audio.delta', delta: audio, response_id: 'r' },
      { type: 'error', error: null },
      '{"a":1,"a":[1,2]}',
      '{"type":"x","__proto__":{"x":1}}',
      '[]',
      'not JSON',
      '',
      '"\\ud800"',
    ]),
    t,
  );
  return random.next() < 0.1 ? { ...made, text: undefined, binary: true } : made;
}

/** What the message became: its own bytes or a changed text; undefined when it was dropped. */
const own = (steps: Step[]): Step[] => steps.filter(({ kind }) => kind === 'pass' || kind === 'send');

it('no rule throws, and every verdict is one the proxy can act on', () => {
  const random = new Random(2026);
  let verdicts = 0;
  for (let round = 0; round < 400; round += 1) {
    const rules = Array.from({ length: random.between(1, 4) }, () => anyRule(random));
    const parsed = parseRules(JSON.stringify({ rules }), 'r.jsonc');
    const set = createRuleSet(parsed, { seed: round });
    const session = set.session('s1', { seed: round, url: 'wss://host/?model=x' });
    let acted = 0;
    for (let t = 0; t < 30; t += 1) {
      const passing = anyMessage(random, t);
      const before = passing.text;
      const verdict = session.message(passing);
      expect(passing.text).toBe(before);
      if (!verdict) continue;
      verdicts += 1;
      acted += verdict.rules.length;
      expect(set.touches(passing.from)).toBe(true);
      expect(own(verdict.steps).length).toBeLessThanOrEqual(1);
      for (const step of verdict.steps) {
        expect(Number.isFinite(step.delayMs) && step.delayMs >= 0).toBe(true);
        if (step.kind === 'disconnect') expect(step.code).toBeGreaterThanOrEqual(1000);
        if (step.kind === 'send' || step.kind === 'inject') expect(typeof step.text).toBe('string');
      }
      for (const index of verdict.rules) expect(parsed.rules[index]?.info.active).toBe(true);
      // Only a rule that reorders may let others pass.
      if (verdict.behind) expect(verdict.rules.some((index) => rules[index]!['reorder'] !== undefined)).toBe(true);
    }
    expect(set.hits.reduce((sum, hits) => sum + hits, 0)).toBe(acted);
  }
  expect(verdicts).toBeGreaterThan(2000);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

it('what no rule touches keeps its order, and what one does too unless it reorders', () => {
  const random = new Random(11);
  for (let round = 0; round < 100; round += 1) {
    const rules = Array.from({ length: 3 }, () => anyRule(random)).filter(({ reorder, refuse }) => !reorder && !refuse);
    const set = createRuleSet(parseRules(JSON.stringify({ rules }), 'r.jsonc'), { seed: round });
    const session = set.session('s1', { seed: round });
    for (let t = 0; t < 40; t += 1) {
      const verdict = session.message(anyMessage(random, t));
      if (!verdict) continue;
      expect(verdict.behind).toBeUndefined();
      // A copy never comes before what it is a copy of.
      const [one] = own(verdict.steps);
      for (const [index, step] of verdict.steps.entries())
        if (step.kind === 'copy') {
          expect(index).toBeGreaterThan(verdict.steps.indexOf(one!));
          expect(step.delayMs).toBeGreaterThanOrEqual(one!.delayMs);
        }
    }
  }
});

describe('a hostile file', () => {
  const parse = (text: string, file = 'r.jsonc') => parseRules(text, file);

  it.each(['r.jsonc', 'r.yaml'])('is refused when it is too long or too deep (%s)', (file) => {
    expect(parse(`{ "rules": [${'{"drop":true},'.repeat(60_000)}] }`, file).problems).toMatchObject([
      { line: 1, message: 'A rules file may have 512 KiB; this has more.' },
    ]);
    const deep = `{ "rules": [ { "replace": ${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)} } ] }`;
    const { problems, rules } = parse(deep, file);
    expect([problems.length, rules.some(({ info }) => info.active)]).toEqual([1, false]);
    expect(problems[0]!.message).toMatch(/nested too deeply/);
  });

  it('whose aliases multiply is refused', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let nth = 0; nth < 8; nth += 1) {
      const before = String.fromCharCode(97 + nth);
      lines.push(
        `${String.fromCharCode(98 + nth)}: &${String.fromCharCode(98 + nth)} [${Array(10).fill(`*${before}`).join()}]`,
      );
    }
    expect(parse(lines.join('\n'), 'r.yaml').readable).toBe(false);
  });

  it('reaches no prototype', () => {
    const text =
      '{ "__proto__": { "enabled": false }, "constructor": 1, "rules": [ { "__proto__": { "drop": true }, "set": { "__proto__": { "a": 1 }, "constructor.prototype.b": 1 } } ] }';
    for (const file of ['r.jsonc', 'r.yaml']) {
      const parsed = parse(text, file);
      expect(parsed.problems.map(({ message: words }) => words)).toContain('Unknown field "__proto__".');
      createRuleSet(parsed)
        .session('s1', { seed: 1 })
        .message(message('client', { type: 'x' }));
    }
    const named = parse('{ "faultSets": ["__proto__", "constructor"] }');
    expect([named.problems.length, named.rules]).toEqual([2, []]);
    const clean: Record<string, unknown> = {};
    expect([clean['a'], clean['b'], clean['drop'], clean['enabled']]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('whose expression takes for ever on long texts sees a part of them only', () => {
    const set = createRuleSet(parse('{ "rules": [ { "match": "/zq+$/", "drop": true } ] }'));
    const long = { type: 'x', text: `z${'q'.repeat(200_000)}` };
    expect(set.session('s1', { seed: 1 }).message(message('client', long))).toBeDefined();
  });

  it('keeps names that look like something else as the texts they are', () => {
    const name = '<img src=x onerror=alert(1)> [a](command:x) $(trash) ${match.type} \u202e\u0000';
    const [rule] = parse(JSON.stringify({ rules: [{ name, drop: true }] })).rules;
    expect(rule!.info).toMatchObject({ name, summary: 'drop', active: true });
  });
});
