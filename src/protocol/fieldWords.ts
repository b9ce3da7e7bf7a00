/** Words of our own for the fields of which the official types say nothing, by the type they belong to. */

const ERROR = {
  type: 'What failed: `protocol_error`, `http_error` or `tool_execution_error`.',
  code: 'Code of the error: of JSON-RPC, or the HTTP status.',
  message: 'What the MCP server, or who called it, said of the failure.',
};
const PHASE = {
  phase:
    '`commentary` for what the model says on the way, such as before a tool call, or `final_answer`. Sent by models from gpt-realtime-2 on; no published type has it.',
};
const CONNECTOR = {
  connector_id:
    'A connector that the service brings, in the place of `server_url`; the list of values has all of them.',
};
const SIDES = {
  input: 'The user’s side: format, transcription, noise reduction and turn detection of the audio that comes in.',
  output: 'The model’s side: format, voice and speed of the audio that goes out.',
};

const TRANSLATED = {
  input: 'What is to be translated: transcription and noise reduction of the audio that comes in.',
  output: 'The translation: the language it is spoken in.',
};

const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ConversationItem: {
    type: 'What the item is: a message, a function call or its output, or something of an MCP server. It decides what else the item holds.',
  },
  RealtimeConversationItemAssistantMessage: PHASE,
  RealtimeConversationItemFunctionCall: PHASE,
  RealtimeMcpProtocolError: ERROR,
  RealtimeMcpToolExecutionError: ERROR,
  RealtimeMcphttpError: ERROR,
  RealtimeAudioFormats: {
    type: 'The encoding: `audio/pcm` (16 bits, 24 kHz, mono), or G.711 as `audio/pcmu` (μ-law) or `audio/pcma` (A-law).',
  },
  RealtimeToolsConfigUnion: {
    type: '`function` for a function of the client’s, `mcp` for the tools of an MCP server.',
  },
  'RealtimeToolsConfigUnion.Mcp': CONNECTOR,
  'RealtimeResponseCreateParamsWithReferencesParam.McpTool': CONNECTOR,
  RealtimeAudioConfig: SIDES,
  RealtimeTranscriptionSessionAudio: SIDES,
  'RealtimeResponseCreateParamsWithReferencesParam.Audio': SIDES,
  'RealtimeResponse.Audio': SIDES,
  'RealtimeTranslationSessionUpdateRequest.Audio': TRANSLATED,
  'RealtimeTranslationSession.Audio': TRANSLATED,
  'TranscriptionSessionUpdatedEvent.Session': {
    input_audio_transcription: 'The model that writes down what is said, with its language and prompt.',
  },
};

/** What is known of a field that the official type of that name has no words for; undefined when nothing. */
export function ownWords(definition: string, name: string): string | undefined {
  const words = Object.hasOwn(WORDS, definition) ? WORDS[definition] : undefined;
  return words && Object.hasOwn(words, name) ? words[name] : undefined;
}
