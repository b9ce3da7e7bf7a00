import { describe, expect, it } from 'vitest';
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

describe('search', () => {
  it('finds text in any case, by row, past headers and empty lines', async () => {
    const document = await open('Hello there', 'nothing', 'say HELLO', 'ÉTÉ');
    expect(await document.search('hello', false)).toEqual({ rows: [1, 3], complete: true });
    expect(await document.search('été', false)).toEqual({ rows: [4], complete: true });
    expect(await document.search('gpt-realtime', false)).toEqual({ rows: [0], complete: true });
    expect(await document.search('', false)).toEqual({ rows: [], complete: true });
  });

  it('finds text as a person types it, however JSON wrote it', async () => {
    const document = await open('say "hi"', JSON.stringify({ path: 'C:\\x' }), 'plain');
    expect((await document.search('say "hi"', false)).rows).toEqual([1]);
    expect((await document.search('"path"', false)).rows).toEqual([2]);
  });

  it('matches expressions, and takes a text with their signs for text', async () => {
    const document = await open('call 555-1234', 'call 5.5', 'call five');
    expect((await document.search('call \\d+-', true)).rows).toEqual([1]);
    expect((await document.search('5.5', false)).rows).toEqual([2]);
    expect((await document.search('CALL (five|5\\.)', true)).rows).toEqual([2, 3]);
  });

  it('refuses an expression that is none', async () => {
    const document = await open('x');
    await expect(document.search('(', true)).rejects.toThrow(/The pattern cannot be used/);
    expect((await document.search('x"', false)).rows).toEqual([1]);
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
    expect((await document.search(audio.slice(0, 12), false)).rows).toEqual([1]);
    expect((await document.search('append', false)).rows).toEqual([0]);
  });

  it('comes back from an expression that would take for ever, says so, and still answers', async () => {
    const document = await open('ok zzz', `${'a'.repeat(40)}!`, 'ok zzz');
    const found = await document.search('zzz|(a+)+$', true);
    expect(found).toEqual({ rows: [1, 3], complete: false });
    expect((await document.summaries([1]))[0]).toBe('ok zzz');
  });

  it('ends when a newer one begins', async () => {
    const document = await open(...Array.from({ length: 30_000 }, (_, i) => `word ${i} ${'x'.repeat(200)}`));
    const [older, newer] = await Promise.all([document.search('word', false), document.search('word 29999', false)]);
    expect(older.complete).toBe(false);
    expect(newer).toEqual({ rows: [30_000], complete: true });
  });

  it('finds a last line without its line feed', async () => {
    const { document } = await openIndexed(await traceFile(`${HEADER}\n${says(1, 'last words')}`));
    expect(await document.search('last words', false)).toEqual({ rows: [0], complete: true });
  });
});
