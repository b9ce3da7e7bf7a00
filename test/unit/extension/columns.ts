/** Column batches for tests: row n has t = n, seq = n + 1 and type = n. */
import type { ColumnBatch } from '../../../src/document/columns';

export function batchOf(first: number, count: number, strings: string[] = [], firstString = 0): ColumnBatch {
  const rows = Array.from({ length: count }, (_, i) => first + i);
  return {
    first,
    count,
    t: Float64Array.from(rows),
    sent: new Float64Array(count).fill(NaN),
    seq: Uint32Array.from(rows, (row) => row + 1),
    kind: new Uint8Array(count),
    from: Uint8Array.from(rows, (row) => row % 2),
    flags: new Uint16Array(count),
    type: Uint32Array.from(rows),
    session: new Uint32Array(count),
    response: new Uint32Array(count),
    item: new Uint32Array(count),
    call: new Uint32Array(count),
    bytes: Float64Array.from(rows, (row) => row * 10),
    audioMs: new Float32Array(count),
    audioAt: new Float64Array(count),
    strings,
    firstString,
  };
}
