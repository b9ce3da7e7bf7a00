/** What can be a draft, and what of one may be kept while the page is hidden: VS Code writes a page's state to disk when it closes. */
import { redactBody, redactEvent } from '../../src/trace/redact';
import type { RowBody } from '../../src/document/columns';
import { formatBytes } from './format';
import { isJson } from './jsonText';

/** Beyond this no text editor of a browser stays responsive. */
const mostEditable = 2_000_000;

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

/** Why a recorded message cannot be edited and sent again, for people; '' when it can. */
export function whyNotEditable({ format, text }: RowBody): string {
  if (format === 'none') return 'The body of this message was not kept, so it cannot be sent again.';
  if (format === 'base64') return 'This message is binary; only text events can be edited and sent.';
  if (text.length <= mostEditable) return '';
  return `This event has ${formatBytes(text.length)}, too much to edit here. Open it in the editor to copy parts.`;
}
