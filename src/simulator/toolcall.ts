/** Which function to call, and with what: scripted from the tool's own schema and the user's words. */
import { isObject, type Json } from './wire';

/** Words that many tool names share; alone they do not mean that the user asks for that tool. */
const COMMON = new Set(
  'get set put add list find fetch search make create update delete run call the all for and with new tool function'.split(
    ' ',
  ),
);

export interface ToolCall {
  name: string;
  /** JSON text. */
  args: string;
}

/** The call to make, if any. With `auto` a tool is called when the user's words name it (`weather` for `get_weather`). */
export function chooseCall(tools: unknown, choice: unknown, userText: string): ToolCall | undefined {
  const functions = (Array.isArray(tools) ? tools : []).filter(
    (tool): tool is Json => isObject(tool) && tool['type'] === 'function' && typeof tool['name'] === 'string',
  );
  if (choice === 'none') return undefined;
  const asked = functions.find((tool) => mentions(userText, String(tool['name'])));
  let chosen = asked;
  if (isObject(choice)) chosen = functions.find((tool) => tool['name'] === choice['name']);
  else if (choice === 'required') chosen = asked ?? functions[0];
  if (!chosen) return undefined;
  const value = example(chosen['parameters'], '', userText, 0);
  return { name: String(chosen['name']), args: JSON.stringify(isObject(value) ? value : {}) };
}

/** The calls to make: with `auto`, and several at once allowed, every tool that the user's words name. */
export function chooseCalls(tools: unknown, choice: unknown, userText: string, several: boolean): ToolCall[] {
  const first = chooseCall(tools, choice, userText);
  if (!first) return [];
  if (!several || isObject(choice) || !Array.isArray(tools)) return [first];
  const others = tools.filter((tool) => isObject(tool) && tool['name'] !== first.name);
  const rest = others.flatMap((tool) => chooseCall([tool], 'auto', userText) ?? []);
  return [first, ...rest];
}

function mentions(text: string, name: string): boolean {
  const said = new Set(wordsOf(text));
  return wordsOf(name).some((word) => word.length > 2 && !COMMON.has(word) && said.has(word));
}

/** Lower-case words of a text or of a name in snake_case or camelCase. */
function wordsOf(text: string): string[] {
  const spaced = text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.match(/[\p{L}\p{N}]+/gu) ?? [];
}

const MAX_DEPTH = 6;

/** A value that fits the schema, taken from the user's words where they offer one. */
function example(schema: unknown, name: string, userText: string, depth: number): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return {};
  if ('const' in schema) return schema['const'];
  for (const list of [schema['enum'], schema['examples']]) {
    if (!Array.isArray(list) || list.length === 0) continue;
    const said = userText.toLowerCase();
    return list.find((value) => typeof value === 'string' && said.includes(value.toLowerCase())) ?? list[0];
  }
  if ('default' in schema) return schema['default'];
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const options = schema[key];
    if (Array.isArray(options)) return example(options[0], name, userText, depth + 1);
  }
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'string':
      return textFor(name, schema['format'], userText);
    case 'integer':
    case 'number':
      return numberFor(schema, type === 'integer', userText);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return schema['items'] === undefined ? [] : [example(schema['items'], name, userText, depth + 1)];
    default: {
      const properties = isObject(schema['properties']) ? schema['properties'] : {};
      const required = Array.isArray(schema['required']) ? schema['required'] : Object.keys(properties);
      const chosen = Object.entries(properties).filter(([key]) => required.includes(key));
      return Object.fromEntries(chosen.map(([key, inner]) => [key, example(inner, key, userText, depth + 1)]));
    }
  }
}

const FORMATS: Record<string, string> = {
  date: '2026-01-31',
  time: '12:00:00Z',
  'date-time': '2026-01-31T12:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function textFor(name: string, format: unknown, userText: string): string {
  if (typeof format === 'string' && Object.hasOwn(FORMATS, format)) return FORMATS[format] ?? '';
  // A name the user mentioned ("... in New York?") is most likely what is wanted; the first word of a sentence is not one.
  const named = /(?<=[\p{L}\p{N},;] )\p{Lu}[\p{L}]+(?: \p{Lu}[\p{L}]+)*/u.exec(userText)?.[0];
  return named ?? (name === '' ? 'example' : `example ${name}`);
}

function numberFor(schema: Json, whole: boolean, userText: string): number {
  const said = /-?\d+(?:\.\d+)?/.exec(userText)?.[0];
  const low = typeof schema['minimum'] === 'number' ? schema['minimum'] : -Infinity;
  const high = typeof schema['maximum'] === 'number' ? schema['maximum'] : Infinity;
  const value = Math.min(high, Math.max(low, said === undefined ? 1 : Number(said)));
  return whole ? Math.round(value) : value;
}
