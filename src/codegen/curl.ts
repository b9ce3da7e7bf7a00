/** Commands for a POSIX shell: the API's REST calls, and a session's handshake, which is as far as curl goes. */
import { rewriteStrings } from '../protocol/payloadVariables';
import { wireText } from '../protocol/payloadFile';
import type { RecordedRow, SessionTarget } from './recorded';
import { partsOf, shellString } from './strings';

const BASE = '"${OPENAI_BASE_URL:-https://api.openai.com/v1}"';
const KEY = '-H "Authorization: Bearer $OPENAI_API_KEY"';

/** A POST with that body as JSON (or none), under a path behind the base URL. */
export function curlCall({ path, body }: Extract<RecordedRow, { kind: 'http' }>): string {
  const url = `${BASE}${shellString(path)}`;
  if (body === '') return `curl -sS -X POST ${url} \\\n  ${KEY}\n`;
  const { text, variables } = shellBody(body);
  const needs = variables.map((name) => `: "\${${name}:?is not recorded: set it first}"\n`).join('');
  return `${needs}curl -sS ${url} \\\n  ${KEY} \\\n  -H 'Content-Type: application/json' \\\n  --data-binary ${text}\n`;
}

/** The call that makes a client secret for the session of a `session.update`. */
export function curlSecret(session: string): string {
  return curlCall({ kind: 'http', method: 'POST', path: '/realtime/client_secrets', body: `{"session":${session}}` });
}

/**
 * A session's handshake: whether address and key are taken, and what the server says first. curl sends no messages, so nothing
 * follows; it ends after 5 seconds.
 */
export function curlHandshake({ model, intent }: SessionTarget): string {
  const query = intent === undefined ? `model=${encodeURIComponent(model)}` : `intent=${encodeURIComponent(intent)}`;
  return `# The handshake only: curl sends no WebSocket messages. 101 and the server's first event are the answer.
curl -sS -i -N --http1.1 --max-time 5 ${BASE}${shellString(`/realtime?${query}`)} \\
  ${KEY} \\
  -H 'Connection: Upgrade' -H 'Upgrade: websocket' \\
  -H 'Sec-WebSocket-Version: 13' -H "Sec-WebSocket-Key: $(head -c 16 /dev/urandom | base64)" --output -
`;
}

/**
 * A body as a word of the shell; what was not recorded is read from variables, outside the quotes that keep the rest as it is.
 * Throws, for people, when it is no JSON.
 */
function shellBody(body: string): { text: string; variables: string[] } {
  try {
    JSON.parse(body);
  } catch (error) {
    throw new Error('The body of this call is not JSON: copy it as it stands instead.', { cause: error });
  }
  const variables = new Set<string>();
  // Stands around the name of a variable, and nowhere else in the text.
  let fence = '<0>';
  for (let at = 1; body.includes(fence); at += 1) fence = `<${at}>`;
  const marked = rewriteStrings(wireText(body), (value, pointer) =>
    partsOf(value, pointer)
      .map((part) => {
        if (typeof part === 'string') return part;
        variables.add(part.env);
        return `${fence}${part.env}${fence}`;
      })
      .join(''),
  );
  const text = marked
    .split(fence)
    .map((piece, at) => (at % 2 === 1 ? `"$${piece}"` : shellString(piece)))
    .join('');
  return { text, variables: [...variables] };
}
