/** What of a draft may be kept while the page is hidden: VS Code writes a page's state to disk when it closes. */
import { redactBody, redactEvent } from '../../src/trace/redact';
import { isJson } from './jsonText';

const mostKept = 200_000;
const suspicious = /auth|secret|key|token|passw|cookie/i;

/**
 * A draft's text without its secrets; undefined when it cannot be kept: too long, or unfinished JSON in which a secret
 * may stand without being known as one.
 */
export function keepableDraft(text: string): string | undefined {
  if (text.length > mostKept) return undefined;
  if (isJson(text)) return redactEvent(text)?.text ?? text;
  return suspicious.test(text) || redactBody(text) !== undefined ? undefined : text;
}
