import { describe, expect, it } from 'vitest';
import { FoldedRows } from '../../../webview/logic/fold';
import { BatchMaker, rowsOf, type TestRow } from './columns';
import { Rows } from '../../../webview/state/rows';

const audio: TestRow = { type: 'response.output_audio.delta', response: 'r1', flags: 16, bytes: 1000, audioMs: 250 };
const words: TestRow = { type: 'response.output_audio_transcript.delta', response: 'r1', flags: 16 };
const done: TestRow = { type: 'response.done', response: 'r1' };

function fold(rows: Rows, passes: (row: number) => boolean = () => true) {
  const folded = new FoldedRows(rows, passes);
  folded.extend(rows.count);
  return folded;
}
const entries = (folded: FoldedRows) =>
  Array.from({ length: folded.length }, (_, at) => folded.at(at)).map(({ row, count }) => [row, count]);

describe('runs of deltas', () => {
  it('fold into one entry each, also when two kinds interleave', () => {
    const folded = fold(rowsOf([done, audio, words, audio, audio, words, done]));
    expect(entries(folded)).toEqual([
      [0, 1],
      [1, 3],
      [2, 2],
      [6, 1],
    ]);
    expect(folded.passed).toBe(7);
  });

  it('tell bytes and audio of the whole run', () => {
    expect(fold(rowsOf([audio, audio, audio])).at(0)).toMatchObject({ bytes: 3000, audioMs: 750, last: 2 });
  });

  it('end where another event stands between, unless that one is filtered out', () => {
    const rows = rowsOf([audio, done, audio]);
    expect(entries(fold(rows))).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(entries(fold(rows, (row) => row !== 1))).toEqual([[0, 2]]);
  });

  it('are not ended by a ping; pings and pongs of a session are one run, whichever end they came from', () => {
    const ping: TestRow = { type: 'ping', kind: 3, seq: 0, from: 'server' };
    const pong: TestRow = { type: 'pong', kind: 3, seq: 0, from: 'client' };
    const folded = fold(rowsOf([ping, pong, ping, pong, { ...ping, session: 's2' }, done, audio, ping, audio, done]));
    expect(entries(folded)).toEqual([
      [0, 4],
      [4, 1],
      [5, 1],
      [6, 2],
      [7, 1],
      [9, 1],
    ]);
    expect(folded.positionOf(3)).toBe(0);
    folded.toggle(0);
    expect(entries(folded).slice(0, 5)).toEqual([
      [0, 4],
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(folded.positionOf(3)).toBe(4);
  });

  it('of different responses stay apart', () => {
    expect(entries(fold(rowsOf([audio, { ...audio, response: 'r2' }, audio])))).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  it('go on growing while rows arrive, and when open show each new member', () => {
    const rows = new Rows();
    const maker = new BatchMaker();
    rows.append(maker.batch([done, audio]));
    const folded = fold(rows);
    rows.append(maker.batch([audio, words, audio]));
    folded.extend(rows.count);
    expect(entries(folded)).toEqual([
      [0, 1],
      [1, 3],
      [3, 1],
    ]);
    folded.toggle(1);
    rows.append(maker.batch([audio]));
    folded.extend(rows.count);
    expect(entries(folded)).toEqual([
      [0, 1],
      [1, 4],
      [1, 1],
      [2, 1],
      [4, 1],
      [5, 1],
      [3, 1],
    ]);
    folded.toggle(1);
    expect(folded.length).toBe(3);
  });
});

it('every row that passes is found at the position that shows it', () => {
  const rows = rowsOf([done, audio, words, audio, done, words, words, done]);
  const folded = fold(rows, (row) => row !== 4);
  // Row 4 is filtered out, so the transcript's run goes on past it.
  expect([0, 1, 2, 3, 5, 6, 7].map((row) => folded.positionOf(row))).toEqual([0, 1, 2, 1, 2, 2, 3]);
  expect(folded.positionOf(4)).toBe(-1);
  folded.toggle(1);
  expect([0, 1, 2, 3, 5, 6, 7].map((row) => folded.at(folded.positionOf(row)).row)).toEqual([0, 1, 2, 3, 2, 2, 7]);
});

it('a trace of nothing but deltas of ever new responses is looked through in one pass', () => {
  const many = Array.from({ length: 4000 }, (_, n) => ({ ...audio, response: `r${n >> 1}` }));
  const folded = fold(rowsOf(many));
  expect(folded.length).toBe(2000);
  expect(folded.positionOf(3999)).toBe(1999);
  expect(folded.positionOf(0)).toBe(0);
});

it('rows before the start were cleared away', () => {
  const rows = rowsOf([done, done, done]);
  const folded = new FoldedRows(rows, () => true, { start: 2 });
  folded.extend(3);
  expect(entries(folded)).toEqual([[2, 1]]);
});
