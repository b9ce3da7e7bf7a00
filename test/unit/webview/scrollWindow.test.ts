import { expect, it } from 'vitest';
import { scrollWindow } from '../../../webview/logic/scrollWindow';

const at = (rows: number, scrollTop: number) => scrollWindow({ rows, rowHeight: 20, viewHeight: 200, scrollTop });

it('only the rows in view are drawn, with a few around them', () => {
  expect(at(1000, 400)).toMatchObject({
    first: 16,
    last: 34,
    firstWhole: 20,
    lastWhole: 30,
    height: 20_000,
    offset: 320,
  });
  expect(at(3, 0)).toMatchObject({ first: 0, last: 3, height: 60 });
  expect(at(0, 0)).toMatchObject({ first: 0, last: 0, height: 0 });
});

it('a row brought to the top is the first whole one', () => {
  for (const row of [0, 17, 980]) expect(at(1000, at(1000, 0).scrollTopOf(row)).firstWhole).toBe(row);
});

it('rows higher altogether than a browser scrolls are all reached, the last at the very bottom', () => {
  const rows = 5_000_000;
  const { height, scrollTopOf } = at(rows, 0);
  expect(height).toBeLessThan(17_000_000);
  expect(at(rows, height - 200).lastWhole).toBe(rows);
  for (const row of [1, 2_345_678, 4_999_000]) {
    const window = at(rows, scrollTopOf(row));
    expect(window.first).toBeLessThanOrEqual(row);
    expect(window.last).toBeGreaterThan(row);
    expect(Math.abs(window.firstWhole - row)).toBeLessThanOrEqual(1);
  }
});
