/** Event types in expectations that the API does not have: most are slips, and one that is not held would be looked for in vain. */
import type { FilePath } from '../files/source';
import { CATALOGUE, RETIRED } from '../protocol';
import { nearest } from '../protocol/validate/suggest';
import { isFields, typeTest } from './match';

/** Something that may be wrong, and where. */
export interface Doubt {
  path: FilePath;
  message: string;
}

const TYPES = [...new Set([...CATALOGUE, ...RETIRED].map(({ type }) => type))];
const KNOWN: ReadonlySet<string> = new Set(TYPES);

/**
 * The types in expectations that are none of the published ones, current or retired. No errors: new types come, and other servers
 * have their own. What is not of the form it should have is passed over.
 */
export function unknownTypes(expectations: unknown): Doubt[] {
  if (!isFields(expectations)) return [];
  const inner: unknown[] = Array.isArray(expectations['sessions']) ? expectations['sessions'] : [];
  return [
    ...ofSession(expectations, []),
    ...inner.flatMap((one, index) => (isFields(one) ? ofSession(one, ['sessions', index]) : [])),
  ];
}

function ofSession({ ladder, never }: Record<string, unknown>, path: FilePath): Doubt[] {
  const { steps, ignore } = isFields(ladder) ? ladder : { steps: ladder, ignore: undefined };
  const inner = isFields(ladder) ? ['steps'] : [];
  return [
    ...ofList(steps, [...path, 'ladder', ...inner], true),
    ...ofList(ignore, [...path, 'ladder', 'ignore'], false),
    ...ofList(never, [...path, 'never'], false),
  ];
}

/** `isSteps`: a type may end with what says how often, as in `type?`. */
function ofList(list: unknown, path: FilePath, isSteps: boolean): Doubt[] {
  const all: unknown[] = Array.isArray(list) ? list : [];
  return all.flatMap((one, index): Doubt[] => {
    const here = [...path, index];
    if (typeof one === 'string') return ofType(isSteps ? one.replace(/[?+]$/, '') : one, here);
    const event = isFields(one) ? one['event'] : undefined;
    if (typeof event === 'string') return ofType(event, [...here, 'event']);
    const several: unknown[] = Array.isArray(event) ? event : [];
    return several.flatMap((type, nth) => (typeof type === 'string' ? ofType(type, [...here, 'event', nth]) : []));
  });
}

function ofType(type: string, path: FilePath): Doubt[] {
  if (type === '...' || KNOWN.has(type)) return [];
  const name = JSON.stringify(type.slice(0, 100));
  if (type.includes('*')) {
    const fits = typeTest(type);
    return TYPES.some((one) => fits(one)) ? [] : [{ path, message: `No event of the API is of a type like ${name}.` }];
  }
  const meant = nearest(type, TYPES);
  const help = meant === undefined ? '' : ` Did you mean "${meant}"?`;
  return [{ path, message: `The API has no event ${name}.${help}` }];
}
