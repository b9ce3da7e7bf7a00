/** The things events carry: item types, content types, and the fields of a session's configuration. */

/** What an item of the conversation may be. */
export interface ItemType {
  type: string;
  /** Who may put one into the conversation with `conversation.item.create`, or whether only the service makes it. */
  madeBy: 'client and service' | 'client' | 'service';
  summary: string;
}

/** All item types. A message comes in three roles, which makes nine shapes of these seven. */
export const ITEM_TYPES: readonly ItemType[] = [
  {
    type: 'message',
    madeBy: 'client and service',
    summary: 'Something said or written: by the user, the assistant or the system.',
  },
  {
    type: 'function_call',
    madeBy: 'client and service',
    summary: 'The model asks the client to run a function; `arguments` is JSON as a string.',
  },
  {
    type: 'function_call_output',
    madeBy: 'client',
    summary: 'What the function returned, with the `call_id` of the call it answers.',
  },
  { type: 'mcp_list_tools', madeBy: 'service', summary: 'The tools an MCP server offers, with their input schemas.' },
  {
    type: 'mcp_call',
    madeBy: 'service',
    summary: 'A tool call the service made on an MCP server, with its output or error.',
  },
  { type: 'mcp_approval_request', madeBy: 'service', summary: 'The service waits for leave to call an MCP tool.' },
  {
    type: 'mcp_approval_response',
    madeBy: 'client',
    summary: 'The client’s answer to such a request: `approve` true or false.',
  },
];

/** `item_reference` stands for an item of the conversation; allowed in the `input` of a `response.create` only. */
export const ITEM_REFERENCE = 'item_reference';

/** Roles of a message, with the content types each may hold in an item. */
export const MESSAGE_CONTENT: Readonly<Record<'user' | 'assistant' | 'system', readonly string[]>> = {
  user: ['input_text', 'input_audio', 'input_image'],
  assistant: ['output_text', 'output_audio'],
  system: ['input_text'],
};

/** Types of a `part` in `response.content_part.*`: the same things under shorter names. */
export const PART_TYPES: readonly string[] = ['text', 'audio'];

/** Content types of the beta interface and what they are called in items now. */
export const BETA_CONTENT: Readonly<Record<string, string>> = { text: 'output_text', audio: 'output_audio' };

/** Which sessions have a field. */
export type SessionKind = 'realtime' | 'transcription';

/** A field of a session's configuration. */
export interface SessionField {
  /** Path below `session`, e.g. `audio.input.turn_detection`. */
  path: string;
  /** One line. */
  summary: string;
  /** Sessions that have it. */
  kinds: readonly SessionKind[];
  /** The value that clears it, where there is one; `null` and `[]` as JSON. */
  clear?: string;
  /** The server sets it and no update changes it. */
  fixed?: boolean;
}

const both: readonly SessionKind[] = ['realtime', 'transcription'];
const speaking: readonly SessionKind[] = ['realtime'];
const field = (path: string, kinds: readonly SessionKind[], summary: string, clear?: string): SessionField => ({
  path,
  summary,
  kinds,
  ...(clear === undefined ? {} : { clear }),
});
const fixed = (path: string, kinds: readonly SessionKind[], summary: string): SessionField => ({
  path,
  summary,
  kinds,
  fixed: true,
});

/** All fields, outer before inner. */
export const SESSION_FIELDS: readonly SessionField[] = [
  field('type', both, '`realtime` or `transcription`; must be in every update.'),
  fixed('object', both, '`realtime.session` or `realtime.transcription_session`.'),
  fixed('id', both, 'Id of the session.'),
  fixed('expires_at', both, 'When the session ends, in seconds since 1970: 60 minutes after it began.'),
  fixed('model', speaking, 'The model, chosen when the session was opened.'),
  field('output_modalities', speaking, 'How the model answers: `["audio"]` (with a transcript) or `["text"]`.'),
  field('instructions', speaking, 'The system message. The service fills in its own where none is given.', '""'),
  field('tools', speaking, 'Functions and MCP servers the model may use; an update replaces the whole list.', '[]'),
  field('tool_choice', speaking, '`auto`, `none`, `required`, or the one function or MCP tool to use.'),
  field('parallel_tool_calls', speaking, 'Whether one response may hold several function calls.'),
  field('reasoning', speaking, 'How hard a reasoning model thinks before it answers.', 'null'),
  field('max_output_tokens', speaking, 'Most tokens of one response, tool calls included; a number or `inf`.'),
  field('tracing', speaking, 'Writes the session to the platform’s Traces; cannot change once on.', 'null'),
  field('truncation', speaking, 'What happens when the conversation outgrows the context.'),
  field('prompt', speaking, 'A stored prompt, its version and its variables.', 'null'),
  field('include', both, 'Extras in server events: `item.input_audio_transcription.logprobs`.', '[]'),
  field('audio', both, 'Everything about sound, each way.'),
  field('audio.input', both, 'The user’s side.'),
  field('audio.input.format', both, 'Format of appended audio: an object with `type` (and `rate` for PCM).'),
  field('audio.input.transcription', both, 'Model that writes down what the user says.', 'null'),
  field('audio.input.transcription.model', both, 'Transcription model.'),
  field('audio.input.transcription.language', both, 'Spoken language as an ISO 639-1 code.', 'null'),
  field('audio.input.transcription.languages', both, 'Languages to expect, for models that take several.', 'null'),
  field('audio.input.transcription.prompt', both, 'Words or style to expect.', 'null'),
  field('audio.input.transcription.keywords', both, 'Terms to recognise, for models that take them.', 'null'),
  field('audio.input.transcription.delay', both, 'How long a live transcriber waits for certainty.'),
  field('audio.input.noise_reduction', both, 'Filter before turn detection and model.', 'null'),
  field('audio.input.noise_reduction.type', both, '`near_field` (headset) or `far_field` (laptop, room).'),
  field('audio.input.noise_reduction.strength', both, 'How strongly it filters.'),
  field(
    'audio.input.turn_detection',
    both,
    'How the end of the user’s turn is found; null means the client commits.',
    'null',
  ),
  field('audio.input.turn_detection.type', both, '`server_vad` (loudness) or `semantic_vad` (meaning).'),
  field('audio.input.turn_detection.threshold', both, 'Loudness from 0 to 1 that counts as speech. Server VAD only.'),
  field(
    'audio.input.turn_detection.prefix_padding_ms',
    both,
    'Audio kept from before speech began, ms. Server VAD only.',
  ),
  field('audio.input.turn_detection.silence_duration_ms', both, 'Silence that ends a turn, ms. Server VAD only.'),
  field(
    'audio.input.turn_detection.idle_timeout_ms',
    both,
    'Silence after which the model speaks up, ms. Server VAD only.',
    'null',
  ),
  field('audio.input.turn_detection.eagerness', both, 'How soon it takes a pause for the end. Semantic VAD only.'),
  field('audio.input.turn_detection.create_response', both, 'Whether the end of a turn starts a response.'),
  field('audio.input.turn_detection.interrupt_response', both, 'Whether speech cancels a running response.'),
  field('audio.output', speaking, 'The model’s side.'),
  field('audio.output.format', speaking, 'Format of the answer’s audio: an object with `type` (and `rate` for PCM).'),
  field('audio.output.voice', speaking, 'The voice; cannot change once the model has spoken.'),
  field('audio.output.speed', speaking, 'Speed of speech, 0.25 to 1.5; changes between turns only.'),
];

/** Fields of the flat beta session, and the path each has now; '' for those that were removed. */
export const BETA_SESSION_FIELDS: Readonly<Record<string, string>> = {
  modalities: 'output_modalities',
  voice: 'audio.output.voice',
  speed: 'audio.output.speed',
  input_audio_format: 'audio.input.format',
  output_audio_format: 'audio.output.format',
  input_audio_transcription: 'audio.input.transcription',
  input_audio_noise_reduction: 'audio.input.noise_reduction',
  turn_detection: 'audio.input.turn_detection',
  max_response_output_tokens: 'max_output_tokens',
  temperature: '',
};

/** Audio formats of the beta interface as objects of today. */
export const BETA_FORMATS: Readonly<Record<string, { type: string; rate?: number }>> = {
  pcm16: { type: 'audio/pcm', rate: 24000 },
  g711_ulaw: { type: 'audio/pcmu' },
  g711_alaw: { type: 'audio/pcma' },
};
