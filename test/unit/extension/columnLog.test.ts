import { describe, expect, it } from 'vitest';
import type { ColumnBatch } from '../../../src/document/columns';
import { ColumnLog, releaseBatch, type ColumnCursor } from '../../../src/extension/columnLog';
import { batchOf } from './columns';

/** Everything after a cursor, as a page would put it together; checks that posts follow each other without a gap. */
function drain(log: ColumnLog, cursor: ColumnCursor = { row: 0, string: 0 }) {
  const rows: number[] = [];
  const strings: string[] = [];
  let posts = 0;
  for (let next = log.after(cursor); next; next = log.after(cursor)) {
    expect(next.batch.first).toBe(cursor.row);
    expect(next.batch.firstString).toBe(cursor.string);
    rows.push(...next.batch.t);
    strings.push(...next.batch.strings);
    cursor = next.cursor;
    posts += 1;
  }
  return { rows, strings, cursor, posts };
}
const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('the column log', () => {
  it('gives a page that was reloaded every row and every string once, in few posts', () => {
    const log = new ColumnLog();
    for (let row = 0; row < 40_000; row += 10)
      log.append(batchOf(row, 10, row % 1000 === 0 ? [`s${row}`] : [], Math.ceil(row / 1000)));
    const { rows, strings, posts } = drain(log);
    expect(rows).toEqual(upTo(0, 40_000));
    expect(strings).toEqual(upTo(0, 40).map((k) => `s${k * 1000}`));
    expect(posts).toBeLessThan(8);
  });

  it('gives a page that follows only what is new, also across the merging of small batches', () => {
    const log = new ColumnLog();
    let cursor = { row: 0, string: 0 };
    const seen: number[] = [];
    const names: string[] = [];
    for (let row = 0, n = 0; row < 20_000; row += 7, n++) {
      log.append(batchOf(row, 7, [`n${n}`], n));
      if (n % 3) continue;
      const more = drain(log, cursor);
      cursor = more.cursor;
      seen.push(...more.rows);
      names.push(...more.strings);
    }
    const rest = drain(log, cursor);
    seen.push(...rest.rows);
    names.push(...rest.strings);
    expect(seen).toEqual(upTo(0, log.rows));
    expect(names).toEqual(upTo(0, log.rows / 7).map((n) => `n${n}`));
  });

  it('splits one huge batch into posts', () => {
    const log = new ColumnLog();
    log.append(batchOf(0, 200_000, ['', 'a', 'b']));
    const { rows, strings, posts } = drain(log);
    expect(rows).toHaveLength(200_000);
    expect(strings).toEqual(['', 'a', 'b']);
    expect(posts).toBe(Math.ceil(200_000 / 8192));
  });

  it('posts arrays in buffers of their own, keeping each kind of array', () => {
    const log = new ColumnLog();
    log.append(batchOf(0, 5, ['', 'a']));
    log.append(batchOf(5, 5));
    const { batch } = log.after({ row: 3, string: 2 })!;
    expect(batch.count).toBe(7);
    const like: ColumnBatch = batchOf(3, 7);
    for (const [name, value] of Object.entries(batch)) {
      if (!ArrayBuffer.isView(value)) continue;
      expect(value.byteLength).toBe(value.buffer.byteLength);
      expect(value).toEqual(like[name as keyof ColumnBatch]);
    }
  });

  it('gives the same again when what it has posted was given back', () => {
    const log = new ColumnLog();
    log.append(batchOf(0, 20_000, ['', 'a']));
    log.append(batchOf(20_000, 7));
    for (let round = 0; round < 2; round++) {
      let rows = 0;
      for (let next = log.after({ row: 0, string: 0 }); next; next = log.after(next.cursor)) {
        expect(next.batch.t[0]).toBe(rows);
        expect(next.batch.bytes.at(-1)).toBe((rows + next.batch.count - 1) * 10);
        rows += next.batch.count;
        releaseBatch(next.batch);
      }
      expect(rows).toBe(20_007);
    }
  });

  it('passes on strings that came without a row', () => {
    const log = new ColumnLog();
    log.append(batchOf(0, 1, ['', 'a']));
    log.append(batchOf(1, 0, ['b'], 2));
    expect(drain(log).strings).toEqual(['', 'a', 'b']);
  });

  it('refuses a batch that does not follow, and finds a value by row', () => {
    const log = new ColumnLog();
    log.append(batchOf(0, 20_000));
    log.append(batchOf(20_000, 3));
    expect(() => log.append(batchOf(20_004, 1))).toThrow(/20004 came after 20003/);
    expect(log.at('seq', 19_999)).toBe(20_000);
    expect(log.at('seq', 20_002)).toBe(20_003);
    expect(log.at('seq', 20_003)).toBeUndefined();
  });
});
