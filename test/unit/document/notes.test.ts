/** Notes of the user in an open trace: rows at the moment they are about, and spans of a lane of their own. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { withLastLines } from '../../../src/document/rowExport';
import { noteRecord, type UserNote } from '../../../src/trace/notes';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { buildWorker, openIndexed } from './openTestDocument';

buildWorker();

const NOTE: UserNote = { id: 'n1', text: 'too late', at: 20, session: 's1', seq: 1, removed: false };
const session = [openLine('s1', 1), eventLine(1, 20, 'client', '{"type":"response.create"}'), closeLine('s1', 900)];
const line = (note: UserNote, t = 900) => JSON.stringify(noteRecord(note, t));

it('a note added to an open trace comes as a row and a span, an edit as the same span, a removal with its status', async () => {
  const opened = await openIndexed(await traceFile([HEADER, ...session, ''].join('\n')));
  const { document, spans } = opened;
  await document.note(NOTE);
  await opened.follow();
  expect(opened.rows().at(-1)).toMatchObject({ kind: 6, type: 'note', t: 20, session: 's1' });
  await expect
    .poll(() => spans.get('note n1'))
    .toMatchObject({ lane: 'note', label: 'too late', start: 20, end: 20, startRow: 3 });
  await document.note({ ...NOTE, text: 'too late again' });
  await opened.follow();
  expect(opened.rows().at(-1)).toMatchObject({ kind: 6, type: 'note change' });
  await expect.poll(() => spans.get('note n1')).toMatchObject({ label: 'too late again', startRow: 3, status: '' });
  await document.note({ ...NOTE, removed: true });
  await opened.follow();
  await expect.poll(() => spans.get('note n1')).toMatchObject({ status: 'removed', startRow: 3 });
});

it('a change whose first line is lost stands for itself, and the recorder’s remarks are no notes of the user', async () => {
  const file = await traceFile(
    [
      HEADER,
      ...session,
      '{"kind":"note","t":900,"text":"Recor',
      line(NOTE),
      '{"kind":"note","t":901,"text":"Recording was off."}',
      '',
    ].join('\n'),
  );
  const { spans, rows } = await openIndexed(file);
  await expect.poll(() => spans.get('note n1')).toMatchObject({ label: 'too late', startRow: 4 });
  expect([...spans.values()].filter(({ lane }) => lane === 'note')).toHaveLength(1);
  expect(rows().at(-1)).toMatchObject({ kind: 6, t: 901 });
});

it('in joined traces a note has the times and the session of the last one', async () => {
  const file = await traceFile([HEADER, ...session, HEADER.replace('21:00:00', '21:00:10'), ...session, ''].join('\n'));
  const opened = await openIndexed(file);
  await opened.document.note({ ...NOTE, at: 10_020, session: 's1 (2)' });
  expect(JSON.parse(fs.readFileSync(file, 'utf8').split('\n').at(-2) ?? '')).toMatchObject({
    at: 20,
    session: 's1',
    seq: 1,
  });
  await opened.document.note({ ...NOTE, id: 'n2', at: 20, session: 's1' });
  await opened.follow();
  await expect.poll(() => opened.spans.get('note n1')).toMatchObject({ start: 10_020, session: 's1 (2)' });
  await expect.poll(() => opened.spans.get('note n2')).toMatchObject({ start: 20, session: '' });
});

it('is found by what it says now, at the row of its first line, and not at all when it was taken away', async () => {
  const file = await traceFile(
    [
      HEADER,
      ...session,
      line({ ...NOTE, text: 'needle in old words' }),
      line({ ...NOTE, id: 'n2', text: 'hay' }),
      line({ ...NOTE, id: 'n3', text: 'needle that goes' }),
      line({ ...NOTE, id: 'n4', text: 'needle that stays' }),
      line({ ...NOTE, text: 'hay' }),
      line({ ...NOTE, id: 'n2', text: 'a needle in new words' }),
      line({ ...NOTE, id: 'n3', removed: true }),
      '',
    ].join('\n'),
  );
  const opened = await openIndexed(file);
  const search = async (text: string, regex = false, first = 0) => {
    const rows: number[] = [];
    const { complete } = await opened.document.search({ text, regex, first }, (told) => rows.push(...told.rows));
    expect(complete).toBe(true);
    return rows;
  };
  // Rows 0 to 2 are the session's, 3 to 6 the notes' first lines.
  for (const regex of [false, true]) {
    expect(await search('needle', regex)).toEqual([4, 6]);
    expect(await search('hay', regex)).toEqual([3]);
    expect(await search('old words', regex)).toEqual([]);
    expect(await search('goes', regex)).toEqual([]);
    expect(await search('needle', regex, 5)).toEqual([6]);
  }
  // Written while it is open, and taken back.
  await opened.document.note({ ...NOTE, id: 'n3', text: 'a needle again' });
  await opened.document.note({ ...NOTE, id: 'n4', text: 'nothing' });
  await opened.follow();
  expect(await search('needle')).toEqual([4, 5]);
});

it('a selection saved as a trace holds a note as it is now, not as it was', async () => {
  const file = await traceFile(
    [HEADER, ...session, line(NOTE), line({ ...NOTE, id: 'n2' }), line({ ...NOTE, text: 'changed' }), ''].join('\n'),
  );
  const { document } = await openIndexed(file);
  const out = path.join(path.dirname(file), 'saved.realtime.jsonl');
  await document.saveRows([0, 1, 3, 4], out);
  const saved = fs.readFileSync(out, 'utf8').trimEnd().split('\n').slice(1);
  expect(saved).toEqual([session[0], session[1], line({ ...NOTE, id: 'n2' }), line({ ...NOTE, text: 'changed' })]);
});

it.each([
  [[0, 5], [[2, 9]], [0, 1, 3, 5, 9, 9]],
  [[0, 5], [[0, 5]], [1, 5]],
  [
    [0, 1, 4, 4],
    [
      [4, 6],
      [2, 3],
    ],
    [0, 1, 6, 6],
  ],
  [[0, 5], [[7, 8]], [0, 5]],
])('of rows %j with notes changed by %j go %j', (ranges, changed, expected) => {
  expect(withLastLines(ranges, new Map(changed as [number, number][]))).toEqual(expected);
});
