/** Door of the floor that makes code of what was recorded: pure text, from rows to a program. */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { wireText } from '../protocol/payloadFile';
import { curlCall, curlHandshake, curlSecret } from './curl';
import { indented, payloadText } from './payload';
import { pythonCalls, pythonProgram } from './python';
import {
  stepsOf,
  withLastWait,
  type CodeStep,
  type RecordedEvent,
  type RecordedRow,
  type SessionTarget,
} from './recorded';
import { checkDepth } from './strings';
import { agentsScript, openaiCalls, openaiScript } from './script';

export { targetOf, type RecordedEvent, type RecordedRow, type SessionTarget } from './recorded';
export { payloadText } from './payload';

/** What rows can be copied as. */
export const CODE_FORMS = [
  { id: 'json', label: 'JSON', detail: 'The events as they are.' },
  {
    id: 'payload',
    label: 'Payload file',
    detail: 'Events with waits, to be sent again from VS Code (*.realtime.json).',
  },
  { id: 'curl', label: 'curl', detail: 'The client secret of a session, a REST call, or the handshake.' },
  { id: 'openai', label: 'TypeScript: openai', detail: 'A program that sends the events and waits for the answers.' },
  { id: 'agents', label: 'TypeScript: Agents SDK', detail: 'The same by @openai/agents-realtime.' },
  { id: 'python', label: 'Python: openai', detail: 'The same in Python.' },
  {
    id: 'fixture',
    label: 'Test fixture',
    detail: 'A line for each event; validate, ladder and simulate --from read it.',
  },
] as const;
export type CodeForm = (typeof CODE_FORMS)[number]['id'];

/** The rows as code, their session asked for by `target`. Throws, for people, when there is no such code for them. */
export function codeOf(form: CodeForm, rows: readonly RecordedRow[], target: SessionTarget): string {
  const events = rows.filter((row) => row.kind === 'event');
  const calls = rows.filter((row) => row.kind === 'http');
  if (rows.length === 0) throw new Error('Select events first.');
  for (const row of rows) checkDepth(row.kind === 'event' ? row.text : row.kind === 'http' ? row.body : '');
  switch (form) {
    case 'json':
      return jsonOf(rows);
    case 'payload':
      return payloadText(some(events));
    case 'curl':
      return curlOf(rows, target);
    case 'fixture':
      return some(events)
        .map(({ from, text }) => `{"direction":"${from}","event":${compact(text)}}\n`)
        .join('');
    case 'openai':
      return calls.length > 0 && events.length === 0 ? openaiCalls(calls) : openaiScript(sent(events), target);
    case 'python':
      return calls.length > 0 && events.length === 0 ? pythonCalls(calls) : pythonProgram(sent(events), target);
    case 'agents':
      if (target.intent !== undefined) throw new Error('The agents SDK has no transcription sessions.');
      return agentsScript(sent(events), target);
  }
}

function some(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  if (events.length === 0) throw new Error('There is no event among these rows.');
  return events;
}

/** What a program sends. A program that is the client has nothing to do with a server's events alone. */
function sent(events: readonly RecordedEvent[]): CodeStep[] {
  const steps = stepsOf(some(events));
  if (steps.length === 0)
    throw new Error(
      'The server sent all of these: select an event of the client, or copy them as JSON or as a payload file.',
    );
  return withLastWait(steps);
}

function jsonOf(rows: readonly RecordedRow[]): string {
  const texts = rows.flatMap((row) => (row.kind === 'event' ? [row.text] : row.kind === 'http' ? [row.body] : []));
  const bodies = texts.filter((text) => text !== '');
  if (bodies.length === 0) throw new Error('These rows have no JSON in them.');
  const [only] = bodies;
  return bodies.length === 1 && only !== undefined
    ? `${isJson(only) ? indented(only) : only}\n`
    : `${indented(`[${bodies.map(compact).join(',')}]`)}\n`;
}

function curlOf(rows: readonly RecordedRow[], target: SessionTarget): string {
  const commands = rows.flatMap((row) => {
    if (row.kind === 'http') return [curlCall(row)];
    if (row.kind === 'open') return [curlHandshake(target)];
    const session = row.type === 'session.update' && row.from === 'client' ? sessionText(row.text) : undefined;
    return session === undefined ? [] : [curlSecret(session)];
  });
  return commands.length > 0 ? commands.join('\n') : curlHandshake(target);
}

/** The `session` of an update, as it is written. */
function sessionText(text: string): string | undefined {
  const root = isJson(text) ? parseTree(text) : undefined;
  const session = root && findNodeAtLocation(root, ['session']);
  return session?.type === 'object' ? text.slice(session.offset, session.offset + session.length) : undefined;
}

/** On one line; a message that is no JSON cannot be part of any. */
function compact(text: string): string {
  if (!isJson(text)) throw new Error('One of these messages is not valid JSON: select the others.');
  return wireText(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
