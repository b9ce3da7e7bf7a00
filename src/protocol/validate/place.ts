/** Places in an event as people read them: in the service's own way, `session.tools[0].name`. */
import type { Path } from './json';

/** A path in words; '' for the event itself. Names that would not read as one are quoted: `metadata["a.b"]`. */
export function placeOf(path: Path): string {
  return path
    .map((step, index) => {
      const text = String(step);
      if (/^\d+$/.test(text)) return `[${text}]`;
      if (!/^[\p{L}\p{N}_$-]+$/u.test(text)) return `[${JSON.stringify(text)}]`;
      return index > 0 ? `.${text}` : text;
    })
    .join('');
}

/** A JSON pointer in words, as `placeOf`. */
export function placeOfPointer(pointer: string): string {
  return placeOf(
    pointer
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
}
