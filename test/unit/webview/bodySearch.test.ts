import { describe, expect, it } from 'vitest';
import { BodySearch, SearchLine, type CutSearch } from '../../../webview/state/bodySearch';

describe('searches of bodies', () => {
  const end = { found: 0, looked: 10, of: 10, complete: true };
  function searching() {
    const asked: { search: number; text: string; first: number }[] = [];
    const stopped: number[] = [];
    const answers = new Map<number, (value: typeof end | undefined) => void>();
    const line = new SearchLine(
      ({ search, text, first }) => {
        asked.push({ search, text, first });
        return new Promise((done) => answers.set(search, done));
      },
      (search) => stopped.push(search),
    );
    const cuts: CutSearch[] = [];
    const search = new BodySearch(line, (cut) => cut && cuts.push(cut), 0);
    const answer = async (number: number, value: typeof end | undefined) => {
      answers.get(number)?.(value);
      await new Promise((done) => setTimeout(done, 5));
    };
    return { line, search, asked, stopped, cuts, answer };
  }
  const query = (text: string) => ({ key: text, text, regex: false });

  it('of several texts are as far as the slowest', async () => {
    const { line, search, asked, answer } = searching();
    search.look([query('a'), query('b')]);
    expect(asked.map(({ text }) => text)).toEqual(['a', 'b']);
    line.take({ search: 1, rows: [3], looked: 8, of: 10 });
    expect(search.looked).toBe(0);
    line.take({ search: 2, rows: [1, 2], looked: 5, of: 10 });
    expect([search.looked, search.found]).toEqual([5, 3]);
    await answer(1, end);
    await answer(2, end);
    expect([search.looked, search.searching]).toEqual([10, false]);
  });

  it('that are over tell nothing to those that came in their place', async () => {
    const { line, search, stopped, answer } = searching();
    search.look([query('a')]);
    search.look([query('b')]);
    expect(stopped).toEqual([1]);
    line.take({ search: 1, rows: [1], looked: 9, of: 10 });
    await answer(1, end);
    expect([search.found, search.looked, search.searching]).toEqual([0, 0, true]);
  });

  it('that fail, or have found too much, keep no row from being shown', async () => {
    const { search, cuts, answer } = searching();
    search.look([query('a')]);
    await answer(1, undefined);
    expect(search.looked).toBe(Infinity);
    search.look([query('b')]);
    await answer(2, { found: 0, looked: 4, of: 10, complete: false });
    expect(search.looked).toBe(Infinity);
    expect(cuts).toEqual([{ text: 'b', rows: 0, ended: true }]);
  });

  it('go on from where they were when rows have come meanwhile', async () => {
    const { search, asked, answer } = searching();
    search.look([query('a')]);
    search.grown(12);
    await answer(1, end);
    expect(asked.at(-1)).toEqual({ search: 2, text: 'a', first: 10 });
  });
});
