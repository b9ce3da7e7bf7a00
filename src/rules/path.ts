/** Places in an event, as rules name them: a JSON pointer (RFC 6901) or the API's own dotted words, `session.tools[0].name`. */

/** A step into an event. A name of digits is an index where it meets an array. `every` element or field; `end`: behind the last element. */
export type PathStep = { name: string } | { index: number } | 'every' | 'end';

/** From the event inwards; never empty. */
export type EventPath = readonly PathStep[];

/** One step of the dotted form, with what parts it from the one before. */
const DOTTED = /(?:^\$|(?:^|\.)([^.[\]\s"]+)|\[(\d{1,9})\]|\[(\*)\]|\[(-)\]|\["((?:[^"\\]|\\.)*)"\])/y;

/** The path, or what is wrong with it in one sentence. */
export function parsePath(text: string): EventPath | { problem: string } {
  if (text === '' || text === '/' || text === '$')
    return { problem: 'This names the whole event or nothing. Give the path of a field, such as session.voice.' };
  return text.startsWith('/') ? pointer(text) : dotted(text);
}

function pointer(text: string): EventPath | { problem: string } {
  if (/~(?![01])/.test(text)) return { problem: 'In a JSON pointer "~" is written ~0, and "/" in a name ~1.' };
  return text
    .slice(1)
    .split('/')
    .map((part) => (part === '-' ? 'end' : { name: part.replaceAll('~1', '/').replaceAll('~0', '~') }));
}

function dotted(text: string): EventPath | { problem: string } {
  const steps: PathStep[] = [];
  let at = 0;
  while (at < text.length) {
    DOTTED.lastIndex = at;
    const match = DOTTED.exec(text);
    if (match === null)
      return {
        problem: `This is no path from character ${at + 1} on. Write session.tools[0].name, tools[*] for every element, ["a name"] for other names, or a JSON pointer such as /session/tools/0/name.`,
      };
    const [, name, index, every, end, quoted] = match;
    if (name !== undefined) steps.push({ name });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else if (every !== undefined) steps.push('every');
    else if (end !== undefined) steps.push('end');
    else if (quoted !== undefined) {
      const read = unquoted(quoted);
      if (read === undefined) return { problem: `"${quoted}" is no JSON string.` };
      steps.push({ name: read });
    }
    at = DOTTED.lastIndex;
  }
  return steps;
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

/** Whether a path stands for several places. */
export const isMany = (path: EventPath): boolean => path.includes('every');

/** The value at a path of a parsed event; undefined where there is none, and for paths that stand for several. */
export function valueAt(event: unknown, path: EventPath): unknown {
  let value = event;
  for (const step of path) {
    if (typeof step === 'string' || typeof value !== 'object' || value === null) return undefined;
    const key = 'index' in step ? String(step.index) : step.name;
    // What an object inherits is not in the event.
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
