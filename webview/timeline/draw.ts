/** Draws a layout: a pure function of context and shapes. Coordinates are CSS pixels; the caller has scaled the context. */
import { drawWaves } from './drawWaves';
import type { ColorName, Glyph, Shape } from './shapes';

/** The part of a canvas context that is used; tests record it. */
export type DrawContext = Pick<
  CanvasRenderingContext2D,
  | 'fillStyle'
  | 'strokeStyle'
  | 'globalAlpha'
  | 'lineWidth'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'clearRect'
  | 'fillRect'
  | 'strokeRect'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'bezierCurveTo'
  | 'arc'
  | 'closePath'
  | 'fill'
  | 'stroke'
  | 'rect'
  | 'clip'
  | 'save'
  | 'restore'
  | 'fillText'
  | 'measureText'
  | 'setLineDash'
>;
export type Palette = Readonly<Record<ColorName, string>>;

export function drawShapes(
  context: DrawContext,
  shapes: readonly Shape[],
  look: { palette: Palette; font: string; width: number; height: number },
): void {
  const { palette } = look;
  context.globalAlpha = 1;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, look.width, look.height);
  context.font = look.font;
  context.textBaseline = 'middle';
  for (let n = 0; n < shapes.length;) {
    const shape = shapes[n] as Shape;
    if (shape.kind === 'wave') n = drawWaves(context, shapes, n, palette[shape.color]);
    else {
      drawShape(context, shape, palette);
      n += 1;
    }
  }
}

function drawShape(context: DrawContext, shape: Exclude<Shape, { kind: 'wave' }>, palette: Palette): void {
  const color = palette[shape.color];
  switch (shape.kind) {
    case 'rect':
      context.globalAlpha = shape.alpha ?? 1;
      context.fillStyle = color;
      context.fillRect(shape.x, shape.y, shape.w, shape.h);
      context.globalAlpha = 1;
      return;
    case 'frame':
      context.strokeStyle = color;
      context.lineWidth = shape.width ?? 1;
      if (shape.dashed === true) context.setLineDash([4, 3]);
      context.strokeRect(
        crisp(shape.x),
        crisp(shape.y),
        Math.max(1, Math.round(shape.w) - 1),
        Math.max(1, Math.round(shape.h) - 1),
      );
      context.setLineDash([]);
      return;
    case 'line':
      context.globalAlpha = shape.alpha ?? 1;
      context.strokeStyle = color;
      context.lineWidth = shape.width ?? 1;
      context.beginPath();
      context.moveTo(crisp(shape.x1), crisp(shape.y1));
      context.lineTo(crisp(shape.x2), crisp(shape.y2));
      context.stroke();
      context.globalAlpha = 1;
      return;
    case 'hatch':
      drawHatch(context, shape, color);
      return;
    case 'text':
      context.fillStyle = color;
      context.textAlign = shape.align ?? 'left';
      if (shape.clip === true) {
        const text = cutToWidth(context, shape.text, shape.most);
        if (text !== '') context.fillText(text, shape.x, shape.y);
      } else context.fillText(shape.text, shape.x, shape.y, shape.most);
      return;
    case 'glyph':
      drawGlyph(context, shape.glyph, shape.x, shape.y, shape.size, color, palette.background);
      return;
    case 'steps':
      drawSteps(context, shape, color);
      return;
    case 'arrow':
      drawArrow(context, shape, color);
      return;
  }
}

function drawHatch(context: DrawContext, box: { x: number; y: number; w: number; h: number }, color: string): void {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.w, box.h);
  context.clip();
  context.strokeStyle = color;
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = box.x - box.h; x < box.x + box.w; x += 6) {
    context.moveTo(x, box.y + box.h);
    context.lineTo(x + box.h, box.y);
  }
  context.stroke();
  context.restore();
}

function drawSteps(context: DrawContext, steps: Extract<Shape, { kind: 'steps' }>, color: string): void {
  context.globalAlpha = steps.alpha;
  context.fillStyle = color;
  for (let n = 0; n < steps.x.length; n += 1) {
    const x = steps.x[n] ?? 0;
    const h = steps.h[n] ?? 0;
    const w = (steps.x[n + 1] ?? steps.right) - x;
    if (h > 0 && w > 0) context.fillRect(x, steps.bottom - h, w, h);
  }
  context.globalAlpha = 1;
}

/** Leaves its cause and reaches its effect sideways, so that it is seen also where both stand at nearly the same time. */
function drawArrow(context: DrawContext, arrow: Extract<Shape, { kind: 'arrow' }>, color: string): void {
  const { x1, y1, x2, y2 } = arrow;
  const bend = Math.max(14, Math.min(80, Math.abs(x2 - x1) / 2));
  const head = 5;
  context.save();
  context.beginPath();
  context.rect(arrow.left, 0, 1e5, 1e5);
  context.clip();
  context.globalAlpha = arrow.alpha;
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x1, y1);
  // Between two ends of one bar it bows out, or it would strike through what is written there.
  const bow = Math.abs(y2 - y1) < 3 ? 18 : 0;
  context.bezierCurveTo(x1 + bend, y1 - bow, x2 - bend, y2 - bow, x2 - head, y2);
  context.stroke();
  context.beginPath();
  context.moveTo(x2, y2);
  context.lineTo(x2 - head - 2, y2 - head);
  context.lineTo(x2 - head - 2, y2 + head);
  context.closePath();
  context.fill();
  context.beginPath();
  context.arc(x1, y1, 2.5, 0, 2 * Math.PI);
  context.fill();
  context.restore();
}

function drawGlyph(
  context: DrawContext,
  glyph: Glyph,
  x: number,
  y: number,
  size: number,
  color: string,
  background: string,
): void {
  const half = size / 2;
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 1.6;
  context.beginPath();
  switch (glyph) {
    case 'check':
      context.moveTo(x - half, y);
      context.lineTo(x - half / 3, y + half * 0.7);
      context.lineTo(x + half, y - half * 0.7);
      context.stroke();
      return;
    case 'cross':
      context.moveTo(x - half * 0.8, y - half * 0.8);
      context.lineTo(x + half * 0.8, y + half * 0.8);
      context.moveTo(x + half * 0.8, y - half * 0.8);
      context.lineTo(x - half * 0.8, y + half * 0.8);
      context.stroke();
      return;
    case 'stop':
      context.fillRect(x - half * 0.7, y - half * 0.7, size * 0.7, size * 0.7);
      return;
    case 'running':
      context.moveTo(x - half * 0.6, y - half * 0.8);
      context.lineTo(x + half * 0.8, y);
      context.lineTo(x - half * 0.6, y + half * 0.8);
      context.closePath();
      context.fill();
      return;
    case 'incomplete':
      context.moveTo(x - half * 0.8, y);
      context.lineTo(x + half * 0.8, y);
      context.stroke();
      return;
    case 'triangle':
      context.moveTo(x, y - half * 1.1);
      context.lineTo(x + half * 1.15, y + half);
      context.lineTo(x - half * 1.15, y + half);
      context.closePath();
      context.fill();
      context.fillStyle = background;
      context.fillRect(x - 0.75, y - half * 0.45, 1.5, half * 0.75);
      context.fillRect(x - 0.75, y + half * 0.5, 1.5, 1.5);
      return;
    case 'flag':
      context.moveTo(x - half, y - half);
      context.lineTo(x + half, y - half);
      context.lineTo(x + half * 0.4, y - half * 0.3);
      context.lineTo(x + half, y + half * 0.4);
      context.lineTo(x - half, y + half * 0.4);
      context.closePath();
      context.fill();
      return;
    case 'info':
      context.arc(x, y, half, 0, 2 * Math.PI);
      context.stroke();
      context.fillRect(x - 0.75, y - half * 0.5, 1.5, 1.5);
      context.fillRect(x - 0.75, y - half * 0.1, 1.5, half * 0.7);
      return;
    case 'bang':
      context.moveTo(x, y - half * 1.3);
      context.lineTo(x + half, y);
      context.lineTo(x, y + half * 1.3);
      context.lineTo(x - half, y);
      context.closePath();
      context.fill();
      context.fillStyle = background;
      context.fillRect(x - 0.75, y - half * 0.75, 1.5, half * 0.85);
      context.fillRect(x - 0.75, y + half * 0.4, 1.5, 1.5);
      return;
  }
}

/** The text with its end cut off so that it fits; '' when not even two characters do. */
export function cutToWidth(context: Pick<DrawContext, 'measureText'>, text: string, most: number): string {
  if (context.measureText(text).width <= most) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= most) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? '' : `${text.slice(0, low)}…`;
}

/** The middle of the device's pixel, so that a line of one pixel is one pixel. */
function crisp(value: number): number {
  return Math.round(value) + 0.5;
}
