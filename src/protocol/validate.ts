import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { CATALOGUE, findEvent } from './catalogue';
import type { EventInfo } from './catalogue/info';
import type { Side } from './side';
import { findDialect, type DialectId } from './dialects';
import { isTranslation } from './validate/definitions';
import { checkDetails } from './validate/details';
import { replaceAt, type Edit } from './validate/fix';
import { isObject, jsonType, kindOf, type Json, type Path } from './validate/json';
import { checkBySchema, type Finding } from './validate/schema';
import type { Problem, Report } from './validate/report';
import { nearest } from './validate/suggest';
import { meantBy } from './validate/unknown';

/** What is known of the other end, besides the event itself. */
export interface CheckOptions {
  /** Whose server it is, when not OpenAI's: its own names and fields are then no problem. */
  dialect?: DialectId | undefined;
  /** What the session was opened as, where that is known: an update that does not say is taken for one of it. */
  sessionType?: 'realtime' | 'transcription';
  /** The server is none that is known, so what it makes of unknown fields is not known either. */
  isStranger?: boolean;
}

/** An event's text, read. `event` is there when it is a JSON object; what is wrong goes to `report`. */
export interface Reading {
  problems: Problem[];
  event?: Json;
  report: Report;
}

/**
 * Checks the text of one event before it is sent by `from`. Unknown extra fields are never errors. Never throws, whatever the
 * text holds.
 */
export function validateEvent(text: string, from: Side, options: CheckOptions = {}): Problem[] {
  const { event, problems, report } = readEvent(text);
  if (event) checkEvent(event, from, report, problems, options);
  return problems;
}

/** Runs every check that needs nothing but the event. */
export function checkEvent(
  event: Json,
  from: Side,
  report: Report,
  problems: readonly Problem[],
  { dialect, sessionType = 'realtime', isStranger = false }: CheckOptions = {},
): void {
  const accent =
    dialect === undefined || dialect === 'openai' || dialect === 'azure' ? undefined : findDialect(dialect);
  const type = event['type'];
  if (accent && typeof type === 'string') {
    // Only its own vendor knows the shape of what it adds and renames.
    const own = accent.extra.some((extra) => extra.type === type && extra.from === from);
    if (own || Object.values(accent.renamed).includes(type) || findEvent(type, from)) return;
  }
  const info = checkType(event, from, report);
  if (!info) return;
  checkFields(event, info, report);
  checkDetails(event, info, report, sessionType);
  const whole = accent || isStranger ? {} : REFUSED_WHOLE;
  for (const finding of checkBySchema(asTyped(event, sessionType), info.type, from))
    tell(finding, info, problems, report, whole);
}

/** An update without its type is told so, and of the rest all the same: as one of the session it is for. */
function asTyped(event: Json, sessionType: string): Json {
  const { session } = event;
  if (event['type'] !== 'session.update' || !isObject(session)) return event;
  if (session['type'] !== undefined || isTranslation(event)) return event;
  return { ...event, session: { ...session, type: sessionType } };
}

/** Reads an event's text; problems with its JSON are in the result. */
export function readEvent(text: string): Reading {
  const problems: Problem[] = [];
  let fixes = 0;
  let root: Node | undefined;
  const report: Report = (severity, path, message, atKey = false, edit) => {
    if (problems.length >= MOST_PROBLEMS) return;
    const place = root ? markOf(root, path, atKey) : { offset: 0, length: text.length };
    const fix = edit && fixes < MOST_FIXES ? fixOf(text, edit) : undefined;
    if (fix) fixes += 1;
    problems.push({ severity, message, path: pointer(path), ...place, ...(fix ? { fix } : {}) });
  };
  const whole = (message: string): Reading => {
    problems.push({ severity: 'error', message, path: '', offset: 0, length: text.length });
    return { problems, report };
  };
  if (text.trim() === '') return whole('Nothing to send: write one event as a JSON object with a "type".');
  const syntax: ParseError[] = [];
  try {
    root = parseTree(text, syntax, { disallowComments: true, allowTrailingComma: false });
  } catch (cause) {
    if (cause instanceof RangeError) return whole('Nested too deeply to be an event.');
    throw cause;
  }
  if (syntax.length > 0) return { problems: syntax.slice(0, 10).map((error) => syntaxProblem(text, error)), report };
  // jsonc-parser lets some things pass that JSON does not (odd escapes, control characters), and its own values of objects
  // mistake a "__proto__" for something else: the engine's word is final for both.
  let event: Json;
  try {
    event = JSON.parse(text) as Json;
  } catch (cause) {
    return whole(`Not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  if (root === undefined) return whole('Not valid JSON: nothing found.');
  if (root.type !== 'object') return whole(`An event is a JSON object, this is ${kindOf(root.type)}.`);
  return { problems, event, report };
}

/** More than anyone reads of one event. */
const MOST_PROBLEMS = 200;
/** Each is the whole event once more. */
const MOST_FIXES = 20;
/** Rewriting megabytes at each key stroke would be felt. */
const LONGEST_FIX = 4 << 20;

function fixOf(text: string, { title, edit }: Edit): Problem['fix'] {
  if (text.length > LONGEST_FIX) return undefined;
  // Parsed afresh, since an edit may change what it is given.
  const rewritten = JSON.stringify(edit(JSON.parse(text) as Json), null, text.includes('\n') ? 2 : 0);
  return { title, text: rewritten };
}

/** What of a client event the live service refuses whole for one field it does not know (`unknown_parameter`). */
const REFUSED_WHOLE: Readonly<Record<string, string>> = { session: 'update', response: 'response', item: 'item' };

/** Tells of a finding of the schema, unless a check that knows more has spoken of the same place already. */
function tell(
  finding: Finding,
  info: EventInfo,
  problems: readonly Problem[],
  report: Report,
  refusedWhole: Readonly<Record<string, string>>,
): void {
  const { keyword, path, message, edit } = finding;
  const place = pointer(path);
  const told = problems.filter((problem) => problem.path === place);
  if (keyword === 'required') {
    const name = /("[^"]*")\.$/.exec(message)?.[1] ?? '';
    // Fields at the event's own level are the catalogue's business, since it knows what recordings lack.
    if (path.length === 0 || told.some((problem) => problem.message.includes(name))) return;
    report('error', path, message);
  } else if (keyword === 'unknown') {
    if (path.length <= 1 || told.length > 0) return;
    const whole = info.from === 'client' ? refusedWhole[String(path[0])] : undefined;
    const refused = whole === undefined ? '' : ` The live service refuses the whole ${whole} for one such.`;
    report(whole === undefined ? 'note' : 'warning', path, `${message}${refused}`, true, ...fixes(edit, info));
  } else if (told.length === 0) {
    // A newer server may well know a further value, and one of its own makes its own bounds.
    const isOpen = (keyword === 'enum' || keyword === 'bound') && info.from === 'server' && path.length > 0;
    report(isOpen ? 'warning' : 'error', path, message, false, ...fixes(edit, info));
  }
}

/** What a server sends nobody rewrites. */
function fixes(edit: Edit | undefined, info: EventInfo): Edit[] {
  return edit && info.from === 'client' ? [edit] : [];
}

function checkType(event: Json, from: Side, report: Report): EventInfo | undefined {
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
  const near = nearest(type, names);
  if (near === undefined) {
    report('warning', ['type'], `"${type}" is not an event type this version knows; the other end may refuse it.`);
  } else {
    const message = `"${type}" is not a known event type; did you mean "${near}"?`;
    report(
      'error',
      ['type'],
      message,
      false,
      ...(from === 'client' ? [replaceAt(`Write "${near}"`, ['type'], near)] : []),
    );
  }
  return undefined;
}

function checkFields(event: Json, info: EventInfo, report: Report): void {
  for (const name of info.required) {
    if (event[name] !== undefined) continue;
    // An event id is minted by the server; someone who writes a server event by hand may leave it to a client to mind.
    const severity = name === 'event_id' ? 'warning' : 'error';
    report(severity, [], `Missing required field "${name}" (${info.fields[name] ?? 'any'}).`);
  }
  for (const [name, value] of Object.entries(event)) {
    const wanted = Object.hasOwn(info.fields, name) ? info.fields[name] : undefined;
    if (wanted === undefined) {
      const { hint, edit } = meantBy(name, [], event, Object.keys(info.fields));
      report('note', [name], `"${name}" is not a known field of ${info.type}.${hint}`, true, ...fixes(edit, info));
      continue;
    }
    const optional = name !== 'type' && !info.required.includes(name);
    if (wanted === 'any' || (value === null && optional)) continue;
    const found = jsonType(value);
    if (found !== wanted) report('error', [name], `"${name}" must be ${kindOf(wanted)}, this is ${kindOf(found)}.`);
  }
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

/** The schema's paths hold the indexes of arrays as text. */
function nodeAt(root: Node, path: Path): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) {
    node = node && findNodeAtLocation(node, [node.type === 'array' ? Number(step) : String(step)]);
  }
  return node;
}

/** Where to draw the mark: the value, its name, or the opening brace of an object that lacks something. */
function markOf(root: Node, path: Path, atKey: boolean): { offset: number; length: number } {
  const node = nodeAt(root, path) ?? root;
  const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  const marked = atKey && key ? key : node;
  const brace = marked.type === 'object';
  return { offset: marked.offset, length: brace ? 1 : marked.length };
}

function pointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
