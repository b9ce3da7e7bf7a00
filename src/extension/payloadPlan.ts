/** From a payload file to what is sent: what has to be asked first, what is secret, and the text of each event. Free of `vscode`. */
import type { SessionState } from '../protocol';
import { wireText, type PayloadStep } from '../protocol/payloadFile';
import { expandVariables, sessionValue, type SessionVariable, type VariableName } from '../protocol/payloadVariables';
import type { ComposePlan, ComposeStep } from '../../webview/composeMessages';

/** What a file wants to know before it is sent, each once, in the order of the file. */
export interface Wanted {
  env: string[];
  inputs: { question: string; usual: string }[];
}

/** The variables in the events of a file. */
export const variablesIn = (steps: readonly PayloadStep[]): VariableName[] =>
  steps.flatMap((step) => (step.kind === 'event' ? step.variables : []));

/** What `${env:...}` and `${input:...}` stand for in one run. */
export interface Values {
  env: ReadonlyMap<string, string>;
  inputs: ReadonlyMap<string, string>;
}

export function wantedBy(variables: Iterable<VariableName>): Wanted {
  const env = new Set<string>();
  const inputs = new Map<string, string>();
  for (const variable of variables) {
    if (variable.kind === 'env') env.add(variable.name);
    if (variable.kind === 'input' && !inputs.get(variable.question)) inputs.set(variable.question, variable.usual);
  }
  return { env: [...env], inputs: [...inputs].map(([question, usual]) => ({ question, usual })) };
}

/** Names of variables that hold nothing but secrets. */
const SECRET_NAME = /key|token|secret|passw|pwd|auth|credential|signature/i;
/** Shorter values are words of any text, and would be taken out of the record wherever they stand. */
const LEAST_SECRET = 8;
const LEAST_NAMED_SECRET = 4;

/**
 * The values of the environment, and those among them that must not be recorded: all of 8 characters and more, shorter ones by
 * their names. Throws, for people, when one is missing, or is a secret too short to be kept out of a record, and for any where
 * the workspace is not trusted: its files could ask for whatever is there.
 */
export function readEnvironment(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  isTrusted: boolean,
): { values: Map<string, string>; secrets: string[] } {
  if (names.length > 0 && !isTrusted)
    throw new Error(
      `This workspace is not trusted, so ${names.map((name) => `\${env:${name}}`).join(', ')} is not read. Trust it, or write the value.`,
    );
  const values = new Map<string, string>();
  const secrets: string[] = [];
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0)
    throw new Error(
      `${missing.map((name) => `\${env:${name}}`).join(', ')} ${missing.length > 1 ? 'have' : 'has'} no value in VS Code's environment. ` +
        'Set it where VS Code is started from, or write ${input:...} to be asked for it.',
    );
  for (const name of names) {
    const value = environment[name] ?? '';
    values.set(name, value);
    const isNamed = SECRET_NAME.test(name);
    if (isNamed && value.length < LEAST_NAMED_SECRET)
      throw new Error(
        `The value of \${env:${name}} is too short to be kept out of the recording. Rename it when it is no secret.`,
      );
    if (isNamed || value.length >= LEAST_SECRET) secrets.push(value);
  }
  return { values, secrets };
}

/** The plan of a run. Its events still have their variables: `prepareEvent` fills them in when their turn has come. */
export function planOf(session: string, steps: readonly PayloadStep[]): ComposePlan {
  return {
    session,
    to: 'server',
    delayMs: 0,
    times: 1,
    everyMs: 0,
    namesEvents: true,
    steps: steps.map((step): ComposeStep => {
      if (step.kind === 'wait') return { wait: step.wait, timeoutMs: step.timeoutMs };
      if (step.kind === 'delay') return { delayMs: step.delayMs };
      return { text: wireText(step.json), to: step.to };
    }),
  };
}

/** An event as it goes out. `state` is asked for only where the text needs it. Rejects, for people, when a variable has no value. */
export async function prepareEvent(text: string, values: Values, state: () => Promise<SessionState>): Promise<string> {
  // Any `${` of a session's variable, also one that is escaped: asking once too often does no harm.
  const known = /\$\{last/.test(text) ? await state() : undefined;
  return expandVariables(text, (variable) => valueOf(variable, values, known));
}

function valueOf(variable: VariableName, { env, inputs }: Values, state: SessionState | undefined): string {
  const value =
    variable.kind === 'env'
      ? env.get(variable.name)
      : variable.kind === 'input'
        ? inputs.get(variable.question)
        : state && sessionValue(variable.name, state);
  if (value !== undefined) return value;
  throw new Error(
    variable.kind === 'session'
      ? `\${${variable.name}} has no value: ${MISSING[variable.name]}`
      : `\${${variable.kind}:${variable.kind === 'env' ? variable.name : variable.question}} has no value.`,
  );
}

const MISSING: Readonly<Record<SessionVariable, string>> = {
  lastItemId: 'the conversation of this session has no item yet.',
  lastResponseId: 'this session has had no response yet.',
  lastCallId: 'the model has called no function in this session yet.',
};
