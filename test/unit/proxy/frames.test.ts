import { describe, expect, it } from 'vitest';
import { FrameWalker } from '../../../src/proxy/frames';
import { frame, pieces } from './wireFrames';

function seen(chunks: Iterable<Buffer>) {
  const walker = new FrameWalker();
  const ends: { opcode: number; complete: boolean; bytes: number }[] = [];
  for (const chunk of chunks)
    walker.push(chunk, {
      started: () => undefined,
      ended: ({ opcode, complete, messageBytes, frameBytes }) =>
        ends.push({ opcode, complete, bytes: opcode < 8 ? messageBytes : frameBytes }),
    });
  return { walker, ends };
}

describe('a frame walker', () => {
  const stream = Buffer.concat([
    frame('hello', { mask: true }),
    frame('', {}),
    frame('x'.repeat(200)),
    frame('first ', { fin: false }),
    frame('ping', { opcode: 9, mask: true }),
    frame('second', { opcode: 0 }),
    frame('y'.repeat(70_000), { mask: true }),
    frame(Buffer.from([3, 232]), { opcode: 8 }),
  ]);
  const expected = [
    { opcode: 1, complete: true, bytes: 5 },
    { opcode: 1, complete: true, bytes: 0 },
    { opcode: 1, complete: true, bytes: 200 },
    { opcode: 1, complete: false, bytes: 6 },
    { opcode: 9, complete: true, bytes: 4 },
    { opcode: 0, complete: true, bytes: 12 },
    { opcode: 1, complete: true, bytes: 70_000 },
    { opcode: 8, complete: true, bytes: 2 },
  ];

  it('finds the same frames however the stream is cut', () => {
    expect(seen([stream]).ends).toEqual(expected);
    for (const most of [1, 2, 3, 7, 1000]) expect(seen(pieces(stream, most)).ends).toEqual(expected);
  });

  it('knows when the close frame has passed', () => {
    expect(seen([stream.subarray(0, stream.length - 1)]).walker.closed).toBe(false);
    expect(seen([stream]).walker.closed).toBe(true);
  });

  it('allows nothing to be put between fragments or into a frame, and allows it between messages', () => {
    const walker = new FrameWalker();
    const first = frame('first', { fin: false });
    const ping = frame('p', { opcode: 9 });
    const last = frame('last', { opcode: 0 });
    walker.push(first);
    expect([walker.atBoundary, walker.firstBoundary]).toEqual([false, -1]);
    walker.push(ping);
    expect([walker.atBoundary, walker.firstBoundary]).toEqual([false, -1]);
    walker.push(Buffer.concat([last, frame('next').subarray(0, 3)]));
    expect([walker.atBoundary, walker.firstBoundary]).toEqual([false, last.length]);
    walker.push(frame('next').subarray(3));
    expect([walker.atBoundary, walker.firstBoundary]).toEqual([true, 3]);
  });
});
