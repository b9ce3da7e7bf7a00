/** What the newest items of a conversation ask of a response: an answer to the user, or to what came of a call. */
import { spokenText, type Conversation, type Item } from './conversation';
import type { Moment } from './director';

/** What a response answers, apart from what an assistant says and asks for itself. */
const INPUTS = new Set(['function_call_output', 'mcp_call', 'mcp_approval_response']);

/**
 * What the newest input is, for a scenario's conditions. The words and audio of the user count until something else comes
 * in: a turn that called a tool for them would call it again for the tool's output, and so without end.
 */
export function momentOf(
  items: readonly Item[],
  conversation: Conversation,
): Pick<Moment, 'text' | 'audioMs' | 'afterCalls'> {
  const at = items.findLastIndex((item) => item['role'] === 'user' || INPUTS.has(item.type));
  const newest = items[at];
  if (newest && newest['role'] !== 'user') {
    const outputs = lastOf(items.slice(0, at + 1), newest.type);
    return { audioMs: 0, afterCalls: outputs.flatMap((output) => nameOf(items, output)) };
  }
  return { text: spokenText(newest), audioMs: newest ? conversation.audioMs(newest.id) : 0, afterCalls: [] };
}

/** The items of a type at the conversation's end. Instructions and lists of tools among them are no reason to stop. */
export function lastOf(items: readonly Item[], type: string): Item[] {
  const found: Item[] = [];
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const item = items[at]!;
    if (item.type === type) found.unshift(item);
    else if (item['role'] !== 'system' && item.type !== 'mcp_list_tools') break;
  }
  return found;
}

/** The call that an output belongs to. */
export function callOf(items: readonly Item[], output: Item): Item | undefined {
  return items.find((item) => item.type === 'function_call' && item['call_id'] === output['call_id']);
}

/** The name of the function or MCP tool whose output that is. */
function nameOf(items: readonly Item[], output: Item): string[] {
  const call = output.type === 'mcp_call' ? output : callOf(items, output);
  return call && output.type !== 'mcp_approval_response' ? [String(call['name'])] : [];
}
