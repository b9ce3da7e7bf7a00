import { appendFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkPrices, type UserPrices } from '../../../src/analysis/prices';
import { openDocument } from '../../../src/document/client';
import { TraceModel } from '../../../src/extension/traceModel';
import { buildWorker, workersFolder } from '../document/openTestDocument';
import { eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

buildWorker();

const done = {
  type: 'response.done',
  response: {
    id: 'r1',
    status: 'completed',
    usage: {
      total_tokens: 2_000_000,
      input_tokens: 1_000_000,
      output_tokens: 1_000_000,
      input_token_details: { text_tokens: 1_000_000 },
      output_token_details: { text_tokens: 1_000_000 },
    },
  },
};

describe('an open trace', () => {
  it('is read again with other prices when they change, and its pages start over', async () => {
    const created = { type: 'session.created', session: { type: 'realtime', model: 'mine' } };
    const file = await traceFile(
      [
        HEADER,
        openLine('s1', 1),
        eventLine(1, 2, 'server', JSON.stringify(created)),
        eventLine(2, 3, 'server', JSON.stringify(done)),
        '',
      ].join('\n'),
    );
    let prices: UserPrices = new Map();
    const model = new TraceModel(
      file,
      workersFolder(),
      () => Promise.resolve(openDocument),
      () => prices,
    );
    onTestFinished(() => model.close());
    let resets = 0;
    model.onDidReset.on(() => resets++);
    await model.restart();
    expect([model.opened, resets]).toEqual([false, 0]);

    const cost = async () => (await (await model.document()).measures('s1')).metrics.cost?.usd ?? null;
    await model.follow();
    await expect.poll(() => model.state.analysed).toBe(3);
    expect(await cost()).toBeNull();

    prices = checkPrices({ mine: { textInput: 1, textOutput: 2 } }).prices;
    await model.restart();
    expect(resets).toBe(1);
    await expect.poll(cost).toBe(3);
    expect(model.columns.rows).toBe(3);
  });

  it('never has rows without the state that knows of them', async () => {
    const line = (seq: number) => eventLine(seq, seq + 1, 'server', '{"type":"error"}');
    const file = await traceFile([HEADER, openLine('s1', 1), line(1), ''].join('\n'));
    const model = new TraceModel(file, workersFolder(), () => Promise.resolve(openDocument));
    onTestFinished(() => model.close());
    const seen = new Set<string>();
    // What is sent to a page is taken later than now, and between any two messages of the worker.
    model.onDidGrow.on(() => queueMicrotask(() => seen.add(`${model.columns.rows} rows, ${model.state.rows} told`)));
    await model.follow();
    await appendFile(file, `${line(2)}\n`);
    await model.follow();
    expect([...seen]).toEqual(['2 rows, 2 told', '3 rows, 3 told']);
  });

  it('is read again while it is being read, and nobody who waits is told of a failure', async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => eventLine(at + 1, at + 2, 'server', '{"type":"error"}'));
    const file = await traceFile([HEADER, openLine('s1', 1), ...lines, ''].join('\n'));
    const model = new TraceModel(file, workersFolder(), () => Promise.resolve(openDocument));
    onTestFinished(() => model.close());
    await model.document();
    const reading = model.follow();
    await Promise.all([reading, model.restart(), model.follow()]);
    await model.follow();
    expect(model.columns.rows).toBe(20_001);

    const closed = model.follow();
    await model.close();
    await closed;
  });

  it('keeps its rows when the file grows just as it is read again', async () => {
    const file = await traceFile([HEADER, openLine('s1', 1), ''].join('\n'));
    const model = new TraceModel(file, workersFolder(), () => Promise.resolve(openDocument));
    onTestFinished(() => model.close());
    await model.follow();
    expect(model.columns.rows).toBe(1);

    const again = model.restart();
    // What the watcher of a live trace does, as soon as the earlier reading has let go of the model.
    await new Promise(setImmediate);
    await Promise.all([again, model.follow()]);
    expect(model.columns.rows).toBe(1);
    await appendFile(file, `${eventLine(1, 2, 'server', '{"type":"error"}')}\n`);
    await model.follow();
    expect(model.columns.rows).toBe(2);
  });
});
