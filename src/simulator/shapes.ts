/** The shapes of client events that the simulator takes. */
import type { Rule } from './rules';

const string: Rule = { is: 'string' };
const boolean: Rule = { is: 'boolean' };
const nullableString: Rule = { is: 'string', nullable: true };

const format: Rule = {
  is: 'object',
  required: ['type'],
  fields: {
    type: { is: 'string', values: ['audio/pcm', 'audio/pcmu', 'audio/pcma'] },
    rate: { is: 'integer', min: 24_000, max: 24_000 },
  },
};

const transcription: Rule = {
  is: 'object',
  nullable: true,
  fields: {
    model: string,
    language: nullableString,
    languages: { is: 'array', of: string, nullable: true },
    prompt: nullableString,
    keywords: { is: 'array', of: string, nullable: true },
    delay: { is: 'string', values: ['minimal', 'low', 'medium', 'high', 'xhigh'], nullable: true },
  },
};

const noiseReduction: Rule = {
  is: 'object',
  nullable: true,
  fields: { type: { is: 'string', values: ['near_field', 'far_field'] }, strength: { is: 'any' } },
};

const turnDetection: Rule = {
  is: 'union',
  nullable: true,
  on: 'type',
  cases: {
    server_vad: {
      is: 'object',
      fields: {
        type: string,
        threshold: { is: 'number', min: 0, max: 1, nullable: true },
        prefix_padding_ms: { is: 'integer', min: 0, nullable: true },
        silence_duration_ms: { is: 'integer', min: 0, nullable: true },
        idle_timeout_ms: { is: 'integer', min: 5000, max: 30_000, nullable: true },
        create_response: { ...boolean, nullable: true },
        interrupt_response: { ...boolean, nullable: true },
      },
    },
    semantic_vad: {
      is: 'object',
      fields: {
        type: string,
        eagerness: { is: 'string', values: ['low', 'medium', 'high', 'auto'], nullable: true },
        create_response: { ...boolean, nullable: true },
        interrupt_response: { ...boolean, nullable: true },
      },
    },
  },
};

const voice: Rule = { is: 'either', of: [string, { is: 'object', required: ['id'], fields: { id: string } }] };
const audioInput: Rule = {
  is: 'object',
  fields: { format, transcription, noise_reduction: noiseReduction, turn_detection: turnDetection },
};
const toolFilter: Rule = {
  is: 'object',
  nullable: true,
  fields: { tool_names: { is: 'array', of: string }, read_only: boolean },
};
const tool: Rule = {
  is: 'union',
  on: 'type',
  cases: {
    function: {
      is: 'object',
      required: ['name'],
      fields: { type: string, name: string, description: nullableString, parameters: { is: 'open', nullable: true } },
    },
    mcp: {
      is: 'object',
      required: ['server_label'],
      fields: {
        type: string,
        server_label: string,
        server_url: string,
        connector_id: string,
        tunnel_id: string,
        server_description: string,
        authorization: string,
        headers: { is: 'open', nullable: true },
        allowed_tools: { is: 'either', of: [{ is: 'array', of: string }, toolFilter] },
        allowed_callers: { is: 'array', of: string, nullable: true },
        defer_loading: boolean,
        require_approval: {
          is: 'either',
          of: [
            { is: 'string', values: ['always', 'never'] },
            { is: 'object', nullable: true, fields: { always: toolFilter, never: toolFilter } },
          ],
        },
      },
    },
  },
};
const toolChoice: Rule = {
  is: 'either',
  of: [
    { is: 'string', values: ['none', 'auto', 'required'] },
    {
      is: 'union',
      on: 'type',
      cases: {
        function: { is: 'object', required: ['name'], fields: { type: string, name: string } },
        mcp: { is: 'open' },
      },
    },
  ],
};
const modalities: Rule = { is: 'array', of: { is: 'string', values: ['text', 'audio'] } };
const maxTokens: Rule = {
  is: 'either',
  of: [
    { is: 'integer', min: 1, max: 4096 },
    { is: 'string', values: ['inf'] },
  ],
};
const open: Rule = { is: 'open', nullable: true };
const include: Rule = { is: 'array', of: { is: 'string' }, nullable: true };

/** Fields that the session and a single response have in common. */
const shared: Record<string, Rule> = {
  instructions: string,
  output_modalities: modalities,
  tools: { is: 'array', of: tool },
  tool_choice: toolChoice,
  max_output_tokens: maxTokens,
  parallel_tool_calls: boolean,
  prompt: {
    is: 'object',
    nullable: true,
    required: ['id'],
    fields: { id: string, version: nullableString, variables: open },
  },
  reasoning: {
    is: 'object',
    nullable: true,
    fields: { effort: { is: 'string', values: ['minimal', 'low', 'medium', 'high', 'xhigh'], nullable: true } },
  },
};

const realtimeSession: Rule = {
  is: 'object',
  fields: {
    ...shared,
    type: string,
    model: string,
    include,
    tracing: {
      is: 'either',
      of: [
        { is: 'string', values: ['auto'] },
        { is: 'open', nullable: true },
      ],
    },
    truncation: {
      is: 'either',
      of: [{ is: 'string', values: ['auto', 'disabled'] }, { is: 'open' }],
    },
    audio: {
      is: 'object',
      fields: {
        input: audioInput,
        output: {
          is: 'object',
          fields: { format, voice, speed: { is: 'number', min: 0.25, max: 1.5 } },
        },
      },
    },
  },
};

const transcriptionSession: Rule = {
  is: 'object',
  fields: { type: string, include, audio: { is: 'object', fields: { input: audioInput } } },
};

/** `session` of a `session.update`, and of a request for a client secret. */
export const SESSION_RULE: Rule = {
  is: 'union',
  on: 'type',
  cases: { realtime: realtimeSession, transcription: transcriptionSession },
};

/** `session` of a `session.update` of a translation session. Its type and model are fixed when it opens. */
export const TRANSLATION_RULE: Rule = {
  is: 'object',
  fields: {
    type: { is: 'string', values: ['translation'] },
    audio: {
      is: 'object',
      fields: {
        input: {
          is: 'object',
          fields: {
            noise_reduction: noiseReduction,
            transcription: { is: 'object', nullable: true, required: ['model'], fields: { model: string } },
          },
        },
        output: { is: 'object', fields: { language: string } },
      },
    },
  },
};

const part = (fields: Record<string, Rule>, required: string[]): Rule => ({
  is: 'object',
  required,
  fields: { type: string, ...fields },
});
const textPart = part({ text: string }, ['text']);
const audioPart = part({ audio: string, transcript: nullableString }, ['audio']);
const imagePart = part({ image_url: string, detail: { is: 'string', values: ['auto', 'low', 'high'] } }, ['image_url']);

/** Client libraries keep their ids to 32 characters because longer ones are refused; no published type says so. */
const itemHead: Record<string, Rule> = { id: { is: 'string', most: 32 }, object: string, type: string, status: string };
const item = (fields: Record<string, Rule>, required: string[]): Rule => ({
  is: 'object',
  required,
  fields: { ...itemHead, ...fields },
});
const message = (cases: Record<string, Rule>): Rule =>
  item({ role: string, phase: string, content: { is: 'array', of: { is: 'union', on: 'type', cases } } }, ['content']);
const callId: Rule = { is: 'string', pattern: /^[a-zA-Z0-9_-]+$/ };

/** An item a client may put into the conversation. */
export const ITEM_RULE: Rule = {
  is: 'union',
  on: 'type',
  cases: {
    message: {
      is: 'union',
      on: 'role',
      cases: {
        user: message({ input_text: textPart, input_audio: audioPart, input_image: imagePart }),
        assistant: message({ output_text: textPart, output_audio: textPart }),
        system: message({ input_text: textPart }),
      },
    },
    function_call: item({ name: string, call_id: callId, arguments: string }, ['name', 'arguments']),
    function_call_output: item({ call_id: callId, output: string }, ['call_id', 'output']),
    mcp_list_tools: item({ server_label: string, tools: { is: 'array', of: { is: 'open' } } }, [
      'server_label',
      'tools',
    ]),
    mcp_call: item(
      {
        server_label: string,
        name: string,
        arguments: string,
        approval_request_id: nullableString,
        output: nullableString,
        error: { is: 'any' },
      },
      ['server_label', 'name', 'arguments'],
    ),
    mcp_approval_request: item({ server_label: string, name: string, arguments: string }, [
      'server_label',
      'name',
      'arguments',
    ]),
    mcp_approval_response: item({ approval_request_id: string, approve: boolean, reason: nullableString }, [
      'approval_request_id',
      'approve',
    ]),
  },
};

const inputItem: Rule = {
  ...ITEM_RULE,
  cases: { ...ITEM_RULE.cases, item_reference: item({}, ['id']) },
};

const responseParams: Rule = {
  is: 'object',
  fields: {
    ...shared,
    conversation: string,
    metadata: open,
    input: { is: 'array', of: inputItem },
    audio: { is: 'object', fields: { output: { is: 'object', fields: { format, voice } } } },
  },
};

const flatTranscription: Rule = {
  is: 'object',
  fields: {
    include,
    input_audio_format: { is: 'string', values: ['pcm16', 'g711_ulaw', 'g711_alaw'] },
    input_audio_transcription: transcription,
    input_audio_noise_reduction: noiseReduction,
    turn_detection: turnDetection,
  },
};

const clientEvent = (fields: Record<string, Rule> = {}, required: string[] = []): Rule => ({
  is: 'object',
  required,
  fields: { type: string, event_id: nullableString, ...fields },
});

/** Every client event taken over a WebSocket. */
export const CLIENT_RULES: Record<string, Rule> = {
  'session.update': clientEvent({ session: SESSION_RULE }, ['session']),
  'input_audio_buffer.append': clientEvent({ audio: string }, ['audio']),
  'input_audio_buffer.commit': clientEvent(),
  'input_audio_buffer.clear': clientEvent(),
  'conversation.item.create': clientEvent({ item: ITEM_RULE, previous_item_id: nullableString }, ['item']),
  'conversation.item.truncate': clientEvent(
    { item_id: string, content_index: { is: 'integer', min: 0 }, audio_end_ms: { is: 'integer', min: 0 } },
    ['item_id', 'content_index', 'audio_end_ms'],
  ),
  'conversation.item.delete': clientEvent({ item_id: string }, ['item_id']),
  'conversation.item.retrieve': clientEvent({ item_id: string }, ['item_id']),
  'response.create': clientEvent({ response: { ...responseParams, nullable: true } }),
  'response.cancel': clientEvent({ response_id: nullableString }),
  /** On a call only. */
  'output_audio_buffer.clear': clientEvent(),
  /** The retired way to configure a transcription session. */
  'transcription_session.update': clientEvent({ session: flatTranscription }, ['session']),
};

/** Every client event of a translation session. */
export const TRANSLATION_RULES: Record<string, Rule> = {
  'session.update': clientEvent({ session: TRANSLATION_RULE }, ['session']),
  'session.input_audio_buffer.append': clientEvent({ audio: string }, ['audio']),
  'session.close': clientEvent(),
};

/** The names the live service lists when a type is none of its own (two belong to the translation endpoint). */
export const LISTED_TYPES = [
  'session.update',
  'session.close',
  'input_audio_buffer.append',
  'session.input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.truncate',
  'conversation.item.delete',
  'conversation.item.retrieve',
  'response.create',
  'response.cancel',
];
