import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkPrices } from '../../../src/analysis/prices';
import { formatReport } from '../../../src/cli/inspect';
import { inspectTrace } from '../../../src/exchange/page/inspectTrace';
import { analyseTrace, analyseWhole } from '../../../src/document/wholeAnalysis';
import { answerMs } from '../../../src/exchange/page/words';
import { tracePage } from '../../../src/exchange/page/tracePage';
import { markup, Markup } from '../../../src/exchange/page/markup';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { eventIds } from '../../../src/protocol/ids';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

const HOSTILE = '</style><script>document.title="x"</script><img src=x onerror="document.title=1">\u001b[31m';

const line = (seq: number, t: number, from: 'client' | 'server', event: Record<string, unknown>) => {
  const { response, item, call } = eventIds(event);
  const ids = { ...(response && { response }), ...(item && { item }), ...(call && { call }) };
  return eventLine(seq, t, from, JSON.stringify(event), ids);
};

const trace = () => {
  const usage = {
    total_tokens: 3000,
    input_tokens: 2000,
    output_tokens: 1000,
    input_token_details: { text_tokens: 2000, cached_tokens: 500, cached_tokens_details: { text_tokens: 500 } },
    output_token_details: { text_tokens: 1000 },
  };
  const text = `It is ${HOSTILE} sunny`;
  return traceFile(
    [
      HEADER,
      openLine('s1', 100),
      line(1, 110, 'server', { type: 'session.created', session: { type: 'realtime', model: 'gpt-mine' } }),
      line(2, 120, 'client', { type: 'session.update', session: { type: 'realtime', instructions: HOSTILE } }),
      line(3, 130, 'server', {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          code: 'invalid_value',
          param: 'session.instructions',
          message: HOSTILE,
        },
      }),
      line(4, 200, 'client', {
        type: 'conversation.item.create',
        item: {
          id: 'u1',
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: `Weather? ${HOSTILE}` }],
        },
      }),
      line(5, 210, 'client', { type: 'response.create' }),
      line(6, 300, 'server', { type: 'response.created', response: { id: 'r1', conversation_id: 'c' } }),
      line(7, 310, 'server', {
        type: 'response.output_item.added',
        response_id: 'r1',
        item: { id: 'a1', type: 'message', role: 'assistant', content: [] },
      }),
      line(8, 450, 'server', { type: 'response.output_text.delta', response_id: 'r1', item_id: 'a1', delta: 'It' }),
      line(9, 500, 'server', {
        type: 'response.output_text.done',
        response_id: 'r1',
        item_id: 'a1',
        content_index: 0,
        text,
      }),
      line(10, 600, 'server', {
        type: 'response.done',
        response: { id: 'r1', status: 'completed', output: [], usage },
      }),
      closeLine('s1', 900, 1000, 'bye'),
      '',
    ].join('\n'),
  );
};

describe('the analysis of a trace for the command line', () => {
  it('has turns, measures with their formulas, findings with the numbers of their events, and no guessed price', async () => {
    const report = await analyseTrace(await trace());
    expect(report).toMatchObject({
      totals: {
        turns: 1,
        responses: { completed: 1 },
        cost: null,
        usage: { totalTokens: 3000, text: { cached: 500 } },
      },
      unpriced: ['gpt-mine'],
      turns: [{ number: 1, by: 'text', status: 'completed' }],
      measures: { createToText: { count: 1, p50: 240, formula: expect.stringContaining('response.create') as string } },
      sessions: [{ session: 's1', model: 'gpt-mine' }],
      configs: [{ kind: 'created' }, { kind: 'asked' }, { kind: 'refused' }],
    });
    const refused = report.findings.find(({ rule }) => rule === 'refused-update');
    expect(refused).toMatchObject({ severity: 'error', events: [3, 2] });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('counts with the prices that are given', async () => {
    const { prices } = checkPrices({ 'gpt-mine': { textInput: 10, cachedTextInput: 1, textOutput: 20 } });
    const { totals } = await analyseTrace(await trace(), prices);
    expect(totals.cost).toEqual({ usd: (1500 * 10 + 500 * 1 + 1000 * 20) / 1e6, source: 'your prices' });
  });

  it('says how long the user waited, also where the model called a tool first', async () => {
    const call = { id: 'f1', type: 'function_call', name: 'get_weather', call_id: 'c1', arguments: '{}' };
    const file = await traceFile(
      [
        HEADER,
        openLine('s1', 100),
        line(1, 200, 'server', { type: 'input_audio_buffer.speech_started', item_id: 'u1', audio_start_ms: 0 }),
        line(2, 1000, 'server', { type: 'input_audio_buffer.speech_stopped', item_id: 'u1', audio_end_ms: 700 }),
        line(3, 1001, 'server', { type: 'input_audio_buffer.committed', item_id: 'u1' }),
        line(4, 1010, 'server', { type: 'response.created', response: { id: 'r1', conversation_id: 'c' } }),
        line(5, 1400, 'server', { type: 'response.output_item.done', response_id: 'r1', item: call }),
        line(6, 1410, 'server', { type: 'response.done', response: { id: 'r1', status: 'completed', output: [call] } }),
        line(7, 4000, 'client', {
          type: 'conversation.item.create',
          item: { type: 'function_call_output', call_id: 'c1', output: '{}' },
        }),
        line(8, 4001, 'client', { type: 'response.create' }),
        line(9, 4100, 'server', { type: 'response.created', response: { id: 'r2', conversation_id: 'c' } }),
        line(10, 4300, 'server', {
          type: 'response.output_audio.delta',
          response_id: 'r2',
          item_id: 'a2',
          delta: Buffer.alloc(4800).toString('base64'),
        }),
        line(11, 4400, 'server', { type: 'response.done', response: { id: 'r2', status: 'completed', output: [] } }),
        closeLine('s1', 4500, 1000, 'bye'),
        '',
      ].join('\n'),
    );
    const [turn] = (await analyseTrace(file)).turns;
    // From 1.0 s, where speech stopped, to 4.3 s; the request for the second response came at 4.001 s.
    expect(turn && answerMs(turn)).toBe(3300);
    const text = formatReport(await inspectTrace(file), await analyseTrace(file));
    expect(text).toMatch(/^ +s1 +1 +speech .* 3\.30? s /m);
  });

  it('is text of at most 100 columns that steers no terminal', async () => {
    const file = await trace();
    const text = formatReport(await inspectTrace(file), await analyseTrace(file));
    const lines = text.split('\n').slice(1);
    const sections = lines.slice(lines.indexOf('Findings (1)'), lines.indexOf('Events'));
    expect(sections.length).toBeGreaterThan(12);
    expect(sections.filter((each) => each.length > 100)).toEqual([]);
    expect(text).toContain('error: session.update refused');
    expect(text).toContain('What to do: ');
    expect(text).toMatch(/Request to first words +1 +240 +240 +240/);
    expect(text).toContain('3000 tokens altogether, no price known');
    expect(text).not.toContain('\u001b');
  });

  it('is a page that runs nothing, loads nothing and shows captured text as text', async () => {
    const file = await trace();
    const page = tracePage(await inspectTrace(file), await analyseWhole(file, undefined, 100));
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const tab = await browser.newPage();
    const asked: string[] = [];
    tab.on('request', (request) => asked.push(request.url()));
    const target = path.join(path.dirname(file), 'page.html');
    await writeFile(target, page);
    await tab.goto(`file://${target}`);
    expect(await tab.title()).toMatch(/\.realtime\.jsonl$/);
    expect(asked).toHaveLength(1);
    expect(await tab.locator('script, img, iframe, link').count()).toBe(0);
    expect(await tab.locator('.talk .user .words').innerText()).toContain('Weather? </style><script>');
    expect(await tab.locator('svg .response').count()).toBe(1);
    expect(await tab.getByRole('heading', { name: /session\.update refused/ }).count()).toBe(1);
    expect(await tab.locator('body').innerText()).not.toContain('\u001b');
    // What was said has a row of its own: beside the numbers it had a word or two to a line here.
    await tab.setViewportSize({ width: 700, height: 900 });
    const words = await tab.locator('.turns td.words').first().boundingBox();
    expect(words?.width).toBeGreaterThan(450);
    await tab.emulateMedia({ colorScheme: 'dark' });
    const background = await tab.evaluate('getComputedStyle(document.body).backgroundColor');
    await tab.emulateMedia({ colorScheme: 'light' });
    expect(await tab.evaluate('getComputedStyle(document.body).backgroundColor')).not.toBe(background);
  });

  it('draws the time from the first event on, and each time that something was found', async () => {
    const error = { type: 'error', error: { type: 'invalid_request_error', code: 'no_such', message: 'No.' } };
    const file = await traceFile(
      [
        HEADER,
        openLine('s1', 0),
        line(1, 100, 'server', error),
        line(2, 3000, 'server', error),
        line(3, 8000, 'server', { type: 'response.created', response: { id: 'r1', conversation_id: 'c' } }),
        line(4, 9000, 'server', { type: 'response.done', response: { id: 'r1', status: 'completed', output: [] } }),
        closeLine('s1', 10_000, 1000, 'bye'),
        '',
      ].join('\n'),
    );
    const page = tracePage(await inspectTrace(file), await analyseWhole(file, undefined, 100));
    const marks = [...page.matchAll(/<path class="error" d="M([0-9.]+) /g)].map(([, x]) => Number(x));
    expect(marks).toHaveLength(2);
    const [first = 0, second = 0] = marks;
    // 896 units for the ten seconds from the handshake to the close.
    expect([Math.round(first), Math.round(second)]).toEqual([96 + 9, 96 + 269]);
    expect(page).toMatch(/<text class="time"[^>]*>0 ms<\/text>.*10\.0 s<\/text>/s);
    expect(page).toContain('(2 times), 3.0 s #2</title>');
  });

  it('says of a server that did not answer that there was no answer', async () => {
    const file = await traceFile(`${[HEADER, openLine('s1', 1, 'model=m', 0), openLine('s2', 2)].join('\n')}\n`);
    const page = tracePage(await inspectTrace(file), await analyseWhole(file, undefined, 100));
    const [, first = '', second = ''] = page.split('<section>');
    expect(first).toContain('0 messages, no answer');
    expect(second).toContain('0 messages, not closed');
  });

  it('says how much of a long conversation it left out', async () => {
    const { conversations } = await analyseWhole(await trace(), undefined, 1);
    expect(conversations).toMatchObject([{ session: 's1', total: 3, entries: [{ kind: 'message' }] }]);
  });
});

describe('markup', () => {
  it('escapes everything but markup', () => {
    const inner = markup`<b>${'<i>&"\''}</b>`;
    expect(markup`<p title="${'"'}">${[inner, null, false, undefined, 3]}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;i&gt;&amp;&quot;&#39;</b>3</p>',
    );
    expect(markup`${new Markup('<hr>')}`.text).toBe('<hr>');
    expect(markup`${'a\u202eb\u0000'}`.text).toBe('a b ');
  });
});

describe('the program', () => {
  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(process.execPath, ['dist/cli.cjs', 'inspect', ...args], (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
    });

  it('writes the page where it is told, or to stdout', async () => {
    const file = await trace();
    const target = `${file}.html`;
    expect(await run(file, '--html', target)).toMatchObject({ code: 0, out: '', err: `Wrote ${target}.\n` });
    expect((await run(file, '--html')).out).toBe(await readFile(target, 'utf8'));
    expect(JSON.parse((await run(file, '--json')).out)).toMatchObject({
      version: 1,
      analysis: { totals: { turns: 1 } },
    });
  });

  it('says in one message what is wrong with prices, and with a file that is no trace', async () => {
    const file = await trace();
    const prices = `${file}.prices.json`;
    await writeFile(prices, '{"gpt-mine":{"textInput":"ten"}}');
    expect(await run(file, '--prices', prices)).toMatchObject({ code: 1, out: '' });
    expect((await run(file, '--prices', prices)).err).toContain('Write US dollars per 1M tokens');
    expect(await run(prices)).toMatchObject({ code: 2, out: '' });
  });
});
