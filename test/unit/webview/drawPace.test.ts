import { expect, it } from 'vitest';
import { DrawPace } from '../../../webview/timeline/drawPace';

it('the first news are drawn with the next frame', () => {
  expect(new DrawPace().wait(0)).toBe(0);
});

it('a drawing that cost little is followed by the next at once, a dear one by a rest', () => {
  const pace = new DrawPace();
  pace.drawn(1000, 2);
  expect(pace.wait(1012)).toBe(0);
  pace.drawn(2000, 16);
  expect(pace.wait(2010)).toBe(70);
  expect(pace.wait(2080)).toBe(0);
});

it('however long a frame took, the picture never stands still for longer than a tenth of a second', () => {
  const pace = new DrawPace();
  pace.drawn(0, 5000);
  expect(pace.wait(0)).toBe(100);
});

it('what a hand does is drawn with every frame, and what comes of it for a while', () => {
  const pace = new DrawPace();
  pace.drawn(0, 20);
  pace.hand(10);
  expect(pace.wait(11)).toBe(0);
  pace.drawn(400, 20);
  expect(pace.wait(405)).toBe(0);
  expect(pace.wait(410)).toBe(90);
});
