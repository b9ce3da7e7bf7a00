/**
 * The shape of `ExportTraceServiceRequest` in the JSON mapping of OTLP (opentelemetry-proto 1.x): names in lower camel case, ids in
 * hexadecimal, 64-bit numbers as text, enums as numbers, and no field that the proto does not have.
 */

type Json = Record<string, unknown>;
type Check = (value: unknown, at: string) => void;

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Json }[];
}

/** What a value stands for. */
export function valueOf(value: Json | undefined): unknown {
  if (!value) return undefined;
  const list = (value['arrayValue'] as { values: Json[] } | undefined)?.values;
  return list ? list.map(valueOf) : Object.values(value)[0];
}

/** The spans of a request, and everything that is not as the proto has it. */
export function checkRequest(body: string): { spans: Span[]; problems: string[] } {
  const problems: string[] = [];
  const spans: Span[] = [];
  const fail = (at: string, what: string) => void problems.push(`${at}: ${what}`);
  const object =
    (fields: Record<string, Check>, required: readonly string[] = []): Check =>
    (value, at) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(at, 'no object');
      for (const [name, one] of Object.entries(value)) {
        const check = fields[name];
        if (check) check(one, `${at}.${name}`);
        else fail(at, `the proto has no field ${name}`);
      }
      for (const name of required) if (!(name in value)) fail(at, `${name} is missing`);
    };
  const list =
    (check: Check): Check =>
    (value, at) =>
      Array.isArray(value) ? value.forEach((one, index) => check(one, `${at}[${index}]`)) : fail(at, 'no list');
  const text: Check = (value, at) => (typeof value === 'string' ? undefined : fail(at, 'no text'));
  const matching =
    (pattern: RegExp): Check =>
    (value, at) =>
      typeof value === 'string' && pattern.test(value) ? undefined : fail(at, `not like ${String(pattern)}`);
  const oneOf =
    (...values: unknown[]): Check =>
    (value, at) =>
      values.includes(value) ? undefined : fail(at, `none of ${values.join(', ')}`);
  const fixed64 = matching(/^\d{19}$/);
  const anyValue: Check = (value, at) => {
    const fields: Record<string, Check> = {
      stringValue: text,
      boolValue: oneOf(true, false),
      intValue: matching(/^-?\d+$/),
      doubleValue: (one, place) => (typeof one === 'number' ? undefined : fail(place, 'no number')),
      arrayValue: object({ values: list(anyValue) }, ['values']),
    };
    object(fields)(value, at);
    if (Object.keys(value as Json).length !== 1) fail(at, 'a value is of one kind');
  };
  const keyValue: Check = (value, at) =>
    object({ key: matching(/^[a-z][\w.]*$/i), value: anyValue }, ['key', 'value'])(value, at);
  const attributes: Check = (value, at) => {
    list(keyValue)(value, at);
    const keys = (value as { key: string }[]).map(({ key }) => key);
    if (new Set(keys).size !== keys.length) fail(at, 'an attribute stands there twice');
  };
  const span: Check = (value, at) => {
    object(
      {
        traceId: matching(/^(?!0+$)[0-9a-f]{32}$/),
        spanId: matching(/^(?!0+$)[0-9a-f]{16}$/),
        parentSpanId: matching(/^(?!0+$)[0-9a-f]{16}$/),
        name: matching(/./),
        kind: oneOf(1, 2, 3, 4, 5),
        startTimeUnixNano: fixed64,
        endTimeUnixNano: fixed64,
        attributes,
        events: list(object({ timeUnixNano: fixed64, name: text, attributes }, ['timeUnixNano', 'name'])),
        status: object({ code: oneOf(0, 1, 2), message: text }),
      },
      ['traceId', 'spanId', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano'],
    )(value, at);
    const told = value as Span;
    if (BigInt(told.endTimeUnixNano) < BigInt(told.startTimeUnixNano)) fail(at, 'it ends before it begins');
    spans.push(told);
  };
  const scope = object({ name: text, version: text });
  const request = object(
    {
      resourceSpans: list(
        object({
          resource: object({ attributes }),
          scopeSpans: list(object({ scope, spans: list(span) }, ['spans'])),
        }),
      ),
    },
    ['resourceSpans'],
  );
  request(JSON.parse(body), '');
  const ids = spans.map(({ spanId }) => spanId);
  if (new Set(ids).size !== ids.length) problems.push('two spans have one id');
  return { spans, problems };
}
