import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Schedule } from '../../../src/proxy/schedule';
import { Room } from '../../../src/proxy/room';

describe('a schedule', () => {
  let done: string[] = [];
  let forgotten: string[] = [];
  const message = (what: string, ...keys: string[]) => ({ isMessage: true, keys, run: () => void done.push(what) });
  const extra = (what: string, key = 'rule') => ({ ...message(what, key), isMessage: false });
  beforeEach(() => {
    done = [];
    forgotten = [];
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  it('does what stands in the row in its order, and what stands beside it at its time', () => {
    const schedule = new Schedule((keys) => forgotten.push(...keys));
    const now = performance.now();
    schedule.add(now + 50, message('slow'));
    schedule.add(-Infinity, message('behind it'));
    schedule.late(now + 10, extra('beside'));
    schedule.run();
    vi.advanceTimersByTime(20);
    expect(done).toEqual(['beside']);
    vi.advanceTimersByTime(50);
    expect(done).toEqual(['beside', 'slow', 'behind it']);
    expect(schedule.empty).toBe(true);
  });
  it('lets messages go at the end, and forgets the rest', () => {
    const schedule = new Schedule((keys) => forgotten.push(...keys));
    const now = performance.now();
    schedule.late(now + 30, message('second copy'));
    schedule.late(now + 10, extra('disconnect'));
    schedule.late(now + 20, message('first copy'));
    schedule.add(now + 1000, message('slow'));
    schedule.add(now + 1000, extra('inject'));
    schedule.flush();
    expect(done).toEqual(['slow', 'first copy', 'second copy']);
    vi.advanceTimersByTime(5000);
    expect(done).toHaveLength(3);
  });
  it('waits longer than a timer can, without asking all the time', () => {
    const schedule = new Schedule((keys) => forgotten.push(...keys));
    const wait = 2 ** 31 + 5000;
    schedule.add(performance.now() + wait, message('late'));
    schedule.run();
    // No spy: those are taken away after the clock is put right, and would put its stand-in back.
    const { setTimeout } = globalThis;
    let times = 0;
    globalThis.setTimeout = ((...timer: Parameters<typeof setTimeout>) => {
      times += 1;
      return setTimeout(...timer);
    }) as typeof setTimeout;
    vi.advanceTimersByTime(wait - 10);
    globalThis.setTimeout = setTimeout;
    expect([done, times]).toEqual([[], 1]);
    vi.advanceTimersByTime(20);
    expect(done).toEqual(['late']);
  });

  it('forgets what is over when other rules are in force, and lets its messages go as soon as their place allows', () => {
    const schedule = new Schedule((keys) => forgotten.push(...keys));
    const now = performance.now();
    schedule.add(now + 50, message('stays', 'old'));
    schedule.add(now + 1000, message('goes', 'old', 'gone'));
    schedule.add(now + 1000, extra('never', 'gone'));
    schedule.late(now + 60, extra('disconnect', 'old'));
    schedule.late(now + 70, extra('never', 'gone'));
    schedule.late(now + 500, message('second copy', 'gone'));
    schedule.late(now + 400, message('first copy', 'gone'));
    schedule.lift((key) => key === 'old');
    expect([done, forgotten]).toEqual([['first copy', 'second copy'], ['gone']]);
    vi.advanceTimersByTime(55);
    expect(done.slice(2)).toEqual(['stays', 'goes']);
    vi.advanceTimersByTime(10);
    expect(done.slice(4)).toEqual(['disconnect']);
    expect(schedule.empty).toBe(true);
  });
  it('hurries messages with what stands between them, and leaves the rest its time', () => {
    const schedule = new Schedule((keys) => forgotten.push(...keys));
    const now = performance.now();
    schedule.add(now + 1000, message('slow'));
    schedule.add(now + 1000, extra('inject behind it'));
    schedule.late(now + 30, extra('disconnect'));
    schedule.late(now + 2000, message('stood back'));
    schedule.hurry();
    expect(done).toEqual(['slow', 'inject behind it', 'stood back']);
    vi.advanceTimersByTime(40);
    expect([done.at(-1), forgotten]).toEqual(['disconnect', []]);
  });
});

describe('the room of all sessions', () => {
  it('is crowded until half of it is free again, and says so each time', () => {
    const room = new Room(100);
    let again = 0;
    const waits = () => void (again += 1);
    room.weigh(60);
    expect(room.isCrowded).toBe(false);
    room.weigh(60);
    room.wait(waits);
    room.weigh(-60);
    expect([room.isCrowded, again]).toEqual([true, 0]);
    room.weigh(-10);
    expect([room.isCrowded, again]).toEqual([false, 1]);
    room.weigh(60);
    room.weigh(-110);
    expect(again).toBe(2);
    room.leave(waits);
    room.weigh(200);
    room.weigh(-200);
    expect(again).toBe(2);
  });
});
