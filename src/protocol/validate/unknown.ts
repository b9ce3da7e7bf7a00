/** A field that nobody knows: what was meant by it, and the rewrite that makes it so. */
import { BETA_SESSION_FIELDS } from '../shapes';
import { removeFields, renameField, rewriteToGa, type Edit } from './fix';
import type { Json, Path } from './json';
import { nearest } from './suggest';

/** What is said of an unknown field after its name, '' for nothing; and a rewrite. */
export interface Meant {
  hint: string;
  edit: Edit;
}

/**
 * What was meant by an unknown field `name` of `holder`, the object at `path`, that may have the fields `known`. A slip in
 * a name of the beta interface is told as such, since it must not be written either.
 */
export function meantBy(name: string, path: Path, holder: Json, known: readonly string[]): Meant {
  const leaveOut = removeFields(`Leave out "${shortened(name)}"`, path, [name]);
  const isFlat = path.length === 1 && (path[0] === 'session' || path[0] === 'response');
  const beta = isFlat ? Object.keys(BETA_SESSION_FIELDS).filter((one) => !known.includes(one)) : [];
  const near = nearest(name, [...known, ...beta]);
  if (near === undefined) return { hint: '', edit: leaveOut };
  if (beta.includes(near)) {
    const now = BETA_SESSION_FIELDS[near];
    const question = ` Did you mean "${near}"?`;
    if (!now) return { hint: `${question} It was of the beta interface and is no longer there.`, edit: leaveOut };
    const renamed = renameField('', path, name, near);
    return {
      hint: `${question} It is "${now}" now.`,
      edit: { title: `Write "${now}"`, edit: (event) => rewriteToGa(renamed.edit(event)) },
    };
  }
  const hint = ` Did you mean "${near}"?`;
  if (Object.hasOwn(holder, near)) return { hint: `${hint} It is there already.`, edit: leaveOut };
  return { hint, edit: renameField(`Rename it to "${near}"`, path, name, near) };
}

/** A title is for a menu. */
function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 39)}…` : name;
}
