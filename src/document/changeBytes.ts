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

/** Lists of changes, each of which may be cut anywhere. */
const LISTS = ['spans', 'turns', 'playback', 'findings', 'withdrawn', 'configs', 'metrics'] as const;
/** Entries that go together: more of them at once are so many objects that a collection meets them alive, and keeps them. */
const TOGETHER = 100;

/** Changes as the bytes of some smaller ones, which have to be taken in this order. */
export function changesInPieces(changes: AnalysisChanges): Uint8Array<ArrayBuffer>[] {
  const nothing: AnalysisChanges = {
    spans: [],
    turns: [],
    playback: [],
    findings: [],
    withdrawn: [],
    configs: [],
    metrics: [],
  };
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let piece: AnalysisChanges = { ...nothing };
  let left = TOGETHER;
  for (const list of LISTS)
    for (let at = 0; at < changes[list].length;) {
      const some = changes[list].slice(at, at + left);
      piece = { ...piece, [list]: some };
      at += some.length;
      left -= some.length;
      if (left > 0) continue;
      pieces.push(changesToBytes(piece));
      piece = { ...nothing };
      left = TOGETHER;
    }
  if (left < TOGETHER) pieces.push(changesToBytes(piece));
  return pieces;
}

/** The changes that `changesToBytes` was given. */
export function changesFromBytes(bytes: Uint8Array): AnalysisChanges {
  return deserialize(bytes) as AnalysisChanges;
}
