/** Checks an event against the JSON Schema made from the official package's types, and says what is wrong in words. */
import { validate } from '@cfworker/json-schema';
import type { OutputUnit, Schema } from '@cfworker/json-schema';
import type { Side } from '../side';
import { definitionNamed, definitionOf, fieldsBelow, lookup, valueAt } from './definitions';
import { replaceAt, type Edit } from './fix';
import { isObject, jsonType, kindOf, type Json, type Path } from './json';
import { placeOf } from './place';
import { nearest } from './suggest';
import { meantBy } from './unknown';

/** A finding before it has a place in the text. */
export interface Finding {
  keyword: 'type' | 'enum' | 'required' | 'unknown' | 'bound';
  path: Path;
  message: string;
  /** Sets it right. */
  edit?: Edit;
}

/** The most findings told of one event; more would only be noise. */
const MOST = 50;

/**
 * What the schema has against an event of a known type: values of the wrong kind, missing and unknown fields. Empty when
 * the type has no schema.
 */
export function checkBySchema(event: Json, type: string, from: Side): Finding[] {
  const name = definitionOf(event, type, from);
  const schema = name === undefined ? undefined : definitionNamed(name);
  if (name === undefined || !schema) return [];
  const findings: Finding[] = [];
  const seen = new Set<string>();
  const units = run(event, schema);
  if (!units)
    return [{ keyword: 'bound', path: [], message: 'Too much in this event is of the wrong shape to be told.' }];
  for (const unit of units) {
    for (const finding of explain(unit, event, name, schema)) {
      const key = `${finding.keyword} ${JSON.stringify(finding.path)} ${finding.message}`;
      if (seen.has(key)) continue;
      seen.add(key);
      findings.push(finding);
    }
    if (findings.length >= MOST) break;
  }
  return findings;
}

/** What the validator says; undefined when it is more than it can say. */
function run(event: Json, schema: Schema): OutputUnit[] | undefined {
  try {
    return validate(event, schema, '7', lookup(), false).errors;
  } catch (cause) {
    // It passes its errors on as arguments, of which an engine takes some hundred thousand.
    if (cause instanceof RangeError) return undefined;
    // It writes names into URIs, which lone surrogates cannot enter.
    if (!(cause instanceof URIError)) throw cause;
    return validate(wellFormed(event), schema, '7', lookup(), false).errors;
  }
}

function wellFormed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [replaceLone(name), wellFormed(inner)]));
}

function replaceLone(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function explain(unit: OutputUnit, event: Json, definition: string, schema: Schema): Finding[] {
  const path = pathOf(unit.instanceLocation);
  const value = valueAt(event, path);
  const label = labelOf(path);
  switch (unit.keyword) {
    case 'type': {
      const wanted = list(nodeAt(schema, unit.keywordLocation)).filter((type) => type !== 'null');
      const words = wanted.map((type) => kindOf(String(type))).join(' or ');
      return [{ keyword: 'type', path, message: `${label} must be ${words}, this is ${kindOf(jsonType(value))}.` }];
    }
    case 'enum': {
      const allowed = list(nodeAt(schema, unit.keywordLocation)).filter((one) => one !== null);
      const near = typeof value === 'string' ? nearest(value, allowed.map(String)) : undefined;
      const message = sentence(`${label} must be ${choice(allowed, near)}`);
      return [{ keyword: 'enum', path, message, ...(near ? { edit: replaceAt(`Write "${near}"`, path, near) } : {}) }];
    }
    case 'required': {
      const wanted = list(nodeAt(schema, unit.keywordLocation)).map(String);
      return wanted
        .filter((name) => !isObject(value) || !Object.hasOwn(value, name))
        .map((name) => ({ keyword: 'required', path, message: `Missing required field ${labelOf([...path, name])}.` }));
    }
    case 'minimum':
    case 'maximum': {
      const bound = String(nodeAt(schema, unit.keywordLocation));
      const words = unit.keyword === 'minimum' ? 'at least' : 'at most';
      const message = `${label} must be ${words} ${bound}, this is ${String(value)}.`;
      return [{ keyword: 'bound', path, message, edit: replaceAt(`Write ${bound}`, path, Number(bound)) }];
    }
    case 'multipleOf':
      return [{ keyword: 'bound', path, message: `${label} must be a whole number, this is ${String(value)}.` }];
    case 'maxProperties': {
      const bound = String(nodeAt(schema, unit.keywordLocation));
      const size = Object.keys(isObject(value) ? value : {}).length;
      return [{ keyword: 'bound', path, message: `${label} holds at most ${bound} fields, these are ${size}.` }];
    }
    case 'maxLength': {
      const bound = String(nodeAt(schema, unit.keywordLocation));
      const isName = unit.keywordLocation.includes('/propertyNames/');
      const text = isName ? String(path.at(-1)) : String(value);
      const what = isName ? `A name in ${labelOf(path.slice(0, -1))}` : label;
      const message = `${what} has at most ${bound} characters, these are ${[...text].length}.`;
      return [{ keyword: 'bound', path, message }];
    }
    case 'false': {
      const name = String(path.at(-1) ?? '');
      const above = path.slice(0, -1);
      const holder = valueAt(event, above);
      const where = above.length > 0 ? labelOf(above) : 'the event';
      const known = [...fieldsBelow(definition, event, above).keys()];
      const { hint, edit } = meantBy(name, above, isObject(holder) ? holder : {}, known);
      return [{ keyword: 'unknown', path, message: `"${name}" is not a known field of ${where}.${hint}`, edit }];
    }
    default:
      // The rest ("properties", "$ref", "if", ...) only says that something inside is wrong.
      return [];
  }
}

function sentence(text: string): string {
  return text.endsWith('?') ? text : `${text}.`;
}

function choice(allowed: unknown[], near: string | undefined): string {
  const words = allowed.map((one) => JSON.stringify(one));
  if (words.length === 1) return words[0] ?? '';
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return `one of ${words.join(', ')}${hint}`;
}

/** What stands at a keyword's place in the schema; references are followed as the validator did. */
function nodeAt(schema: Schema, location: string): unknown {
  let node: unknown = schema;
  for (const step of location.split('/').slice(1)) {
    if (!isObject(node) && !Array.isArray(node)) return undefined;
    if (step === '$ref') {
      const target = (node as Schema).$ref ?? '';
      node = definitionNamed(target.slice('#/definitions/'.length));
    } else {
      node = (node as Json)[unescape(decodeURIComponent(step))];
    }
  }
  return node;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];
}

function pathOf(location: string): Path {
  return location
    .split('/')
    .slice(1)
    .map((step) => unescape(decodeURIComponent(step)));
}

function unescape(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** `"session.audio.input"`, `"item.content[0].text"`, for messages. */
export function labelOf(path: Path): string {
  return path.length === 0 ? 'The event' : `"${placeOf(path)}"`;
}
