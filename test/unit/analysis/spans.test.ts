import { describe, expect, it } from 'vitest';
import { needsBody, SpanTracker } from '../../../src/analysis/spans';

const response = (type: string, more: object = {}) => ({
  type: `response.${type}`,
  response: { id: 'resp_1', ...more },
});
const item = (type: 'added' | 'done', more: object) => ({
  type: `response.output_item.${type}`,
  response_id: 'resp_1',
  item: { id: 'item_1', type: 'message', ...more },
});

describe('SpanTracker', () => {
  it('follows a response from created to done, with its status', () => {
    const tracker = new SpanTracker();
    tracker.event(4, 's1', 100, response('created', { status: 'in_progress' }));
    const [open] = tracker.take();
    expect(open).toMatchObject({
      lane: 'response',
      start: 100,
      end: null,
      status: 'in_progress',
      startRow: 4,
      endRow: null,
    });
    tracker.event(9, 's1', 400, response('done', { status: 'completed' }));
    expect(tracker.take()).toEqual([{ ...open, end: 400, endRow: 9, status: 'completed' }]);
    expect(tracker.take()).toEqual([]);
  });

  const reasons: [details: object | undefined, detail: string][] = [
    [{ type: 'cancelled', reason: 'turn_detected' }, 'turn detected'],
    [{ type: 'incomplete', reason: 'max_output_tokens' }, 'max output tokens'],
    [
      { type: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down' } },
      'rate_limit_exceeded: Slow down',
    ],
    [{ type: 'failed', error: { type: 'server_error', code: null } }, 'server_error'],
    [undefined, ''],
  ];
  it.each(reasons)('says why a response ended: %j', (status_details, detail) => {
    const tracker = new SpanTracker();
    tracker.event(1, 's1', 1, response('created'));
    tracker.event(2, 's1', 2, response('done', { status: 'cancelled', status_details }));
    expect(tracker.take()).toMatchObject([{ status: 'cancelled', detail }]);
  });

  it('follows items and names calls', () => {
    const tracker = new SpanTracker();
    tracker.event(1, 's1', 10, item('added', { type: 'function_call', name: 'get_weather', status: 'in_progress' }));
    tracker.event(2, 's1', 30, item('done', { type: 'function_call', name: 'get_weather', status: 'completed' }));
    expect(tracker.take()).toMatchObject([
      {
        lane: 'item',
        label: 'call get_weather',
        start: 10,
        end: 30,
        status: 'completed',
        response: 'resp_1',
        item: 'item_1',
      },
    ]);
  });

  it('ends an item without an end of its own with its response', () => {
    const tracker = new SpanTracker();
    tracker.event(1, 's1', 10, response('created'));
    tracker.event(2, 's1', 11, item('added', {}));
    tracker.event(3, 's1', 20, response('done', { status: 'cancelled' }));
    expect(tracker.take()).toMatchObject([
      { lane: 'response', status: 'cancelled', end: 20 },
      { lane: 'item', status: 'incomplete', end: 20, endRow: 3 },
    ]);
  });

  it('follows speech from started to stopped', () => {
    const tracker = new SpanTracker();
    const speech = (word: string) => ({ type: `input_audio_buffer.speech_${word}`, item_id: 'item_9' });
    tracker.event(1, 's1', 10, speech('started'));
    tracker.event(2, 's1', 60, speech('stopped'));
    expect(tracker.take()).toMatchObject([{ lane: 'speech', start: 10, end: 60, item: 'item_9', status: 'completed' }]);
  });

  it('ends what is open when its session closes, and only that session', () => {
    const tracker = new SpanTracker();
    tracker.event(1, 's1', 10, response('created'));
    tracker.event(2, 's2', 11, response('created'));
    tracker.close(3, 's1', 50);
    expect(tracker.take()).toMatchObject([
      { session: 's1', end: 50, status: 'incomplete', detail: 'the session closed' },
      { session: 's2', end: null },
    ]);
  });

  it('shows an end whose beginning was not recorded', () => {
    const tracker = new SpanTracker();
    tracker.event(5, 's1', 70, response('done', { status: 'completed' }));
    expect(tracker.take()).toMatchObject([{ start: 70, end: 70, status: 'completed' }]);
  });

  it('bears events of any shape', () => {
    const tracker = new SpanTracker();
    for (const odd of [null, 7, 'x', [], { id: 7, status: {}, status_details: [] }]) {
      for (const type of ['created', 'done', 'output_item.added', 'output_item.done']) {
        tracker.event(1, 's1', 1, { type: `response.${type}`, response: odd, item: odd, response_id: odd });
      }
    }
    for (const span of tracker.take()) expect(span.end).toBe(1);
  });

  it('ends a thousand responses that never ended, when their session closes', () => {
    const tracker = new SpanTracker();
    for (let i = 0; i < 1000; i++) {
      tracker.event(i, 's1', i, { type: 'response.created', response: { id: `r${i}` } });
    }
    tracker.close(1000, 's1', 1000);
    expect(tracker.take().filter((span) => span.end === 1000)).toHaveLength(1000);
  });
});

describe('needsBody', () => {
  it('asks for few bodies, and only the server’s', () => {
    expect(needsBody('response.done', 'server')).toBe(true);
    expect(needsBody('response.done', 'client')).toBe(false);
    expect(needsBody('response.output_text.delta', 'server')).toBe(false);
  });
});
