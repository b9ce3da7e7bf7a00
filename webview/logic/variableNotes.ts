/** What the composer says of the variables in an event: what each will be when it is sent. */
import type { Problem, SessionState } from '../../src/protocol';
import { checkText, SESSION_VARIABLES, sessionValue, type PayloadVariable } from '../../src/protocol/payloadVariables';

/**
 * The problems of an event whose variables are filled in: what a string with one holds is not known yet, so what was said of it
 * gives way to what it will be. `state` is the session's when the event is sent, where that is known.
 */
export function withVariables(json: string, problems: Problem[], state: SessionState | undefined): Problem[] {
  const { variables, problems: wrong } = checkText(json);
  if (variables.length === 0 && wrong.length === 0) return problems;
  const open = new Set([...variables, ...wrong].map(({ offset }) => offset));
  return [
    ...problems.filter(({ offset }) => !open.has(offset)),
    ...variables.map((variable) => noteOf(variable, state)),
  ];
}

/** What is wrong with the variables themselves. */
export const brokenVariables = (json: string): Problem[] =>
  checkText(json).problems.map((problem) => ({ ...problem, path: '' }));

function noteOf(variable: PayloadVariable, state: SessionState | undefined): Problem {
  const { text, offset, length } = variable;
  const place = { path: '', offset, length };
  if (variable.kind === 'input') return { severity: 'note', message: `${text} is asked when it is sent.`, ...place };
  if (variable.kind === 'env')
    return { severity: 'note', message: `${text} is of VS Code's environment, kept out of the record.`, ...place };
  const now = state && sessionValue(variable.name, state);
  const message = `${text} is filled in when it is sent: ${SESSION_VARIABLES[variable.name]}`;
  if (state && now === undefined)
    return { severity: 'warning', message: `${message}, of which there is none yet.`, ...place };
  return { severity: 'note', message: now === undefined ? `${message}.` : `${message}, now ${now}.`, ...place };
}
