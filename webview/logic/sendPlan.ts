/** When and how often what is in the composer is sent, and the plan of it that the host carries out. */
import type { ComposePlan, ComposeStep } from '../composeMessages';
import { compactJson } from './jsonText';
import { isReadable, isSequence, readSteps } from './sequence';

/** Times in ms. */
export interface SendWhen {
  delayMs: number;
  times: number;
  everyMs: number;
}
export const sendNow: SendWhen = { delayMs: 0, times: 1, everyMs: 1000 };

export function isNow({ delayMs, times }: SendWhen): boolean {
  return delayMs === 0 && times === 1;
}

/** "in 2 s, 5 times every 500 ms"; '' for at once. */
export function whenWords({ delayMs, times, everyMs }: SendWhen): string {
  const parts = [
    delayMs > 0 ? `in ${duration(delayMs)}` : '',
    times > 1 ? `${times} times${everyMs > 0 ? ` every ${duration(everyMs)}` : ' in a row'}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(2))} s`;
}

/** What is known of the text when it is sent. */
export interface ToSend {
  text: string;
  session: string;
  to: 'client' | 'server';
  when: SendWhen;
  namesEvents: boolean;
  /** Variables are filled in. */
  fills?: boolean;
  /** The row it was made from. */
  replaces?: number | undefined;
  /** Values for what was redacted, by JSON pointer. */
  secrets: Readonly<Record<string, string>>;
}

/** The plan; a list of steps that makes no sense throws, for people. */
export function planOf({ text, session, to, when, namesEvents, fills, replaces, secrets }: ToSend): ComposePlan {
  const { delayMs, times, everyMs } = when;
  const common = {
    session,
    to,
    delayMs,
    times,
    everyMs: times > 1 ? everyMs : 0,
    namesEvents,
    ...(fills === true ? { fills } : {}),
  };
  // What is no JSON goes as it stands: the user has been told, and wants it so.
  if (!isSequence(text) || !isReadable(text))
    return {
      ...common,
      steps: [withSecrets({ text: compactJson(text), ...(replaces === undefined ? {} : { replaces }) }, secrets)],
    };
  const { steps, problems } = readSteps(text);
  const problem = problems.find(({ severity }) => severity === 'error');
  if (problem !== undefined) throw new Error(problem.message);
  return {
    ...common,
    steps: steps.map(({ step, isWrapped }, at) =>
      'text' in step ? withSecrets(step, secretsBelow(secrets, isWrapped ? `/${at}/event/` : `/${at}/`)) : step,
    ),
  };
}

function withSecrets(step: ComposeStep & { text: string }, secrets: Readonly<Record<string, string>>): ComposeStep {
  return Object.keys(secrets).length === 0 ? step : { ...step, secrets };
}
/** Those of a step of the list, by pointers in its event. */
function secretsBelow(secrets: Readonly<Record<string, string>>, start: string): Record<string, string> {
  const own = Object.entries(secrets).filter(([pointer]) => pointer.startsWith(start));
  return Object.fromEntries(own.map(([pointer, value]) => [pointer.slice(start.length - 1), value]));
}
