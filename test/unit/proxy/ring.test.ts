import { describe, expect, it } from 'vitest';
import { createRing, EntryTag, RingReader, RingWriter } from '../../../src/proxy/ring';

const CAPACITY = 1 << 20;

function ends() {
  const memory = createRing(CAPACITY);
  return { writer: new RingWriter(memory), reader: new RingReader(memory) };
}

describe('the ring between traffic and recorder', () => {
  it('gives back every entry in order over many turns of the ring, whatever its size', () => {
    const { writer, reader } = ends();
    let taken = 0;
    const takeAll = () => {
      for (let entry = reader.take(); entry; entry = reader.take()) {
        const size = (taken * 7919) % 90_001;
        expect(entry.stream).toBe(taken);
        expect(entry.t).toBe(taken / 4);
        expect(entry.sent).toBe(taken / 2);
        expect(entry.payload.length).toBe(size);
        if (size > 0) expect([entry.payload[0], entry.payload[size - 1]]).toEqual([taken & 255, taken & 255]);
        taken++;
      }
    };
    for (let n = 0; n < 2000; n++) {
      writer.put(EntryTag.bytes, n, n / 4, n / 2, Buffer.alloc((n * 7919) % 90_001, n & 255));
      if (n % 5 === 0) takeAll();
    }
    takeAll();
    expect(taken).toBe(2000);
  });

  it('keeps what finds no room, in order, until the reader has made some', () => {
    const { writer, reader } = ends();
    for (let n = 0; n < 40; n++) writer.put(EntryTag.bytes, n, 0, 0, Buffer.alloc(60_000));
    expect(writer.behind).toBeGreaterThan(CAPACITY);
    const streams: number[] = [];
    do for (let entry = reader.take(); entry; entry = reader.take()) streams.push(entry.stream);
    while (!writer.drain() || reader.used > 0);
    expect(streams).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  it('cuts a payload that is larger than the ring and marks the pieces', () => {
    const { writer, reader } = ends();
    const payload = Buffer.alloc(3 * CAPACITY, 'abcdefg');
    writer.put(EntryTag.said, 3, 1, 1, payload);
    const parts: Buffer[] = [];
    let ended = 0;
    do
      for (let entry = reader.take(); entry; entry = reader.take()) {
        parts.push(entry.payload);
        if (!entry.more) ended++;
      }
    while (!writer.drain() || reader.used > 0);
    expect(ended).toBe(1);
    expect(Buffer.concat(parts).equals(payload)).toBe(true);
  });

  it('wakes a sleeping reader once, and never lets it sleep over an entry', () => {
    const { writer, reader } = ends();
    expect(reader.sleep()).toBe(true);
    writer.put(EntryTag.bytes, 1, 0, 0, Buffer.alloc(8));
    expect([writer.mustWake(), writer.mustWake()]).toEqual([true, false]);
    expect(reader.sleep()).toBe(false);
    expect(reader.take()?.stream).toBe(1);
    expect(reader.sleep()).toBe(true);
  });
});
