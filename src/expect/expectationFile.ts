/** Files of expectations: JSON with comments, or YAML; what is wrong in one is told with its line. */
import schema from '../../media/schema/expectations.schema.json';
import { RULES } from '../analysis/findings/rules';
import { LATENCY_NAMES } from '../analysis/latency';
import { schemaProblems, type Found } from '../files/schemaProblems';
import { sentence, sourceOf, unreadable, type FilePath, type FileProblem } from '../files/source';
import { readTextFile } from '../files/textFile';
import { nearest } from '../protocol/validate/suggest';
import { UnreadableFileError } from '../trace/unreadable';
import { unknownTypes } from './eventTypes';
import { expressionOf, isFields } from './match';
import type { Expectations } from './written';

export interface ParsedExpectations {
  /** Absent when there are problems. */
  expectations?: Expectations;
  problems: FileProblem[];
  /** What may be wrong, and keeps nothing from being held against a trace. */
  warnings: FileProblem[];
}

/** Expectations that can be held against a trace. */
export interface ReadExpectations {
  expectations: Expectations;
  /** For people, each with its place. */
  warnings: string[];
}

const KIND = 'a file of expectations';

/** Reads the text of a file; YAML when the file's name ends so. Never throws. */
export function parseExpectations(text: string, file: string): ParsedExpectations {
  const source = sourceOf(text, file, KIND);
  if (source.problems.length > 0) return { problems: source.problems, warnings: [] };
  const placed = (found: readonly Found[]): FileProblem[] =>
    found
      .map(({ path, message, key = false }) => ({ ...source.place(path, key), message }))
      .sort((one, other) => one.line - other.line);
  const found = wrongWith(source.value);
  if (found.length > 0) return { problems: placed(found), warnings: [] };
  return {
    expectations: source.value as Expectations,
    problems: [],
    warnings: placed(unknownTypes(source.value)),
  };
}

/**
 * The expectations of a file. Rejects with an `UnreadableFileError` for people, a line for each problem:
 * `FILE:LINE:COLUMN: what is wrong`.
 */
export async function readExpectations(file: string): Promise<ReadExpectations> {
  const parsed = parseExpectations(await readTextFile(file, 'file of expectations'), file);
  const told = (all: readonly FileProblem[]): string[] =>
    all.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const { expectations, problems, warnings } = parsed;
  if (expectations) return { expectations, warnings: told(warnings) };
  throw new UnreadableFileError(told(problems).join('\n'));
}

/** Expectations that come as a value and not as a file. Throws an `UnreadableFileError` with a line for each problem. */
export function checkedExpectations(value: unknown): ReadExpectations {
  const told = (all: readonly Found[]): string[] =>
    all.map(({ path, message }) => `${pathWords(path) || 'expectations'}: ${message}`);
  const found = wrongWith(value);
  if (found.length === 0) return { expectations: value as Expectations, warnings: told(unknownTypes(value)) };
  throw new UnreadableFileError(told(found).join('\n'));
}

function wrongWith(value: unknown): Found[] {
  try {
    const found = schemaProblems(schema, value, () => 'This is not of the form it should have.').map(explained);
    return [...found, ...meaningProblems(value, [], found)];
  } catch (cause) {
    return [{ path: [], message: unreadable(cause, KIND) }];
  }
}

/** Says of a name that is not known which one is nearest. */
function explained(problem: Found): Found {
  const name = String(problem.path.at(-1));
  const known =
    problem.key === true
      ? problem.path.at(-2) === 'latency'
        ? [...LATENCY_NAMES]
        : Object.keys(schema.properties)
      : problem.path.includes('except')
        ? ruleNames()
        : undefined;
  const found =
    known &&
    nearest(
      name,
      known.map((one) => one.toLowerCase()),
    );
  const meant = known?.find((one) => one.toLowerCase() === found);
  return meant !== undefined && problem.key === true
    ? { ...problem, message: `${problem.message} Is "${meant}" meant?` }
    : problem;
}

const ruleNames = (): string[] => RULES.map(({ rule }) => rule);

/** What no schema says: expressions that compile, rules that are there. */
function meaningProblems(value: unknown, path: FilePath, known: readonly Found[]): Found[] {
  if (typeof value === 'string') return textProblems(value, path);
  const inner: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isFields(value)
      ? Object.entries(value)
      : [];
  return inner.flatMap(([name, one]) => {
    const here = [...path, name];
    return known.some((other) => JSON.stringify(other.path) === JSON.stringify(here))
      ? []
      : meaningProblems(one, here, known);
  });
}

function textProblems(text: string, path: FilePath): Found[] {
  if (path.at(-2) === 'except') {
    const names = ruleNames();
    if (names.includes(text)) return [];
    const meant = nearest(text, names);
    const help = meant === undefined ? `There are ${names.join(', ')}.` : `Is "${meant}" meant?`;
    return [{ path, message: `No finding is called ${JSON.stringify(text)}. ${help}` }];
  }
  try {
    expressionOf(text);
    return [];
  } catch (cause) {
    return [{ path, message: sentence(cause instanceof Error ? cause.message : String(cause)) }];
  }
}

function pathWords(path: FilePath): string {
  return path.reduce<string>(
    (words, part) => (typeof part === 'number' ? `${words}[${part}]` : words === '' ? part : `${words}.${part}`),
    '',
  );
}
