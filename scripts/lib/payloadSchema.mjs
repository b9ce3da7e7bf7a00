// The schema of payload files (*.realtime.json): an event, or a list of events, waits and pauses. What it says of an event
// stands in realtime.schema.json. Made for editors; what is right and wrong the reader in src/protocol/payloadFile.ts says.

const event = (name) => ({ $ref: `realtime.schema.json#/definitions/${name}` });

/** @param definitions Those of realtime.schema.json. */
export function payloadSchema(definitions) {
  const clientEvents = [
    ...namesOf(definitions, 'RealtimeClientEvent').map((name) =>
      // The plain type knows no references to items of the conversation.
      name === 'ResponseCreateEvent' ? 'ResponseCreateEventWithReferencesParam' : name,
    ),
    'TranscriptionSessionUpdate',
    ...namesOf(definitions, 'RealtimeTranslationClientEvent'),
  ];
  const serverEvents = [
    ...namesOf(definitions, 'RealtimeServerEvent'),
    ...namesOf(definitions, 'RealtimeTranslationServerEvent'),
  ];
  const serverTypes = [...new Set(serverEvents.map((name) => definitions[name]?.properties?.type?.const))]
    .filter((type) => typeof type === 'string')
    .sort();
  const clientEvent = { anyOf: clientEvents.map(event) };
  return {
    title: 'Payload of the Realtime Inspector',
    description: 'An event to send, or a list of events with waits and pauses between.',
    allowTrailingCommas: true,
    allowComments: true,
    defaultSnippets: [
      { label: 'Ask for a response', body: { type: 'response.create' } },
      {
        label: 'A question and its answer',
        body: [
          {
            type: 'conversation.item.create',
            item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: '${1:Hello!}' }] },
          },
          { type: 'response.create' },
          { wait: 'response.done', timeoutMs: 30000 },
        ],
      },
    ],
    anyOf: [
      { $ref: '#/definitions/clientEvent' },
      { $ref: '#/definitions/addressed' },
      { type: 'array', items: { $ref: '#/definitions/step' }, minItems: 1, maxItems: 2000 },
    ],
    definitions: {
      clientEvent,
      step: {
        anyOf: [
          { $ref: '#/definitions/clientEvent' },
          { $ref: '#/definitions/wait' },
          { $ref: '#/definitions/delay' },
          { $ref: '#/definitions/addressed' },
        ],
        defaultSnippets: [
          { label: 'Wait for an event', body: { wait: '${1:response.done}', timeoutMs: '^${2:30000}' } },
          { label: 'Pause', body: { delayMs: '^${1:500}' } },
          { label: 'Send to the client, as the server', body: { to: 'client', event: { type: '$1' } } },
        ],
      },
      wait: {
        type: 'object',
        description: 'Waits until such an event of the session comes. What follows is not sent when it does not.',
        additionalProperties: false,
        required: ['wait'],
        properties: {
          wait: {
            description: "An event's type, or a filter such as `type:response.done response:resp_1 -error`.",
            anyOf: [{ enum: serverTypes }, { type: 'string', minLength: 1, maxLength: 2000 }],
          },
          timeoutMs: { type: 'number', minimum: 0, maximum: 3600000, default: 30000, description: 'Milliseconds.' },
        },
      },
      delay: {
        type: 'object',
        additionalProperties: false,
        required: ['delayMs'],
        properties: {
          delayMs: { type: 'number', minimum: 0, maximum: 3600000, description: 'Waits so many milliseconds.' },
        },
      },
      addressed: {
        description: 'An event and who gets it.',
        type: 'object',
        additionalProperties: false,
        required: ['event'],
        properties: {
          to: {
            enum: ['server', 'client'],
            default: 'server',
            description: '`server`: sent as the client. `client`: sent as the server.',
          },
          event: { anyOf: [...clientEvents, ...serverEvents].map(event) },
        },
      },
    },
  };
}

function namesOf(definitions, union) {
  return definitions[union].anyOf.map(({ $ref }) => $ref.slice('#/definitions/'.length));
}
