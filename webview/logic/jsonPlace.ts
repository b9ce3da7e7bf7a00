/** Finds one's way in JSON text that is being written: it may be unfinished or wrong, and is read as far as it goes. */
import { findNodeAtLocation, findNodeAtOffset, getNodePath, parse, parseTree, type Node } from 'jsonc-parser';

/** Names of fields and indexes of arrays, from the event down. */
export type JsonPath = (string | number)[];

/** A stretch of the text. */
export interface Stretch {
  offset: number;
  length: number;
}

/** The event as far as it can be read; an empty one where nothing can. */
export function readLoosely(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    try {
      const value: unknown = parse(text, [], { allowTrailingComma: true });
      return isObject(value) ? value : {};
    } catch {
      // The parser calls itself for each level.
      return {};
    }
  }
}

/** The name or value at an offset, and its path; undefined between them. */
export function placeAt(text: string, offset: number): (Stretch & { path: JsonPath; isKey: boolean }) | undefined {
  const root = treeOf(text);
  const node = root && findNodeAtOffset(root, offset, true);
  if (node === undefined || node.type === 'property' || node.type === 'object' || node.type === 'array')
    return undefined;
  const isKey = node.parent?.type === 'property' && node.parent.children?.[0] === node;
  return { path: getNodePath(node), isKey, offset: node.offset, length: node.length };
}

/**
 * Where in the text a parameter stands that an error names, such as `session.audio.input.format` or
 * `item.content[0].text`; the nearest that is there when it is missing itself. Undefined when not even its first part is.
 */
export function stretchOfParam(text: string, param: string): Stretch | undefined {
  const root = treeOf(text);
  if (root === undefined) return undefined;
  let found: Node | undefined;
  let node: Node | undefined = root;
  for (const step of param.split(/[.[\]]+/).filter((part) => part !== '')) {
    node = findNodeAtLocation(node, [node.type === 'array' ? Number(step) : step]);
    if (node === undefined) break;
    found = node;
  }
  if (found === undefined) return undefined;
  const isBranch = found.type === 'object' || found.type === 'array';
  return { offset: found.offset, length: isBranch ? 1 : found.length };
}

/** The value at a path; undefined when there is none. */
export function valueAtPath(value: unknown, path: JsonPath): unknown {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined;
    inner = (inner as Record<string | number, unknown>)[step];
  }
  return inner;
}

/** The path a JSON pointer means in that value: only there can an index be told from a name of digits. */
export function pathOfPointer(value: unknown, pointer: string): JsonPath {
  const path: JsonPath = [];
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(valueAtPath(value, path)) ? Number(name) : name);
  }
  return path;
}

function treeOf(text: string): Node | undefined {
  try {
    return parseTree(text, [], { allowTrailingComma: true });
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
