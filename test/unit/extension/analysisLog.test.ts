import { describe, expect, it } from 'vitest';
import type { AnalysisChanges, Finding, SessionMetrics, Span } from '../../../src/analysis/model';
import { changesFromBytes, changesInPieces, changesToBytes } from '../../../src/document/changeBytes';
import { AnalysisLog } from '../../../src/extension/analysisLog';
import { changesOf } from '../analysis/changes';

const span = (key: string, label: string) => ({ key, label, marks: [], end: null }) as Partial<Span> as Span;
const finding = (key: string, title: string) => ({ key, title, rows: [1] }) as Partial<Finding> as Finding;
const metrics = (session: string, turns: number) => ({ session, turns }) as Partial<SessionMetrics> as SessionMetrics;
const add = (log: AnalysisLog, changes: Partial<AnalysisChanges>) => log.add(changesToBytes(changesOf(changes)));

/** A page as it is after what was posted to it. */
class Page {
  readonly spans = new Map<string, string>();
  readonly findings = new Map<string, string>();
  readonly metrics = new Map<string, number>();
  at = 0;
  posts = 0;

  follow(log: AnalysisLog): this {
    for (let next = log.after(this.at); next; next = log.after(this.at)) {
      expect(next.last).toBeGreaterThan(this.at);
      this.at = next.last;
      this.posts++;
      for (const each of next.changes.spans) this.spans.set(each.key, each.label);
      for (const each of next.changes.findings) this.findings.set(each.key, each.title);
      for (const key of next.changes.withdrawn) this.findings.delete(key);
      for (const each of next.changes.metrics) this.metrics.set(each.session, each.turns);
    }
    return this;
  }
}

/** A long session: turns that change three times each, metrics that change each time, a finding that comes and goes. */
function play(log: AnalysisLog, turns: number, page?: Page) {
  for (let turn = 0; turn < turns; turn++) {
    for (const state of ['speech', 'answer', 'done'])
      add(log, { spans: [span(`turn ${turn}`, `${state} ${'.'.repeat(300)}`)], metrics: [metrics('s1', turn)] });
    if (turn % 10 === 4) add(log, { findings: [finding('slow', `turn ${turn} is slow`)] });
    if (turn % 10 === 8) add(log, { withdrawn: ['slow'] });
    if (turn % 7 === 0) page?.follow(log);
  }
  add(log, { spans: [span('turn 0', 'said again')] });
}

describe('changes in pieces', () => {
  it('are together what they were, a hundred entries at a time and in their order', () => {
    const spans = Array.from({ length: 250 }, (_, at) => span(`span ${at}`, ''));
    const changes = changesOf({ spans, findings: [finding('a', 'A')], withdrawn: ['b'], metrics: [metrics('s1', 3)] });
    const pieces = changesInPieces(changes).map(changesFromBytes);
    expect(pieces.map(({ spans }) => spans.length)).toEqual([100, 100, 50]);
    expect(pieces.flatMap(({ spans }) => spans)).toEqual(spans);
    expect(pieces[2]).toEqual({ ...changes, spans: spans.slice(200) });
    expect(changesInPieces(changesOf({}))).toEqual([]);
    expect(changesInPieces(changesOf({ spans: spans.slice(0, 100) }))).toHaveLength(1);
  });
});

describe('the log of the analysis', () => {
  it('gives a page that was reloaded the last state of everything, in few posts', () => {
    const log = new AnalysisLog();
    play(log, 3000);
    const page = new Page().follow(log);
    expect(page.spans.size).toBe(3000);
    expect(page.spans.get('turn 0')).toBe('said again');
    expect([...page.spans.values()].filter((label) => label.startsWith('done'))).toHaveLength(2999);
    expect(page.findings.size).toBe(0);
    expect(page.metrics.get('s1')).toBe(2999);
    expect(page.posts).toBeLessThan(20);
  });

  it('brings a page that follows to the same', () => {
    const log = new AnalysisLog();
    const page = new Page();
    play(log, 3000, page);
    page.follow(log);
    const reloaded = new Page().follow(log);
    expect(page.spans).toEqual(reloaded.spans);
    expect(page.findings).toEqual(reloaded.findings);
    expect(page.metrics).toEqual(reloaded.metrics);
  });

  it('never brings a page back to an earlier state, wherever it stood when changes were put away', () => {
    const log = new AnalysisLog();
    const pages: Page[] = [];
    for (let state = 0; state < 4000; state++) {
      add(log, { spans: [span('one', `${state} ${'.'.repeat(500)}`)] });
      if (state % 500 === 0) pages.push(new Page().follow(log));
    }
    for (const page of pages) {
      for (let next = log.after(page.at), label = 0; next; next = log.after(page.at)) {
        page.at = next.last;
        const state = parseInt(next.changes.spans.at(-1)?.label ?? '', 10);
        expect(state).toBeGreaterThanOrEqual(label);
        label = state;
      }
      expect(page.at).toBe(log.last);
    }
  });

  it('keeps of what changes all the time about as much as of what changes once', () => {
    const once = new AnalysisLog();
    for (let turn = 0; turn < 5000; turn++) add(once, { spans: [span(`turn ${turn}`, '.'.repeat(300))] });
    const often = new AnalysisLog();
    for (let turn = 0; turn < 5000; turn++)
      for (let state = 0; state < 10; state++) add(often, { spans: [span(`turn ${turn}`, '.'.repeat(300))] });
    expect(often.bytes).toBeLessThan(once.bytes * 2 + 512 * 1024);
    expect(often.bytes).toBeLessThan(1 << 20);
  });

  it('says nothing to a page that has everything', () => {
    const log = new AnalysisLog();
    expect(log.after(0)).toBeUndefined();
    add(log, { spans: [span('a', 'a')] });
    expect(log.after(log.last)).toBeUndefined();
  });
});
