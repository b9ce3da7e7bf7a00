/** The user's notes as flags on the moments they are about, with as many of their words as there is room for. */
import { clusters } from './clusters';
import type { Lane } from './lanes';
import type { Picture } from './picture';

/** Flags nearer to one another than this are one, pixels. */
const apart = 10;
/** Room under which a flag gets no words, pixels. */
const leastWords = 24;
const flagWidth = 8;

export function noteLane(picture: Picture, lane: Lane): void {
  const { input, scale, shapes, bars } = picture;
  const shown = clusters(input.spans('note'), scale, apart);
  const size = Math.min(10, lane.h - 4);
  const y = lane.y + lane.h / 2;
  for (const [at, { entry, count, start }] of shown.entries()) {
    const x = Math.max(scale.left, scale.x(start));
    const isSelected = count === 1 && entry.key === input.selectedSpan;
    const color = isSelected ? 'focus' : 'limits';
    shapes.push({ kind: 'line', x1: x, y1: lane.y + 1, x2: x, y2: lane.y + lane.h - 1, color, width: 1.5 });
    shapes.push({ kind: 'glyph', x: x + flagWidth / 2, y, size, glyph: 'flag', color });
    const next = shown[at + 1];
    const until = next === undefined ? input.width : scale.x(next.start);
    const words = count > 1 ? String(count) : entry.label.replace(/\s+/g, ' ');
    const left = x + flagWidth + 4;
    const most = until - left - 4;
    let w = flagWidth + 2;
    if (words !== '' && (most > leastWords || (count > 1 && most > 10)) && lane.h >= 11) {
      shapes.push({ kind: 'text', x: left, y: y + 0.5, text: words, color: 'foreground', most, clip: true });
      // As wide as the words may be; what is not known is better too narrow to be hit than too wide.
      w += Math.min(most, words.length * 6) + 4;
    }
    const target =
      count > 1 ? ({ kind: 'spans', first: entry, count } as const) : ({ kind: 'span', span: entry } as const);
    bars.push({ x: x - 2, y: lane.y, w, h: lane.h, target });
  }
}
