import { describe, expect, it } from 'vitest';
import { imageType, looksLikeImage, readImage } from '../../../webview/logic/imageBytes';
import { rawParts } from '../../../webview/logic/rawParts';
import { relationLines } from '../../../webview/logic/relation';
import { spokenParts, sureness } from '../../../webview/logic/spokenParts';

describe('causes and effects as lines', () => {
  const times = [0, 10, 40, 100, 130];
  const t = (row: number) => times[row] ?? 0;
  it('go outwards step by step, each with its distance to the one it hangs on', () => {
    const links = [
      { cause: 2, effect: 3, kind: 'committed' as const },
      { cause: 1, effect: 2, kind: 'stopped' as const },
      { cause: 0, effect: 3, kind: 'answered' as const },
    ];
    expect(relationLines(3, links, 'causes', t)).toEqual([
      { row: 2, words: 'commits what ended with', step: 1, ms: -60 },
      { row: 1, words: 'ends the speech that began with', step: 2, ms: -30 },
      { row: 0, words: 'answers', step: 1, ms: -100 },
    ]);
    expect(relationLines(1, links, 'effects', t)).toEqual([
      { row: 2, words: 'ended with', step: 1, ms: 30 },
      { row: 3, words: 'led to the commit', step: 2, ms: 60 },
    ]);
  });
  it('name each row once, also where links meet again', () => {
    const links = [
      { cause: 0, effect: 1, kind: 'started' as const },
      { cause: 0, effect: 2, kind: 'started' as const },
      { cause: 1, effect: 2, kind: 'ended' as const },
    ];
    expect(relationLines(0, links, 'effects', t).map(({ row }) => row)).toEqual([1, 2]);
  });
});

describe('a picture', () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 4);
  const base64 = (bytes: readonly number[]) => btoa(String.fromCharCode(...bytes));
  const url = (bytes: Uint8Array, said: string) => `data:${said};base64,${btoa(String.fromCharCode(...bytes))}`;
  it.each([
    [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'image/png'],
    [[0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
    [[0x47, 0x49, 0x46, 0x38, 0x39, 0x61], 'image/gif'],
    [[0x52, 0x49, 0x46, 0x46, 9, 9, 9, 9, 0x57, 0x45, 0x42, 0x50], 'image/webp'],
    // A WAV begins like a WebP.
    [[0x52, 0x49, 0x46, 0x46, 9, 9, 9, 9, 0x57, 0x41, 0x56, 0x45], undefined],
    [[...new TextEncoder().encode('<svg onload="x">')], undefined],
    [[], undefined],
  ])('is known by its first bytes: %j', (bytes, type) => expect(imageType(Uint8Array.from(bytes))).toBe(type));

  it('is what its bytes are, whatever the URL says', () => {
    expect(readImage(url(png, 'image/svg+xml'))).toEqual({ bytes: png, type: 'image/png' });
    expect(
      readImage(url(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/png')),
    ).toBeUndefined();
  });
  it('is never fetched: an address, text and broken base64 are none', () => {
    for (const text of ['https://example.com/x.png', 'data:image/png,abc', 'hello', '', 'data:image/png;base64,%%%'])
      expect([looksLikeImage(text), readImage(text)]).toEqual([false, undefined]);
  });
  it('is found in bare base64 too, and sound is not', () => {
    expect(looksLikeImage(base64([...png, ...new Array<number>(60).fill(0)]))).toBe(true);
    expect(looksLikeImage(base64(new Array<number>(300).fill(7)))).toBe(false);
  });
});

describe('words and speakers', () => {
  it('come with the probability of each token, as the event tells it', () => {
    const { tokens } = spokenParts(
      JSON.stringify({
        type: 'x',
        logprobs: [{ token: 'Hi', logprob: 0 }, { token: ' you', logprob: Math.log(0.6) }, { token: 1 }],
      }),
    );
    expect(tokens.map(({ text, probability }) => [text, Number(probability.toFixed(3))])).toEqual([
      ['Hi', 1],
      [' you', 0.6],
    ]);
    expect(tokens.map(sureness)).toEqual(['sure', 'fair']);
    expect(sureness({ text: '', probability: 0.2 })).toBe('unsure');
  });
  it('come as segments, one of its own or many in a list', () => {
    const one = { type: 's', speaker: 'A', text: 'Hello', start: 0.5, end: 1 };
    expect(spokenParts(JSON.stringify(one)).segments).toEqual([{ speaker: 'A', text: 'Hello', start: 0.5, end: 1 }]);
    expect(spokenParts(JSON.stringify({ segments: [one, { speaker: 'B', text: 'Yes' }] })).segments).toEqual([
      { speaker: 'A', text: 'Hello', start: 0.5, end: 1 },
      { speaker: 'B', text: 'Yes', start: NaN, end: NaN },
    ]);
  });
  it('are none in what only looks like it', () => {
    for (const text of ['{"logprobs":null}', '{"speaker":"A"}', '"logprobs"', '{"logprobs":[', '[]'])
      expect(spokenParts(text)).toEqual({ tokens: [], segments: [] });
  });
});

it('raw text keeps every character, with long base64 set apart', () => {
  const sound = `${'Ab3/'.repeat(100)}==`;
  const text = `{"audio":"${sound}","b":"short"}`;
  expect(rawParts(text)).toEqual([
    { kind: 'text', text: '{"audio":"' },
    { kind: 'base64', text: sound },
    { kind: 'text', text: '","b":"short"}' },
  ]);
  for (const any of ['', 'abc', sound, text + text])
    expect(
      rawParts(any)
        .map((part) => part.text)
        .join(''),
    ).toBe(any);
});
