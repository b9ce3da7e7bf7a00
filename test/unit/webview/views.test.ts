import { describe, expect, it } from 'vitest';
import type { ConversationEntry } from '../../../src/analysis/conversation/model';
import type { Turn } from '../../../src/analysis/model';
import { countingWords } from '../../../webview/logic/counting';
import { diffConfigs, valueWords } from '../../../src/analysis/valueDiff';
import { ConversationPages, pageSize } from '../../../webview/logic/conversationPages';
import { heardText } from '../../../webview/logic/heardText';
import { asMainTab, mainTabs, worstSeverity } from '../../../webview/logic/mainTabs';
import { foldedTabs, tabByKey } from '../../../webview/logic/tabs';
import { costWords, formatUsd, usedTokens } from '../../../webview/logic/money';
import { limitWords, readLimits } from '../../../webview/logic/sessionRows';
import { answerLatency, sortTurns, turnColumns } from '../../../webview/logic/turnTable';

describe('what an answer was heard of', () => {
  it('is cut in proportion to the sound, at the end of a word', () => {
    expect(heardText('one two three four', 500, 1000)).toEqual({ heard: 'one two three', unheard: ' four' });
    expect(heardText('one two', 1000, 1000)).toEqual({ heard: 'one two', unheard: '' });
    expect(heardText('one two', 0, 1000)).toEqual({ heard: '', unheard: 'one two' });
    expect(heardText('one two', 990, 1000)).toEqual({ heard: 'one two', unheard: '' });
    expect(heardText('one two', 5, 0)).toEqual({ heard: 'one two', unheard: '' });
  });
});

describe('the difference between two configurations', () => {
  it('names each setting with what it was and is', () => {
    const before = { voice: 'marin', audio: { input: { rate: 24000, gone: true } }, same: [1] };
    const after = { voice: 'cedar', audio: { input: { rate: 24000, more: null } }, same: [1] };
    expect(diffConfigs(before, after)).toEqual([
      { path: 'audio.input.gone', kind: 'removed', before: true, after: undefined },
      { path: 'audio.input.more', kind: 'added', before: undefined, after: null },
      { path: 'voice', kind: 'changed', before: 'marin', after: 'cedar' },
    ]);
    expect(diffConfigs(before, structuredClone(before))).toEqual([]);
  });

  it('knows tools by their names, so that one more in front changes no other', () => {
    const a = { name: 'a', description: 'A' };
    const b = { name: 'b', description: 'B' };
    expect(diffConfigs({ tools: [a] }, { tools: [b, a] })).toEqual([
      { path: 'tools[b]', kind: 'added', before: undefined, after: b },
    ]);
    expect(diffConfigs({ tools: [a] }, { tools: [{ ...a, description: 'C' }] })).toMatchObject([
      { path: 'tools[a].description', before: 'A', after: 'C' },
    ]);
    expect(diffConfigs({ list: [1, 2] }, { list: [1, 3, 4] })).toMatchObject([
      { path: 'list[1]', kind: 'changed' },
      { path: 'list[2]', kind: 'added' },
    ]);
  });

  it('stands captured JSON of any shape', () => {
    const hostile = JSON.parse('{"__proto__":{"x":1},"constructor":2}') as object;
    expect(diffConfigs({}, hostile).map(({ path }) => path)).toEqual(['__proto__', 'constructor']);
    let deep: unknown = 1;
    for (let depth = 0; depth < 200; depth += 1) deep = { deep };
    expect(diffConfigs(deep, 1)).toHaveLength(1);
    expect(diffConfigs({ deep }, { deep: { deep: 2 } })).toHaveLength(1);
    expect(diffConfigs({}, Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`k${n}`, n])))).toHaveLength(500);
    expect(valueWords('x'.repeat(1000))).toHaveLength(400);
    expect(valueWords(undefined)).toBe('not there');
  });
});

describe('the pages of a conversation', () => {
  const entry = (n: number) => ({ key: String(n) }) as ConversationEntry;

  it('are asked for with the entry before, which tells whether a turn begins', () => {
    const pages = new ConversationPages();
    expect(pages.question(0)).toEqual({ from: 0, count: pageSize });
    expect(pages.question(2)).toEqual({ from: 2 * pageSize - 1, count: pageSize + 1 });
    pages.put(2, 1000, [entry(79), entry(80), entry(81)]);
    expect(pages.get(2)).toMatchObject({ before: { key: '79' }, entries: [{ key: '80' }, { key: '81' }] });
    expect(pages.count).toBe(Math.ceil(1000 / pageSize));
  });

  it('on their way for one session keep none of another from being asked for', () => {
    const old = new ConversationPages();
    old.asking.add(0);
    const next = new ConversationPages();
    expect(next.asking.has(0)).toBe(false);
    next.asking.add(0);
    // The old answer comes late.
    old.asking.delete(0);
    expect(next.asking.has(0)).toBe(true);
  });

  it('stand by the heights they had, and only those near the view are kept', () => {
    const pages = new ConversationPages();
    pages.total = 100 * pageSize;
    for (let page = 0; page < 100; page += 1) pages.measured(page, 1000);
    expect(pages.within(5500, 7500)).toEqual({ first: 4, last: 8 });
    expect(pages.measured(5, 1000)).toBe(false);
    expect(pages.measured(5, 1200)).toBe(true);
    for (let page = 0; page < 100; page += 1) pages.put(page, pages.total, [entry(page)]);
    pages.keepNear(50, 52);
    expect(pages.get(50)).toBeDefined();
    expect(pages.get(0)).toBeUndefined();
  });
});

describe('money', () => {
  it('is never a number where no price is known', () => {
    expect(costWords(null)).toBe('no price known');
    expect(costWords({ usd: 0.01234, source: '' })).toBe('$0.0123');
    expect([0, 0.00001, 0.00123, 3.456].map(formatUsd)).toEqual(['$0', 'under $0.0001', '$0.0012', '$3.46']);
  });
  it('leaves out modalities nobody used', () => {
    const none = { input: 0, cached: 0, output: 0 };
    expect(
      usedTokens({
        text: { input: 5, cached: 2, output: 1 },
        audio: none,
        image: none,
        unknown: none,
        totalTokens: 6,
        transcribedSeconds: 0,
      }),
    ).toEqual([{ name: 'text', input: 5, cached: 2, output: 1 }]);
  });
});

it('numbers say that they are not the last while rows are on the way, or not yet added up', () => {
  const done = { rows: 2000, analysed: 2000, read: 9, size: 9 };
  const still = (document: typeof done, counted: number, isLive = false) =>
    countingWords(document, { counted, isLive });
  expect(still(done, 2000)).toBe('');
  // All is analysed, but what is shown was added up before.
  expect(still(done, 1200)).toBe('Still counting: 1,200 of 2,000 events so far');
  expect(still({ ...done, analysed: 500 }, 500)).toBe('Still counting: 500 of 2,000 events so far');
  expect(still({ ...done, read: 3 }, 2000)).toBe('Still counting: 2,000 of about 6,000 events so far');
  // A live session goes on: only a backlog is worth a word.
  expect(still({ ...done, read: 3 }, 1200, true)).toBe('');
  expect(still({ ...done, analysed: 500 }, 1200, true)).toContain('500 of 2,000');
});

describe('the table of turns', () => {
  const turn = (number: number, more: Partial<Turn> = {}) =>
    ({
      number,
      start: number,
      by: 'speech',
      heard: '',
      said: '',
      tools: [],
      status: 'completed',
      detail: '',
      latencies: [],
      usage: null,
      cost: null,
      ...more,
    }) as unknown as Turn;
  const speechToAudio = (ms: number) => ({ latencies: [{ name: 'speechToAudio' as const, ms, fromRow: 0, toRow: 1 }] });

  it('sorts by what a column holds, with what is not known last either way', () => {
    const turns = [turn(1), turn(2, speechToAudio(900)), turn(3, speechToAudio(300))];
    const numbers = (descending: boolean) => sortTurns(turns, 'answer', descending).map(({ number }) => number);
    expect(numbers(false)).toEqual([3, 2, 1]);
    expect(numbers(true)).toEqual([2, 3, 1]);
    expect(turns.map(({ number }) => number)).toEqual([1, 2, 3]);
  });
  it('takes the answer’s first sound, else its first words', () => {
    const latencies = [
      { name: 'createToText' as const, ms: 5, fromRow: 0, toRow: 1 },
      { name: 'createToAudio' as const, ms: 9, fromRow: 0, toRow: 1 },
    ];
    expect(answerLatency(turn(1, { latencies }))).toMatchObject({ name: 'createToAudio', ms: 9 });
    expect(answerLatency(turn(1))).toBeUndefined();
  });
  it('has no words for what was not measured', () => {
    const text = (key: string) => turnColumns.find((column) => column.key === key)?.text(turn(1));
    expect([text('answer'), text('tokens'), text('cost')]).toEqual(['', '', '']);
  });
});

describe('tabs', () => {
  it('are moved through by arrows, round and round', () => {
    expect(tabByKey(mainTabs, 'events', 'ArrowLeft')).toBe('findings');
    expect(tabByKey(mainTabs, 'findings', 'ArrowRight')).toBe('events');
    expect(tabByKey(mainTabs, 'session', 'End')).toBe('findings');
    expect(tabByKey(mainTabs, 'session', 'x')).toBeUndefined();
    expect(asMainTab('summary')).toBe('summary');
    expect(asMainTab({})).toBe('events');
  });
  it('fold from the end where there is no room, but for the one that is open', () => {
    const place = (room: number, open: number) =>
      foldedTabs({ widths: [50, 60, 70, 80], room, gap: 10, more: 20 }, open);
    expect(place(290, 0)).toEqual([]);
    expect(place(289, 0)).toEqual([3]);
    expect(place(289, 3)).toEqual([2]);
    expect(place(229, 0)).toEqual([2, 3]);
    expect(place(229, 3)).toEqual([1, 2]);
    expect(place(10, 1)).toEqual([0, 2, 3]);
  });
  it('show the worst of what was found', () => {
    const found = (severity: 'error' | 'warning' | 'info') => ({ severity }) as Parameters<typeof worstSeverity>[0][0];
    expect(worstSeverity([found('info'), found('warning')])).toBe('warning');
    expect(worstSeverity([])).toBeUndefined();
  });
});

describe('limits', () => {
  it('are read from what the server sent, whatever it is', () => {
    expect(
      readLimits({ rate_limits: [{ name: 'tokens', limit: 10, remaining: 5, reset_seconds: 2 }, null, { name: 5 }] }),
    ).toEqual([{ name: 'tokens', limit: 10, remaining: 5, resetSeconds: 2 }]);
    expect(readLimits(null)).toEqual([]);
    expect(readLimits({ rate_limits: 'x' })).toEqual([]);
  });
  it('says when a limit is full again, and nothing of one that is full', () => {
    const words = (remaining: number, resetSeconds: number | null) =>
      limitWords({ name: 'tokens', limit: 40_000, remaining, resetSeconds });
    expect(words(39_000, 1.5)).toBe('39,000 of 40,000 left, full again in 1.500 s');
    expect(words(39_999, 0.001)).toBe('39,999 of 40,000 left, full again in less than 0.1 s');
    expect(words(40_000, 0.001)).toBe('40,000 of 40,000 left');
    expect(words(39_000, null)).toBe('39,000 of 40,000 left');
  });
});
