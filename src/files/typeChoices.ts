/** What a value of the wrong type may be instead, in words with the shape of it: a name of a JSON type says little. */
import type { OutputUnit } from '@cfworker/json-schema';

/** All that may stand in the place that these `type` faults are about. */
export function typeChoices(schema: unknown, faults: readonly OutputUnit[]): string {
  const choices = [...new Set(faults.map((fault) => choice(alternative(schema, fault.keywordLocation))))];
  const last = choices.pop() ?? '';
  const given = /type "(\w+)"/.exec(faults[0]?.error ?? '')?.[1] ?? 'this';
  return `This is ${named(given)}; it must be ${choices.length > 0 ? `${choices.join(', ')} or ` : ''}${last}.`;
}

/** The part of the schema whose `type` was not met; references are followed. */
function alternative(schema: unknown, location: string): unknown {
  let part: unknown = schema;
  for (const step of location.split('/').slice(1, -1)) {
    part = isObject(part) || Array.isArray(part) ? (part as Record<string, unknown>)[step] : undefined;
    if (step === '$ref' && typeof part === 'string') part = alternative(schema, `${part}/`);
  }
  return part;
}

function choice(part: unknown): string {
  const { type, required, properties } = isObject(part) ? part : {};
  if (type !== 'object' || !Array.isArray(required) || required.length === 0) return named(String(type));
  const fields = required.map(
    (field) => `"${String(field)}": ${sample(isObject(properties) ? properties[String(field)] : undefined)}`,
  );
  return `an object such as {${fields.join(', ')}}`;
}

function sample(part: unknown): string {
  const type = isObject(part) ? part['type'] : undefined;
  if (type === 'string') return '"..."';
  return type === 'number' || type === 'integer'
    ? '1'
    : type === 'array'
      ? '[...]'
      : type === 'boolean'
        ? 'true'
        : '{...}';
}

function named(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
