import { entry } from './entry';

const transcription = 'conversation.item.input_audio_transcription';

/** Items of the conversation and the transcription of what the user said. */
export const CONVERSATION_EVENTS = [
  entry(
    'server',
    'conversation.created',
    'conversation:object',
    'The default conversation exists.',
    'Part of the published types, and sent by some compatible servers right after `session.created`. The live service does not send it: the conversation id first shows up as `conversation_id` in `response.created`.',
  ),
  entry(
    'client',
    'conversation.item.create',
    'item:object previous_item_id?',
    'Adds an item to the conversation: a message, a function call or its output.',
    'Use it to send typed text, to feed back earlier history, or to answer a function call with a `function_call_output` that carries the same `call_id`. The item goes to the end unless `previous_item_id` names the item it should follow, or `root` for the beginning. It does not make the model speak: send `response.create` for that.\n\nThe answer is the pair `conversation.item.added` and `conversation.item.done`, or an `error`. Assistant messages may hold text only; spoken answers cannot be put back as audio.',
  ),
  entry(
    'server',
    'conversation.item.created',
    'item:object previous_item_id?',
    'Older name for an item having been added.',
    'The beta interface and some compatible servers announce items with this single event. The current live service sends `conversation.item.added` and `conversation.item.done` instead.',
  ),
  entry(
    'server',
    'conversation.item.added',
    'item:object previous_item_id?',
    'An item has entered the conversation.',
    'Comes when the client creates an item, when the input audio buffer is committed, and when the model begins an item of its answer (then `status` is `in_progress` and there is no content yet). `previous_item_id` tells the place in the conversation. Audio bytes are left out; `conversation.item.retrieve` fetches them.',
  ),
  entry(
    'server',
    'conversation.item.done',
    'item:object previous_item_id?',
    'An item is final.',
    'Follows every `conversation.item.added`: at once for items of the client, when generation ends for those of the model. The item is complete except for audio bytes. Take the order of items from `added`: here `previous_item_id` is often null for spoken answers and function calls.',
  ),
  entry(
    'client',
    'conversation.item.retrieve',
    'item_id',
    "Asks for the server's copy of one item, audio included.",
    'Useful to hear what the server kept of the user’s speech after noise reduction and turn detection. Answered by `conversation.item.retrieved`, or by `error` when there is no such item. The answer can be megabytes long: some WebSocket clients cut at 1 MiB by default.',
  ),
  entry(
    'server',
    'conversation.item.retrieved',
    'item:object',
    'Answer to `conversation.item.retrieve`: the whole item.',
    'Unlike the other events with an item, this one carries audio content as base64 in the session’s format.',
  ),
  entry(
    'client',
    'conversation.item.truncate',
    'item_id content_index:number audio_end_ms:number',
    'Cuts a spoken answer at the point the user really heard.',
    'Audio comes faster than it is played. When the user interrupts, the client stops playing and tells the server with `audio_end_ms` how much of the item was heard, so that the model does not believe it said the rest. Only audio messages of the assistant can be cut; `content_index` is 0. The transcript of the item is dropped with the cut. A time beyond the audio’s length is an error. Over WebRTC the server does this by itself.',
  ),
  entry(
    'server',
    'conversation.item.truncated',
    'item_id content_index:number audio_end_ms:number',
    'Answer to `conversation.item.truncate`: the item was cut.',
    'Audio after `audio_end_ms` (milliseconds from the start of the content part) and the text transcript of that part are gone from the conversation.',
  ),
  entry(
    'client',
    'conversation.item.delete',
    'item_id',
    'Removes an item from the conversation.',
    'The model no longer sees it in later responses. Answered by `conversation.item.deleted`, or by `error` when there is no such item.',
  ),
  entry(
    'server',
    'conversation.item.deleted',
    'item_id',
    'Answer to `conversation.item.delete`: the item is gone.',
    'A client that mirrors the conversation should drop its copy of the item now.',
  ),
  entry(
    'server',
    `${transcription}.delta`,
    'item_id content_index?:number delta? logprobs?:array obfuscation?',
    'A further piece of the transcript of what the user said.',
    'Comes only when `audio.input.transcription` is configured. Models that transcribe as they listen send it before the audio is committed, with the id the item will have; others send the whole text as one piece. `obfuscation` is random padding that hides the length of the text from onlookers. `logprobs` is there when asked for with `include`.',
  ),
  entry(
    'server',
    `${transcription}.segment`,
    'id item_id content_index:number text speaker start:number end:number',
    'A stretch of the user’s transcript with speaker and times.',
    'Sent by transcription models that tell speakers apart. `start` and `end` are seconds from the start of the item’s audio.',
  ),
  entry(
    'server',
    `${transcription}.completed`,
    'item_id content_index:number transcript usage:object languages?:array logprobs?:array',
    'The transcript of what the user said is complete.',
    'Runs beside the response, on a model of its own, and so may come before, amid or after the answer: match it by `item_id`, never by order. The text is a guide to what was said, not exactly what the realtime model understood. `usage` is billed at the transcription model’s price, in tokens or in seconds.',
  ),
  entry(
    'server',
    `${transcription}.failed`,
    'item_id content_index:number error:object',
    'The user’s speech could not be transcribed.',
    'Only the transcript is missing; the model heard the audio all the same and the session goes on. On Azure the usual reason is `DeploymentNotFound`: the transcription model must be a deployment of the resource.',
  ),
];
