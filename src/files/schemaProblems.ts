/** What a JSON Schema has against a value, one sentence for each place, in words for the person who wrote it. */
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import { sentence, type FilePath } from './source';
import { typeChoices } from './typeChoices';

/** Something wrong at a path. */
export interface Found {
  path: FilePath;
  message: string;
  /** The name of the field is at fault, not its value. */
  key?: boolean;
}

/**
 * Of all that an alternative complains about, what lies deepest is nearest to what was meant. `pattern` says what a text at
 * that path should be. Throws a `RangeError` for a value that is nested too deeply, a `URIError` for a name that is half a
 * character.
 */
export function schemaProblems(schema: object, value: unknown, pattern: (path: FilePath) => string): Found[] {
  const { valid, errors } = validatorOf(schema).validate(value);
  if (valid) return [];
  const leaves = errors.filter(({ keyword }) => keyword in MESSAGES).map((unit) => ({ unit, path: pathOf(unit) }));
  const nearest = leaves.filter(
    ({ path, unit }) =>
      !leaves.some(({ path: other, unit: one }) => one !== unit && other.length > path.length && begins(other, path)),
  );
  const found = new Map<string, Found>();
  for (const { unit, path } of nearest) {
    const key = unit.keyword === 'false';
    // Another alternative knows the field, and says what is wrong with its value.
    const known = key && nearest.some((other) => other.unit.keyword !== 'false' && samePath(other.path, path));
    if (known) continue;
    const types = unit.keyword === 'type' ? nearest.filter((other) => isTypeAt(other, path)) : [];
    const message =
      types.length > 1
        ? typeChoices(
            schema,
            types.map((one) => one.unit),
          )
        : unit.keyword === 'pattern'
          ? pattern(path)
          : MESSAGES[unit.keyword]!(unit, path);
    // A field nobody knows says more than what is missing beside it.
    const place = JSON.stringify(key ? path.slice(0, -1) : path);
    if (!found.has(place) || (key && found.get(place)?.key !== true)) found.set(place, { path, message, key });
  }
  return [...found.values()];
}

const validators = new WeakMap<object, Validator>();

/** Made when a schema is first needed: that takes longer than most checks. */
function validatorOf(schema: object): Validator {
  const made = validators.get(schema) ?? new Validator(schema as Schema, '7', false);
  validators.set(schema, made);
  return made;
}

const MESSAGES: Record<string, (unit: OutputUnit, path: FilePath) => string> = {
  false: (_unit, path) => `Unknown field "${String(path.at(-1))}".`,
  required: ({ error }) => sentence(error.replace('Instance does not have required property', 'There is no')),
  type: ({ error }) => sentence(error.replace(/^Instance type/, 'The type')),
  enum: ({ error }) => sentence(error.replace(/^Instance/, 'The value')),
  const: ({ error }) => sentence(error.replace(/^Instance/, 'The value')),
  pattern: ({ error }) => sentence(error),
  minimum: ({ error }) => sentence(error),
  maximum: ({ error }) => sentence(error),
  exclusiveMinimum: ({ error }) => sentence(error),
  minLength: () => 'This must not be empty.',
  minItems: () => 'This must not be empty.',
  maxItems: ({ error }) => sentence(error),
  minProperties: () => 'This must not be empty.',
};

function pathOf({ instanceLocation }: OutputUnit): FilePath {
  return instanceLocation
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function isTypeAt({ unit, path }: { unit: OutputUnit; path: FilePath }, place: FilePath): boolean {
  return unit.keyword === 'type' && samePath(path, place);
}

function samePath(one: FilePath, other: FilePath): boolean {
  return one.length === other.length && begins(one, other);
}

function begins(path: FilePath, start: FilePath): boolean {
  return start.every((part, index) => path[index] === part);
}
