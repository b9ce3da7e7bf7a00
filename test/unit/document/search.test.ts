import { describe, expect, it } from 'vitest';
import type { TraceDocument } from '../../../src/document/client';
import type { SearchFound } from '../../../src/document/searchModel';
import { eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { buildWorker, openIndexed } from './openTestDocument';

buildWorker();

const says = (seq: number, words: string) =>
  eventLine(seq, seq, 'server', JSON.stringify({ type: 'response.output_text.delta', delta: words }));
const open = async (...words: string[]) =>
  (
    await openIndexed(
      await traceFile([HEADER, openLine(), '', ...words.map((word, i) => says(i + 1, word)), ''].join('\n')),
    )
  ).document;

/** All that a search tells, in the end. */
async function search(document: TraceDocument, text: string, regex = false, first = 0) {
  const rows: number[] = [];
  const { complete, found } = await document.search({ text, regex, first }, (told) => rows.push(...told.rows));
  expect(found).toBe(rows.length);
  return { rows, complete };
}

describe('search', () => {
  it('finds text in any case, by row, past headers and empty lines', async () => {
    const document = await open('Hello there', 'nothing', 'say HELLO', 'ÉTÉ');
    expect(await search(document, 'hello')).toEqual({ rows: [1, 3], complete: true });
    expect(await search(document, 'été')).toEqual({ rows: [4], complete: true });
    expect(await search(document, 'gpt-realtime')).toEqual({ rows: [0], complete: true });
    expect(await search(document, '')).toEqual({ rows: [], complete: true });
  });

  it('finds text as a person types it, however JSON wrote it', async () => {
    const document = await open('say "hi"', JSON.stringify({ path: 'C:\\x' }), 'plain');
    expect((await search(document, 'say "hi"')).rows).toEqual([1]);
    expect((await search(document, '"path"')).rows).toEqual([2]);
  });

  it('matches expressions, and takes a text with their signs for text', async () => {
    const document = await open('call 555-1234', 'call 5.5', 'call five');
    expect((await search(document, 'call \\d+-', true)).rows).toEqual([1]);
    expect((await search(document, '5.5')).rows).toEqual([2]);
    expect((await search(document, 'CALL (five|5\\.)', true)).rows).toEqual([2, 3]);
  });

  it('refuses an expression that is none', async () => {
    const document = await open('x');
    await expect(search(document, '(', true)).rejects.toThrow(/The pattern cannot be used/);
    expect((await search(document, 'x"')).rows).toEqual([1]);
  });

  it('does not look for words in sound', async () => {
    const audio = Buffer.from('needle'.repeat(200)).toString('base64');
    const file = await traceFile(
      [
        HEADER,
        eventLine(1, 1, 'client', `{"type":"input_audio_buffer.append","audio":"${audio}"}`),
        says(2, audio.slice(0, 12)),
        '',
      ].join('\n'),
    );
    const { document } = await openIndexed(file);
    expect((await search(document, audio.slice(0, 12))).rows).toEqual([1]);
    expect((await search(document, 'append')).rows).toEqual([0]);
  });

  it('comes back from an expression that would take for ever, says so, and still answers', async () => {
    const document = await open('ok zzz', `${'a'.repeat(40)}!`, 'ok zzz');
    const found = await search(document, 'zzz|(a+)+$', true);
    expect(found).toEqual({ rows: [1, 3], complete: false });
    expect((await document.summaries([1]))[0]).toBe('ok zzz');
  });

  it('tells of rows in their order while it goes on, and of how far it has come', async () => {
    const document = await open(...Array.from({ length: 30_000 }, (_, i) => `word ${i} ${'x'.repeat(300)}`));
    const told: SearchFound[] = [];
    const end = await document.search({ text: 'word', regex: false }, (found) => told.push(found));
    expect(told.length).toBeGreaterThan(1);
    expect(told[0]?.looked).toBeLessThan(30_000);
    for (const [at, { rows, looked, of }] of told.entries()) {
      expect(of).toBe(30_001);
      const before = told[at - 1]?.looked ?? 0;
      expect(looked).toBeGreaterThanOrEqual(before);
      // Whatever lies between is known for good.
      expect(rows).toEqual(Array.from({ length: looked - Math.max(1, before) }, (_, i) => i + Math.max(1, before)));
    }
    expect(end).toEqual({ found: 30_000, looked: 30_001, of: 30_001, complete: true });
  });

  it('ends when it is given up, keeps what it has told, and holds up no other', async () => {
    const document = await open(...Array.from({ length: 60_000 }, (_, i) => `word ${i} ${'x'.repeat(300)}`));
    const given = new AbortController();
    const told: SearchFound[] = [];
    const older = document.search(
      { text: 'word', regex: false },
      (found) => {
        told.push(found);
        given.abort();
      },
      given.signal,
    );
    const newer = search(document, 'word 59999');
    const { looked, complete, found } = await older;
    expect(complete).toBe(false);
    expect(looked).toBeLessThan(60_001);
    expect(told.flatMap(({ rows }) => rows)).toHaveLength(found);
    expect(found).toBe(looked - 1);
    expect(await newer).toEqual({ rows: [60_000], complete: true });
  });

  it('looks only at what has come since, when asked to begin there', async () => {
    const document = await open('one word', 'two words', 'three words');
    expect(await search(document, 'word', false, 2)).toEqual({ rows: [2, 3], complete: true });
    expect(await search(document, 'word', true, 3)).toEqual({ rows: [3], complete: true });
    expect(await search(document, 'word', false, 99)).toEqual({ rows: [], complete: true });
  });

  it('ends at a hundred thousand rows, and says to where it has looked', async () => {
    const { document } = await openIndexed(
      await traceFile([HEADER, ...Array.from({ length: 100_500 }, (_, i) => says(i + 1, 'w'))].join('\n')),
    );
    const rows: number[] = [];
    const end = await document.search({ text: 'delta', regex: false }, (told) => rows.push(...told.rows));
    expect(end).toEqual({ found: 100_000, looked: 100_000, of: 100_500, complete: false });
    expect(rows.at(-1)).toBe(99_999);
  });

  it('finds a last line without its line feed', async () => {
    const { document } = await openIndexed(await traceFile(`${HEADER}\n${says(1, 'last words')}`));
    expect(await search(document, 'last words')).toEqual({ rows: [0], complete: true });
  });
});
