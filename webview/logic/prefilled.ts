/** Events made ready for what waits in a session: outputs of function calls, leave for MCP tools, pictures. */
import type { SessionState } from '../../src/protocol';

/** Something that waits for the client, and the event that answers it. */
export interface Answerable {
  label: string;
  detail: string;
  /** The id of the call or request it answers. */
  id: string;
  text: string;
  /** The same with what makes the model speak after it; absent where it does so by itself. */
  goOn?: string;
}

const create = (item: object) => JSON.stringify({ type: 'conversation.item.create', item }, null, 2);
const createAndGoOn = (item: object) =>
  JSON.stringify([{ type: 'conversation.item.create', item }, { type: 'response.create' }], null, 2);

/** Answers to what waits, newest first: each call once, each request for approval as yes and as no. */
export function answersFor(state: SessionState | undefined): Answerable[] {
  if (state === undefined) return [];
  const calls = state.calls.toReversed().map(({ call, name, arguments: given }) => answerToCall(call, name, given));
  const answered = new Set(state.items.map(({ item }) => item['approval_request_id']));
  const requests = state.items
    .filter(({ id, type }) => type === 'mcp_approval_request' && !answered.has(id))
    .toReversed()
    .flatMap(({ id, item }) => answersToRequest(id, String(item['name'] ?? ''), String(item['server_label'] ?? '')));
  return [...calls, ...requests];
}

/** The output of a function call, to be written. */
export function answerToCall(call: string, name: string, given: string): Answerable {
  const item = { type: 'function_call_output', call_id: call, output: outputFor(given) };
  return {
    label: `Answer ${name || 'the call'}`,
    detail: given.length > 60 ? `${given.slice(0, 59)}…` : given,
    id: call,
    text: create(item),
    // An output alone makes no response: https://developers.openai.com/api/docs/guides/realtime-conversations
    goOn: createAndGoOn(item),
  };
}
/** Yes and no to a request for approval. */
export function answersToRequest(id: string, name: string, server: string): Answerable[] {
  return [true, false].map((approve) => ({
    label: `${approve ? 'Approve' : 'Deny'} ${name || 'the MCP tool'}`,
    detail: server,
    id,
    text: create({
      type: 'mcp_approval_response',
      approval_request_id: id,
      approve,
      ...(approve ? {} : { reason: '' }),
    }),
  }));
}

/** An output is text, and most functions give JSON; what was asked is repeated so that one sees where to write. */
function outputFor(given: string): string {
  return given === '' ? '' : JSON.stringify({ result: '' });
}

export type ImageDetail = 'auto' | 'low' | 'high';

/** A user's message with a picture, and words beside it where there are any. */
export function imageItem(dataUrl: string, detail: ImageDetail, words: string): string {
  const picture = { type: 'input_image', image_url: dataUrl, ...(detail === 'auto' ? {} : { detail }) };
  const content = words.trim() === '' ? [picture] : [{ type: 'input_text', text: words }, picture];
  return create({ type: 'message', role: 'user', content });
}
