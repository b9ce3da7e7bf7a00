import { describe, expect, it } from 'vitest';
import { changesOf } from '../analysis/changes';
import type { Finding, Turn } from '../../../src/analysis/model';
import { toPattern } from '../../../src/protocol/filter';
import { builtInPresets } from '../../../webview/logic/filterPresets';
import { FoldedRows } from '../../../webview/logic/fold';
import { highlight } from '../../../webview/logic/highlight';
import { listColumns, usualListLook } from '../../../webview/logic/listColumns';
import { sessionMark } from '../../../webview/logic/sessionMark';
import { SearchLine } from '../../../webview/state/bodySearch';
import { Finder } from '../../../webview/state/finder';
import { Marked } from '../../../webview/state/marked';
import { Meaning } from '../../../webview/state/meaning';
import { hiddenBy } from '../../../webview/state/hiddenRow';
import { fromClient, restFrom, withOpens } from '../../../webview/state/rowActions';
import { RowMeanings } from '../../../webview/state/rowMeanings';
import { deltaText } from '../../../webview/views/rowTexts';
import { rowsOf, type TestRow } from './columns';

const delta: TestRow = { type: 'response.output_text.delta', response: 'r1', flags: 16 };
const listOf = (rows: readonly TestRow[], passes: (row: number) => boolean = () => true) => {
  const source = rowsOf(rows);
  const list = new FoldedRows(source, passes);
  list.extend(source.count);
  return { source, list };
};

describe('rows are marked', () => {
  const { list } = listOf([{}, delta, delta, delta, {}, {}]); // positions: 0, run of 1 to 3, 4, 5
  it('from the anchor to where Shift leads, a folded run with all its rows', () => {
    const marked = new Marked();
    marked.clear(0);
    marked.extendTo(list, 2);
    expect(marked.ranges()).toEqual([0, 4]);
    marked.extendTo(list, 1);
    expect(marked.ranges()).toEqual([0, 3]);
    expect(marked.count).toBe(4);
  });
  it('one by one with Ctrl, beginning with what was selected', () => {
    const marked = new Marked();
    marked.toggle(list, 3, 0);
    expect(marked.ranges()).toEqual([0, 0, 5, 5]);
    marked.toggle(list, 0, 5);
    expect(marked.ranges()).toEqual([5, 5]);
    expect(marked.rows(10)).toEqual([5]);
  });
  it('all together, but only those that are shown', () => {
    const { list: some } = listOf([{}, delta, delta, {}], (row) => row !== 0);
    const marked = new Marked();
    marked.all(some);
    expect(marked.ranges()).toEqual([1, 3]);
  });
});

it('what is replayed begins with what the client sent', () => {
  const rows = rowsOf([{ seq: 0 }, { from: 'server' }, { from: 'client' }, { from: 'server' }]);
  expect(fromClient({ rows }, [0, 3])).toEqual([2, 3]);
  expect(fromClient({ rows }, [1, 1, 2, 2])).toEqual([2, 2]);
  expect(fromClient({ rows }, [0, 1, 3, 3])).toEqual([]);
});

it('what is replayed from a row on is the rest of its session, from what its client sent there', () => {
  const rows = rowsOf([
    { seq: 0, session: 's1' },
    { session: 's1', from: 'client' },
    { session: 's2', from: 'client' },
    { session: 's1', from: 'server' },
    { session: 's1', from: 'client' },
    { session: 's2', from: 'client' },
    { session: 's1', from: 'server' },
    { seq: 0, session: 's1' },
    { session: 's1', from: 'client' },
  ]);
  const rest = { ranges: [4, 4, 6, 6], first: 4, isWhole: false };
  expect(restFrom({ rows }, 4)).toEqual(rest);
  expect(restFrom({ rows }, 3)).toEqual(rest);
  expect(restFrom({ rows }, 6)).toBeUndefined();
  // Nothing of this client came before: it is the whole session.
  expect(restFrom({ rows }, 1)).toEqual({ ranges: [1, 1, 3, 4, 6, 6], first: 1, isWhole: true });
  expect(restFrom({ rows }, 8)).toEqual({ ranges: [8, 8], first: 8, isWhole: true });
});

it('what is saved has the rows that open its sessions, and only those', () => {
  const rows = rowsOf([
    { seq: 0, session: 's1' },
    { seq: 0, session: 's2' },
    { session: 's1' },
    { session: 's2' },
    { session: 's1' },
  ]);
  expect(withOpens({ rows }, [3, 3])).toEqual([1, 1, 3, 3]);
  expect(withOpens({ rows }, [2, 4])).toEqual([0, 4]);
});

it('the distance to the row above is left out where that came later, in the order of the conversation', () => {
  const rows = rowsOf([{ t: 100 }, { t: 40 }, { t: 160 }]);
  const told = (order: 'arrival' | 'conversation') =>
    [1, 2].map((row) => deltaText({ rows, listLook: { ...usualListLook, order } }, row, row - 1));
  expect(told('conversation')).toEqual(['', '+120 ms']);
  expect(told('arrival')).toEqual(['-60.0 ms', '+120 ms']);
});

it('what hides a row from the list is known', () => {
  const { source, list } = listOf([{}, {}, {}], (row) => row !== 1);
  const told = { rows: source, list, session: '', filterText: 'x', filtering: false, pausedAt: null, clearedBefore: 0 };
  expect([0, 1].map((row) => hiddenBy(told, row))).toEqual([undefined, 'filter']);
  expect(hiddenBy({ ...told, filtering: true }, 1)).toBeUndefined();
  expect(hiddenBy({ ...told, pausedAt: 1 }, 1)).toBe('pause');
  expect(hiddenBy({ ...told, clearedBefore: 2 }, 1)).toBe('clearing');
  expect(hiddenBy({ ...told, session: 's9' }, 1)).toBe('session');
});

describe('find', () => {
  const frames: (() => void)[] = [];
  const settle = async () => {
    for (let n = 0; n < 10; n += 1) {
      await new Promise((done) => setTimeout(done, 0));
      for (const run of frames.splice(0)) run();
    }
  };
  function finder(rows: readonly TestRow[], bodies: readonly number[] = []) {
    const { source, list } = listOf(rows);
    const state = { selected: null as number | null };
    const of = rows.length;
    const line = new SearchLine(
      ({ search }) => {
        line.take({ search, rows: [...bodies], looked: of, of });
        return Promise.resolve({ found: bodies.length, looked: of, of, complete: true });
      },
      () => undefined,
    );
    const made = new Finder(
      {
        rows: source,
        list,
        get selected() {
          return state.selected;
        },
        positionOfSelected: () => (state.selected === null ? -1 : list.positionOf(state.selected)),
      },
      line,
      (run) => frames.push(run),
      () => undefined,
    );
    made.open();
    return { made, state, list };
  }

  it('goes from one to the next, round the end, and says which it is', async () => {
    const { made, state } = finder([{ type: 'a' }, { type: 'ab' }, { type: 'c' }, { type: 'xa' }]);
    made.setText('A');
    await settle();
    expect([made.count, made.current]).toEqual([3, 0]);
    const visited: (number | undefined)[] = [];
    for (const step of [1, 1, 1, 1, -1, -1] as const) {
      const row = made.next(step);
      visited.push(row);
      state.selected = row ?? null;
    }
    expect(visited).toEqual([0, 1, 3, 0, 3, 1]);
    expect(made.current).toBe(2);
    state.selected = 2;
    expect([made.current, made.next(1), made.next(-1)]).toEqual([0, 3, 1]);
  });
  it('leads to the very event of a folded run that holds the text, and from one to the next of them', async () => {
    const { made, state, list } = finder([{ type: 'x' }, delta, delta, delta, { type: 'y' }], [2, 3, 4]);
    made.setText('hello');
    await settle();
    expect(made.count).toBe(3);
    // The run itself is selected: the first that holds the text comes next, though all stand at its place.
    state.selected = 1;
    const visited: (number | undefined)[] = [];
    for (let n = 0; n < 4; n += 1) {
      const row = made.next(1);
      visited.push(row);
      state.selected = row ?? null;
      if (n === 1) list.toggle(1);
    }
    expect(visited).toEqual([2, 3, 4, 2]);
    expect(made.current).toBe(1);
  });
  it('counts a folded run once where all of it matches', async () => {
    const { made } = finder([{ type: 'x' }, delta, delta, delta], [2, 3]);
    made.setText('output_text');
    await settle();
    expect([made.count, made.next(1)]).toEqual([1, 1]);
  });
  it('forgets when it is closed or emptied', async () => {
    const { made } = finder([{ type: 'a' }]);
    made.setText('a');
    await settle();
    made.setText(' ');
    expect([made.count, made.pattern, made.next(1)]).toEqual([0, null, undefined]);
  });
});

describe('what the analysis says of a row', () => {
  const turn = (number: number, startRow: number, endRow: number | null, more: Partial<Turn> = {}): Turn => ({
    key: `s1|${number}`,
    session: 's1',
    number,
    by: 'speech',
    start: startRow,
    end: endRow,
    startRow,
    endRow,
    speechEnd: null,
    voiceEnd: null,
    userItems: [],
    responses: [],
    heard: '',
    said: '',
    tools: [],
    status: '',
    detail: '',
    latencies: [],
    usage: null,
    cost: null,
    ...more,
  });
  const rows = rowsOf([{}, {}, {}, { response: 'r1' }, {}, { session: 's2' }, { item: 'u2' }]);
  const meaning = new Meaning();
  const meanings = new RowMeanings(rows, meaning);
  meaning.add({
    ...changesOf({}),
    turns: [turn(2, 2, null, { userItems: ['u2'] }), turn(1, 1, 3, { responses: ['r1'] })],
  });

  it('is its turn: that of its response or item, else the one it lies in', () => {
    // r1 ends in turn 1 while turn 2 has begun.
    expect([0, 1, 2, 3, 4, 5, 6].map((row) => meanings.turnNumber(row))).toEqual([0, 1, 2, 1, 2, 0, 2]);
    expect(meanings.turnBegun(3)?.number).toBe(2);
  });
  it('is a turn of its own session, also where another one has the same ids', () => {
    const two = new Meaning();
    const both = new RowMeanings(
      rowsOf([{ session: 's1', response: 'r1' }, {}, { session: 's2', response: 'r1' }]),
      two,
    );
    const ids = { userItems: ['msg_001'], responses: ['r1'] };
    const [first, second] = [turn(1, 0, 0, ids), { ...turn(1, 2, 2, ids), key: 's2 turn 1', session: 's2' }];
    two.add({ ...changesOf({}), turns: [first, second] });
    expect([both.turn(0), both.turn(2)]).toEqual([first, second]);
    for (const [session, its] of Object.entries({ s1: first, s2: second })) {
      expect(both.turnOf({ session, item: 'msg_001', response: '' })).toBe(its);
      expect(both.turnOf({ session, item: '', response: 'r1' })).toBe(its);
    }
    expect(both.turnOf({ session: 's3', item: 'msg_001', response: 'r1' })).toBeUndefined();
  });
  it('are the findings that rest on it, the gravest first', () => {
    const finding = (key: string, severity: Finding['severity'], on: number[]): Finding => ({
      key,
      rule: key,
      session: 's1',
      severity,
      title: key,
      explanation: '',
      advice: '',
      t: 0,
      rows: on,
      rowCount: on.length,
      occurrences: [],
      times: 1,
    });
    meaning.add({ ...changesOf({}), findings: [finding('slow', 'info', [1, 2]), finding('bad', 'error', [2])] });
    expect([...meanings.rules(2)]).toEqual(['bad', 'slow']);
    expect([...meanings.rules(0)]).toEqual([]);
  });
});

describe('columns', () => {
  const of = (width: number, more = {}) =>
    listColumns(usualListLook, { width, sessions: true, turns: true, numberWidth: 30, timeWidth: 70, ...more }).shown;
  it('leave from the least important while the list gets narrow, the type last', () => {
    expect(of(900)).toEqual(['number', 'time', 'delta', 'session', 'turn', 'direction', 'type', 'summary', 'size']);
    expect(of(500)).not.toContain('size');
    expect(of(400)).toEqual(['time', 'delta', 'session', 'direction', 'type']);
    expect(of(300)).toEqual(['time', 'direction', 'type']);
  });
  it('stand only where they tell something', () => {
    expect(of(900, { sessions: false, turns: false })).not.toEqual(expect.arrayContaining(['session']));
    const { shown, tracks } = listColumns(
      { hidden: ['summary', 'type'], time: 'delta' },
      { width: 900, sessions: false, turns: false, numberWidth: 30, timeWidth: 70 },
    );
    expect(shown).toEqual(['number', 'time', 'direction', 'type', 'size']);
    expect(tracks).toBe('30px 70px 16px minmax(96px, 1fr) 54px');
  });
  it('give the type the room the user wants, while there is a summary beside it', () => {
    const track = (width: number) => {
      const { shown, tracks } = listColumns(
        { ...usualListLook, typeWidth: 240 },
        { width, sessions: false, turns: false, numberWidth: 30, timeWidth: 70 },
      );
      return tracks.split(/ (?![^(]*\))/)[shown.indexOf('type')];
    };
    expect(track(900)).toBe('min(240px, 70cqi)');
    expect(track(400)).toBe('minmax(96px, 1fr)');
  });
});

it('sessions have a letter each, beyond Z two', () => {
  expect([0, 25, 26, 27, 701, 702].map((nth) => sessionMark(nth).letter)).toEqual(['A', 'Z', 'AA', 'AB', 'ZZ', 'AAA']);
});

it('what is found is marked where it stands, and nothing of the text is lost', () => {
  const hits = (text: string, wanted: string) =>
    highlight(text, toPattern(wanted))
      .filter(({ hit }) => hit)
      .map((part) => part.text);
  expect(hits('Session.update session', 'session')).toEqual(['Session', 'session']);
  expect(hits('a1 b22', '/[0-9]+/')).toEqual(['1', '22']);
  expect(hits('aaa', '/x*/')).toEqual([]);
  for (const text of ['', 'abc', 'İstanbul session'])
    expect(
      highlight(text, toPattern('s'))
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
});

it('a named filter that needs a selection says what is missing', () => {
  const named = (name: string, context = { response: 'resp 1', item: '', turn: 3 }) =>
    builtInPresets(context).find((preset) => preset.name === name);
  expect(named('This turn')).toEqual({ name: 'This turn', filter: 'turn:3', missing: '' });
  expect(named('This response')?.filter).toBe('response:"resp 1"');
  expect(named('This item')).toEqual({ name: 'This item', filter: '', missing: 'the selected event has no item' });
});
