/**
 * What is to be sent: one event, or a list of them with waits and pauses between, written as a payload file is. Read from the
 * text itself, so that each event goes out as it was written and each problem is told at its place.
 */
import {
  blankComments,
  isPayloadList,
  readPayload,
  wireText,
  type PayloadProblem,
} from '../../src/protocol/payloadFile';
import type { ComposeStep } from '../composeMessages';
import type { JsonPath, Stretch } from './jsonPlace';
import { isJson } from './jsonText';

/** A step, and where what it sends (or it itself) stands in the text. */
export interface PlacedStep extends Stretch {
  step: ComposeStep;
  /** An event's own text at its place, comments blanked; '' for any other step. */
  text: string;
  /** The event stands in `event` of the step. */
  isWrapped: boolean;
}

/** True when the text is meant as a list of steps. */
export function isSequence(text: string): boolean {
  return isPayloadList(text);
}
/** True when the text can be read as a list at all; if not, it can only be sent as it stands. */
export function isReadable(text: string): boolean {
  return isJson(blankComments(text));
}

/** The steps of a list; with an error among its problems nothing of it should be run. */
export function readSteps(text: string): { steps: PlacedStep[]; problems: PayloadProblem[] } {
  const payload = readPayload(text);
  const steps = payload.steps.map((step): PlacedStep => {
    const { offset, length } = step;
    if (step.kind === 'wait')
      return { step: { wait: step.wait, timeoutMs: step.timeoutMs }, offset, length, text: '', isWrapped: false };
    if (step.kind === 'delay') return { step: { delayMs: step.delayMs }, offset, length, text: '', isWrapped: false };
    const { json, at, to } = step;
    const isWrapped = at.offset !== offset;
    const sent: ComposeStep = isWrapped ? { text: wireText(json), to } : { text: wireText(json) };
    return { step: sent, ...at, text: json, isWrapped };
  });
  return { steps, problems: payload.problems };
}

/** The event that a path leads into, the path in it, and which end sends it where the step says so. */
export interface PlaceInSteps {
  event: Record<string, unknown>;
  path: JsonPath;
  /** The place is in a list, where waits and pauses may stand. */
  isStep: boolean;
  side?: 'client' | 'server';
}

/** Finds the event: the whole value, or in a list of steps that of the step. */
export function placeInSteps(value: unknown, path: JsonPath): PlaceInSteps {
  const [first, second, ...rest] = path;
  if (!Array.isArray(value) || typeof first !== 'number') return { event: asObject(value), path, isStep: false };
  const step = asObject((value as unknown[])[first]);
  if (second !== 'event' || rest.length === 0) return { event: step, path: path.slice(1), isStep: true };
  const side = step['to'] === 'client' ? 'server' : 'client';
  return { event: asObject(step['event']), path: rest, isStep: false, side };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
