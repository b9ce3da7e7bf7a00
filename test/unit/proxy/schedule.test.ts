import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Schedule } from '../../../src/proxy/schedule';
import { Room } from '../../../src/proxy/room';

describe('a schedule', () => {
  let done: string[] = [];
  const note = (what: string) => () => void done.push(what);
  beforeEach(() => {
    done = [];
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  it('does what stands in the row in its order, and what stands beside it at its time', () => {
    const schedule = new Schedule();
    const now = performance.now();
    schedule.add(now + 50, 'message', note('slow'));
    schedule.add(-Infinity, 'message', note('behind it'));
    schedule.late(now + 10, 'extra', note('beside'));
    schedule.run();
    vi.advanceTimersByTime(20);
    expect(done).toEqual(['beside']);
    vi.advanceTimersByTime(50);
    expect(done).toEqual(['beside', 'slow', 'behind it']);
    expect(schedule.empty).toBe(true);
  });
  it('lets messages go at the end, and forgets the rest', () => {
    const schedule = new Schedule();
    const now = performance.now();
    schedule.late(now + 30, 'message', note('second copy'));
    schedule.late(now + 10, 'extra', note('disconnect'));
    schedule.late(now + 20, 'message', note('first copy'));
    schedule.add(now + 1000, 'message', note('slow'));
    schedule.add(now + 1000, 'extra', note('inject'));
    schedule.flush();
    expect(done).toEqual(['slow', 'first copy', 'second copy']);
    vi.advanceTimersByTime(5000);
    expect(done).toHaveLength(3);
  });
  it('waits longer than a timer can, without asking all the time', () => {
    const schedule = new Schedule();
    const wait = 2 ** 31 + 5000;
    schedule.add(performance.now() + wait, 'message', note('late'));
    schedule.run();
    const set = vi.spyOn(globalThis, 'setTimeout');
    vi.advanceTimersByTime(wait - 10);
    expect([done, set.mock.calls.length]).toEqual([[], 1]);
    vi.advanceTimersByTime(20);
    expect(done).toEqual(['late']);
  });
});

describe('the room of all sessions', () => {
  it('is full for everybody, and has room again at half', () => {
    const room = new Room(100);
    let again = 0;
    expect(room.weigh(60)).toBe(false);
    expect(room.weigh(60)).toBe(true);
    room.wait(() => (again += 1));
    expect(room.weigh(-30)).toBe(false);
    expect(again).toBe(0);
    room.weigh(-50);
    room.weigh(-10);
    expect(again).toBe(1);
  });
});
