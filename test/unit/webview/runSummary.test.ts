import { expect, it } from 'vitest';
import { FoldedRows } from '../../../webview/logic/fold';
import { listSummary } from '../../../webview/logic/runSummary';
import { rowsOf, type TestRow } from './columns';

const word: TestRow = { type: 'response.output_audio_transcript.delta', response: 'r1', flags: 16 };
const audio: TestRow = { type: 'response.output_audio.delta', response: 'r1', flags: 16, audioMs: 100 };
const done: TestRow = { type: 'response.done', response: 'r1' };

function said(rows: readonly TestRow[], texts: readonly (string | undefined)[]) {
  const source = rowsOf(rows);
  const list = new FoldedRows(source, () => true);
  list.extend(source.count);
  const asked = new Set<number>();
  const summaryOf = (row: number) => {
    asked.add(row);
    return texts[row];
  };
  return { list, asked, of: (row: number) => listSummary(list, row, source.typeOf(row), summaryOf) };
}

it('a folded run of words says them all, over the audio between them', () => {
  const { of } = said([word, audio, word, word, done], ['It', 'audio 100 ms', ' is', ' sunny.', 'completed']);
  expect(of(0)).toBe('It is sunny.');
  expect(of(4)).toBe('completed');
});
it('a run of audio keeps to its own words, also when its length is not known', () => {
  const append: TestRow = { type: 'input_audio_buffer.append', from: 'client', flags: 16 };
  const { asked, of } = said([append, append, { ...audio, audioMs: 0 }, audio], ['audio 0 ms', 'b', 'audio 0 ms', 'd']);
  expect([of(0), of(2)]).toEqual(['audio 0 ms', 'audio 0 ms']);
  expect([...asked]).toEqual([0, 2]);
});
it('an opened run says its first word again, as its members say theirs', () => {
  const { list, of } = said([word, word], ['It', ' is']);
  list.toggle(0);
  expect([of(0), of(1)]).toEqual(['It', ' is']);
});
it('words that are on their way end the text, and are all asked for at once', () => {
  const { asked, of } = said([word, word, word, word], ['It', undefined, ' sunny', undefined]);
  expect(of(0)).toBe('It');
  expect([...asked]).toEqual([0, 1, 2, 3]);
});
it('a run of which nothing is known yet says nothing', () => {
  const { of } = said([word, word], []);
  expect(of(0)).toBeUndefined();
});
it('of a long run the first sixty events are looked at', () => {
  const { asked, of } = said(
    Array.from({ length: 500 }, () => word),
    Array.from({ length: 500 }, () => 'a'),
  );
  expect(of(0)).toBe('a'.repeat(60));
  expect(asked.size).toBe(60);
});
