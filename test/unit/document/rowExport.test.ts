import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { buildWorker, openIndexed } from './openTestDocument';

buildWorker();

const odd = '{"type" : "session.update","n":1.0e0,"n":2}';
const lines = [
  openLine(),
  eventLine(1, 2, 'client', odd),
  eventLine(2, 3, 'server', '{"type":"session.updated"}'),
  '{"kind":"event","seq":3,"session":"s1","t":4,"from":"client","bytes":3,"text":"hey"}',
  eventLine(4, 5, 'server', '{"type":"response.done"}'),
  closeLine('s1', 6, 1000),
];
const trace = () => traceFile([HEADER, ...lines, ''].join('\n'));
const folder = () => mkdtemp(path.join(tmpdir(), 'rows-'));

describe('a selection saved as a trace', () => {
  it('has the same start, the rows as they stand, and can be opened with times and numbers as they were', async () => {
    const file = await trace();
    const saved = path.join(await folder(), 'selection.realtime.jsonl');
    const { document } = await openIndexed(file);
    expect(await document.saveRows([0, 1, 4, 4], saved)).toBe(3);
    const [header, ...rest] = (await readFile(saved, 'utf8')).split('\n');
    expect(rest).toEqual([lines[0], lines[1], lines[4], '']);
    const before = JSON.parse(HEADER) as Record<string, unknown>;
    const after = JSON.parse(header ?? '') as Record<string, unknown>;
    expect(after).toEqual({ ...before, id: after['id'] });
    expect(after['id']).not.toBe(before['id']);
    const again = await openIndexed(saved);
    expect(again.states.at(-1)?.problems).toEqual([]);
    expect(again.rows().map(({ seq, t }) => [seq, t])).toEqual([
      [0, again.rows()[0]?.t],
      [1, 2],
      [4, 5],
    ]);
  });

  it('is never written over its own trace, and leaves nothing behind when it cannot be written', async () => {
    const file = await trace();
    const { document } = await openIndexed(file);
    await expect(document.saveRows([0, 1], file)).rejects.toThrow(/Choose another name/);
    const into = await folder();
    await expect(document.saveRows([0, 99], path.join(into, 'x.realtime.jsonl'))).rejects.toThrow(/not in this trace/);
    await expect(document.saveRows([0, 1], path.join(into, 'none', 'x.realtime.jsonl'))).rejects.toThrow(/ENOENT/);
    expect(await readdir(into)).toEqual([]);
  });
});

describe('a selection of joined traces', () => {
  const second = HEADER.replace('"t1"', '"t2"').replace('21:00:00.000', '21:00:10.000');
  // Put together by the same clock, or by one that stood still: the start tells nothing of where one ends.
  const third = HEADER.replace('"t1"', '"t3"');
  const parts = [HEADER, ...lines, second, ...lines, third, ...lines];
  const joined = () => traceFile([...parts, ''].join('\n'));
  const facts = (rows: Record<string, unknown>[]) =>
    rows.map(({ t, sent, seq, session, type }) => ({ t, sent, seq, session, type }));

  it.each([
    ['all of it', [0, 17]],
    ['rows of each part', [1, 2, 7, 8, 13, 14]],
    ['the last part only', [12, 17]],
    ['the first and the last one', [0, 1, 16, 17]],
    ['the seam of two', [5, 6]],
  ])('%s: keeps times, numbers and sessions', async (_what, ranges) => {
    const { document, rows } = await openIndexed(await joined());
    const saved = path.join(await folder(), 'selection.realtime.jsonl');
    const wanted = ranges.flatMap((first, at) =>
      at % 2 ? [] : Array.from({ length: (ranges[at + 1] ?? 0) - first + 1 }, (_, more) => first + more),
    );
    expect(await document.saveRows(ranges, saved)).toBe(wanted.length);
    const all = facts(rows());
    const again = await openIndexed(saved);
    expect(facts(again.rows())).toEqual(wanted.map((row) => all[row]));
  });

  it('has the sessions of its parts apart, and what is made of them', async () => {
    const { document } = await openIndexed(await joined());
    const saved = path.join(await folder(), 'selection.realtime.jsonl');
    await document.saveRows([0, 17], saved);
    const { states } = await openIndexed(saved);
    expect(states.at(-1)?.sessions.map(({ id, start, end }) => [id, start, end])).toEqual([
      ['s1', 1, 6],
      ['s1 (2)', 10_001, 10_006],
      ['s1 (3)', 1, 6],
    ]);
  });

  it('is found where the first part has no header', async () => {
    const { document, rows } = await openIndexed(
      await traceFile([...lines, HEADER, ...lines, second, ...lines].join('\n')),
    );
    const saved = path.join(await folder(), 'selection.realtime.jsonl');
    await document.saveRows([0, 17], saved);
    const again = await openIndexed(saved);
    expect(facts(again.rows())).toEqual(facts(rows()));
  });
});

describe('rows on the clipboard', () => {
  it('are their messages to the letter, one a line, and the trace’s own line where there is no such', async () => {
    const { document } = await openIndexed(await trace());
    const { text, rows, left } = await document.messages([1, 3, 5, 5], 10_000);
    expect(text).toBe(`${odd}\n{"type":"session.updated"}\n${lines[3]}\n${lines[5]}\n`);
    expect([rows, left]).toEqual([4, 0]);
  });

  it('end where no more fit, and it is said how many are left', async () => {
    const { document } = await openIndexed(await trace());
    expect(await document.messages([1, 4], odd.length + 1)).toEqual({ text: `${odd}\n`, rows: 1, left: 3 });
  });
});
