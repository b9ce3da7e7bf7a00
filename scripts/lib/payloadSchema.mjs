// The schema of payload files (*.realtime.json): an event, or a list of events, waits and pauses. What it says of an event
// stands in realtime.schema.json. Made for editors; what is right and wrong the reader in src/protocol/payloadFile.ts says.

const refTo = (name) => ({ $ref: `realtime.schema.json#/definitions/${name}` });
const firstSentence = (text = '') => /^[^.\n]*\.?/.exec(text)?.[0] ?? '';

/**
 * An event is held against the definition that its type names. Not by `anyOf`: an editor would offer only what fits the one
 * that is nearest to what stands there already.
 */
function eventOf(names, definitions) {
  const typed = names.flatMap((name) => {
    const { properties, description } = definitions[name];
    const type = properties?.type?.const;
    return typeof type === 'string' ? [{ name, type, description: firstSentence(description) }] : [];
  });
  return {
    type: 'object',
    required: ['type'],
    properties: { type: { type: 'string', description: 'The type of the event.' } },
    allOf: typed.map(({ name, type, description }) => ({
      if: { required: ['type'], properties: { type: { const: type, description } } },
      then: refTo(name),
    })),
  };
}

/** The schema whose distinguishing property is there, the first of several; else the last. */
function firstOf([[name, schema], ...rest], otherwise) {
  const unless = rest.length > 0 ? firstOf(rest, otherwise) : otherwise;
  return { if: { required: [name], not: { required: ['type'] } }, then: schema, else: unless };
}

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
  const step = firstOf(
    [
      ['wait', { $ref: '#/definitions/wait' }],
      ['delayMs', { $ref: '#/definitions/delay' }],
      ['event', { $ref: '#/definitions/addressed' }],
    ],
    { $ref: '#/definitions/clientEvent' },
  );
  return {
    title: 'Payload of the Realtime Inspector',
    description: 'An event to send, or a list of events with waits and pauses between.',
    allowTrailingCommas: true,
    allowComments: true,
    type: ['object', 'array'],
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
    if: { type: 'array' },
    then: { items: { $ref: '#/definitions/step' }, minItems: 1, maxItems: 2000 },
    else: {
      if: { required: ['event'], not: { required: ['type'] } },
      then: { $ref: '#/definitions/addressed' },
      else: { $ref: '#/definitions/clientEvent' },
    },
    definitions: {
      clientEvent: eventOf(clientEvents, definitions),
      anyEvent: eventOf([...new Set([...clientEvents, ...serverEvents])], definitions),
      step: {
        type: 'object',
        defaultSnippets: [
          { label: 'Wait for an event', body: { wait: '${1:response.done}', timeoutMs: '^${2:30000}' } },
          { label: 'Pause', body: { delayMs: '^${1:500}' } },
          { label: 'Send to the client, as the server', body: { to: 'client', event: { type: '$1' } } },
        ],
        ...step,
      },
      wait: {
        type: 'object',
        description: 'Waits until such an event of the session comes. What follows is not sent when it does not.',
        additionalProperties: false,
        required: ['wait'],
        properties: {
          wait: {
            description: "An event's type, or a filter such as `type:response.done response:resp_1 -error`.",
            type: 'string',
            minLength: 1,
            maxLength: 2000,
            examples: serverTypes,
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
          event: { $ref: '#/definitions/anyEvent' },
        },
      },
    },
  };
}

function namesOf(definitions, union) {
  return definitions[union].anyOf.map(({ $ref }) => $ref.slice('#/definitions/'.length));
}
