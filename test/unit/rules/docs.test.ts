import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FAULT_SETS } from '../../../src/rules/faultSets';
import { parseRules } from '../../../src/rules/ruleFile';
import { ACTIONS, actionsOf, CONDITIONS } from '../../../src/rules/written';

const page = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
/** Indented blocks that are JSON: a file, or one rule. */
const examples = page
  .split('\n\n')
  .map((block) => block.replace(/^ {4}/gm, ''))
  .filter((block) => block.startsWith('{') && page.includes(`\n    ${block.split('\n')[0]}`));

it.each(examples)('the example of the page is right: %s', (example) => {
  const file = example.includes('"rules"') ? example : `{ "rules": [ ${example} ] }`;
  expect(parseRules(file, 'r.jsonc').problems).toEqual([]);
});

it('the page has an example of every action, and names every condition and fault set', () => {
  const shown = examples.flatMap((example) => {
    const file = example.includes('"rules"') ? example : `{ "rules": [ ${example} ] }`;
    return parseRules(file, 'r.jsonc').rules.flatMap(({ written }) => (written ? actionsOf(written) : []));
  });
  expect(new Set(shown)).toEqual(new Set(ACTIONS));
  for (const name of [...CONDITIONS, ...FAULT_SETS.map(({ id }) => id)]) expect(page).toContain(`\`${name}\``);
});
