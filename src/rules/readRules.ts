/** A rules file on disk. */
import { readTextFile } from '../files/textFile';
import type { RulesText } from './model';
import { parseRules, type ParsedRules } from './ruleFile';

/** Its text and what is in it, mistakes too. Rejects with an `UnreadableFileError` when it cannot be read or is no text. */
export async function readRules(file: string): Promise<ParsedRules & RulesText> {
  const text = await readTextFile(file, 'rules file');
  return { ...parseRules(text, file), text, file };
}
