/** What is wrong in a payload file, and the rewrites that set it right. Free of `vscode`. */
import { findNodeAtOffset, getNodePath, modify, applyEdits, parseTree, type JSONPath } from 'jsonc-parser';
import { validateEvent } from '../protocol';
import { readPayload, type EventStep, type Payload, type WaitStep } from '../protocol/payloadFile';
import { compileWait } from './composeWait';
import { messageOf } from './signal';

/** Something to mark; both ends are offsets in the file. */
export interface PayloadFinding {
  severity: 'error' | 'warning' | 'note';
  message: string;
  offset: number;
  length: number;
  /** What a rewrite does, and the event's text after it; `event` is where the event stands. */
  fix?: { title: string; event: number; text: string };
}

/** One change of a text. */
export interface TextChange {
  offset: number;
  length: number;
  text: string;
}

/** Everything worth marking in a payload file. */
export function checkPayload(text: string, payload: Payload = readPayload(text)): PayloadFinding[] {
  const findings: PayloadFinding[] = payload.problems.map((problem) => ({ ...problem }));
  for (const step of payload.steps) {
    if (step.kind === 'event') findings.push(...checkEvent(step));
    if (step.kind === 'wait') findings.push(...checkWait(step));
  }
  return findings;
}

/** A filter can be one and still be nothing that the rows of a live trace can be held against. */
function checkWait({ wait, offset, length }: WaitStep): PayloadFinding[] {
  try {
    compileWait(wait);
    return [];
  } catch (error) {
    return [{ severity: 'error', message: messageOf(error), offset, length }];
  }
}

function checkEvent({ json, to, at, variables }: EventStep): PayloadFinding[] {
  const findings: PayloadFinding[] = [];
  for (const { severity, message, offset, length, fix } of validateEvent(json, to === 'server' ? 'client' : 'server')) {
    // What a string holds is known when its variables are.
    const isOpen = variables.some((one) => one.offset === at.offset + offset);
    if (isOpen) continue;
    findings.push({
      severity,
      message,
      offset: at.offset + offset,
      length,
      ...(fix ? { fix: { title: fix.title, event: at.offset, text: fix.text } } : {}),
    });
  }
  return findings;
}

/**
 * The change that rewrites an event as a finding's fix says. Comments, and whatever the fix leaves alone, stay as they
 * are. Undefined when the text is another by now.
 */
export function changeFor(
  text: string,
  fix: NonNullable<PayloadFinding['fix']>,
  indent = '  ',
): TextChange | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtOffset(root, fix.event);
  if (!node || node.offset !== fix.event) return undefined;
  const step = readPayload(text).steps.find((one) => one.kind === 'event' && one.at.offset === fix.event);
  if (step?.kind !== 'event') return undefined;
  const before: unknown = JSON.parse(step.json);
  const changed = rewrite(text, getNodePath(node), before, JSON.parse(fix.text), indent);
  return changed === text ? undefined : smallest(text, changed);
}

/** More fixes than this one file hardly needs, and a fix may bring another. */
const MOST_FIXES = 100;

/** The change that makes every fix of the file, one after another; undefined when there is none to make. */
export function changeForAll(text: string, indent = '  '): TextChange | undefined {
  let changed = text;
  for (let count = 0; count < MOST_FIXES; count += 1) {
    const next = checkPayload(changed)
      .map(({ fix }) => fix && changeFor(changed, fix, indent))
      .find((change) => change !== undefined);
    if (!next) break;
    changed = changed.slice(0, next.offset) + next.text + changed.slice(next.offset + next.length);
  }
  return changed === text ? undefined : smallest(text, changed);
}

/** Goes down where both are objects and changes what differs, so that what is between stays as it was written. */
function rewrite(text: string, path: JSONPath, before: unknown, after: unknown, indent: string): string {
  if (JSON.stringify(before) === JSON.stringify(after)) return text;
  if (!isObject(before) || !isObject(after)) return set(text, path, after, indent);
  let changed = text;
  for (const name of Object.keys(before))
    if (!Object.hasOwn(after, name)) changed = set(changed, [...path, name], undefined, indent);
  for (const [name, value] of Object.entries(after))
    changed = Object.hasOwn(before, name)
      ? rewrite(changed, [...path, name], before[name], value, indent)
      : set(changed, [...path, name], value, indent);
  return changed;
}

function set(text: string, path: JSONPath, value: unknown, indent: string): string {
  const formattingOptions = {
    insertSpaces: !indent.includes('\t'),
    tabSize: Math.max(1, indent.length),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  return applyEdits(text, modify(text, path, value, { formattingOptions }));
}

function smallest(before: string, after: string): TextChange {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { offset: start, length: before.length - start - end, text: after.slice(start, after.length - end) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
