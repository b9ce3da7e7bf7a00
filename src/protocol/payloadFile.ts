/**
 * Payload files (`*.realtime.json`): one event, or a list of events with waits and pauses between. JSON with comments; an
 * event goes out as it is written there, its comments left out. Every problem has its place in the file.
 */
import { parseTree, printParseErrorCode, stripComments, visit, type Node, type ParseError } from 'jsonc-parser';
import { CATALOGUE } from './catalogue';
import { checkVariables, type PayloadVariable } from './payloadVariables';
import type { Side } from './side';
import { nearest } from './validate/suggest';

/** How a payload file's name ends. */
export const PAYLOAD_EXTENSION = '.realtime.json';
/** A wait that says no time-out ends after so long, ms. */
export const USUAL_TIMEOUT_MS = 30_000;
/** Longest wait or pause, ms. */
export const LONGEST_MS = 3_600_000;
/** More steps than this are a mistake. */
export const MOST_STEPS = 2000;

/** A piece of the file's text. */
export interface Stretch {
  offset: number;
  length: number;
}

/** Something wrong with the file, or worth a look; one with an `error` in it cannot be sent. */
export interface PayloadProblem extends Stretch {
  severity: 'error' | 'warning';
  message: string;
}

/** An event to send. `json` starts at `at.offset` of the file and has blanks for comments: offsets in it are the file's. */
export interface EventStep extends Stretch {
  kind: 'event';
  to: Side;
  type: string;
  json: string;
  at: Stretch;
  variables: PayloadVariable[];
}
/** Waits until an event of the session is of that type, or passes that filter. */
export interface WaitStep extends Stretch {
  kind: 'wait';
  wait: string;
  timeoutMs: number;
}
export interface DelayStep extends Stretch {
  kind: 'delay';
  delayMs: number;
}
export type PayloadStep = EventStep | WaitStep | DelayStep;

/** A file as it was read. Steps that are no good are left out, and told of in `problems`. */
export interface Payload {
  /** The text is a list, of whatever length. */
  isList: boolean;
  steps: PayloadStep[];
  problems: PayloadProblem[];
}

/** Reads a payload file. Never throws. */
export function readPayload(text: string): Payload {
  const payload: Payload = { isList: false, steps: [], problems: [] };
  const { problems } = payload;
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true });
  } catch {
    problems.push(problem({ offset: 0, length: 1 }, 'This is nested too deeply to be read.'));
    return payload;
  }
  const [first] = errors;
  if (root === undefined) {
    const message =
      'This file is empty. Write an event, for example { "type": "response.create" }, or a list of events.';
    problems.push(problem({ offset: 0, length: Math.min(1, text.length) }, message));
    return payload;
  }
  if (first) {
    // What follows a broken place is a guess.
    problems.push(problem({ offset: first.offset, length: Math.max(1, first.length) }, syntaxMessage(first)));
    return payload;
  }
  payload.isList = root.type === 'array';
  const json = blankComments(text);
  const nodes = root.type === 'array' ? (root.children ?? []) : [root];
  if (root.type === 'array' && nodes.length === 0)
    problems.push(problem(root, 'The list is empty: there is nothing to send.'));
  if (nodes.length > MOST_STEPS)
    problems.push(problem(nodes[MOST_STEPS]!, `A list has at most ${MOST_STEPS} steps; this one has ${nodes.length}.`));
  for (const node of nodes.slice(0, MOST_STEPS)) {
    const step = readStep(node, json, problems);
    if (step) payload.steps.push(step);
  }
  return payload;
}

/** True when the text is meant as a list of steps, by its first character that is no comment. */
export function isPayloadList(text: string): boolean {
  return stripComments(text).trimStart().startsWith('[');
}

/** The text an event goes out as: on one line, everything but the blanks between its tokens as it is written. */
export function wireText(json: string): string {
  return outsideStrings(json, (part) => part.replace(/[ \t\r\n]+/g, ''));
}

/** The same text with blanks in the place of comments and of commas before a closing bracket: strict JSON, place by place. */
export function blankComments(text: string): string {
  const blanks: Stretch[] = [];
  let comma: number | undefined;
  const other = () => {
    comma = undefined;
  };
  const close = (offset: number) => {
    if (comma !== undefined && comma < offset) blanks.push({ offset: comma, length: 1 });
    comma = undefined;
  };
  visit(
    text,
    {
      onObjectBegin: other,
      onArrayBegin: other,
      onObjectProperty: other,
      onLiteralValue: other,
      onObjectEnd: close,
      onArrayEnd: close,
      onSeparator: (character, offset) => {
        comma = character === ',' ? offset : undefined;
      },
      onComment: (offset, length) => blanks.push({ offset, length }),
    },
    { allowTrailingComma: true },
  );
  let blanked = '';
  let from = 0;
  for (const { offset, length } of blanks.toSorted((a, b) => a.offset - b.offset)) {
    blanked += text.slice(from, offset) + text.slice(offset, offset + length).replace(/[^\r\n]/g, ' ');
    from = offset + length;
  }
  return blanked + text.slice(from);
}

/** Changes what stands between strings. No expression goes over the strings, which may be megabytes of base64. */
function outsideStrings(text: string, change: (part: string) => string): string {
  let changed = '';
  let from = 0;
  for (let quote = text.indexOf('"'); quote >= 0; quote = text.indexOf('"', from)) {
    let end = text.indexOf('"', quote + 1);
    while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
    changed += change(text.slice(from, quote));
    from = end < 0 ? text.length : end + 1;
    changed += text.slice(quote, from);
  }
  return changed + change(text.slice(from));
}

/** Whether a quote is one of the string's own: so many backslashes stand before it. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote;
  while (text[before - 1] === '\\') before -= 1;
  return (quote - before) % 2 === 1;
}

function readStep(node: Node, json: string, problems: PayloadProblem[]): PayloadStep | undefined {
  const say = (at: Stretch, message: string, severity: PayloadProblem['severity'] = 'error') => {
    problems.push(problem(at, message, severity));
    return undefined;
  };
  const stretch: Stretch = { offset: node.offset, length: node.length };
  if (node.type !== 'object')
    return say(
      node,
      'A step is an event, { "wait": "response.done" }, { "delayMs": 500 }, or { "to": "client", "event": {} }.',
    );
  const field = (name: string) => valueOf(node, name);
  const isEvent = field('type') !== undefined;
  const event = field('event');
  const wait = field('wait');
  const delay = field('delayMs');
  if (isEvent || (!event && !wait && !delay)) return readEvent(node, stretch, 'server', json, problems);
  const allowed = event ? ['to', 'event'] : wait ? ['wait', 'timeoutMs'] : ['delayMs'];
  const unknown = (node.children ?? []).flatMap((property) => {
    const [name] = property.children ?? [];
    return name && !allowed.includes(String(name.value)) ? [name] : [];
  });
  for (const name of unknown) {
    const near = nearest(String(name.value), allowed);
    const meant = near === undefined ? `Here may stand ${allowed.join(' and ')}.` : `Did you mean "${near}"?`;
    say(name, `"${String(name.value).slice(0, 80)}" is nothing that this step knows. ${meant}`);
  }
  if (unknown.length > 0) return undefined;
  if (event) {
    const to = field('to');
    if (to && to.value !== 'client' && to.value !== 'server')
      return say(to, '"to" is the end that gets the event: "server" (as the client) or "client" (as the server).');
    if (event.type !== 'object') return say(event, '"event" is an event, for example { "type": "response.create" }.');
    return readEvent(event, stretch, to?.value === 'client' ? 'client' : 'server', json, problems);
  }
  if (wait) return readWait(wait, field('timeoutMs'), stretch, say);
  if (!isTime(delay?.value))
    return say(delay ?? node, `"delayMs" is a number of milliseconds from 0 to ${LONGEST_MS}, for example 500.`);
  return { kind: 'delay', delayMs: delay?.value as number, ...stretch };
}

function readEvent(node: Node, step: Stretch, to: Side, json: string, problems: PayloadProblem[]): EventStep {
  const type = valueOf(node, 'type')?.value as unknown;
  const { variables, problems: wrong } = checkVariables(node);
  problems.push(...wrong);
  return {
    kind: 'event',
    to,
    type: typeof type === 'string' ? type : '',
    json: json.slice(node.offset, node.offset + node.length),
    at: { offset: node.offset, length: node.length },
    variables,
    ...step,
  };
}

function readWait(
  wait: Node,
  timeout: Node | undefined,
  stretch: Stretch,
  say: (at: Stretch, message: string, severity?: PayloadProblem['severity']) => undefined,
): WaitStep | undefined {
  const text = typeof wait.value === 'string' ? wait.value.trim() : '';
  if (text === '') return say(wait, '"wait" is the type of an event, such as "response.done", or a filter.');
  if (text.length > 2000) return say(wait, 'This filter is longer than 2,000 characters.');
  if (timeout && !isTime(timeout.value))
    return say(timeout, `"timeoutMs" is a number of milliseconds from 0 to ${LONGEST_MS}, for example 10000.`);
  if (isTypeName(text) && !TYPES.includes(text)) {
    const near = nearest(text, TYPES);
    const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
    say(wait, `No event of this version's catalogue is called "${text}".${meant}`, 'warning');
  }
  return {
    kind: 'wait',
    wait: text,
    timeoutMs: (timeout?.value as number | undefined) ?? USUAL_TIMEOUT_MS,
    ...stretch,
  };
}

const TYPES = [...new Set(CATALOGUE.map(({ type }) => type))];

/** True for what has the looks of an event's type; anything else that is waited for is a filter. */
export function isTypeName(wait: string): boolean {
  return wait === 'error' || /^[a-z_]+(\.[a-z_]+)+$/.test(wait);
}

const isTime = (value: unknown) => typeof value === 'number' && value >= 0 && value <= LONGEST_MS;

function valueOf(node: Node, name: string): Node | undefined {
  // The last of several properties with one name is the one that counts.
  return node.children?.findLast((property) => property.children?.[0]?.value === name)?.children?.[1];
}

function problem(at: Stretch, message: string, severity: PayloadProblem['severity'] = 'error'): PayloadProblem {
  return { severity, message, offset: at.offset, length: at.length };
}

/** "CommaExpected" in words. */
function syntaxMessage(error: ParseError): string {
  const words = printParseErrorCode(error.error).replace(/([a-z])([A-Z])/g, '$1 $2');
  return `This is not valid JSON: ${words.toLowerCase()}.`;
}
