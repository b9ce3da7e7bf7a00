import { describe, expect, it } from 'vitest';
import { Intervals } from '../../../webview/state/intervals';
import { TimedIndex } from '../../../webview/state/timedIndex';

interface Entry {
  key: string;
  session: string;
  start: number;
  end: number | null;
  lane: string;
}

/** Always the same numbers, from 0 to 1. */
function numbers(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('stretches of time', () => {
  it('are found as a plain search finds them, through additions out of order, changed ends and removals', () => {
    const random = numbers(7);
    const made = new Intervals();
    const plain: [number, number][] = [];
    const check = () => {
      expect(Array.from({ length: made.count }, (_, at) => [made.start(at), made.end(at)])).toEqual(plain);
      for (let n = 0; n < 20; n += 1) {
        const from = Math.floor(random() * plain.length);
        const to = from + Math.floor(random() * (plain.length - from + 1));
        const t = random() * 1200;
        const found = plain.findIndex(([, end], at) => at >= from && at < to && end > t);
        expect(made.nextEnding(from, to, t)).toBe(found < 0 ? to : found);
        expect(made.maxEnd(from, to)).toBe(Math.max(-Infinity, ...plain.slice(from, to).map(([, end]) => end)));
        expect(made.lowerBound(t)).toBe(plain.filter(([start]) => start < t).length);
        expect(made.after(t)).toBe(plain.filter(([start]) => start <= t).length);
        const near = Math.floor(random() * (made.lowerBound(t) + 1));
        expect(made.lowerBound(t, near)).toBe(made.lowerBound(t));
        expect(made.after(t, near)).toBe(made.after(t));
      }
    };
    for (let n = 0; n < 2500; n += 1) {
      const start = n % 7 === 0 ? Math.floor(random() * 1000) : n / 2.5;
      const end = random() < 0.01 ? Infinity : start + random() ** 6 * 300;
      const at = made.add(start, end);
      plain.splice(at, 0, [start, end]);
      if (n % 5 === 0) {
        const which = Math.floor(random() * plain.length);
        const other = (plain[which]?.[0] ?? 0) + random() * 50;
        made.setEnd(which, other);
        (plain[which] as [number, number])[1] = other;
      }
      if (n % 11 === 0) {
        const which = Math.floor(random() * plain.length);
        made.remove(which);
        plain.splice(which, 1);
      }
      if (n % 250 === 0) check();
    }
    check();
  });
});

describe('entries of the analysis', () => {
  const entry = (key: string, session: string, start: number, end: number | null, lane = 'a') => ({
    key,
    session,
    start,
    end,
    lane,
  });
  const keys = (index: TimedIndex<Entry>, session: string, lane = 'a') => {
    const of = index.lane(session, lane);
    return Array.from({ length: of.times.count }, (_, at) => of.at(at)?.key);
  };
  it('stand in the lanes of their session and of all, in the order of time, each once', () => {
    const index = new TimedIndex<Entry>(entryPlace);
    index.put([
      entry('x', 's1', 50, 60),
      entry('y', 's2', 20, null),
      entry('z', 's1', 50, 70),
      entry('w', '', 5, 6, 'b'),
    ]);
    index.put([entry('x', 's1', 50, 90), entry('y', 's2', 80, 85)]);
    expect(keys(index, '')).toEqual(['x', 'z', 'y']);
    expect(keys(index, 's1')).toEqual(['x', 'z']);
    expect(keys(index, '', 'b')).toEqual(['w']);
    expect(index.lane('s1', 'a').times.end(0)).toBe(90);
    expect(index.all.map(({ key }) => key)).toEqual(['w', 'x', 'z', 'y']);
    index.remove(['z', 'nobody']);
    expect(keys(index, 's1')).toEqual(['x']);
    expect(index.get('z')).toBeUndefined();
  });
  it('have neighbours in their lane', () => {
    const index = new TimedIndex<Entry>(entryPlace);
    const [a, b, c] = [entry('a', 's1', 1, 2), entry('b', 's2', 2, 3), entry('c', 's1', 3, 4)];
    index.put([a, b, c]);
    expect(index.beside(a, 1, '')).toBe(b);
    expect(index.beside(a, 1, 's1')).toBe(c);
    expect(index.beside(a, -1, 's1')).toBeUndefined();
  });
});

function entryPlace({ lane, start, end }: Entry) {
  return { lane, start, end };
}
