import { isObject, quotedList, refusal, type Json, type Refusal } from './wire';

/** What a value in a client event must look like. Enough of a schema to refuse what the live service refuses. */
export type Rule = { nullable?: boolean } & (
  | { is: 'string'; values?: readonly string[]; pattern?: RegExp; most?: number }
  | { is: 'integer' | 'number'; min?: number; max?: number }
  | { is: 'boolean' }
  | { is: 'array'; of: Rule }
  | { is: 'object'; fields: Record<string, Rule>; required?: readonly string[] }
  /** An object with a discriminating field. */
  | { is: 'union'; on: string; cases: Record<string, Rule> }
  /** The first rule whose JSON type fits. */
  | { is: 'either'; of: readonly Rule[] }
  /** An object with anything in it (JSON Schema, metadata). */
  | { is: 'open' }
  | { is: 'any' }
);

/** What is done with fields, words and numbers that no rule knows. */
export type Unknown = 'refuse' | 'accept';

/** Throws a `Refusal` in the live service's words when the value breaks the rule; `path` is like `item.content[0].text`. */
export function check(value: unknown, rule: Rule, path: string, unknown: Unknown = 'refuse'): void {
  if (value === null && rule.nullable) return;
  switch (rule.is) {
    case 'any':
      return;
    case 'string':
      if (typeof value !== 'string') throw wrongType(value, 'a string', path);
      if (unknown === 'accept') return;
      if (rule.values && !rule.values.includes(value)) throw unsupported(value, rule.values, path);
      if (rule.most !== undefined && value.length > rule.most) {
        throw refusal('stringTooLong', { path, limit: rule.most, value: value.length }, path);
      }
      if (rule.pattern && !rule.pattern.test(value)) {
        throw refusal('patternMismatch', { path, pattern: rule.pattern.source }, path);
      }
      return;
    case 'integer':
    case 'number':
      return checkNumber(value, unknown === 'accept' ? { is: rule.is } : rule, path);
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(value, 'a boolean', path);
      return;
    case 'array':
      if (!Array.isArray(value)) throw wrongType(value, 'an array', path);
      value.forEach((element, index) => check(element, rule.of, `${path}[${index}]`, unknown));
      return;
    case 'open':
      if (!isObject(value)) throw wrongType(value, 'an object', path);
      return;
    case 'object':
      return checkObject(value, rule, path, unknown);
    case 'union': {
      if (!isObject(value)) throw wrongType(value, 'an object', path);
      const tag = value[rule.on];
      const where = join(path, rule.on);
      if (tag === undefined) throw missing(where);
      if (typeof tag !== 'string') throw wrongType(tag, 'a string', where);
      const chosen = Object.hasOwn(rule.cases, tag) ? rule.cases[tag] : undefined;
      if (!chosen && unknown === 'accept') return;
      if (!chosen) throw unsupported(tag, Object.keys(rule.cases), where);
      return check(value, chosen, path, unknown);
    }
    case 'either': {
      const fitting = rule.of.find((option) => fits(value, option)) ?? rule.of[0];
      if (fitting) check(value, fitting, path, unknown);
      return;
    }
  }
}

function checkObject(
  value: unknown,
  { fields, required = [] }: { fields: Record<string, Rule>; required?: readonly string[] },
  path: string,
  unknown: Unknown,
): void {
  if (!isObject(value)) throw wrongType(value, 'an object', path);
  for (const name of required) if (value[name] === undefined) throw missing(join(path, name));
  for (const [name, inner] of Object.entries(value)) {
    const rule = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!rule && unknown === 'accept') continue;
    if (!rule) {
      throw refusal('unknownParameter', { path: join(path, name) }, join(path, name));
    }
    check(inner, rule, join(path, name), unknown);
  }
}

function checkNumber(value: unknown, rule: { is: string; min?: number; max?: number }, path: string): void {
  const kind = rule.is === 'integer' ? 'integer' : 'decimal';
  if (typeof value !== 'number' || (rule.is === 'integer' && !Number.isInteger(value))) {
    throw wrongType(value, rule.is === 'integer' ? 'an integer' : 'a decimal', path);
  }
  if (rule.min !== undefined && value < rule.min) {
    throw refusal(`${kind}Below`, { path, limit: rule.min, value }, path);
  }
  if (rule.max !== undefined && value > rule.max) {
    throw refusal(`${kind}Above`, { path, limit: rule.max, value }, path);
  }
}

function fits(value: unknown, rule: Rule): boolean {
  if (value === null) return rule.nullable === true;
  if (rule.is === 'object' || rule.is === 'union' || rule.is === 'open') return isObject(value);
  if (rule.is === 'array') return Array.isArray(value);
  if (rule.is === 'integer' || rule.is === 'number') return typeof value === 'number';
  return rule.is === typeof value;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function missing(path: string): Refusal {
  return refusal('missingParameter', { path }, path);
}

/** The live service's answer to a word it does not have. */
export function unsupported(value: string, values: readonly string[], path: string): Refusal {
  return refusal('unsupportedValue', { value, values: quotedList(values) }, path);
}

function wrongType(value: unknown, wanted: string, path: string): Refusal {
  return refusal('wrongType', { path, wanted, given: named(value) }, path);
}

function named(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Reads a field that a rule has already checked. */
export function text(holder: Json, name: string): string | undefined {
  const value = holder[name];
  return typeof value === 'string' ? value : undefined;
}
