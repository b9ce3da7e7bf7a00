import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Order } from '../../../src/analysis/conversation/order';

interface Entry {
  n: number;
}

it('entries stand where they would in a plain list, whatever is moved', () => {
  const step = fc.record({
    do: fc.constantFrom('push', 'push', 'push', 'first', 'before', 'behind'),
    one: fc.nat(),
    other: fc.nat(),
  });
  fc.assert(
    // Long enough for several blocks, which are parted, emptied and taken out.
    fc.property(fc.nat(1500), fc.array(step, { maxLength: 300 }), fc.nat(), (length, steps, seed) => {
      const order = new Order<Entry>();
      const plain: Entry[] = [];
      const push = () => {
        const entry = { n: plain.length };
        plain.push(entry);
        order.push(entry);
      };
      for (let n = 0; n < length; n++) push();
      for (const { do: what, one, other } of steps) {
        const entry = plain[one % plain.length];
        const place = plain[other % plain.length];
        if (what === 'push' || !entry || !place) {
          push();
          continue;
        }
        if (what === 'first') order.moveFirst(entry);
        else order.moveTo(entry, place, what === 'before' ? 0 : 1);
        if (what !== 'first' && entry === place) continue;
        plain.splice(plain.indexOf(entry), 1);
        const at = what === 'first' ? 0 : plain.indexOf(place) + (what === 'before' ? 0 : 1);
        plain.splice(at, 0, entry);
      }
      expect(order.length).toBe(plain.length);
      expect(order.slice(0, plain.length)).toEqual(plain);
      const at = plain.length > 0 ? seed % plain.length : 0;
      const entry = plain[at];
      if (!entry) return;
      expect(order.slice(at, 3)).toEqual(plain.slice(at, at + 3));
      expect(order.placeOf(entry)).toBe(at);
      expect(order.findPlace((each) => each === entry)).toBe(at);
      expect([...order.after(entry)]).toEqual(plain.slice(at + 1));
      const other = plain[(seed >> 8) % plain.length] as Entry;
      expect(order.isBefore(entry, other)).toBe(at < plain.indexOf(other));
    }),
  );
});

it('moves entries from a block until it is empty, and goes on', () => {
  const order = new Order<Entry>();
  const entries = Array.from({ length: 1400 }, (_, n) => ({ n }));
  for (const entry of entries) order.push(entry);
  for (const entry of entries.slice(512)) order.moveFirst(entry);
  expect(order.slice(0, 2).map(({ n }) => n)).toEqual([1399, 1398]);
  expect(order.placeOf(entries[511] as Entry)).toBe(1399);
  expect(order.placeOf({ n: 1 })).toBe(-1);
});
