/** Switching rules on and off in the text of their file, and adding to it. The rest of the text stays as its author wrote it. */
import { modify, parseTree, type Edit, type FormattingOptions, type JSONPath } from 'jsonc-parser';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { isYamlName } from '../files/source';
import type { WrittenRule } from './written';

/** A piece of the text to be replaced, as for `applyEdits` of jsonc-parser. Offsets are characters. */
export type TextChange = Edit;

/** A rule by its index among the file's own. None when it stands so already, or is not there. */
export function switchRule(text: string, file: string, index: number, on: boolean): TextChange[] {
  return switchAt(text, file, ['rules', index], on);
}

/** The whole file. */
export function switchFile(text: string, file: string, on: boolean): TextChange[] {
  return switchAt(text, file, [], on);
}

/** A ready-made set by its name. */
export function switchFaultSet(text: string, file: string, id: string, on: boolean): TextChange[] {
  const named = namesIn(text, file);
  const index = named.indexOf(id);
  if (on === index >= 0) return [];
  if (isYamlName(file)) {
    const document = parseDocument(text);
    const names = on ? [...named, id] : named.filter((name) => name !== id);
    const list: unknown = document.get('faultSets');
    if (isSeq(list) && on) list.add(document.createNode(id));
    else if (isSeq(list) && names.length > 0) list.delete(index);
    else if (on) document.set('faultSets', names);
    else document.delete('faultSets');
    return rewritten(text, document);
  }
  if (on && !listAt(text, 'faultSets')) return changed(text, ['faultSets'], [id], 'first');
  return on ? changed(text, ['faultSets', -1], id) : changed(text, ['faultSets', index], undefined);
}

/** Adds rules behind the others. */
export function addRules(text: string, file: string, rules: readonly WrittenRule[]): TextChange[] {
  if (isYamlName(file)) {
    const document = parseDocument(text);
    const list: unknown = document.get('rules');
    if (isSeq(list)) for (const rule of rules) list.add(document.createNode(rule));
    else document.set('rules', rules);
    return rewritten(text, document);
  }
  const length = listAt(text, 'rules');
  if (length === undefined) return changed(text, ['rules'], rules);
  if (length > 0) {
    // One edit: each further one would have to know of those before it.
    const last = parseTree(text)?.children?.find((property) => property.children?.[0]?.value === 'rules');
    const node = last?.children?.[1]?.children?.at(-1);
    if (!node) return [];
    const indent = ' '.repeat(columnOf(text, node.offset));
    const written = rules.map((rule) =>
      JSON.stringify(rule, null, formatOf(text).tabSize).replaceAll('\n', `\n${indent}`),
    );
    return [
      { offset: node.offset + node.length, length: 0, content: written.map((each) => `,\n${indent}${each}`).join('') },
    ];
  }
  return changed(text, ['rules'], rules);
}

function switchAt(text: string, file: string, path: (string | number)[], on: boolean): TextChange[] {
  if (isYamlName(file)) return switchInYaml(text, path, on);
  const node = nodeAt(text, path);
  if (!node || node.type !== 'object') return [];
  const now = node.children?.find((property) => property.children?.[0]?.value === 'enabled')?.children?.[1]?.value;
  if ((now !== false) === on) return [];
  return changed(text, [...path, 'enabled'], on, path.length === 0 ? 'first' : 'second');
}

/** `place` of a field that is new: first, or behind the name. */
function changed(text: string, path: JSONPath, value: unknown, place?: 'first' | 'second'): TextChange[] {
  return modify(text, path, value, {
    formattingOptions: formatOf(text),
    isArrayInsertion: path.at(-1) === -1,
    ...(place
      ? { getInsertionIndex: (names) => (place === 'first' ? afterHead(names) : names.indexOf('name') + 1) }
      : {}),
  });
}

/** Behind what says what the file is. */
function afterHead(names: string[]): number {
  const head = names.findIndex((name) => name !== '$schema' && name !== 'description');
  return head < 0 ? names.length : head;
}

function nodeAt(text: string, path: (string | number)[]): ReturnType<typeof parseTree> {
  let node = parseTree(text, [], { allowTrailingComma: true });
  for (const step of path)
    node =
      typeof step === 'number'
        ? node?.children?.[step]
        : node?.children?.find((property) => property.children?.[0]?.value === step)?.children?.[1];
  return node;
}

/** How many elements a list of the file has; undefined when it is not there. */
function listAt(text: string, name: string): number | undefined {
  const node = nodeAt(text, [name]);
  return node?.type === 'array' ? (node.children?.length ?? 0) : undefined;
}

function namesIn(text: string, file: string): unknown[] {
  if (isYamlName(file)) {
    const list: unknown = parseDocument(text).get('faultSets');
    return isSeq(list) ? list.items.map((item) => (isScalar(item) ? item.value : undefined)) : [];
  }
  return nodeAt(text, ['faultSets'])?.children?.map((node) => node.value as unknown) ?? [];
}

function formatOf(text: string): FormattingOptions & { tabSize: number } {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  const tabs = indent.startsWith('\t');
  return { insertSpaces: !tabs, tabSize: tabs ? 2 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);

function switchInYaml(text: string, path: (string | number)[], on: boolean): TextChange[] {
  const document = parseDocument(text);
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(node) || !node.range) return [];
  const there: unknown = node.get('enabled', true);
  if (isScalar(there) && there.range) {
    if ((there.value !== false) === on) return [];
    return [{ offset: there.range[0], length: there.range[1] - there.range[0], content: String(on) }];
  }
  if (on) return [];
  if (node.flow) return [{ offset: node.range[0] + 1, length: 0, content: ' enabled: false,' }];
  const [first, second] = node.items.map(({ key }) => (isScalar(key) ? key : undefined));
  // Behind the name, where it stands first.
  const before = first?.value === 'name' && second ? second : first;
  const offset = before?.range?.[0];
  if (offset === undefined) return [];
  return [{ offset, length: 0, content: `enabled: false\n${' '.repeat(columnOf(text, offset))}` }];
}

function rewritten(text: string, document: ReturnType<typeof parseDocument>): TextChange[] {
  return [{ offset: 0, length: text.length, content: document.toString({ lineWidth: 0 }) }];
}
