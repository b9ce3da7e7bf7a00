/** Checks the tools of a session or response: shape of the list, names, and whether parameters are JSON Schema. */
import type { Report } from './report';
import { isObject, jsonType, kindOf, type Json, type Path } from './json';

/** Names the service takes for functions. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Checks `tools` (whatever it is) and `tool_choice` of the object at `path`. */
export function checkTools(holder: Json, path: Path, report: Report): void {
  const { tools } = holder;
  if (!Array.isArray(tools)) return;
  const names = new Set<string>();
  tools.forEach((tool: unknown, index) => {
    if (isObject(tool)) checkTool(tool, [...path, 'tools', index], names, report);
  });
  const choice = holder['tool_choice'];
  if (!isObject(choice) || choice['type'] !== 'function') return;
  const name = choice['name'];
  if (typeof name === 'string' && !names.has(name)) {
    report('error', [...path, 'tool_choice', 'name'], `No function "${name}" is among the tools.`);
  }
}

function checkTool(tool: Json, path: Path, names: Set<string>, report: Report): void {
  const nested = tool['function'];
  if (isObject(nested)) {
    const title = 'Write the function’s fields in the tool itself';
    const message =
      'This is the form of Chat Completions: here "name", "description" and "parameters" stand in the tool.';
    report('error', [...path, 'function'], message, true, {
      title,
      edit: (event) => flatten(event, path),
    });
    return;
  }
  if (tool['type'] === 'mcp') return checkMcp(tool, path, report);
  const { name, parameters } = tool;
  if (tool['type'] === 'function' && name === undefined) {
    report('error', path, 'A function needs a "name".');
  } else if (typeof name === 'string') {
    if (!NAME.test(name)) {
      report('error', [...path, 'name'], 'A function’s name holds 1 to 64 letters, digits, _ and - only.');
    } else if (names.has(name)) {
      report('error', [...path, 'name'], `Two functions are called "${name}".`);
    }
    names.add(name);
  }
  if (parameters === undefined || parameters === null) return;
  const place = [...path, 'parameters'];
  if (!isObject(parameters)) {
    const hint = typeof parameters === 'string' ? ' Write the schema itself, not its text.' : '';
    report(
      'error',
      place,
      `"parameters" must be a JSON Schema, an object; this is ${kindOf(jsonType(parameters))}.${hint}`,
    );
    return;
  }
  if ('_def' in parameters || '~standard' in parameters) {
    report('error', place, 'This is a schema object of a library: turn it into JSON Schema first.');
    return;
  }
  const type = parameters['type'];
  if (type !== 'object' && Object.keys(parameters).length > 0) {
    report(
      'error',
      type === undefined ? place : [...place, 'type'],
      'The parameters of a function are of "type": "object".',
    );
  }
  checkSchema(parameters, place, report, 0);
}

function checkMcp(tool: Json, path: Path, report: Report): void {
  const targets = ['server_url', 'connector_id', 'tunnel_id'].filter((name) => typeof tool[name] === 'string');
  if (targets.length !== 1) {
    report('error', path, 'An MCP tool needs one of "server_url", "connector_id" and "tunnel_id".');
  }
}

function flatten(event: Json, path: Path): Json {
  let holder: unknown = event;
  for (const step of path.slice(0, -1)) holder = Array.isArray(holder) ? holder[Number(step)] : (holder as Json)[step];
  const index = Number(path.at(-1));
  if (!Array.isArray(holder)) return event;
  const tool: unknown = holder[index];
  if (!isObject(tool)) return event;
  const { function: nested, ...rest } = tool;
  // "strict" is Chat Completions' own.
  const { strict: _, ...fields } = isObject(nested) ? nested : {};
  holder[index] = { ...rest, type: 'function', ...fields };
  return event;
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
/** What people write from other languages, and what it is called here. */
const MEANT: Record<string, string> = {
  str: 'string',
  text: 'string',
  date: 'string',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  dict: 'object',
  map: 'object',
  list: 'array',
  tuple: 'array',
  none: 'null',
};
const HOLDERS = ['properties', 'patternProperties', 'definitions', '$defs', 'dependentSchemas'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const SINGLE = ['items', 'not', 'if', 'then', 'else', 'contains', 'additionalProperties', 'propertyNames'];
/** Deeper than any tool's parameters; hostile text ends here. */
const DEEPEST = 40;

function checkSchema(schema: unknown, path: Path, report: Report, depth: number): void {
  if (typeof schema === 'boolean' || depth > DEEPEST) return;
  if (!isObject(schema)) {
    report('error', path, `A JSON Schema is an object, this is ${kindOf(jsonType(schema))}.`);
    return;
  }
  checkType(schema, path, report);
  checkRequired(schema, path, report);
  if (schema['enum'] !== undefined && !Array.isArray(schema['enum'])) {
    report('error', [...path, 'enum'], '"enum" is a list of the values allowed.');
  }
  checkPattern(schema['pattern'], [...path, 'pattern'], report);
  for (const name of HOLDERS) {
    const holder = schema[name];
    if (holder === undefined) continue;
    if (!isObject(holder)) report('error', [...path, name], `"${name}" is an object of schemas by name.`);
    else for (const [key, inner] of Object.entries(holder)) checkSchema(inner, [...path, name, key], report, depth + 1);
  }
  for (const name of LISTS) {
    const list = schema[name];
    if (list === undefined) continue;
    if (!Array.isArray(list)) report('error', [...path, name], `"${name}" is a list of schemas.`);
    else list.forEach((inner: unknown, index) => checkSchema(inner, [...path, name, index], report, depth + 1));
  }
  for (const name of SINGLE) {
    const inner = schema[name];
    // A list of items is how older drafts wrote prefixItems.
    if (inner !== undefined && !Array.isArray(inner)) checkSchema(inner, [...path, name], report, depth + 1);
  }
}

function checkType(schema: Json, path: Path, report: Report): void {
  const { type } = schema;
  if (type === undefined) return;
  const types: unknown[] = Array.isArray(type) ? type : [type];
  for (const one of types) {
    if (typeof one === 'string' && TYPES.includes(one)) continue;
    const word = typeof one === 'string' ? one.toLowerCase() : '';
    const meant = TYPES.includes(word) ? word : Object.hasOwn(MEANT, word) ? MEANT[word] : undefined;
    const hint = meant === undefined ? `one of ${TYPES.join(', ')}` : `"${meant}"`;
    report('error', [...path, 'type'], `${JSON.stringify(one)} is no type of JSON Schema: write ${hint}.`);
  }
}

function checkRequired(schema: Json, path: Path, report: Report): void {
  const { required, properties } = schema;
  if (required === undefined) return;
  if (!Array.isArray(required)) {
    const message = '"required" is a list of names, beside "properties" and not inside one.';
    report('error', [...path, 'required'], message);
    return;
  }
  required.forEach((name: unknown, index) => {
    if (typeof name !== 'string') report('error', [...path, 'required', index], '"required" lists names.');
    else if (isObject(properties) && !Object.hasOwn(properties, name)) {
      report('warning', [...path, 'required', index], `"${name}" is required but not among the properties.`);
    }
  });
}

function checkPattern(pattern: unknown, path: Path, report: Report): void {
  if (typeof pattern !== 'string') return;
  try {
    new RegExp(pattern, 'u');
  } catch {
    report('warning', path, 'This is not a regular expression that JSON Schema knows.');
  }
}
