import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { CATALOGUE, findEvent } from './catalogue';
import type { EventInfo } from './catalogue';
import type { Side } from './side';
import { checkDetails } from './validate/details';
import { suggestType } from './validate/suggest';

/** Something wrong with an event's text, or worth a note. */
export interface Problem {
  severity: 'error' | 'warning' | 'note';
  /** What is wrong and what to write instead. */
  message: string;
  /** JSON pointer of the value meant; '' for the whole text. */
  path: string;
  /** Offset and length in the text. */
  offset: number;
  length: number;
}

/** Reports a problem with the value at that place; `atKey` marks the property's name instead of its value. */
export type Report = (
  severity: Problem['severity'],
  path: (string | number)[],
  message: string,
  atKey?: boolean,
) => void;

/** Checks the text of one event before it is sent by `from`. Unknown extra fields are notes, never errors. */
export function validateEvent(text: string, from: Side): Problem[] {
  const whole = (message: string): Problem[] => [
    { severity: 'error', message, path: '', offset: 0, length: text.length },
  ];
  if (text.trim() === '') return whole('Nothing to send: write one event as a JSON object with a "type".');
  const syntax: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, syntax, { disallowComments: true, allowTrailingComma: false });
  } catch (cause) {
    if (cause instanceof RangeError) return whole('Nested too deeply to be an event.');
    throw cause;
  }
  if (syntax.length > 0) return syntax.slice(0, 10).map((error) => syntaxProblem(text, error));
  // jsonc-parser lets some things pass that JSON does not (odd escapes, control characters), and its own values of objects
  // mistake a "__proto__" for something else: the engine's word is final for both.
  let event: Record<string, unknown>;
  try {
    event = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    return whole(`Not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  if (root === undefined) return whole('Not valid JSON: nothing found.');
  if (root.type !== 'object') return whole(`An event is a JSON object, this is ${kindOf(root.type)}.`);

  const problems: Problem[] = [];
  const report: Report = (severity, path, message, atKey = false) => {
    const place = markOf(root, path, atKey);
    problems.push({ severity, message, path: pointer(path), ...place });
  };
  const info = checkType(event, from, report);
  if (info) {
    checkFields(event, info, report);
    checkDetails(event, info, report);
  }
  return problems;
}

function checkType(event: Record<string, unknown>, from: Side, report: Report): EventInfo | undefined {
  const type = event['type'];
  if (type === undefined) {
    report('error', [], 'The "type" field is missing, for example "type": "response.create".');
    return undefined;
  }
  if (typeof type !== 'string') {
    report('error', ['type'], `"type" must be a string, this is ${kindOf(jsonType(type))}.`);
    return undefined;
  }
  const info = findEvent(type, from);
  if (info?.status === 'retired') {
    const now = info.replacedBy.join('" and "');
    report('error', ['type'], `"${type}" is a name of the retired beta interface: now "${now}".`);
    return undefined;
  }
  if (info) return info;
  const other: Side = from === 'client' ? 'server' : 'client';
  if (findEvent(type, other)) {
    const to = other === 'server' ? 'client' : 'server';
    report('error', ['type'], `"${type}" goes from the ${other} to the ${to}, not the other way.`);
    return undefined;
  }
  const names = CATALOGUE.filter((entry) => entry.from === from).map((entry) => entry.type);
  const near = suggestType(type, names);
  if (near === undefined) {
    report('warning', ['type'], `"${type}" is not an event type this version knows; the other end may refuse it.`);
  } else {
    report('error', ['type'], `"${type}" is not a known event type; did you mean "${near}"?`);
  }
  return undefined;
}

function checkFields(event: Record<string, unknown>, info: EventInfo, report: Report): void {
  for (const name of info.required) {
    if (event[name] !== undefined) continue;
    // An event id is minted by the server; someone who writes a server event by hand may leave it to a client to mind.
    const severity = name === 'event_id' ? 'warning' : 'error';
    report(severity, [], `Missing required field "${name}" (${info.fields[name] ?? 'any'}).`);
  }
  for (const [name, value] of Object.entries(event)) {
    const wanted = Object.hasOwn(info.fields, name) ? info.fields[name] : undefined;
    if (wanted === undefined) {
      report('note', [name], `"${name}" is not a known field of ${info.type}.`, true);
      continue;
    }
    const optional = name !== 'type' && !info.required.includes(name);
    if (wanted === 'any' || (value === null && optional)) continue;
    const found = jsonType(value);
    if (found !== wanted) report('error', [name], `"${name}" must be ${kindOf(wanted)}, this is ${kindOf(found)}.`);
  }
}

/** JSON type of a parsed value. */
export function jsonType(value: unknown): 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const kind = typeof value;
  return kind === 'string' || kind === 'number' || kind === 'boolean' ? kind : 'object';
}

/** A JSON type with its article, for messages. */
export function kindOf(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function syntaxProblem(text: string, error: ParseError): Problem {
  const before = text.slice(0, error.offset);
  const line = before.split('\n').length;
  const column = error.offset - before.lastIndexOf('\n');
  // "CommaExpected" -> "comma expected"
  const words = printParseErrorCode(error.error)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const message = `Not valid JSON at line ${line}, column ${column}: ${words}.`;
  return { severity: 'error', message, path: '', offset: error.offset, length: Math.max(1, error.length) };
}

/** Where to draw the mark: the value, its name, or the opening brace of an object that lacks something. */
function markOf(root: Node, path: (string | number)[], atKey: boolean): { offset: number; length: number } {
  const node = findNodeAtLocation(root, path) ?? root;
  const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  const marked = atKey && key ? key : node;
  const brace = marked.type === 'object';
  return { offset: marked.offset, length: brace ? 1 : marked.length };
}

function pointer(path: (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
