/** `realtime-inspector rules`: what a rules file does and what is wrong with it, or which fault sets there are. */
import { FAULT_SETS } from '../rules/faultSets';
import { readRules } from '../rules/readRules';

/** What is in a rules file. */
export interface RulesReport {
  file: string;
  /** False when it is switched off as a whole. */
  enabled: boolean;
  rules: { name: string; does: string; active: boolean; line: number; faultSet?: string }[];
  problems: { line: number; column: number; message: string; rule?: number }[];
}

/** Rejects with an `UnreadableFileError` when the file cannot be read. */
export async function rulesReport(file: string): Promise<RulesReport> {
  const { enabled, rules, problems } = await readRules(file);
  return {
    file,
    enabled,
    rules: rules.map(({ info: { name, summary, active, faultSet }, place }) => ({
      ...{ name, does: summary, active, line: place.line },
      ...(faultSet === undefined ? {} : { faultSet }),
    })),
    problems,
  };
}

/** For people: a line for each problem, then one for each rule. */
export function formatRules({ file, enabled, rules, problems }: RulesReport): string {
  const lines = problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  for (const { name, does, active, line, faultSet } of rules) {
    const state = active ? 'on ' : does === '' ? 'bad' : 'off';
    const what = does === '' || does === name ? name : `${name}: ${does}`;
    lines.push(`${state}  ${what}  (${faultSet === undefined ? `line ${line}` : faultSet})`);
  }
  const active = rules.filter((rule) => rule.active).length;
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  lines.push(
    `${count(rules.length, 'rule')}, ${active} on, ${count(problems.length, 'problem')}.${enabled || problems.length > 0 ? '' : ' The file is switched off.'}`,
  );
  return `${lines.map(plain).join('\n')}\n`;
}

/** For people: the ready-made sets and their rules. */
export function formatFaultSets(): string {
  return FAULT_SETS.map(({ id, description, rules }) => {
    return [id, `  ${description}`, ...rules.map(({ name }) => `  - ${name ?? ''}`), ''].join('\n');
  }).join('\n');
}

/** Names are the file's: none of them may steer the terminal or begin a line of its own. */
function plain(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, ' ');
}
