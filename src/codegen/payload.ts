/** Payload files out of what was recorded. */
import { applyEdits, format, parseTree } from 'jsonc-parser';
import { escapeVariables, rewriteStrings } from '../protocol/payloadVariables';
import { stepsOf, type RecordedEvent } from './recorded';
import { partsOf } from './strings';

/**
 * The text of a payload file that does what these events did: the client's are sent, the server's waited for. Where the client
 * sent nothing, the server's are sent to the client. What was not recorded is asked of the environment. Throws, for people, when
 * an event is no JSON object.
 */
export function payloadText(events: readonly RecordedEvent[]): string {
  const steps = events.some(({ from }) => from === 'client')
    ? stepsOf(events).map((step) => {
        if (step.kind === 'send') return payloadEvent(step.text);
        return step.kind === 'wait' ? JSON.stringify({ wait: step.type }) : JSON.stringify({ delayMs: step.delayMs });
      })
    : events.map(({ text }) => `{"to":"client","event":${payloadEvent(text)}}`);
  const [only] = steps;
  const text = steps.length === 1 && only !== undefined ? only : `[${steps.join(',')}]`;
  return `${indented(text)}\n`;
}

/** An event as a payload file says it: nothing in it is taken for a variable, and what was not recorded is one. */
function payloadEvent(text: string): string {
  let isEvent = false;
  try {
    isEvent = parseTree(text)?.type === 'object' && Boolean(JSON.parse(text));
  } catch {
    // Told below.
  }
  if (!isEvent) throw new Error('A message that is no JSON object cannot be put into a payload file.');
  return rewriteStrings(escapeVariables(text), (value, pointer) =>
    partsOf(value, pointer)
      .map((part) => (typeof part === 'string' ? part : `\${env:${part.env}}`))
      .join(''),
  );
}

/** JSON laid out for reading, every number and string as it is written. */
export function indented(text: string): string {
  return applyEdits(text, format(text, undefined, { tabSize: 2, insertSpaces: true, eol: '\n' }));
}
