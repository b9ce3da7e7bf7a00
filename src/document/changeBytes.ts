/**
 * Changes of the analysis on their way to those who keep them or pass them on: as bytes they cost what they hold, where objects cost
 * several times that, and leave a thread that only passes them on with room it never gives back.
 */
import { deserialize, serialize } from 'node:v8';
import type { AnalysisChanges } from '../analysis/model';

/** The bytes of changes, in a buffer of their own. */
export function changesToBytes(changes: AnalysisChanges): Uint8Array<ArrayBuffer> {
  return new Uint8Array(serialize(changes));
}

/** The changes that `changesToBytes` was given. */
export function changesFromBytes(bytes: Uint8Array): AnalysisChanges {
  return deserialize(bytes) as AnalysisChanges;
}
