/**
 * Changes in the text of an event. All but the place named stays as it stands: spaces, unknown fields, the order, the
 * spelling of numbers. Of a name that is there twice the last counts, as for every JSON parser.
 */
import { parseTree, type Edit, type Node, type ParseError } from 'jsonc-parser';
import type { EventPath, PathStep } from './path';

/** Places one path may stand for. A server may send a list of any length. */
const MOST_PLACES = 10_000;

/**
 * The text with JSON `value` at the path; objects on the way that are not there are made. Undefined when the path has no
 * place in it (a field of a string, the fifth of two elements), or the text is no JSON.
 */
export function setAt(text: string, path: EventPath, value: string): string | undefined {
  return changed(text, path, (parent, step, rest) => setIn(text, parent, step, rest, value));
}

/** The text without what stands at the path; undefined when nothing stands there, or the text is no JSON. */
export function removeAt(text: string, path: EventPath): string | undefined {
  return changed(text, path, (parent, step, rest) => (rest.length > 0 ? [] : removeIn(parent, step)));
}

/** Where `work` is asked: at the last step, and at one that leads nowhere. */
type Work = (parent: Node, step: PathStep, rest: EventPath) => Edit[];

function changed(text: string, path: EventPath, work: Work): string | undefined {
  const root = rootOf(text);
  if (!root) return undefined;
  const edits = editsIn(root, path, work);
  if (edits.length === 0 || edits.length > MOST_PLACES) return undefined;
  return applied(text, edits);
}

/** All edits at once: one after the other would copy the text for each. */
function applied(text: string, edits: Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { offset, length, content } of edits.sort((one, other) => one.offset - other.offset)) {
    parts.push(text.slice(at, offset), content);
    at = offset + length;
  }
  return parts.join('') + text.slice(at);
}

function rootOf(text: string): Node | undefined {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    return errors.length === 0 ? root : undefined;
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function editsIn(node: Node, [step, ...rest]: EventPath, work: Work): Edit[] {
  if (step === undefined || (node.type !== 'object' && node.type !== 'array')) return [];
  if (rest.length === 0) return work(node, step, rest);
  const children = childrenAt(node, step);
  if (children.length === 0) return work(node, step, rest);
  return children.flatMap((child) => editsIn(child, rest, work));
}

/** The values at a step, in their order. */
function childrenAt(node: Node, step: PathStep): Node[] {
  const children = node.children ?? [];
  if (step === 'end') return [];
  if (step === 'every') return node.type === 'array' ? children : children.flatMap((one) => one.children?.[1] ?? []);
  const place = placeOf(node, step);
  const child = place === undefined ? undefined : children[place];
  const value = node.type === 'array' ? child : child?.children?.[1];
  return value ? [value] : [];
}

/** The index among a node's children; undefined when there is no such one. */
function placeOf(node: Node, step: PathStep): number | undefined {
  if (typeof step === 'string') return undefined;
  const children = node.children ?? [];
  if (node.type === 'array') {
    const index = 'index' in step ? step.index : /^(0|[1-9]\d{0,8})$/.test(step.name) ? Number(step.name) : undefined;
    return index !== undefined && index < children.length ? index : undefined;
  }
  const name = 'index' in step ? String(step.index) : step.name;
  const found = children.findLastIndex((property) => property.children?.[0]?.value === name);
  return found < 0 ? undefined : found;
}

function setIn(text: string, parent: Node, step: PathStep, rest: EventPath, value: string): Edit[] {
  if (rest.length === 0) {
    const there = childrenAt(parent, step);
    if (there.length > 0) return there.map(({ offset, length }) => ({ offset, length, content: value }));
  }
  const made = wrapped(rest, value);
  if (made === undefined || step === 'every') return [];
  if (parent.type === 'array') {
    const length = parent.children?.length ?? 0;
    const behind = step === 'end' || ('index' in step ? step.index : Number(step.name)) === length;
    return behind ? [added(text, parent, made)] : [];
  }
  if (step === 'end') return [];
  const last = parent.children?.at(-1);
  const colon = last?.children?.[1]
    ? text.slice(last.children[0]!.offset + last.children[0]!.length, last.children[1].offset)
    : ':';
  return [added(text, parent, `${JSON.stringify('index' in step ? String(step.index) : step.name)}${colon}${made}`)];
}

/** A value inside the objects that lead to it; undefined where the steps do not say what to make. */
function wrapped(rest: EventPath, value: string): string | undefined {
  let made = value;
  for (const step of [...rest].reverse()) {
    if (step === 'every' || (typeof step !== 'string' && 'index' in step && step.index > 0)) return undefined;
    if (step === 'end' || 'index' in step) made = `[${made}]`;
    else made = `{${JSON.stringify(step.name)}:${made}}`;
  }
  return made;
}

/** A further child behind the last one, parted from it as the others are. */
function added(text: string, parent: Node, content: string): Edit {
  const children = parent.children ?? [];
  const last = children.at(-1);
  if (!last) return { offset: parent.offset + 1, length: 0, content };
  const before = children.at(-2);
  const space = text.slice(parent.offset + 1, last.offset);
  const parting = before ? text.slice(before.offset + before.length, last.offset) : `,${space}`;
  return { offset: last.offset + last.length, length: 0, content: `${parting}${content}` };
}

/** Takes whole runs of children away with the commas that go with them. */
function removeIn(parent: Node, step: PathStep): Edit[] {
  const children = parent.children ?? [];
  if (step === 'every') {
    const [first, last] = [children[0], children.at(-1)];
    return first && last ? [cut(first.offset, last.offset + last.length)] : [];
  }
  const names = parent.type === 'object' && typeof step !== 'string';
  // Otherwise the one before would count in its place.
  const name = names ? ('index' in step ? String(step.index) : step.name) : undefined;
  const gone = children.map((child, index) =>
    names ? child.children?.[0]?.value === name : index === placeOf(parent, step),
  );
  const edits: Edit[] = [];
  for (let from = 0; from < children.length; from += 1) {
    if (!gone[from]) continue;
    let to = from;
    while (gone[to + 1]) to += 1;
    const [first, last, before, after] = [children[from]!, children[to]!, children[from - 1], children[to + 1]];
    if (after) edits.push(cut(first.offset, after.offset));
    else edits.push(cut(before ? before.offset + before.length : first.offset, last.offset + last.length));
    from = to;
  }
  return edits;
}

const cut = (from: number, to: number): Edit => ({ offset: from, length: to - from, content: '' });
