/** Scenario files: JSON with comments, or YAML; what is wrong in one is told with its line. */
import { dirname, extname, isAbsolute, join, normalize, sep } from 'node:path';
import schema from '../../media/schema/scenario.schema.json';
import { schemaProblems, type Found } from '../files/schemaProblems';
import { sentence, sourceOf, unreadable, type FilePath, type FileProblem, type Source } from '../files/source';
import { readTextFile } from '../files/textFile';
import { regularExpression } from './director';
import type { Answer, SayItem, Scenario } from './scenario';
import { readWav } from './wavFile';
import { isObject } from './wire';

/** Something wrong in a scenario file; lines and columns count from 1. */
export type ScenarioProblem = FileProblem;

export interface ParsedScenario {
  /** Absent when there are problems. */
  scenario?: Scenario;
  problems: ScenarioProblem[];
}

/** A scenario that can be played as it stands. */
export interface CheckedScenario extends ParsedScenario {
  /** Paths of the WAV files it names. */
  sounds: string[];
}

const KIND = 'a scenario';

/** Reads the text of a scenario; YAML when the file's name ends so. Never throws. */
export function parseScenario(text: string, file: string): ParsedScenario {
  return parsed(sourceOf(text, file, KIND));
}

/**
 * The same with the sound of its WAV files, which are looked for in the folder of `file`: one that cannot be used is a
 * problem where it is named. Never rejects.
 */
export async function checkScenario(text: string, file: string): Promise<CheckedScenario> {
  const source = sourceOf(text, file, KIND);
  const { scenario, problems } = parsed(source);
  const sounds: string[] = [];
  for (const { item, audio, path } of scenario ? soundsOf(scenario) : []) {
    const { file: name, ...rest } = audio;
    const sound = join(dirname(file), name);
    sounds.push(sound);
    try {
      const pcm = await readWav(sound);
      item.audio = { ...rest, pcm: Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64') };
    } catch (cause) {
      problems.push({ ...source.place(path, false), message: sentence((cause as Error).message) });
    }
  }
  return problems.length > 0 || !scenario ? { problems, sounds } : { scenario, problems, sounds };
}

/**
 * The scenario in that file, with the sound of its WAV files. Rejects with one message for people, a line for each
 * problem: `FILE:LINE:COLUMN: what is wrong`.
 */
export async function readScenario(file: string): Promise<Scenario> {
  const { scenario, problems } = await checkScenario(await readScenarioText(file), file);
  if (scenario) return scenario;
  throw new Error(problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
}

/** The text of a scenario file. Rejects with an `UnreadableFileError` when it cannot be read or is no text. */
export function readScenarioText(file: string): Promise<string> {
  return readTextFile(file, 'scenario');
}

function parsed(source: Source): ParsedScenario {
  if (source.problems.length > 0) return { problems: source.problems };
  let found: Found[];
  try {
    found = [...schemaProblems(schema, source.value, patternMessage), ...meaningProblems(source.value)];
  } catch (cause) {
    found = [{ path: [], message: unreadable(cause, KIND) }];
  }
  const problems = found.map(({ path, message, key = false }) => ({ ...source.place(path, key), message }));
  if (problems.length > 0) return { problems: problems.sort((one, other) => one.line - other.line) };
  return { scenario: source.value as Scenario, problems: [] };
}

function patternMessage(path: FilePath): string {
  return path.includes('order')
    ? 'This is none of: open N, say N, say N xCOUNT, wait MS, close N.'
    : 'This is no key of a telephone: 0 to 9, A to D, * and #.';
}

/** What no schema says: expressions that compile, steps that point at items, files that lie beside the scenario. */
function meaningProblems(value: unknown): Found[] {
  const found: Found[] = [];
  const turns = isObject(value) && Array.isArray(value['turns']) ? (value['turns'] as unknown[]) : [];
  for (const [turn, one] of turns.entries()) {
    if (!isObject(one)) continue;
    const when = isObject(one['when']) ? one['when'] : {};
    for (const name of ['text', 'instructions']) {
      try {
        regularExpression(String(when[name] ?? ''));
      } catch (cause) {
        const message = sentence(cause instanceof Error ? cause.message : String(cause));
        found.push({ path: ['turns', turn, 'when', name], message });
      }
    }
    const several = Array.isArray(one['answer']);
    const answers = (several ? one['answer'] : [one['answer']]) as unknown[];
    for (const [index, answer] of answers.entries()) {
      if (isObject(answer))
        found.push(
          ...answerProblems(answer as Answer & object, ['turns', turn, 'answer', ...(several ? [index] : [])]),
        );
    }
  }
  return found;
}

function answerProblems(answer: Exclude<Answer, string>, path: FilePath): Found[] {
  const found: Found[] = [];
  const items: unknown[] = Array.isArray(answer.output) ? answer.output : [];
  const order: unknown[] = Array.isArray(answer.order) ? answer.order : [];
  for (const [step, text] of order.entries()) {
    const item = /^(?:open|close|say) (\d+)/.exec(String(text))?.[1];
    if (item === undefined || Number(item) < items.length) continue;
    found.push({
      path: [...path, 'order', step],
      message: `There is no item ${item}: the output has ${items.length}.`,
    });
  }
  for (const [index, item] of items.entries()) {
    const audio = isObject(item) && isObject(item['audio']) ? item['audio'] : {};
    const file = audio['file'];
    if (typeof file !== 'string') continue;
    const inside =
      !isAbsolute(file) && !normalize(file).startsWith(`..${sep}`) && extname(file).toLowerCase() === '.wav';
    const message = 'This must be a .wav file in the scenario’s folder or below it.';
    if (!inside) found.push({ path: [...path, 'output', index, 'audio', 'file'], message });
  }
  return found;
}

interface NamedSound {
  item: SayItem;
  audio: NonNullable<SayItem['audio']> & { file: string };
  /** Where its file is named. */
  path: FilePath;
}

function soundsOf(scenario: Scenario): NamedSound[] {
  return (scenario.turns ?? []).flatMap(({ answer }, turn) => {
    const several = Array.isArray(answer);
    return (several ? answer : [answer]).flatMap((one, nth) => {
      const items = typeof one === 'string' ? [] : (one.output ?? []);
      const path = ['turns', turn, 'answer', ...(several ? [nth] : []), 'output'];
      return items.flatMap((item, index): NamedSound[] => {
        if (!('say' in item) || item.audio?.file === undefined) return [];
        const { audio } = item;
        return [{ item, audio: { ...audio, file: item.audio.file }, path: [...path, index, 'audio', 'file'] }];
      });
    });
  });
}
