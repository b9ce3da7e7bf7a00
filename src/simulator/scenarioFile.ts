/** Scenario files: JSON with comments, or YAML; what is wrong in one is told with its line. */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, normalize, sep } from 'node:path';
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import {
  findNodeAtLocation,
  parseTree,
  printParseErrorCode,
  stripComments,
  getNodeValue,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import schema from '../../media/schema/scenario.schema.json';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';
import { regularExpression } from './director';
import type { Answer, SayItem, Scenario } from './scenario';
import { typeChoices } from './scenarioTypes';
import { readWav } from './wavFile';
import { isObject } from './wire';

/** Something wrong in a scenario file; lines and columns count from 1. */
export interface ScenarioProblem {
  line: number;
  column: number;
  message: string;
}

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

type Path = (string | number)[];

/** A file as a value and the places of its parts. */
interface Source {
  value: unknown;
  problems: ScenarioProblem[];
  /** Where the value at that path stands; `key` asks for its name instead. */
  place(path: Path, key: boolean): { line: number; column: number };
}

let validator: Validator | undefined;

/** Reads the text of a scenario; YAML when the file's name ends so. Never throws. */
export function parseScenario(text: string, file: string): ParsedScenario {
  return parsed(sourceOf(text, file));
}

/**
 * The same with the sound of its WAV files, which are looked for in the folder of `file`: one that cannot be used is a
 * problem where it is named. Never rejects.
 */
export async function checkScenario(text: string, file: string): Promise<CheckedScenario> {
  const source = sourceOf(text, file);
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
export async function readScenarioText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new UnreadableFileError(`The scenario ${file} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
  if (bytes.includes(0) || !isUtf8(bytes)) {
    throw new UnreadableFileError(
      `The scenario ${file} cannot be read: it is not text in UTF-8. Give JSON with comments, or YAML.`,
    );
  }
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

function sourceOf(text: string, file: string): Source {
  try {
    return /\.ya?ml$/i.test(file) ? fromYaml(text) : fromJson(text);
  } catch (cause) {
    const place = (): { line: number; column: number } => ({ line: 1, column: 1 });
    return { value: undefined, problems: [{ ...place(), message: unreadable(cause) }], place };
  }
}

const TOO_DEEP = 'This is nested too deeply to be a scenario.';

/** Why a text cannot be judged: parser and validator call themselves for each level, and write names into URIs. */
function unreadable(cause: unknown): string {
  if (cause instanceof RangeError) return TOO_DEEP;
  if (cause instanceof URIError) return 'A name in it holds half of a character (a lone surrogate).';
  throw cause;
}

function parsed(source: Source): ParsedScenario {
  if (source.problems.length > 0) return { problems: source.problems };
  let found: Found[];
  try {
    found = [...schemaProblems(source.value), ...meaningProblems(source.value)];
  } catch (cause) {
    found = [{ path: [], message: unreadable(cause) }];
  }
  const problems = found.map(({ path, message, key = false }) => ({ ...source.place(path, key), message }));
  if (problems.length > 0) return { problems: problems.sort((one, other) => one.line - other.line) };
  return { scenario: source.value as Scenario, problems: [] };
}

function fromJson(text: string): Source {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const at = (offset: number): { line: number; column: number } => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  // The parser goes on after a slip and trips over what comes of it: the first is what to mend.
  const problems = errors.slice(0, 1).map(({ error, offset }) => ({
    ...at(offset),
    message: sentence(printParseErrorCode(error)),
  }));
  if (stripComments(text).trim() === '') problems.splice(0, 1, { ...at(0), message: 'The file is empty.' });
  const place = (path: Path, key: boolean): { line: number; column: number } => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: Node | undefined = root && findNodeAtLocation(root, path.slice(0, length));
      if (!node) continue;
      const named = key && length === path.length ? node.parent?.children?.[0] : undefined;
      return at((named ?? node).offset);
    }
    return at(0);
  };
  return { value: root ? (getNodeValue(root) as unknown) : undefined, problems, place };
}

function fromYaml(text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: yamlFault(message) }));
  let value: unknown;
  if (problems.length === 0) {
    try {
      // What JSON cannot say (an alias inside what it names, .nan) no event can hold either.
      value = JSON.parse(JSON.stringify(document.toJS()) ?? 'null');
    } catch (cause) {
      problems.push({ line: 1, column: 1, message: yamlFault(cause) });
    }
  }
  const place = (path: Path, key: boolean): { line: number; column: number } => {
    const name = path.at(-1);
    const holder: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
    if (key && isMap(holder)) {
      const pair = holder.items.find((one) => isScalar(one.key) && one.key.value === name);
      if (pair && isNode(pair.key) && pair.key.range) return at(pair.key.range[0]);
    }
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return { line: 1, column: 1 };
  };
  return { value, problems, place };
}

function yamlFault(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  // The parser makes a problem of its own stack's end.
  if (/call stack/i.test(message)) return TOO_DEEP;
  return /circular/i.test(message) ? 'An alias stands inside what it names.' : sentence(message);
}

interface Found {
  path: Path;
  message: string;
  /** The name of the field is at fault, not its value. */
  key?: boolean;
}

/** Of all that an alternative complains about, what lies deepest is nearest to what was meant. */
function schemaProblems(value: unknown): Found[] {
  validator ??= new Validator(schema as unknown as Schema, '7', false);
  const { valid, errors } = validator.validate(value);
  if (valid) return [];
  const leaves = errors.filter(({ keyword }) => keyword in MESSAGES).map((unit) => ({ unit, path: pathOf(unit) }));
  const nearest = leaves.filter(
    ({ path, unit }) =>
      !leaves.some(({ path: other, unit: one }) => one !== unit && other.length > path.length && begins(other, path)),
  );
  const found = new Map<string, Found>();
  for (const { unit, path } of nearest) {
    const key = unit.keyword === 'false';
    // Another alternative knows the field, and says what is wrong with its value.
    const known = key && nearest.some((other) => other.unit.keyword !== 'false' && samePath(other.path, path));
    if (known) continue;
    const types = unit.keyword === 'type' ? nearest.filter((other) => isTypeAt(other, path)) : [];
    const message = types.length > 1 ? typeChoices(types.map((one) => one.unit)) : MESSAGES[unit.keyword]!(unit, path);
    // A field nobody knows says more than what is missing beside it.
    const place = JSON.stringify(key ? path.slice(0, -1) : path);
    if (!found.has(place) || (key && found.get(place)?.key !== true)) found.set(place, { path, message, key });
  }
  return [...found.values()];
}

const MESSAGES: Record<string, (unit: OutputUnit, path: Path) => string> = {
  false: (_unit, path) => `Unknown field "${String(path.at(-1))}".`,
  required: ({ error }) => sentence(error.replace('Instance does not have required property', 'There is no')),
  type: ({ error }) => sentence(error.replace(/^Instance type/, 'The type')),
  enum: ({ error }) => sentence(error.replace(/^Instance/, 'The value')),
  const: ({ error }) => sentence(error.replace(/^Instance/, 'The value')),
  pattern: (_unit, path) =>
    path.includes('order')
      ? 'This is none of: open N, say N, say N xCOUNT, wait MS, close N.'
      : 'This is no key of a telephone: 0 to 9, A to D, * and #.',
  minimum: ({ error }) => sentence(error),
  minLength: () => 'This must not be empty.',
  minItems: () => 'This must not be empty.',
};

function pathOf({ instanceLocation }: OutputUnit): Path {
  return instanceLocation
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function isTypeAt({ unit, path }: { unit: OutputUnit; path: Path }, place: Path): boolean {
  return unit.keyword === 'type' && samePath(path, place);
}

function samePath(one: Path, other: Path): boolean {
  return one.length === other.length && begins(one, other);
}

function begins(path: Path, start: Path): boolean {
  return start.every((part, index) => path[index] === part);
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

function answerProblems(answer: Exclude<Answer, string>, path: Path): Found[] {
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
  path: Path;
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

function sentence(text: string): string {
  const spaced = text.replace(/([a-z])([A-Z])/g, (_all, low: string, high: string) => `${low} ${high.toLowerCase()}`);
  const trimmed = spaced.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}
