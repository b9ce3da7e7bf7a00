/** The secrets of a held message, which is shown without them: they come back where they were, or not at all. */
import { isDeepStrictEqual } from 'node:util';
import { replacedPointers, REPLACEMENT } from '../trace/redact';
import { fillSecrets } from './resend';

/**
 * The edited text with its secrets. A secret is put back only where what stands around it is what stood around it: in a
 * list whose entries were moved or changed, one would otherwise go to another's server. Throws, for people, when that cannot be told.
 *
 * @param shown The message as it was shown. @param original As it came.
 */
export function restoreSecrets(edited: string, shown: string, original: string): string {
  if (shown === original || edited === shown) return edited === shown ? original : edited;
  const pointers = replacedPointers(edited);
  if (pointers.length === 0) return edited;
  const [before, real, after] = [parsed(shown), parsed(original), parsed(edited)];
  if (before === undefined || real === undefined || after === undefined || pointers.includes(''))
    throw new Error(
      `This text holds ${REPLACEMENT} in the place of a secret and is not JSON. Write the secret itself.`,
    );
  const hidden = replacedPointers(shown);
  const secrets: Record<string, string> = {};
  for (const pointer of pointers) {
    const from = hidden.filter((each) => at(before, each) === at(after, pointer));
    const around = (root: unknown, place: string) => at(root, place.slice(0, place.lastIndexOf('/')));
    const same = from.filter((each) => isDeepStrictEqual(around(before, each), around(after, pointer)));
    // The only secret of its name and look can be no other's.
    const found = same.find((each) => each === pointer) ?? same[0] ?? (hidden.length === 1 ? from[0] : undefined);
    const value = found === undefined ? undefined : replacedPart(at(before, found), at(real, found));
    if (value === undefined)
      throw new Error(
        `Write the value of ${pointer} itself: which secret stood there cannot be told after this change.`,
      );
    secrets[pointer] = value;
  }
  return fillSecrets(edited, secrets);
}

/** What the one replacement in a string stands for; undefined when that cannot be told. */
function replacedPart(shown: unknown, real: unknown): string | undefined {
  if (typeof shown !== 'string' || typeof real !== 'string') return undefined;
  const [head, tail, ...more] = shown.split(REPLACEMENT);
  if (head === undefined || tail === undefined || more.length > 0) return undefined;
  if (!real.startsWith(head) || !real.endsWith(tail) || real.length < head.length + tail.length) return undefined;
  return real.slice(head.length, real.length - tail.length);
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function at(root: unknown, pointer: string): unknown {
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
