// Turns the documented definitions into those the validator reads: no words, unions resolved by what tells their members
// apart (so that an error is about the member meant, not about all of them), optional fields nullable, unknown fields
// found (the validator makes them notes), and what the types cannot say added.

/** Fields the live service was seen to send that no type has. They are known, so nobody needs a note about them. */
const SEEN = {
  RealtimeConversationItemAssistantMessage: { phase: { type: 'string' } },
  RealtimeConversationItemFunctionCall: { phase: { type: 'string' } },
  RealtimeResponse: { status_details: { type: 'object' } },
};

const MAX_OUTPUT_TOKENS = { minimum: 1, maximum: 4096, multipleOf: 1 };
const SERVER_VAD = {
  threshold: { minimum: 0, maximum: 1 },
  prefix_padding_ms: { minimum: 0 },
  silence_duration_ms: { minimum: 0 },
  idle_timeout_ms: { minimum: 5000, maximum: 30000 },
};

/** Bounds that the documentation gives in words only. */
const BOUNDS = {
  RealtimeSessionCreateRequest: { max_output_tokens: MAX_OUTPUT_TOKENS },
  RealtimeResponseCreateParamsWithReferencesParam: {
    max_output_tokens: MAX_OUTPUT_TOKENS,
    metadata: { maxProperties: 16, propertyNames: { maxLength: 64 }, additionalProperties: { maxLength: 512 } },
  },
  'RealtimeAudioInputTurnDetection.ServerVad': SERVER_VAD,
  'RealtimeTranscriptionSessionAudioInputTurnDetection.ServerVad': SERVER_VAD,
  RealtimeAudioConfigOutput: { speed: { minimum: 0.25, maximum: 1.5 } },
  RealtimeTruncationRetentionRatio: { retention_ratio: { minimum: 0, maximum: 1 } },
  ConversationItemTruncateEvent: { content_index: { minimum: 0 }, audio_end_ms: { minimum: 0 } },
};

/** Required by the types, yet missing in sessions that work. */
const OPTIONAL = {
  ResponseFunctionCallArgumentsDoneEvent: ['name'],
  ResponseMcpCallArgumentsDone: ['response_id'],
  RealtimeMcpApprovalResponse: ['id'],
  'TranscriptionSessionUpdatedEvent.Session': ['client_secret'],
  RealtimeSessionEcho: ['id', 'object'],
  RealtimeTranscriptionSessionEcho: ['id', 'object'],
};

/** Members of these unions differ by one of these fields. */
const TELLTALES = ['type', 'role'];

/** `{definitions, events: {client: {type: name}, server: ...}, translation: ...}`. */
export function checkSchema(documented) {
  const source = structuredClone(documented);
  addEchoes(source);
  const definitions = {};
  const events = { client: {}, server: {} };
  const translation = { client: {}, server: {} };
  const collect = (into, union) => {
    for (const member of union.anyOf) {
      const name = nameOf(member);
      into[source[name].properties.type.const] = name;
    }
  };
  collect(events.client, source.RealtimeClientEvent);
  collect(events.server, source.RealtimeServerEvent);
  collect(translation.client, source.RealtimeTranslationClientEvent);
  collect(translation.server, source.RealtimeTranslationServerEvent);
  for (const side of ['client', 'server']) {
    for (const [type, name] of Object.entries(translation[side])) events[side][type] ??= name;
  }
  events.client['transcription_session.update'] = 'TranscriptionSessionUpdate';
  events.server['transcription_session.updated'] = 'TranscriptionSessionUpdatedEvent';
  events.client['response.create'] = 'ResponseCreateEventWithReferencesParam';

  const take = (name) => {
    if (name in definitions) return;
    definitions[name] = {};
    definitions[name] = convert(source[name], name, { source, take });
  };
  for (const side of [events, translation]) for (const from of Object.values(side)) Object.values(from).forEach(take);
  return { events, translation, definitions };
}

/** A server tells the whole session: what a client may ask for, with what only the server knows. */
function addEchoes(source) {
  const echo = (name, request, response) => {
    const { properties: asked, required } = source[request];
    const { properties: told } = source[response];
    source[name] = { type: 'object', properties: { ...told, ...asked }, required: [...required, 'id', 'object'] };
  };
  echo('RealtimeSessionEcho', 'RealtimeSessionCreateRequest', 'RealtimeSessionCreateResponse');
  echo(
    'RealtimeTranscriptionSessionEcho',
    'RealtimeTranscriptionSessionCreateRequest',
    'RealtimeTranscriptionSessionCreateResponse',
  );
  const session = { anyOf: [refTo('RealtimeSessionEcho'), refTo('RealtimeTranscriptionSessionEcho')] };
  for (const event of ['SessionCreatedEvent', 'SessionUpdatedEvent']) source[event].properties.session = session;
}

function convert(schema, name, world) {
  if (schema.$ref) {
    world.take(nameOf(schema));
    return { $ref: schema.$ref };
  }
  if (schema.anyOf) return union(schema.anyOf, world);
  if (Array.isArray(schema.type))
    return union(
      schema.type.map((type) => ({ ...schema, type })),
      world,
    );
  if (schema.type === 'object' && schema.properties) return object(schema, name, world);
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return { type: 'object', additionalProperties: convert(schema.additionalProperties, undefined, world) };
  if (schema.type === 'array')
    return { type: 'array', ...(schema.items ? { items: convert(schema.items, undefined, world) } : {}) };
  const out = {};
  if (schema.type) out.type = schema.type;
  if (schema.const !== undefined) out.enum = [schema.const];
  if (schema.enum) out.enum = schema.enum;
  return out;
}

function object(schema, name, world) {
  const loose = OPTIONAL[name] ?? [];
  const required = (schema.required ?? []).filter((field) => !loose.includes(field));
  const properties = {};
  for (const [field, inner] of Object.entries({ ...schema.properties, ...SEEN[name] })) {
    const value = { ...convert(inner, undefined, world), ...BOUNDS[name]?.[field] };
    properties[field] = required.includes(field) ? value : nullable(value);
  }
  const out = { type: 'object', properties, additionalProperties: false };
  return required.length > 0 ? { ...out, required } : out;
}

/** Null clears or stands for "not set" wherever a field may be left out: servers echo it, and take it. */
function nullable(schema) {
  if (Object.keys(schema).length === 0) return schema;
  if (schema.type && !schema.if && !schema.allOf) {
    const types = [schema.type].flat();
    const out = { ...schema, type: types.includes('null') ? types : [...types, 'null'] };
    if (out.enum && !out.enum.includes(null)) out.enum = [...out.enum, null];
    return out;
  }
  return { if: { type: 'null' }, else: schema };
}

/** A union of any members: told apart by JSON type first, objects then by the value of a telltale field. */
function union(members, world) {
  const flat = members.flatMap((member) => flatten(member, world));
  if (flat.some(({ schema }) => Object.keys(schema).every((key) => key === 'description'))) return {};
  const kinds = new Map();
  for (const member of flat) {
    const kind = member.schema.type;
    if (typeof kind !== 'string')
      throw new Error(`A member of a union has no one type: ${JSON.stringify(member.schema)}`);
    kinds.set(kind, [...(kinds.get(kind) ?? []), member]);
  }
  const parts = [];
  for (const [kind, same] of kinds) {
    const part = kind === 'object' ? objects(same, world) : scalars(kind, same, world);
    if (Object.keys(part).length > 0) parts.push([kind, part]);
  }
  const type = [...kinds.keys()];
  if (type.length === 1) {
    const [, part] = parts[0] ?? [];
    return { type: type[0], ...part };
  }
  if (parts.length === 0) return { type };
  return { type, allOf: parts.map(([kind, part]) => ({ if: { type: kind }, then: part })) };
}

/** Members of a union with unions inside dissolved; each with its name where it has one. */
function flatten(member, world) {
  if (member.$ref) {
    const name = nameOf(member);
    const schema = world.source[name];
    if (schema.anyOf || schema.$ref) return flatten(schema, world);
    return schema.type === 'object' && schema.properties ? [{ name, schema }] : flatten(schema, world);
  }
  if (member.anyOf) return member.anyOf.flatMap((inner) => flatten(inner, world));
  if (Array.isArray(member.type)) return member.type.map((type) => ({ schema: { ...member, type } }));
  return [{ schema: member }];
}

function scalars(kind, same, world) {
  if (kind === 'array') {
    const items = same.map(({ schema }) => schema.items).filter(Boolean);
    return items.length === 0
      ? {}
      : { items: items.length === 1 ? convert(items[0], undefined, world) : union(items, world) };
  }
  const values = same.map(({ schema }) => schema.enum ?? (schema.const === undefined ? undefined : [schema.const]));
  // One member that takes any value makes the named ones examples.
  return values.includes(undefined) ? {} : { enum: [...new Set(values.flat())] };
}

function objects(same, world, used = []) {
  if (same.length === 1) {
    const [{ name, schema }] = same;
    if (name === undefined) return without(convert(schema, undefined, world), 'type');
    world.take(name);
    return refTo(name);
  }
  const telltale = TELLTALES.find(
    (field) => !used.includes(field) && same.every(({ schema }) => valuesOf(schema, field)),
  );
  if (telltale === undefined) throw new Error(`Nothing tells apart ${same.map(({ name }) => name).join(', ')}.`);
  const groups = new Map();
  for (const member of same) {
    for (const value of valuesOf(member.schema, telltale)) groups.set(value, [...(groups.get(value) ?? []), member]);
  }
  if (groups.size === 1) return objects(same, world, [...used, telltale]);
  const always = same.every(({ schema }) => schema.required?.includes(telltale));
  return {
    properties: { [telltale]: { enum: [...groups.keys()] } },
    ...(always ? { required: [telltale] } : {}),
    allOf: [...groups].map(([value, members]) => ({
      if: { properties: { [telltale]: { enum: [value] } }, required: [telltale] },
      then: objects(members, world, [...used, telltale]),
    })),
  };
}

function valuesOf(schema, field) {
  const inner = schema.properties?.[field];
  return inner?.enum ?? (inner?.const === undefined ? undefined : [inner.const]);
}

function nameOf({ $ref }) {
  return decodeURIComponent($ref.slice('#/definitions/'.length));
}

function refTo(name) {
  return { $ref: `#/definitions/${name}` };
}

function without(object, key) {
  const { [key]: _, ...rest } = object;
  return rest;
}
