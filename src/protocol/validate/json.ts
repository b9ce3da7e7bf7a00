/** Words for JSON values, shared by the checks. */

/** An object of parsed JSON. */
export type Json = Record<string, unknown>;

/** Steps from the event to a value inside it: names, and indexes of arrays. */
export type Path = (string | number)[];

/** True for an object, not for null or an array. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON type of a parsed value. */
export function jsonType(value: unknown): 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const kind = typeof value;
  return kind === 'string' || kind === 'number' || kind === 'boolean' ? kind : 'object';
}

/** A JSON type with its article, for messages. */
export function kindOf(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** The value at the end of a path of names, or undefined when something on the way is no object. */
export function at(value: unknown, ...path: string[]): unknown {
  let inner = value;
  for (const name of path) inner = isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined;
  return inner;
}
