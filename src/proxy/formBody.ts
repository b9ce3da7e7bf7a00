/** Forms of a recorded request: `POST realtime/calls` sends the SDP offer and the session's configuration as two parts. */
import { redactBody, type Redaction } from '../trace/redact';

/**
 * A body without its secrets; undefined when it has none. Each part of a `multipart/form-data` body is judged by itself, so that
 * a part of JSON is read as JSON: an MCP tool's headers are secret by where they stand, which plain text does not show.
 */
export function redactForm(
  text: string,
  contentType: string,
  alsoSecret: readonly string[] = [],
): Redaction | undefined {
  const boundary = /^\s*multipart\/form-data\b.*?;\s*boundary=(?:"([^"]+)"|([^\s;,]+))/is.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return redactBody(text, alsoSecret);
  const parts = text.split(`--${mark}`).map((part) => {
    const at = /\r?\n\r?\n/.exec(part);
    if (!at) return part;
    const from = at.index + at[0].length;
    return part.slice(0, from) + (redactBody(part.slice(from), alsoSecret)?.text ?? part.slice(from));
  });
  const joined = parts.join(`--${mark}`);
  // What is left is read as one text too: a boundary that does not fit must not hide a key.
  const clean = redactBody(joined, alsoSecret)?.text ?? joined;
  return clean === text ? undefined : { text: clean, redacted: [''] };
}
