import { describe, expect, it } from 'vitest';
import { leastLanes, leastMain, paneHeights, stripHeight, type PaneWish } from '../../../webview/logic/paneHeights';

/** Toolbar, player and splitters of a wide page, pixels. */
const bars = 73;
const usual = (height: number | null): PaneWish => ({ height, isSet: false });
const pulled = (height: number): PaneWish => ({ height, isSet: true });
interface Page {
  timeline?: PaneWish;
  composer?: PaneWish;
  intercept?: PaneWish;
  narrow?: boolean;
}
const of = (height: number, { timeline = usual(300), ...more }: Page = {}) =>
  paneHeights({
    room: height - bars,
    timeline,
    composer: usual(null),
    intercept: usual(null),
    narrow: false,
    ...more,
  });
const composer = usual(300);
const intercept = usual(260);

describe('the panes of a page', () => {
  it('fill its height and never more, whatever was wished for', () => {
    for (let height = 100; height <= 1400; height += 7)
      for (const wished of [null, 150, 300, 700])
        for (const timeline of [null, 28, 150, 236, 600])
          for (const held of [null, 150, 500])
            for (const isSet of [false, true]) {
              const wish = (pane: number | null) => ({ height: pane, isSet });
              const panes = of(height, { timeline: wish(timeline), composer: wish(wished), intercept: wish(held) });
              const each = [panes.timeline, panes.main, panes.composer, panes.intercept];
              expect(each.reduce((sum, pane) => sum + pane)).toBeCloseTo(height - bars);
              expect(Math.min(...each)).toBeGreaterThanOrEqual(0);
            }
  });
  it('get what was wished for where there is room', () => {
    const panes = of(1200, { composer, intercept });
    expect(panes).toMatchObject({ timeline: 300, composer: 300, intercept: 260, sheet: false });
  });
  it('leave the list five rows, or give its place to the composer', () => {
    for (let height = 300; height <= 1400; height += 1) {
      expect(of(height).main).toBeGreaterThanOrEqual(leastMain);
      for (const wishes of [{ composer }, { composer: pulled(700) }, { composer, intercept: pulled(600) }]) {
        const panes = of(height, wishes);
        if (panes.sheet) expect(panes.main).toBe(0);
        else {
          expect(panes.main).toBeGreaterThanOrEqual(leastMain);
          expect(panes.composer).toBeGreaterThanOrEqual(150);
        }
      }
    }
  });
  it('share a window: the list has nine rows before composer and queue are more than comfortable', () => {
    const at = (height: number) => of(height, { composer, intercept });
    expect(at(900)).toMatchObject({ timeline: leastLanes, main: 250, composer: 213, intercept: 260 });
    expect(at(780)).toMatchObject({ timeline: leastLanes, main: 217, composer: 196, intercept: 190 });
  });
  it('give the queue more on a narrow page, where its list stands above its editor', () => {
    expect(of(780, { composer, intercept, narrow: true })).toMatchObject({ intercept: 230, composer: 196, main: 177 });
    expect(of(605, { composer, intercept, narrow: true })).toMatchObject({ intercept: 190, composer: 150, main: 164 });
  });
  it('have a timeline with all lanes or only its overview, never half a lane', () => {
    for (let height = 300; height <= 1400; height += 1)
      for (const more of [{}, { composer }, { composer, intercept }]) {
        const { timeline } = of(height, more);
        if (timeline !== stripHeight) expect(timeline).toBeGreaterThanOrEqual(leastLanes);
      }
  });
  it('give way in this order as the page gets lower: lanes, comfort of the list, composer, strip, sheet', () => {
    const at = (height: number) => of(height, { composer });
    expect(at(800)).toMatchObject({ composer: 300, main: 250, timeline: 177 });
    expect(at(580)).toMatchObject({ timeline: leastLanes, composer: 196, main: 207 });
    expect(at(470)).toMatchObject({ timeline: stripHeight, composer: 196, main: 173 });
    expect(at(430)).toMatchObject({ timeline: stripHeight, composer: 165, main: leastMain });
    expect(at(400)).toMatchObject({ main: 0, sheet: true });
  });
  it('are as high as somebody pulled them, as far as the least of the others goes', () => {
    expect(of(900, { composer: pulled(500) })).toMatchObject({ composer: 500, timeline: leastLanes, main: 223 });
    expect(of(900, { composer: pulled(5000) })).toMatchObject({ composer: 635, timeline: 28, main: leastMain });
    expect(of(900, { composer: pulled(150) })).toMatchObject({ composer: 150, timeline: 300 });
    expect(of(500, { timeline: pulled(236) })).toMatchObject({ timeline: 236, main: 191 });
  });
  it('can be pulled until the others have their least', () => {
    expect(of(900, { composer, intercept }).most).toEqual({
      timeline: 827 - leastMain - 150 - 150,
      composer: 827 - leastMain - 28 - 150,
      intercept: 827 - leastMain - 28 - 150,
    });
  });
  it('leave a list beside a low timeline nine rows', () => {
    expect(of(500)).toMatchObject({ timeline: 177, main: 250 });
    expect(of(400)).toMatchObject({ timeline: leastLanes, main: 223 });
  });
  it('grow again with the page without a step back', () => {
    let before = 0;
    for (let height = 420; height <= 1000; height += 1) {
      const panes = of(height, { composer });
      expect(panes.composer + panes.timeline).toBeGreaterThanOrEqual(before);
      before = panes.composer + panes.timeline;
    }
  });
});
