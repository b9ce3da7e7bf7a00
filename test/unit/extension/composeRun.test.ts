/** Runs of the composer against the real proxy, simulator and document: what is sent when, what is waited for, what came of it. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDocument } from '../../../src/document/client';
import { ComposeRuns, type RunClock } from '../../../src/extension/composeRun';
import { TraceModel } from '../../../src/extension/traceModel';
import type { ComposePlan, ComposeRun, ComposeStep } from '../../../webview/composeMessages';
import { dist } from '../fidelity/bed';
import { linesOf, runEngine } from '../proxy/runningEngine';

/** A clock that does not wait: time is what was slept. */
class HandClock implements RunClock {
  time = 0;
  readonly slept: number[] = [];
  now = () => this.time;
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.slept.push(ms);
    this.time += ms;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function bed(clock?: RunClock) {
  const engine = await runEngine('', { upstream: { kind: 'simulator' } });
  const session = await engine.newSession({ model: 'gpt-realtime' });
  const model = new TraceModel(engine.file, dist, () => Promise.resolve(openDocument));
  onTestFinished(() => model.close());
  // The last of them may come when the test is over and the trace closed.
  engine.on('recorded', () => void model.follow().catch(() => undefined));
  await model.follow();
  await expect.poll(() => linesOf(engine.file).some(({ type }) => type === 'session.created')).toBe(true);
  await model.follow();
  const runs = new ComposeRuns(() => undefined);
  const usual = { session, to: 'server' as const, delayMs: 0, times: 1, everyMs: 0, namesEvents: true };
  const start = (steps: ComposeStep[], more: Partial<ComposePlan> = {}) => {
    const id = runs.start(
      { ...usual, steps, ...more },
      { model, send: (...message) => engine.inject(...message), ...(clock === undefined ? {} : { clock }) },
    );
    return () => runs.all.find((run) => run.id === id) as ComposeRun;
  };
  const sent = () => linesOf(engine.file).filter(({ origin }) => origin === 'inspector');
  return { engine, model, runs, start, sent };
}
const text = (event: object): ComposeStep => ({ text: JSON.stringify(event) });
const say = (words: string) =>
  text({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: words }] },
  });

describe('a sequence', () => {
  it('sends each event when what it waits for has come, and tells what the server said to each', async () => {
    const { start, engine, model } = await bed();
    const run = start([
      say('Hello'),
      { wait: 'conversation.item.added', timeoutMs: 5000 },
      text({ type: 'response.create', response: { output_modalities: ['text'] } }),
      { wait: 'type:response.done -error', timeoutMs: 20_000 },
      text({ type: 'session.update', session: { type: 'realtime', nonsense: 1 } }),
    ]);
    await expect.poll(() => run().state, { timeout: 20_000 }).toBe('done');
    await expect.poll(() => run().events.map(({ answer }) => answer.kind)).toEqual(['taken', 'taken', 'refused']);
    const [, created, refused] = run().events;
    expect(created?.answer).toMatchObject({ type: 'response.created' });
    expect(refused).toMatchObject({ step: 4, answer: { param: 'session.nonsense' } });
    // Rows are the trace's own.
    const lines = linesOf(engine.file).filter(({ kind }) => kind === 'event');
    const seq = model.columns.at('seq', refused?.row ?? -1);
    expect(lines.find((line) => line.seq === seq)).toMatchObject({ origin: 'inspector', type: 'session.update' });
    const order = lines.map(({ type }) => type);
    expect(order.indexOf('response.done')).toBeLessThan(order.lastIndexOf('session.update'));
    // Each has an id of its own, by which its refusal names it.
    const ids = lines
      .filter(({ origin }) => origin === 'inspector')
      .map(({ event }) => (event as { event_id?: string }).event_id);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => id?.startsWith('evt_'))).toBe(true);
  });

  it('ends at a wait that nothing answers, says so, and sends nothing more', async () => {
    const { start, sent } = await bed(new HandClock());
    const run = start([{ wait: 'response.done', timeoutMs: 3000 }, text({ type: 'response.create' })]);
    await expect.poll(() => run().state).toBe('failed');
    expect(run().text).toContain('response.done did not come within 3000 ms');
    expect(sent()).toHaveLength(0);
  });

  it('waits for nothing that cannot be told by the columns of an event', async () => {
    const { start } = await bed();
    expect(() => start([{ wait: '"some words"', timeoutMs: 1 }])).toThrow('cannot be waited for');
    expect(() => start([{ wait: 'turn:3', timeoutMs: 1 }])).toThrow('cannot be waited for');
  });

  it('can be cancelled while it waits', async () => {
    const { start, runs, sent } = await bed();
    const run = start([{ wait: 'response.done', timeoutMs: 60_000 }, text({ type: 'response.create' })]);
    await expect.poll(() => run().text).toBe('Waiting for response.done');
    runs.cancel(run().id);
    await expect.poll(() => run().state).toBe('cancelled');
    expect(sent()).toHaveLength(0);
  });

  it('stops when the session closes meanwhile', async () => {
    const { engine, start } = await bed();
    const run = start([{ wait: 'response.done', timeoutMs: 60_000 }]);
    await engine.closeSession(run().session);
    await expect.poll(() => run().state).toBe('failed');
    expect(run().text).toContain('closed while response.done was waited for');
  });
});

describe('an event', () => {
  it('goes later, and so many times at its intervals', async () => {
    const clock = new HandClock();
    const { start, sent } = await bed(clock);
    const run = start([text({ type: 'input_audio_buffer.clear' })], { delayMs: 2000, times: 3, everyMs: 500 });
    await expect.poll(() => run().state).toBe('done');
    expect(clock.slept).toEqual([2000, 500, 500]);
    await expect.poll(() => sent().length).toBe(3);
    await expect
      .poll(() => run().events.map(({ round, answer }) => [round, answer.kind]))
      .toEqual([
        [0, 'taken'],
        [1, 'taken'],
        [2, 'taken'],
      ]);
  });

  it('of a sequence may be for the other end, and is made when its turn has come', async () => {
    const { engine, model, runs, sent } = await bed();
    const [session] = engine.sessions();
    const id = runs.start(
      {
        ...{ session: session!.id, to: 'server', delayMs: 0, times: 1, everyMs: 0, namesEvents: true },
        steps: [
          say('Hello'),
          { wait: 'conversation.item.done', timeoutMs: 5000 },
          { text: '{"type":"x","n":0}', to: 'client' },
        ],
      },
      {
        model,
        send: (...message) => engine.inject(...message),
        prepare: async (text) => text.replace('"n":0', `"n":${sent().length}`),
      },
    );
    await expect.poll(() => runs.all.find((run) => run.id === id)?.state).toBe('done');
    await expect.poll(() => sent().map(({ from }) => from)).toEqual(['client', 'server']);
    expect(sent()[1]).toMatchObject({ type: 'x', event: { type: 'x', n: 1 } });
    await expect.poll(() => runs.all[0]?.events[1]?.row).toEqual(expect.any(Number));
  });

  it('that is no JSON goes as it stands, since the user said so', async () => {
    const { start, sent } = await bed();
    const run = start([{ text: '{"type": oops' }]);
    await expect.poll(() => run().state).toBe('done');
    await expect.poll(() => sent().map((line) => line.text)).toEqual(['{"type": oops']);
  });
});

describe('audio', () => {
  it('goes in pieces at the times it would be heard, whole samples each, then what follows it', async () => {
    const clock = new HandClock();
    const { start, sent } = await bed(clock);
    const audio = Uint8Array.from({ length: 48 * 250 }, (_, at) => at % 251);
    const run = start([
      { audio, event: 'input_audio_buffer.append', bytesPerMs: 48, pieceMs: 100, inRealTime: true },
      text({ type: 'input_audio_buffer.commit' }),
    ]);
    await expect.poll(() => run().state).toBe('done');
    expect(clock.slept).toEqual([100, 100]);
    expect(run()).toMatchObject({ sent: 4, total: 4 });
    await expect.poll(() => sent().length).toBe(4);
    const pieces = sent()
      .slice(0, 3)
      .map(({ event }) => Buffer.from((event as { audio: string }).audio, 'base64'));
    expect(pieces.map((piece) => piece.length)).toEqual([4800, 4800, 2400]);
    expect(Buffer.concat(pieces).equals(audio)).toBe(true);
    // The server took it: what was appended is long enough to be committed.
    await expect
      .poll(() => run().events[0]?.answer)
      .toMatchObject({ kind: 'taken', type: 'input_audio_buffer.committed' });
  });
});
