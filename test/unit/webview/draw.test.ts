import { describe, expect, it } from 'vitest';
import { cutToWidth, drawShapes, type DrawContext, type Palette } from '../../../webview/timeline/draw';
import type { Shape } from '../../../webview/timeline/shapes';

type Call = [string, ...unknown[]];

/** Records what is drawn, with the colour it is drawn in; a letter is six pixels wide. */
function recorder() {
  const calls: Call[] = [];
  const state: Record<string, unknown> = {};
  const context = new Proxy(state, {
    get: (target, name: string) => {
      if (name === 'measureText') return (text: string) => ({ width: text.length * 6 });
      if (name in target) return target[name];
      return (...args: unknown[]) => {
        calls.push([
          name,
          ...args,
          ...(name === 'fillRect' ? [target.fillStyle] : name === 'stroke' ? [target.strokeStyle] : []),
        ]);
      };
    },
    set: (target, name: string, value: unknown) => {
      target[name] = value;
      return true;
    },
  });
  return { calls, state, context: context as unknown as DrawContext };
}
const palette = new Proxy({}, { get: (_, name) => name }) as Palette;
const draw = (shapes: Shape[]) => {
  const made = recorder();
  drawShapes(made.context, shapes, { palette, font: '11px x', width: 200, height: 100 });
  return made;
};

describe('drawing', () => {
  it('begins with the whole background', () => {
    expect(draw([]).calls).toEqual([['fillRect', 0, 0, 200, 100, 'background']]);
  });
  it('fills a rectangle where the layout says, and leaves no transparency behind', () => {
    const { calls, state } = draw([{ kind: 'rect', x: 1, y: 2, w: 3, h: 4, color: 'input', alpha: 0.5 }]);
    expect(calls[1]).toEqual(['fillRect', 1, 2, 3, 4, 'input']);
    expect(state.globalAlpha).toBe(1);
  });
  it('draws one-pixel lines through the middle of a pixel', () => {
    const { calls } = draw([{ kind: 'line', x1: 10.2, y1: 5, x2: 10.2, y2: 50, color: 'grid' }]);
    expect(calls).toContainEqual(['moveTo', 10.5, 5.5]);
    expect(calls).toContainEqual(['lineTo', 10.5, 50.5]);
    expect(calls).toContainEqual(['stroke', 'grid']);
  });
  it('keeps hatching inside its box', () => {
    const { calls } = draw([{ kind: 'hatch', x: 10, y: 10, w: 40, h: 20, color: 'warning' }]);
    const names = calls.map(([name]) => name);
    expect(names.indexOf('clip')).toBeGreaterThan(names.indexOf('rect'));
    expect(names.indexOf('clip')).toBeLessThan(names.indexOf('moveTo'));
    expect(names.at(-1)).toBe('restore');
  });
  it('takes away dashes after a dashed frame', () => {
    const { calls } = draw([{ kind: 'frame', x: 0, y: 0, w: 10, h: 10, color: 'response', dashed: true }]);
    const dashes = calls.filter(([name]) => name === 'setLineDash').map(([, dash]) => dash);
    expect(dashes).toEqual([[4, 3], []]);
  });
});

describe('a waveform', () => {
  const wave = (over: Partial<Extract<Shape, { kind: 'wave' }>>): Shape => ({
    kind: 'wave',
    x: 0,
    step: 1,
    y: 50,
    half: 10,
    min: Int16Array.of(0, -32_768, 0, -8192),
    max: Int16Array.of(0, 32_767, 0, 8192),
    color: 'input',
    left: 0,
    right: 200,
    ...over,
  });
  const columns = (shape: Shape) =>
    draw([shape])
      .calls.slice(1)
      .map(([, x, y, , h]) => [x, y, h] as number[]);

  it('is as high as its samples, with silence left out', () => {
    const drawn = columns(wave({}));
    expect(drawn.map(([x]) => x)).toEqual([1, 3]);
    expect(drawn[0]?.[1]).toBeCloseTo(40, 1);
    expect(drawn[0]?.[2]).toBeCloseTo(20, 1);
    expect(drawn[1]?.[2]).toBeCloseTo(10, 1);
  });
  it('keeps the loudest of many buckets on one pixel', () => {
    const drawn = columns(wave({ step: 0.25 }));
    expect(drawn).toHaveLength(1);
    expect(drawn[0]?.[2]).toBeCloseTo(20, 1);
  });
  it('spreads a bucket over many pixels, and stops at the edges', () => {
    const drawn = columns(wave({ step: 10, left: 12, right: 18 }));
    expect(drawn.map(([x]) => x)).toEqual([12, 13, 14, 15, 16, 17]);
  });
  it('that lies over others is drawn with them, each column once and as high as the loudest', () => {
    const shapes = [wave({}), wave({ x: 2 }), wave({ x: 1, right: 3 }), wave({ y: 80 })];
    const { calls } = draw(shapes);
    const drawn = calls.slice(1).map(([, x, y, w, h]) => [x, Math.round(y as number), w, Math.round(h as number)]);
    expect(drawn).toEqual([
      [1, 40, 1, 20],
      [2, 40, 1, 20],
      [3, 40, 1, 20],
      [5, 45, 1, 10],
      [1, 70, 1, 20],
      [3, 75, 1, 10],
    ]);
  });
});

it('text is cut to its room by whole characters, or left out', () => {
  const { context } = recorder();
  expect(cutToWidth(context, 'abcdef', 36)).toBe('abcdef');
  expect(cutToWidth(context, 'abcdef', 30)).toBe('abcd…');
  expect(cutToWidth(context, 'abcdef', 10)).toBe('');
});
