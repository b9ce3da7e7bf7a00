/**
 * What is to be sent: one event, or a list of them with waits and pauses between. Read from the text itself, so that each
 * event goes out as it was written and each problem is told at its place.
 */
import { parseTree, type Node } from 'jsonc-parser';
import { compactJson } from './jsonText';
import type { JsonPath, Stretch } from './jsonPlace';
import type { ComposeStep } from '../messages';

/** A wait that says no time-out ends after so long, ms. */
export const usualTimeout = 30_000;
/** More steps than this are a mistake. */
export const mostSteps = 2000;

/** A step, and where it stands in the text. */
export interface PlacedStep extends Stretch {
  step: ComposeStep;
  /** An event's own text, as it was written. */
  text: string;
}
/** Why a list is none that can be run, and where. */
export interface StepProblem extends Stretch {
  message: string;
}

/** True when the text is meant as a list of steps. */
export function isSequence(text: string): boolean {
  return text.trimStart().startsWith('[');
}

/** The steps of a list; what is wrong with it stands in `problems`, and then nothing of it should be run. */
export function readSteps(text: string): { steps: PlacedStep[]; problems: StepProblem[] } {
  const steps: PlacedStep[] = [];
  const problems: StepProblem[] = [];
  const root = treeOf(text);
  if (root?.type !== 'array') return { steps, problems: [{ message: 'A sequence is a JSON list.', ...whole(text) }] };
  for (const node of root.children ?? []) {
    const { offset, length } = node;
    const say = (message: string, at: Stretch = node) =>
      problems.push({ message, offset: at.offset, length: at.length });
    if (node.type !== 'object') {
      say('A step is an event, {"wait": "response.done"}, or {"delayMs": 500}.');
      continue;
    }
    const own = text.slice(offset, offset + length);
    const step = stepOf(node, own, say);
    if (step !== undefined) steps.push({ step, offset, length, text: own });
  }
  if (steps.length === 0 && problems.length === 0)
    problems.push({ message: 'The list holds no step.', ...whole(text) });
  if (steps.length > mostSteps)
    problems.push({
      message: `A sequence has ${mostSteps} steps at most; this one has ${steps.length}.`,
      ...whole(text),
    });
  return { steps, problems };
}

function stepOf(node: Node, own: string, say: (message: string, at?: Stretch) => void): ComposeStep | undefined {
  const wait = valueNode(node, 'wait');
  const delay = valueNode(node, 'delayMs');
  const type = valueNode(node, 'type');
  if (type === undefined && wait !== undefined) {
    const timeout = valueNode(node, 'timeoutMs');
    if (wait.type !== 'string' || String(wait.value).trim() === '') {
      say('"wait" is the type of an event, such as "response.done", or a filter.', wait);
      return undefined;
    }
    if (timeout !== undefined && !isTime(timeout.value)) {
      say('"timeoutMs" is a number of milliseconds, from 0 to 3,600,000.', timeout);
      return undefined;
    }
    return { wait: String(wait.value).trim(), timeoutMs: timeout === undefined ? usualTimeout : Number(timeout.value) };
  }
  if (type === undefined && delay !== undefined) {
    if (!isTime(delay.value)) {
      say('"delayMs" is a number of milliseconds, from 0 to 3,600,000.', delay);
      return undefined;
    }
    return { delayMs: Number(delay.value) };
  }
  return { text: compactJson(own) };
}

/** The event that a path leads into, and the path in it: in a list of steps those of the step. */
export function placeInSteps(
  value: unknown,
  path: JsonPath,
): { event: Record<string, unknown>; path: JsonPath; isStep: boolean } {
  const [first, ...rest] = path;
  const isStep = Array.isArray(value) && typeof first === 'number';
  const event: unknown = isStep ? (value as unknown[])[first] : value;
  return { event: isObject(event) ? event : {}, path: isStep ? rest : path, isStep };
}

const longest = 3_600_000;
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= longest;
}
function valueNode(node: Node, name: string): Node | undefined {
  return node.children?.findLast((property) => property.children?.[0]?.value === name)?.children?.[1];
}
function whole(text: string): Stretch {
  return { offset: 0, length: Math.min(1, text.length) };
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
