import { describe, expect, it } from 'vitest';
import { leastLanes, paneHeights, stripHeight } from '../../../webview/logic/paneHeights';

/** Toolbar, player and splitters of a wide page, pixels. */
const bars = 73;
const of = (height: number, composer: number | null = null, timeline: number | null = 236) =>
  paneHeights({ room: height - bars, timeline, composer });

describe('the panes of a page', () => {
  it('fill its height and never more, whatever was wished for', () => {
    for (let height = 100; height <= 1400; height += 7)
      for (const composer of [null, 150, 300, 700])
        for (const timeline of [null, 28, 150, 236, 600]) {
          const panes = of(height, composer, timeline);
          expect(panes.timeline + panes.main + panes.composer).toBeCloseTo(height - bars);
          expect(Math.min(panes.timeline, panes.main, panes.composer)).toBeGreaterThanOrEqual(0);
        }
  });
  it('get what was wished for where there is room', () => {
    expect(of(900, 300)).toMatchObject({ timeline: 236, composer: 300, sheet: false });
  });
  it('from 300 pixels up leave the list its head and five rows, or give its place to the composer', () => {
    for (let height = 300; height <= 1400; height += 1) {
      expect(of(height).main).toBeGreaterThanOrEqual(134);
      const { main, composer, sheet } = of(height, 300);
      expect(composer).toBeGreaterThanOrEqual(150);
      if (sheet) expect(main).toBe(0);
      else expect(main).toBeGreaterThanOrEqual(134);
    }
  });
  it('have a timeline with all lanes or only its overview, never half a lane', () => {
    for (let height = 300; height <= 1400; height += 1)
      for (const composer of [null, 300]) {
        const { timeline } = of(height, composer);
        if (timeline !== stripHeight) expect(timeline).toBeGreaterThanOrEqual(leastLanes);
      }
  });
  it('give way in this order as the page gets lower: lanes, composer, strip, sheet', () => {
    const at = (height: number) => of(height, 300);
    expect(at(700)).toMatchObject({ timeline: 193, composer: 300 });
    expect(at(580)).toMatchObject({ timeline: leastLanes, composer: 269 });
    expect(at(470)).toMatchObject({ timeline: stripHeight, main: 134, composer: 235, sheet: false });
    expect(at(380)).toMatchObject({ main: 0, sheet: true });
  });
  it('leave a list beside a low timeline nine rows, unless the user wants the timeline high', () => {
    expect(of(500)).toMatchObject({ timeline: 177, main: 250 });
    expect(of(400)).toMatchObject({ timeline: leastLanes, main: 223 });
    const pulled = paneHeights({ room: 500 - bars, timeline: 236, composer: null, isTimelineSet: true });
    expect(pulled).toMatchObject({ timeline: 236, main: 191 });
  });
  it('grow again with the page without a step back', () => {
    let before = 0;
    for (let height = 400; height <= 1000; height += 1) {
      const { composer, timeline } = of(height, 300);
      expect(composer + timeline).toBeGreaterThanOrEqual(before);
      before = composer + timeline;
    }
  });
});

it('a composer over the page that waits for its first session leaves the words there their place', () => {
  expect(of(600, 300, null)).toMatchObject({ timeline: 0, main: 227, composer: 300, sheet: false });
  expect(of(320, 300, null)).toMatchObject({ main: 0, sheet: true });
});
