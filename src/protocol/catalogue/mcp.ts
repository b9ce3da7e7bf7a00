import { entry } from './entry';

const call = 'item_id output_index:number';

/** Tools on remote MCP servers, which the service calls by itself. */
export const MCP_EVENTS = [
  entry(
    'server',
    'mcp_list_tools.in_progress',
    'item_id',
    'The service is asking an MCP server for its tools.',
    'Starts when `tools` of the session or response names an MCP server. Until it has completed the model cannot use that server’s tools.',
  ),
  entry(
    'server',
    'mcp_list_tools.completed',
    'item_id',
    'An MCP server’s tools are known.',
    'The item of type `mcp_list_tools` with that id lists them with their input schemas.',
  ),
  entry(
    'server',
    'mcp_list_tools.failed',
    'item_id',
    'An MCP server did not give its tools.',
    'Address, authorization or the server itself is at fault; retrieve the item for details. The session goes on without those tools.',
  ),
  entry(
    'server',
    'response.mcp_call_arguments.delta',
    `response_id ${call} delta obfuscation?`,
    'A further piece of an MCP call’s arguments.',
    'The pieces make up one JSON text; it is valid only when complete.',
  ),
  entry(
    'server',
    'response.mcp_call_arguments.done',
    `response_id ${call} arguments`,
    'An MCP call’s arguments are complete.',
    '`arguments` is JSON as a string. When the tool needs approval, an item of type `mcp_approval_request` follows and waits for the client’s `mcp_approval_response` item.',
  ),
  entry(
    'server',
    'response.mcp_call.in_progress',
    call,
    'The service is calling an MCP tool.',
    'The client has nothing to do: the service makes the call and puts the result into the item of type `mcp_call`.',
  ),
  entry(
    'server',
    'response.mcp_call.completed',
    call,
    'An MCP tool has answered.',
    'The item’s `output` holds the result; the model uses it in its next answer.',
  ),
  entry(
    'server',
    'response.mcp_call.failed',
    call,
    'An MCP tool call failed.',
    'The item’s `error` says whether the protocol, the HTTP request or the tool itself failed.',
  ),
];
