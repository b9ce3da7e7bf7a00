import { describe, expect, it } from 'vitest';
import { addCost, costOf, SessionAccount } from '../../../src/analysis/cost';
import type { TracedEvent } from '../../../src/analysis/model';
import { checkPrices, LIST_PRICES, listApplies, PRICE_FIELDS, quote } from '../../../src/analysis/prices';
import { responseUsage, transcriptionUsage } from '../../../src/analysis/usage';

const NO_ONE = new Map<string, never>();

function usage(input: object, output: object) {
  const told = responseUsage({ response: { usage: { input_token_details: input, output_token_details: output } } });
  if (!told) throw new Error('no usage');
  return told;
}

function listed(model: string) {
  const found = quote(model, NO_ONE, true);
  if (!found) throw new Error(`no price of ${model}`);
  return found;
}

describe('what a response costs', () => {
  it('is fresh input, cached input at its own price, and output, each by modality', () => {
    const spent = usage(
      {
        text_tokens: 1000,
        audio_tokens: 2000,
        image_tokens: 500,
        cached_tokens: 1600,
        cached_tokens_details: { text_tokens: 600, audio_tokens: 1000 },
      },
      { text_tokens: 100, audio_tokens: 300 },
    );
    // text 400 * 4 + 600 * 0.4 + 100 * 16; audio 1000 * 32 + 1000 * 0.4 + 300 * 64; image 500 * 5
    const millionths = 1600 + 240 + 1600 + 32_000 + 400 + 19_200 + 2500;
    expect(costOf(spent, listed('gpt-realtime'))?.usd).toBeCloseTo(millionths / 1e6, 12);
    expect(costOf(spent, listed('gpt-realtime'))?.source).toBe(`OpenAI list prices, ${LIST_PRICES.date}`);
  });

  it('is not known where the server did not say of which modality the cached tokens were', () => {
    const spent = usage({ text_tokens: 1000, audio_tokens: 1000, cached_tokens: 640 }, {});
    expect(costOf(spent, listed('gpt-realtime'))).toBeNull();
  });

  it('is known all the same where it makes no difference', () => {
    const spent = transcriptionUsage({ usage: { type: 'tokens', input_tokens: 1000, output_tokens: 100 } });
    if (!spent) throw new Error('no usage');
    expect(costOf(spent, listed('gpt-4o-transcribe'))?.usd).toBeCloseTo((1000 * 2.5 + 100 * 10) / 1e6, 12);
  });

  it('is not known where a price is missing', () => {
    const spent = usage({ text_tokens: 1 }, { audio_tokens: 1 });
    expect(costOf(spent, { prices: { textInput: 4 }, source: 'your prices' })).toBeNull();
  });

  it('is by the minute for a transcription model that is charged by time', () => {
    const spent = transcriptionUsage({ usage: { type: 'duration', seconds: 90 } });
    if (!spent) throw new Error('no usage');
    expect(costOf(spent, listed('gpt-realtime-whisper'))?.usd).toBeCloseTo(0.0255, 12);
    expect(costOf(spent, listed('gpt-4o-transcribe'))).toBeNull();
  });

  it('adds up, with all the sources, and not at all once a part is unknown', () => {
    const one = { usd: 1, source: 'a' };
    const other = { usd: 2, source: 'b' };
    expect(addCost(addCost(one, other), one)).toEqual({ usd: 4, source: 'a + b' });
    expect(addCost({ usd: 0, source: '' }, one)).toEqual(one);
    expect(addCost(one, null)).toBeNull();
  });
});

describe('the price of a model', () => {
  const user = checkPrices({ 'gpt-realtime': { audioOutput: 1 }, mine: { textInput: 3 } }).prices;
  const table: [model: string, list: boolean, audioOutput: number | undefined, source: string | undefined][] = [
    ['gpt-realtime-mini', true, 20, `OpenAI list prices, ${LIST_PRICES.date}`],
    ['gpt-realtime-mini-2025-12-15', true, 20, `OpenAI list prices, ${LIST_PRICES.date}`],
    ['gpt-realtime', true, 1, `your prices; else OpenAI list prices, ${LIST_PRICES.date}`],
    ['gpt-realtime-2025-08-28', true, 1, `your prices; else OpenAI list prices, ${LIST_PRICES.date}`],
    ['gpt-realtime', false, 1, 'your prices'],
    ['mine', false, undefined, 'your prices'],
    ['gpt-4o-realtime-preview-2024-12-17', true, 80, `OpenAI list prices, ${LIST_PRICES.date}`],
    ['gpt-4o-realtime-preview-2024-10-01', true, undefined, undefined],
    ['gpt-realtime-mini', false, undefined, undefined],
    ['gpt-realtime-9', true, undefined, undefined],
    ['gpt-realtime-global-standard', true, undefined, undefined],
    ['constructor', true, undefined, undefined],
    ['', true, undefined, undefined],
  ];
  it.each(table)('%s with the list %s', (model, list, audioOutput, source) => {
    const found = quote(model, user, list);
    expect([found?.prices.audioOutput, found?.source]).toEqual([audioOutput, source]);
  });

  it.each([
    ['wss://api.openai.com/v1/realtime?model=gpt-realtime', undefined, true],
    ['wss://eu.api.openai.com/v1/realtime?model=gpt-realtime', undefined, true],
    ['ws://127.0.0.1:4711/v1/realtime?model=gpt-realtime', undefined, true],
    ['ws://localhost:8788/v1/realtime', undefined, true],
    ['wss://127.0.0.1.example.com/v1/realtime', 'openai', false],
    ['wss://me.openai.azure.com/openai/v1/realtime?model=gpt-realtime', 'openai', false],
    ['wss://api.x.ai/v1/realtime', 'xai', false],
    ['wss://gateway.example.com/v1/realtime?model=gpt-realtime', 'openai', false],
    ['not an address', 'openai', false],
    ['', 'openai', true],
    ['', 'voice-live', false],
    ['', undefined, false],
  ] as const)('is OpenAI’s at %s (%s): %s', (url, dialect, applies) => {
    expect(listApplies(url, dialect)).toBe(applies);
  });

  it('is a number of dollars, cheaper when cached, in every row of the table', () => {
    for (const [model, prices] of Object.entries(LIST_PRICES.models)) {
      expect(checkPrices({ [model]: prices }).problems).toEqual([]);
      for (const kind of ['text', 'audio', 'image'] as const) {
        const cached = prices[`cached${kind === 'text' ? 'Text' : kind === 'audio' ? 'Audio' : 'Image'}Input`];
        if (cached !== undefined) expect(cached).toBeLessThan(prices[`${kind}Input`] ?? 0);
      }
    }
  });
});

describe('the setting realtimeInspector.prices', () => {
  const fields = PRICE_FIELDS.join(', ');
  const table: [value: unknown, problems: string[]][] = [
    [undefined, []],
    [{}, []],
    [{ a: { textInput: 0, perMinute: 0.01 } }, []],
    [
      [],
      [
        'realtimeInspector.prices must be an object of models and their prices, e.g. {"gpt-realtime": {"audioInput": 32, "audioOutput": 64}}.',
      ],
    ],
    [
      { a: 5 },
      [
        'realtimeInspector.prices, "a": its prices must be an object such as {"audioInput": 32, "audioOutput": 64}. The model is left out until then.',
      ],
    ],
    [
      { a: { audioInput: '32' }, b: { audio_in: 3 }, c: {} },
      [
        'realtimeInspector.prices, "a": audioInput is "32". Write US dollars per 1M tokens as a number, 0 or more. The model is left out until then.',
        `realtimeInspector.prices, "b": there is no price called "audio_in". Write one of ${fields}. The model is left out until then.`,
        `realtimeInspector.prices, "c": it has no price. Write one of ${fields}. The model is left out until then.`,
      ],
    ],
    [
      { a: { perMinute: -1 } },
      [
        'realtimeInspector.prices, "a": perMinute is -1. Write US dollars per minute as a number, 0 or more. The model is left out until then.',
      ],
    ],
  ];
  it.each(table)('%j', (value, problems) => expect(checkPrices(value).problems).toEqual(problems));

  it('keeps the good models beside a bad one', () => {
    expect([...checkPrices({ a: 5, b: { textInput: 1 } }).prices]).toEqual([['b', { textInput: 1 }]]);
  });

  it('takes a model called __proto__ for a name like any other', () => {
    const { prices } = checkPrices(JSON.parse('{"__proto__": {"textInput": 1}}'));
    expect(prices.get('__proto__')).toEqual({ textInput: 1 });
    expect(quote('toString', prices, true)).toBeUndefined();
  });
});

describe('the account of a session', () => {
  let row = 0;
  const server = (event: Record<string, unknown>): TracedEvent => ({
    row: row++,
    seq: row,
    session: 's1',
    t: row,
    sent: row,
    from: 'server',
    type: String(event.type),
    event,
    response: '',
    item: '',
    call: '',
    audioMs: 0,
    origin: undefined,
    replaces: undefined,
  });
  const created = (model: string, transcriber: string | null = null) =>
    server({
      type: 'session.created',
      session: { type: 'realtime', model, audio: { input: { transcription: transcriber && { model: transcriber } } } },
    });
  const done = (text: number, audio: number) =>
    server({
      type: 'response.done',
      response: {
        id: 'r1',
        usage: { input_token_details: { text_tokens: text }, output_token_details: { audio_tokens: audio } },
      },
    });
  const transcribed = (seconds: number) =>
    server({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'i1',
      usage: { type: 'duration', seconds },
    });

  it('charges answers at the model’s price and transcriptions at the transcription model’s', () => {
    const account = new SessionAccount();
    account.open('wss://api.openai.com/v1/realtime?model=gpt-realtime');
    account.event(created('gpt-realtime', 'gpt-realtime-whisper'));
    expect(account.event(transcribed(60))).toMatchObject({ by: 'transcription', id: 'i1', cost: { usd: 0.017 } });
    const spent = account.event(done(1000, 1000));
    expect(spent).toMatchObject({ by: 'response', id: 'r1', model: 'gpt-realtime' });
    expect(spent?.cost?.usd).toBeCloseTo(0.068, 12);
    expect(account.cost?.usd).toBeCloseTo(0.085, 12);
    expect(account.usage).toMatchObject({ totalTokens: 2000, transcribedSeconds: 60 });
    expect(account.unpriced).toEqual([]);
  });

  it('has no cost once something in it has no price, and says what', () => {
    const account = new SessionAccount();
    account.open('wss://api.openai.com/v1/realtime?model=gpt-realtime');
    account.event(created('gpt-realtime', 'my-deployment'));
    account.event(done(1000, 0));
    account.event(transcribed(3));
    expect([account.cost, account.unpriced]).toEqual([null, ['my-deployment']]);
    expect(account.usage.totalTokens).toBe(1000);
  });

  it('shows no price on Azure but that of the user', () => {
    const url = 'wss://me.openai.azure.com/openai/v1/realtime?model=gpt-realtime';
    const without = new SessionAccount();
    without.open(url);
    without.event(created('gpt-realtime'));
    expect(without.event(done(10, 0))?.cost).toBeNull();
    const given = new SessionAccount(checkPrices({ 'gpt-realtime': { textInput: 2 } }).prices);
    given.open(url);
    given.event(created('gpt-realtime'));
    expect(given.event(done(1_000_000, 0))?.cost).toEqual({ usd: 2, source: 'your prices' });
  });

  it('costs nothing for a response that used nothing, known or not', () => {
    const account = new SessionAccount();
    account.event(done(0, 0));
    expect(account.cost).toEqual({ usd: 0, source: '' });
  });
});
