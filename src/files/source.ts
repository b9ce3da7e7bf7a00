/** A file that people write, JSON with comments or YAML, as a value and the places of its parts. */
import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  stripComments,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';

/** Where something stands; both count from 1. */
export interface FilePlace {
  line: number;
  column: number;
}

/** Something wrong in a file. */
export interface FileProblem extends FilePlace {
  message: string;
  /** It may be meant so: the file counts all the same. */
  severity?: 'warning';
}

export type FilePath = (string | number)[];

/** The text, read. */
export interface Source {
  /** Undefined when the text cannot be read as what its name says. */
  value: unknown;
  /** Why it cannot be read. */
  problems: FileProblem[];
  /** Where the value at that path stands, or what of it is there; `key` asks for its name instead. */
  place(path: FilePath, key?: boolean): FilePlace;
}

/** Whether a file is read as YAML, by its name. */
export const isYamlName = (file: string): boolean => /\.ya?ml$/i.test(file);

/** Reads a text; YAML when the file's name ends so. `kind` is what the file should be, e.g. `a scenario`. Never throws. */
export function sourceOf(text: string, file: string, kind: string): Source {
  try {
    return isYamlName(file) ? fromYaml(text, kind) : fromJson(text);
  } catch (cause) {
    const place = (): FilePlace => ({ line: 1, column: 1 });
    return { value: undefined, problems: [{ ...place(), message: unreadable(cause, kind) }], place };
  }
}

/**
 * Why a text cannot be judged: parser and validator call themselves for each level, and write names into URIs. Throws what
 * is something else.
 */
export function unreadable(cause: unknown, kind: string): string {
  if (cause instanceof RangeError) return `This is nested too deeply to be ${kind}.`;
  if (cause instanceof URIError) return 'A name in it holds half of a character (a lone surrogate).';
  throw cause;
}

/** Words of a parser or a validator as a sentence. */
export function sentence(text: string): string {
  const spaced = text.replace(/([a-z])([A-Z])/g, (_all, low: string, high: string) => `${low} ${high.toLowerCase()}`);
  const trimmed = spaced.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}

function fromJson(text: string): Source {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const at = (offset: number): FilePlace => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  // The parser goes on after a slip and trips over what comes of it: the first is what to mend.
  const problems = errors.slice(0, 1).map(({ error, offset }) => ({
    ...at(offset),
    message: sentence(printParseErrorCode(error)),
  }));
  if (root && problems.length === 0)
    problems.push(...sameNames(root).map((node) => ({ ...at(node.offset), message: SAME_NAME })));
  if (stripComments(text).trim() === '') problems.splice(0, 1, { ...at(0), message: 'The file is empty.' });
  const place = (path: FilePath, key = false): FilePlace => {
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

const SAME_NAME = 'There is another field of this name beside it: only one of them would count.';

/** Names that stand a second time in their object, as YAML's parser tells them too. */
function sameNames(root: Node): Node[] {
  const found: Node[] = [];
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const seen = new Set<unknown>();
    for (const child of node.children ?? []) {
      open.push(child);
      const name = child.type === 'property' ? child.children?.[0] : undefined;
      if (name && seen.has(name.value)) found.push(name);
      if (name) seen.add(name.value);
    }
  }
  return found.sort((one, other) => one.offset - other.offset);
}

function fromYaml(text: string, kind: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: yamlFault(message, kind) }));
  let value: unknown;
  if (problems.length === 0) {
    try {
      // What JSON cannot say (an alias inside what it names, .nan) no event can hold either.
      value = JSON.parse(JSON.stringify(document.toJS()) ?? 'null');
    } catch (cause) {
      problems.push({ line: 1, column: 1, message: yamlFault(cause, kind) });
    }
  }
  const place = (path: FilePath, key = false): FilePlace => {
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

function yamlFault(cause: unknown, kind: string): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  // The parser makes a problem of its own stack's end.
  if (/call stack/i.test(message)) return unreadable(new RangeError(message), kind);
  return /circular/i.test(message) ? 'An alias stands inside what it names.' : sentence(message);
}
