/** Work on JSON as text: what stands there is kept to the letter, numbers and repeated keys included. */
import { applyEdits, format, parseTree, type Node } from 'jsonc-parser';

/** JSON laid out over lines for editing; text that is not JSON comes back as it is. */
export function indentJson(text: string): string {
  if (!isJson(text)) return text;
  return applyEdits(text, format(text, undefined, { tabSize: 2, insertSpaces: true, eol: '\n' }));
}

/**
 * JSON on one line, as clients send it: only blanks outside strings go, everything else stays as written. Text that is
 * not JSON comes back as it is.
 */
export function compactJson(text: string): string {
  if (!isJson(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|[ \t\r\n]+/g, (part) => (part.startsWith('"') ? part : ''));
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A value of a payload, for the tree: children are read on demand. */
export interface TreeNode {
  /** JSON pointer; '' for the root. */
  path: string;
  key: string;
  depth: number;
  kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  /** Text as written, strings without quotes and escapes; '' for objects and arrays. */
  value: string;
  /** Number of children. */
  size: number;
  node: Node;
}

/** Root of a JSON text; undefined when it is not JSON, or nested deeper than can be shown. */
export function readTree(text: string): TreeNode | undefined {
  if (!isJson(text)) return undefined;
  try {
    const node = parseTree(text, [], { disallowComments: true });
    return node === undefined ? undefined : treeNode(node, text, '', '', 0);
  } catch {
    // The parser calls itself for each level: hostile text can be deeper than the stack.
    return undefined;
  }
}

/** Children of an object or array, in the order of the text. */
export function childrenOf(parent: TreeNode, text: string): TreeNode[] {
  const children = parent.node.children ?? [];
  if (parent.kind === 'array')
    return children.map((child, at) => treeNode(child, text, `${parent.path}/${at}`, String(at), parent.depth + 1));
  return children.flatMap((property) => {
    const [name, value] = property.children ?? [];
    if (name === undefined || value === undefined) return [];
    const key = String(name.value);
    const path = `${parent.path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [treeNode(value, text, path, key, parent.depth + 1)];
  });
}

function treeNode(node: Node, text: string, path: string, key: string, depth: number): TreeNode {
  const kind = node.type === 'property' ? 'null' : node.type;
  const written = text.slice(node.offset, node.offset + node.length);
  const isBranch = kind === 'object' || kind === 'array';
  const value = isBranch ? '' : kind === 'string' ? String(node.value) : written;
  return { path, key, depth, kind, value, size: isBranch ? (node.children ?? []).length : 0, node };
}

/** True for a long run of base64, which is never printed as such. */
export function looksLikeBase64(text: string): boolean {
  return (
    text.length >= 128 && /^[A-Za-z0-9+/\-_]+={0,2}$/.test(text.slice(0, 4096)) && !text.slice(0, 128).includes(' ')
  );
}

/** Bytes a base64 text stands for. */
export function base64Bytes(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}

const audioKeys = new Set(['audio', 'delta', 'data']);

/** True when a string of an event holds audio: by its key and look; transcripts and text are never base64. */
export function isAudioString(node: TreeNode): boolean {
  return node.kind === 'string' && audioKeys.has(node.key) && looksLikeBase64(node.value);
}
