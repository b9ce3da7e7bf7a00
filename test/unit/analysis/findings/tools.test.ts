import { describe, expect, it } from 'vitest';
import {
  begun,
  called,
  created,
  diagnose,
  done,
  error,
  of,
  output,
  started,
  titles,
  wellFormed,
  type Line,
} from './session';

const create = (at: number): Line => [at, '>', 'response.create'];

describe('orphan-call', () => {
  const open = [created(), begun(1, 'r1'), called(1.5, 'call_1'), done(1.6, 'r1')];

  it('is found when the next response begins without the output', () => {
    const [found] = of('orphan-call', diagnose([...open, create(4), begun(4.1, 'r2')]));
    expect(found?.title).toBe('1 function call without an output: get_weather');
    expect(found?.explanation).toContain('get_weather (call_1) and another response was begun without it');
    // The call, and the response that went on without its output.
    expect(found?.rows).toEqual([2, 5]);
    expect(found?.occurrences).toEqual([{ t: found?.t, seq: 2 }]);
  });
  it('is found at the end of the session, and after half a minute', () => {
    expect(of('orphan-call', diagnose(open, { at: 3 }))[0]?.explanation).toContain('the session ended without it');
    const late = diagnose([...open, [40, '<', 'rate_limits.updated']]);
    expect(of('orphan-call', late)[0]?.explanation).toContain('no output came within 30 s');
  });
  it('is taken back when the output comes after all', () => {
    const lines = [
      ...open,
      [40, '<', 'rate_limits.updated'] satisfies Line,
      output(41, 'call_1'),
      create(41),
      begun(41.1, 'r2'),
    ];
    expect(diagnose(lines, { at: 42 })).toEqual([]);
  });
  it('counts the calls of one response together', () => {
    const two = [
      created(),
      begun(1, 'r1'),
      called(1.5, 'call_1'),
      called(1.5, 'call_2', 'book'),
      called(1.6, 'call_3'),
    ];
    const [found] = of(
      'orphan-call',
      diagnose([...two, done(2, 'r1'), output(2.1, 'call_1'), create(2.2), begun(2.3, 'r2')]),
    );
    expect(found).toMatchObject({ title: '2 function calls without an output: book and get_weather', rows: [3, 8, 4] });
  });
  it('is not said when each call has its output, nor of a call that was cut short', () => {
    const cut: Line = [
      1.7,
      '<',
      'response.output_item.done',
      { response_id: 'r1', item: { id: 'i9', type: 'function_call', status: 'incomplete', call_id: 'call_9' } },
    ];
    const lines = [
      created(),
      begun(1, 'r1'),
      called(1.5, 'call_1'),
      output(1.6, 'call_1'),
      cut,
      done(1.8, 'r1'),
      create(1.9),
    ];
    expect(of('orphan-call', diagnose([...lines, begun(2, 'r2'), done(3, 'r2')], { at: 60 }))).toEqual([]);
  });
  it('is not said because of a response outside the conversation', () => {
    const aside = begun(2, 'r2', { conversation_id: null });
    expect(of('orphan-call', diagnose([...open, aside]))).toEqual([]);
  });
});

describe('silent-after-tool', () => {
  const answered = [created(), begun(1, 'r1'), called(1.5, 'call_1'), done(1.6, 'r1'), output(2, 'call_1')];
  const tick = (at: number): Line => [at, '<', 'rate_limits.updated'];

  it('is found when nobody asks for an answer', () => {
    const found = diagnose([...answered, tick(8)]);
    expect(titles(found)).toEqual([
      'warning silent-after-tool: The model was given a tool’s output and not asked to go on',
    ]);
    expect(found[0]?.rows).toEqual([4]);
    expect(of('silent-after-tool', diagnose(answered, { at: 4 }))).toHaveLength(1);
    expect(of('silent-after-tool', diagnose([...answered, started(5, 'i1')]))).toHaveLength(1);
  });
  it('is not said when a response was asked for or began', () => {
    expect(diagnose([...answered, create(2.1), begun(2.2, 'r2'), done(3, 'r2'), tick(30)], { at: 31 })).toEqual([]);
    expect(diagnose([...answered, begun(2.2, 'r2'), tick(30), done(31, 'r2')], { at: 32 })).toEqual([]);
  });
  it('waits for the outputs of all calls, and for the running response', () => {
    const two = [created(), begun(1, 'r1'), called(1.4, 'call_1'), called(1.5, 'call_2'), output(1.6, 'call_1')];
    expect(of('silent-after-tool', diagnose([...two, tick(9), tick(12)]))).toEqual([]);
    const early = [created(), begun(1, 'r1'), called(1.4, 'call_1'), output(1.6, 'call_1'), tick(9), done(9.5, 'r1')];
    expect(of('silent-after-tool', diagnose([...early, create(9.7), begun(9.8, 'r2')]))).toEqual([]);
  });
});

describe('unknown-call-id', () => {
  const arguments_: Line = [1.5, '<', 'response.function_call_arguments.done', { call_id: 'call_1', name: 'f' }];

  it('is found, with the call that waits', () => {
    const refusal = error(2.1, {
      code: 'invalid_tool_call_id',
      message: "Tool call ID 'item_7' not found in conversation.",
      event_id: 'e1',
    });
    const [found] = of(
      'unknown-call-id',
      diagnose([created(), arguments_, output(2, 'item_7', { event_id: 'e1' }), refusal]),
    );
    expect(found?.explanation).toContain('the call_id "item_7"');
    expect(found?.explanation).toContain('Waiting for an output: call_1.');
    expect(found?.rows).toEqual([3, 2]);
  });
  it('rests on the output that was refused, not on an item that was taken before', () => {
    const item = { id: 'item_s', type: 'message', role: 'system', content: [] };
    const earlier: Line[] = [
      [0.5, '>', 'conversation.item.create', { item: { ...item, id: undefined } }],
      [0.6, '<', 'conversation.item.added', { previous_item_id: null, item }],
    ];
    const refusal = error(2.1, { code: 'invalid_tool_call_id', message: 'Not found.' });
    const [found] = of('unknown-call-id', diagnose([created(), ...earlier, output(2, 'call_9'), refusal]));
    expect(found?.rows).toEqual([4, 3]);
    expect(found?.explanation).toContain('"call_9"');
  });
  it('is not said of an output that fits', () => {
    expect(
      of('unknown-call-id', diagnose([created(), arguments_, output(2, 'call_1'), create(2), begun(2.1, 'r2')])),
    ).toEqual([]);
  });
});

it('every finding here reads well', () => {
  const lines = [
    created(),
    begun(1, 'r1'),
    called(1.5, 'call_1', ''),
    called(1.5, 'call_2'),
    done(1.6, 'r1'),
    output(2, 'call_1'),
  ];
  const found = diagnose(
    [...lines, output(2, 'call_2'), error(3, { code: 'invalid_tool_call_id' }), called(20, 'call_5', '\u001b[2J')],
    {
      at: 90,
    },
  );
  expect(found).toHaveLength(3);
  expect(wellFormed(found)).toEqual([]);
});

describe('tool-loop', () => {
  /** A response that calls, its output, and the request for the next one; one round a second. */
  const round = (n: number, city: string, more: Record<string, unknown> = {}): Line[] => {
    const item = { type: 'function_call', status: 'completed', name: 'get_weather', arguments: city, call_id: `c${n}` };
    return [
      [n, '<', 'response.created', { response: { id: `r${n}`, conversation_id: 'conv_1', ...more } }],
      [n + 0.1, '<', 'response.output_item.done', { response_id: `r${n}`, item }],
      [
        n + 0.2,
        '<',
        'response.done',
        { response: { id: `r${n}`, status: 'completed', conversation_id: 'conv_1', output: [item], ...more } },
      ],
      output(n + 0.3, `c${n}`),
      create(n + 0.4),
    ];
  };
  const rounds = (from: number, count: number, more?: Record<string, unknown>) =>
    Array.from({ length: count }, (_, at) => round(from + at, at % 2 ? 'Oslo' : 'Bergen', more)).flat();
  const typed: Line = [11, '>', 'conversation.item.create', { item: { type: 'message', role: 'user', content: [] } }];

  it('is found at the tenth response that calls a tool, and goes on with the loop', () => {
    expect(of('tool-loop', diagnose([created(), ...rounds(1, 9)]))).toEqual([]);
    const [found, ...others] = of('tool-loop', diagnose([created(), ...rounds(1, 12)]));
    expect(others).toEqual([]);
    expect(found?.title).toBe('12 responses in a row called tools without the user: get_weather');
    // From 1.2 s, where the first of them ended, to 12.2 s.
    expect(found?.explanation).toMatch(/^For 11 s .*same arguments was made 6 times\./);
    expect([found?.rowCount, found?.rows.slice(0, 2)]).toEqual([12, [3, 8]]);
    expect(wellFormed(found ? [found] : [])).toEqual([]);
  });
  it('is none where the user speaks or writes in between', () => {
    expect(of('tool-loop', diagnose([created(), ...rounds(1, 9), typed, ...rounds(12, 9)]))).toEqual([]);
    const spoken: Line = [11, '<', 'input_audio_buffer.committed', { item_id: 'u1' }];
    expect(of('tool-loop', diagnose([created(), ...rounds(1, 9), spoken, ...rounds(12, 9)]))).toEqual([]);
  });
  it('is none where the model answers in between, or calls beside the conversation', () => {
    const answer: Line[] = [begun(10.5, 'a1'), done(10.8, 'a1')];
    expect(of('tool-loop', diagnose([created(), ...rounds(1, 9), ...answer, ...rounds(12, 9)]))).toEqual([]);
    expect(of('tool-loop', diagnose([created(), ...rounds(1, 20, { conversation_id: null })]))).toEqual([]);
  });
  it('is another one after the user has spoken', () => {
    expect(of('tool-loop', diagnose([created(), ...rounds(0, 10), typed, ...rounds(12, 10)]))).toHaveLength(2);
  });
});
