/** `proxy --rules FILE`: rules in force while the proxy runs, taken up again when their file changes. */
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Engine } from '../proxy';
import type { ParsedRules } from '../rules/ruleFile';
import type { RulesText } from '../rules/model';
import { readRules } from '../rules/readRules';

/** How often the file is looked at, ms: a watcher loses a file that an editor puts in the place of the old one. */
const LOOK_MS = 300;

/** How often a rule took part. */
export interface RuleCount {
  name: string;
  hits: number;
}

/** The rules of a file, in force. */
export interface FollowedRules {
  /** Counts of the file as it was last read. */
  counts(): RuleCount[];
  stop(): void;
}

/** Rejects with a line for each mistake, `FILE:LINE:COLUMN: what is wrong`, or with an `UnreadableFileError`. */
export async function checkedRules(file: string): Promise<ParsedRules & RulesText> {
  const rules = await readRules(file);
  if (rules.problems.length > 0) throw new Error(problemLines(file, rules));
  return rules;
}

/** Puts the rules in force and follows their file; `say` gets a line for people for each change. */
export async function followRules(
  engine: Pick<Engine, 'setRules' | 'on'>,
  first: ParsedRules & RulesText,
  say: (line: string) => void,
): Promise<FollowedRules> {
  const file = path.resolve(first.file);
  let now = first;
  // Where the file gives none, another run meets another fate; a change of the file does not.
  const seed = randomInt(2 ** 31);
  let hits: number[] = [];
  engine.on('ruleHits', (told) => (hits = told));
  const put = async (rules: typeof first) => {
    now = rules;
    hits = [];
    await engine.setRules({ text: rules.text, file: rules.file, seed });
    const active = rules.rules.filter(({ info }) => info.active).length;
    say(`${active} of ${rules.rules.length} rules in ${first.file} are on.`);
  };
  const changed = async () => {
    try {
      const rules = await readRules(first.file);
      if (rules.text === now.text) return;
      if (rules.problems.length > 0) say(problemLines(first.file, rules));
      if (rules.readable) await put(rules);
      else say('The rules of before stay in force.');
    } catch (error) {
      say(`${(error as Error).message} The rules of before stay in force.`);
    }
  };
  await put(first);
  const watching = () => void changed();
  fs.watchFile(file, { interval: LOOK_MS, persistent: false }, watching);
  return {
    counts: () => now.rules.map(({ info }, index) => ({ name: info.name, hits: hits[index] ?? 0 })),
    stop: () => fs.unwatchFile(file, watching),
  };
}

function problemLines(file: string, { problems }: ParsedRules): string {
  return problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n');
}
