/** Rules files: what is in one, and what is wrong with it where. A rule with a mistake is left out; the others go on. */
import schema from '../../media/schema/rules.schema.json';
import { schemaProblems, type Found } from '../files/schemaProblems';
import { sourceOf, unreadable, type FilePlace, type FileProblem } from '../files/source';
import { nearest } from '../protocol/validate/suggest';
import { ruleProblems } from './checks';
import { summaryOf } from './describe';
import { faultSet, FAULT_SETS } from './faultSets';
import type { RuleInfo } from './model';
import { ACTIONS, CONDITIONS, type WrittenFile, type WrittenRule } from './written';

/** Something wrong in a rules file; lines and columns count from 1. */
export interface RuleProblem extends FileProblem {
  /** Index of the rule that is left out for it; undefined where it is about the file. */
  rule?: number;
}

/** A rule, its place in the file, and what is known of it. */
export interface ParsedRule {
  info: RuleInfo;
  /** Undefined when something is wrong with it. */
  written?: WrittenRule;
  /** Where its name stands, else where it begins; of a fault set's rule where the set is named. */
  place: FilePlace;
}

export interface ParsedRules {
  rules: ParsedRule[];
  problems: RuleProblem[];
  /** False when the text is neither JSON nor YAML: what was in force before stays the better guess. */
  readable: boolean;
  /** The whole file is switched on. */
  enabled: boolean;
  seed?: number;
  /** Names of the fault sets that are switched on. */
  faultSets: string[];
}

const KIND = 'rules';
/** Longer than people write rules, and the text is read on threads that have other things to do. Characters. */
const MOST_TEXT = 512 * 1024;

/** Reads the text of a rules file; YAML when the file's name ends so. Never throws. */
export function parseRules(text: string, file: string): ParsedRules {
  if (text.length > MOST_TEXT)
    return broken([{ line: 1, column: 1, message: `A rules file may have ${MOST_TEXT / 1024} KiB; this has more.` }]);
  const source = sourceOf(text, file, KIND);
  // What comes behind the first is often a consequence of it.
  if (source.problems.length > 0) return broken(source.problems.slice(0, 1));
  const { value } = source;
  let found: Found[];
  try {
    found = [...ownSchemaProblems(value), ...meaningProblems(value)];
  } catch (cause) {
    return broken([{ line: 1, column: 1, message: unreadable(cause, KIND) }]);
  }
  const problems = found
    .map(({ path, message, key = false }): RuleProblem => {
      const rule = path[0] === 'rules' && typeof path[1] === 'number' ? { rule: path[1] } : {};
      return { ...source.place(path, key), message, ...rule };
    })
    .sort((one, other) => one.line - other.line || one.column - other.column);
  const written = (isFields(value) ? value : {}) as WrittenFile;
  const enabled = written.enabled !== false;
  const named: unknown[] = Array.isArray(written.faultSets) ? written.faultSets : [];
  const faultSets = [...new Set(named.filter((name): name is string => typeof name === 'string' && !!faultSet(name)))];
  const own: unknown[] = Array.isArray(written.rules) ? written.rules : [];
  const rules = own.map((rule, index): ParsedRule => {
    const wrong = problems.some((problem) => problem.rule === index);
    const place = source.place(['rules', index, ...(isFields(rule) && 'name' in rule ? ['name'] : [])]);
    return { ...parsedRule(isFields(rule) ? rule : {}, wrong, enabled), place };
  });
  for (const name of faultSets) {
    const place = source.place(['faultSets', named.indexOf(name)]);
    for (const rule of faultSet(name)?.rules ?? []) {
      const { info, ...rest } = parsedRule(rule, false, enabled);
      rules.push({ ...rest, info: { ...info, faultSet: name }, place });
    }
  }
  const seed = Number.isSafeInteger(written.seed) ? { seed: Number(written.seed) } : {};
  return { rules, problems, readable: true, enabled, faultSets, ...seed };
}

const broken = (problems: RuleProblem[]): ParsedRules => ({
  ...{ rules: [], problems, readable: false, enabled: false, faultSets: [] },
});

function parsedRule(
  rule: WrittenRule | Record<string, unknown>,
  wrong: boolean,
  on: boolean,
): Omit<ParsedRule, 'place'> {
  const written = rule as WrittenRule;
  const named = typeof written.name === 'string' && written.name !== '' ? written.name : undefined;
  if (wrong) return { info: { name: named ?? 'A rule with a mistake', summary: '', active: false } };
  const summary = summaryOf(written);
  return { info: { name: named ?? summary, summary, active: on && written.enabled !== false }, written };
}

function ownSchemaProblems(value: unknown): Found[] {
  return schemaProblems(schema, value, () => 'This is not of the form it should have.').map((found) => {
    const { path, key } = found;
    const name = String(path.at(-1));
    if (path[0] === 'faultSets' && path.length === 2) {
      const names = FAULT_SETS.map((set) => set.id);
      return { path, message: `There is no such fault set. There are ${names.join(', ')}.` };
    }
    if (!key || path[0] !== 'rules' || path.length !== 3) return found;
    const meant = nearest(name, [...ACTIONS, ...CONDITIONS]);
    const help = meant ? `Is "${meant}" meant?` : `A rule can ${ACTIONS.join(', ')}.`;
    return { path, key, message: `There is no "${name}" in a rule. ${help}` };
  });
}

/** Only rules that fit the schema can be looked at further. */
function meaningProblems(value: unknown): Found[] {
  const rules: unknown[] = isFields(value) && Array.isArray(value['rules']) ? value['rules'] : [];
  return rules.flatMap((rule, index) => {
    const fits = isFields(rule) && ownSchemaProblems({ rules: [rule] }).length === 0;
    return fits ? ruleProblems(rule as WrittenRule, ['rules', index]) : [];
  });
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
