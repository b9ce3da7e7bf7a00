import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../src/analysis/model';
import { addUsage, isNoUsage, noUsage, responseUsage, transcriptionUsage } from '../../../src/analysis/usage';

/** `text 43/0/16` is input, of it cached, output; `?` is what the server did not tell the modality of. */
function words(usage: Usage | null): string {
  if (!usage) return 'none';
  const named = { text: usage.text, audio: usage.audio, image: usage.image, '?': usage.unknown };
  const counts = Object.entries(named)
    .filter(([, { input, cached, output }]) => input + cached + output > 0)
    .map(([name, { input, cached, output }]) => `${name} ${input}/${cached}/${output}`);
  return [
    ...counts,
    `total ${usage.totalTokens}`,
    ...(usage.transcribedSeconds ? [`${usage.transcribedSeconds} s`] : []),
  ].join(', ');
}

const whole = {
  total_tokens: 200,
  input_tokens: 139,
  output_tokens: 61,
  input_token_details: {
    text_tokens: 43,
    audio_tokens: 96,
    image_tokens: 0,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 0, audio_tokens: 64, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 14, audio_tokens: 47 },
};

describe('usage of a response', () => {
  const table: [what: string, usage: unknown, told: string][] = [
    ['counts what was cached as a part of the input', whole, 'text 43/0/14, audio 96/64/47, total 200'],
    [
      'does not share out cached tokens that are not detailed',
      { ...whole, input_token_details: { text_tokens: 43, audio_tokens: 96, cached_tokens: 64 } },
      'text 43/0/14, audio 96/0/47, ? 0/64/0, total 200',
    ],
    [
      'knows of which modality cached tokens are when there is one only',
      { input_tokens: 100, output_tokens: 5, input_token_details: { text_tokens: 100, cached_tokens: 64 } },
      'text 100/64/0, ? 0/0/5, total 105',
    ],
    [
      'keeps sums without details apart',
      { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      '? 10/0/5, total 15',
    ],
    ['is all zero for a response that made nothing', { total_tokens: 0, input_tokens: 0 }, 'total 0'],
    [
      'takes no negative numbers, strings or nulls for counts',
      {
        total_tokens: '9',
        input_tokens: -3,
        input_token_details: { text_tokens: '7', audio_tokens: 4, cached_tokens: -1 },
      },
      'audio 4/0/0, total 4',
    ],
    [
      'never has more cached than there was',
      { input_token_details: { text_tokens: 5, cached_tokens_details: { text_tokens: 64 } } },
      'text 5/5/0, total 5',
    ],
    [
      'never has more cached of an unknown modality than there was of all',
      { input_token_details: { text_tokens: 5, audio_tokens: 3, cached_tokens: 64 } },
      'text 5/0/0, audio 3/0/0, ? 0/8/0, total 8',
    ],
    ['is none where nothing is told', null, 'none'],
    ['is none for anything but an object', 'lots', 'none'],
  ];
  it.each(table)('%s', (_, usage, told) => {
    expect(words(responseUsage({ type: 'response.done', response: { usage } }))).toBe(told);
  });

  it('is found beside the response, where xAI has it', () => {
    const usage = { input_tokens: 5, input_token_details: { text_tokens: 5, grok_tokens: 0 }, output_tokens: 0 };
    expect(words(responseUsage({ response: { usage: {} }, usage }))).toBe('text 5/0/0, total 5');
  });
});

describe('usage of a transcription', () => {
  const table: [what: string, usage: unknown, told: string][] = [
    ['is seconds where the model is charged by time', { type: 'duration', seconds: 3 }, 'total 0, 3 s'],
    [
      'is tokens where it is charged by tokens, and its output is text',
      {
        type: 'tokens',
        total_tokens: 45,
        input_tokens: 27,
        output_tokens: 18,
        input_token_details: { audio_tokens: 27 },
      },
      'text 0/0/18, audio 27/0/0, total 45',
    ],
    [
      'keeps input without details apart',
      { type: 'tokens', input_tokens: 27, output_tokens: 1 },
      'text 0/0/1, ? 27/0/0, total 28',
    ],
    ['is no time at all when the seconds are odd', { type: 'duration', seconds: -5 }, 'total 0'],
    ['is none where nothing is told', undefined, 'none'],
  ];
  it.each(table)('%s', (_, usage, told) => {
    expect(words(transcriptionUsage({ usage }))).toBe(told);
  });
});

describe('sums of usage', () => {
  it('add up by modality', () => {
    const one = responseUsage({ response: { usage: whole } }) ?? noUsage();
    const other = transcriptionUsage({ usage: { type: 'duration', seconds: 2 } }) ?? noUsage();
    expect(words(addUsage(addUsage(one, one), other))).toBe('text 86/0/28, audio 192/128/94, total 400, 2 s');
    expect(words(one)).toBe('text 43/0/14, audio 96/64/47, total 200');
    expect([isNoUsage(one), isNoUsage(other), isNoUsage(noUsage())]).toEqual([false, false, true]);
  });
});

it('is never negative, and never more cached than input, whatever a server writes', () => {
  const number = fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.constant('5'), fc.constant(null), fc.double());
  const details = fc.record({ text_tokens: number, audio_tokens: number, image_tokens: number }, { requiredKeys: [] });
  const usage = fc.record(
    {
      total_tokens: number,
      input_tokens: number,
      output_tokens: number,
      input_token_details: fc.record({ text_tokens: number, cached_tokens: number, cached_tokens_details: details }),
      output_token_details: details,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(usage, fc.anything()), (value) => {
      for (const told of [responseUsage({ response: { usage: value } }), transcriptionUsage({ usage: value })]) {
        if (!told) continue;
        for (const { input, cached, output } of [told.text, told.audio, told.image]) {
          expect(Math.min(input, cached, output)).toBeGreaterThanOrEqual(0);
          expect(cached).toBeLessThanOrEqual(input);
        }
        const all = [told.text, told.audio, told.image, told.unknown];
        const sum = (name: 'input' | 'cached') => all.reduce((total, count) => total + count[name], 0);
        // Sums of large doubles differ in their last digits by their order.
        expect(sum('cached')).toBeLessThanOrEqual(sum('input') * (1 + 1e-9));
        expect(told.totalTokens).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
