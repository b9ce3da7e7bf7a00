/** Rules and messages for the tests. */
import { parseRules } from '../../../src/rules/ruleFile';
import { createRuleSet } from '../../../src/rules/ruleSet';
import type { Passing, RuleSet, Verdict } from '../../../src/rules/model';
import type { Side } from '../../../src/protocol/side';

/** The rule set of a file with these rules; fails the test when anything is wrong with them. */
export function rulesOf(rules: unknown[], more: Record<string, unknown> = {}): RuleSet {
  const parsed = parseRules(JSON.stringify({ ...more, rules }), 'rules.jsonc');
  if (parsed.problems.length > 0) throw new Error(JSON.stringify(parsed.problems));
  return createRuleSet(parsed, { seed: 7 });
}

/** A message of that end; an event, or a text as it stands. */
export function message(from: Side, event: unknown, t = 0): Passing {
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  return { session: 's1', from, t, text, data: Buffer.from(text), binary: false };
}

/** What the rule says of one message of a new session. */
export function verdictOf(rule: unknown, passing: Passing): Verdict | undefined {
  return rulesOf([rule]).session('s1', { seed: 1 }).message(passing);
}

/** The text that goes on in the message's place; undefined when it goes on as it came. */
export function sentText(verdict: Verdict | undefined): string | undefined {
  const step = verdict?.steps.find(({ kind }) => kind === 'send');
  return step?.kind === 'send' ? step.text : undefined;
}
