import { entry } from './entry';

const part = 'response_id item_id output_index:number content_index:number';
const call = 'response_id item_id output_index:number call_id';

/** A response from request to end. */
export const RESPONSE_EVENTS = [
  entry(
    'client',
    'response.create',
    'response?:object',
    'Asks the model to answer now.',
    'Fields in `response` override the session’s for this answer only: `instructions`, `tools`, `output_modalities`, `max_output_tokens`, `metadata` and so on. With `conversation: "none"` the answer stays outside the conversation, and `input` can then give it other items to work from. Only one response at a time may write to the conversation: a second one is refused with `conversation_already_has_active_response`. With turn detection and `create_response` on, responses to speech start by themselves.',
  ),
  entry(
    'client',
    'response.cancel',
    'response_id?',
    'Stops the answer being generated.',
    'Without `response_id` it means the running response of the conversation. It ends with `response.done` and status `cancelled`. When it had already ended the server answers `response_cancel_not_active`, which is harmless. Audio already received goes on playing unless the client drops it.',
  ),
  entry(
    'server',
    'response.created',
    'response:object',
    'The server has begun a response.',
    'Status `in_progress`, no output yet. Nothing tells whether the client or turn detection asked for it, except what came before. `metadata` from `response.create` is repeated here.',
  ),
  entry(
    'server',
    'response.done',
    'response:object',
    'A response has ended, however it went.',
    '`status` is `completed`, `cancelled`, `incomplete` or `failed`; `status_details` holds the reason (`turn_detected`, `client_cancelled`, `max_output_tokens`, `content_filter`) or the error. All output items are listed without audio bytes. `usage` counts tokens by text and audio; cached tokens are part of the input tokens, not in addition to them. A failed response is reported only here, not as an `error` event.',
  ),
  entry(
    'server',
    'response.output_item.added',
    'response_id output_index:number item:object',
    'The response has begun a new item.',
    'A message or a function call, status `in_progress`, still empty. A function call has its `name` and `call_id` already. `conversation.item.added` follows for the same item when it belongs to the conversation.',
  ),
  entry(
    'server',
    'response.output_item.done',
    'response_id output_index:number item:object',
    'An item of the response is finished.',
    'Also sent when the response was cut short; the item’s `status` is then `incomplete`. Function calls can be acted on from here.',
  ),
  entry(
    'server',
    'response.content_part.added',
    `${part} part:object`,
    'A message has begun a part: text or audio.',
    '`part.type` is `text` or `audio`, where the item itself calls the same thing `output_text` or `output_audio`. Deltas for the part follow.',
  ),
  entry(
    'server',
    'response.content_part.done',
    `${part} part:object`,
    'A part of a message is finished.',
    'Holds the whole text or transcript, never audio bytes. Also sent when the response was cut short.',
  ),
  entry(
    'server',
    'response.output_text.delta',
    `${part} delta obfuscation?`,
    'A further piece of the answer’s text.',
    'Usually one token. Append the pieces in order. `obfuscation` is random padding that hides the length of the token from onlookers.',
  ),
  entry(
    'server',
    'response.output_text.done',
    `${part} text`,
    'The text of a part is complete.',
    '`text` is the sum of the deltas. Also sent when the response was cut short.',
  ),
  entry(
    'server',
    'response.output_audio.delta',
    `${part} delta`,
    'A further piece of the answer’s speech.',
    '`delta` is base64 in the session’s output format, about a quarter of a second each. It comes several times faster than it plays: the client queues it and drops the queue when the user interrupts. Over WebRTC audio goes through the media track and these are not sent.',
  ),
  entry(
    'server',
    'response.output_audio.done',
    part,
    'All speech of a part has been sent.',
    'It carries no audio. Playback is usually still going on. Also sent when the response was cut short.',
  ),
  entry(
    'server',
    'response.output_audio_transcript.delta',
    `${part} delta obfuscation?`,
    'A further piece of the words of the answer’s speech.',
    'The words run ahead of the audio, and nothing says which samples belong to which word.',
  ),
  entry(
    'server',
    'response.output_audio_transcript.done',
    `${part} transcript`,
    'The words of the answer’s speech are complete.',
    '`transcript` is the sum of the deltas. Also sent when the response was cut short; the user may then have heard less.',
  ),
  entry(
    'server',
    'response.function_call_arguments.delta',
    `${call} delta obfuscation?`,
    'A further piece of a function call’s arguments.',
    'The pieces make up one JSON text; it is valid only when complete.',
  ),
  entry(
    'server',
    'response.function_call_arguments.done',
    `${call} arguments name?`,
    'A function call’s arguments are complete.',
    '`arguments` is JSON as a string, written by the model: check it before use. Run the function, then send its result as a `function_call_output` item with the same `call_id`, and one `response.create` when all calls of the response are answered.',
  ),
];
