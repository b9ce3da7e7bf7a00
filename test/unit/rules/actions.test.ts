import { describe, expect, it } from 'vitest';
import type { Step } from '../../../src/rules/model';
import { message, rulesOf, sentText, verdictOf } from './passing';

const UPDATE = { type: 'session.update', event_id: 'e1', session: { type: 'realtime', voice: 'alloy' } };
const pass: Step = { kind: 'pass', delayMs: 0 };

describe('an action', () => {
  const update = message('client', UPDATE, 1000);
  const cases: [name: string, rule: Record<string, unknown>, steps: Step[]][] = [
    [
      'set',
      { set: { 'session.voice': 'cedar' } },
      [{ kind: 'send', text: update.text!.replace('alloy', 'cedar'), delayMs: 0 }],
    ],
    [
      'remove',
      { remove: ['/session/voice', 'event_id'] },
      [{ kind: 'send', text: '{"type":"session.update","session":{"type":"realtime"}}', delayMs: 0 }],
    ],
    ['replace', { replace: { type: 'x' } }, [{ kind: 'send', text: '{"type":"x"}', delayMs: 0 }]],
    ['replace by what is no event', { replace: 'no JSON' }, [{ kind: 'send', text: 'no JSON', delayMs: 0 }]],
    ['drop', { drop: true }, []],
    ['delay', { delay: 250 }, [{ kind: 'pass', delayMs: 250 }]],
    ['throttle', { throttle: update.data.length }, [{ kind: 'pass', delayMs: 1000 }]],
    ['duplicate', { duplicate: true }, [pass, { kind: 'copy', text: undefined, delayMs: 0 }]],
    [
      'duplicate several times, later',
      { duplicate: { times: 2, delay: 100 }, delay: 5 },
      [
        { kind: 'pass', delayMs: 5 },
        { kind: 'copy', text: undefined, delayMs: 105 },
        { kind: 'copy', text: undefined, delayMs: 205 },
      ],
    ],
    [
      'duplicate what was changed',
      { duplicate: 1, replace: { type: 'x' } },
      [
        { kind: 'send', text: '{"type":"x"}', delayMs: 0 },
        { kind: 'copy', text: '{"type":"x"}', delayMs: 0 },
      ],
    ],
    [
      'inject before and after',
      {
        inject: [
          { to: 'server', place: 'before', event: { type: 'a' } },
          { to: 'client', event: { type: 'b' }, delay: 40 },
        ],
      },
      [
        { kind: 'inject', to: 'server', text: '{"type":"a"}', delayMs: 0, rule: 0 },
        pass,
        { kind: 'inject', to: 'client', text: '{"type":"b"}', delayMs: 40, rule: 0 },
      ],
    ],
    [
      'inject in the place of a dropped message',
      {
        drop: true,
        inject: {
          to: 'client',
          event: { type: 'error', error: { event_id: '${match.event_id}', message: 'No ${match.type}.' } },
        },
      },
      [
        {
          ...{ kind: 'inject', to: 'client', delayMs: 0, rule: 0 },
          text: '{"type":"error","error":{"event_id":"e1","message":"No session.update."}}',
        },
      ],
    ],
    [
      'disconnect',
      { disconnect: { code: 1011, reason: 'gone', delay: 30 } },
      [pass, { kind: 'disconnect', code: 1011, reason: 'gone', delayMs: 30, rule: 0 }],
    ],
    [
      'disconnect without a word',
      { disconnect: true },
      [pass, { kind: 'disconnect', code: 1006, reason: '', delayMs: 0, rule: 0 }],
    ],
  ];
  it.each(cases)('%s', (_name, rule, steps) => {
    expect(verdictOf({ match: 'type:session.update', ...rule }, update)).toEqual({ steps, rules: [0] });
  });

  it('jitter adds up to so much, by the seed', () => {
    const delays = () => {
      const session = rulesOf([{ delay: 100, jitter: 50 }]).session('s1', { seed: 3 });
      return Array.from({ length: 50 }, () => session.message(update)!.steps[0]!.delayMs);
    };
    expect(Math.min(...delays())).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays())).toBeLessThan(150);
    expect(new Set(delays()).size).toBeGreaterThan(40);
    expect(delays()).toEqual(delays());
  });

  it('throttle lets messages wait for those before them, each direction by itself, and catches up in a pause', () => {
    const session = rulesOf([{ throttle: 1000 }]).session('s1', { seed: 1 });
    const kilo = (from: 'client' | 'server', t: number) => message(from, 'x'.repeat(1000), t);
    const ends = [kilo('client', 0), kilo('client', 100), kilo('server', 100), kilo('client', 9000)].map(
      (passing) => passing.t + session.message(passing)!.steps[0]!.delayMs,
    );
    expect(ends).toEqual([1000, 2000, 1100, 10_000]);
  });

  it('reorder lets a few later ones pass, never more than its window', () => {
    const session = rulesOf([{ reorder: { window: 3, ms: 500 } }]).session('s1', { seed: 1 });
    const behind = Array.from({ length: 60 }, () => session.message(update)!.behind!);
    expect(new Set(behind.map(({ messages }) => messages))).toEqual(new Set([1, 2, 3]));
    expect(behind.every(({ ms }) => ms === 500)).toBe(true);
    expect(session.message(update)!.steps).toEqual([pass]);
  });

  it('a rule that finds no place for its change takes no part and is not counted', () => {
    const rules = rulesOf([{ set: { 'session.voice.name': 'x' } }, { remove: 'nothing' }]);
    expect(rules.session('s1', { seed: 1 }).message(update)).toBeUndefined();
    expect(rules.hits).toEqual([0, 0]);
  });

  it('is also done to a message that is no text, where that can be', () => {
    const binary = { ...update, text: undefined, binary: true };
    expect(verdictOf({ match: 'binary', delay: 5 }, binary)?.steps).toEqual([{ kind: 'pass', delayMs: 5 }]);
    expect(verdictOf({ set: { a: 1 } }, binary)).toBeUndefined();
    expect(verdictOf({ duplicate: true }, binary)?.steps).toHaveLength(2);
  });
});

describe('placeholders', () => {
  const created = message('server', {
    type: 'response.created',
    response: { id: 'r1', output: [], usage: null, count: 3 },
  });
  const filled = (event: unknown) => JSON.parse(sentText(verdictOf({ replace: event }, created)) ?? '') as unknown;

  it('have the type they have in the message when they are the whole text', () => {
    expect(
      filled({
        type: 'x',
        a: '${match.response.count}',
        b: 'n=${match.response.count}',
        c: '${match.response.output}',
      }),
    ).toEqual({ type: 'x', a: 3, b: 'n=3', c: [] });
  });

  it('are null, or nothing in a text, where the message has no such value', () => {
    expect(
      filled({ a: '${match.nope.x}', b: '[${match.nope}]', c: '${match.constructor}', d: '${match.__proto__}' }),
    ).toEqual({
      ...{ a: null, b: '[]', c: null, d: null },
    });
  });

  it('make ids that differ, and one that is the same by its name', () => {
    const { a, b, c, d } = filled({ a: '${newId}', b: '${newId}', c: '${newId.r}', d: '${newId.r}' }) as Record<
      string,
      string
    >;
    expect(a).toMatch(/^[0-9A-Za-z]{21}$/);
    expect(new Set([a, b, c]).size).toBe(3);
    expect(d).toBe(c);
  });

  it('leave other braces alone', () => {
    expect(filled({ a: 'Hello ${name}, {{x}} ${matching}' })).toEqual({ a: 'Hello ${name}, {{x}} ${matching}' });
  });
});

describe('conditions', () => {
  const run = (rules: unknown[], count: number, session = 's1') => {
    const set = rulesOf(rules);
    const one = set.session(session, { seed: 5, url: 'wss://host/v1/realtime?model=gpt-realtime&intent=x' });
    return { set, acted: Array.from({ length: count }, () => (one.message(message('client', UPDATE)) ? 1 : 0)) };
  };

  it('every takes each Nth of what skip leaves', () => {
    expect(run([{ drop: true, every: 3 }], 7).acted).toEqual([0, 0, 1, 0, 0, 1, 0]);
    expect(run([{ drop: true, skip: 2, every: 2, times: 2 }], 8).acted).toEqual([0, 0, 0, 1, 0, 1, 0, 0]);
  });

  it('skip lets the first ones pass, times is the most', () => {
    expect(run([{ drop: true, skip: 2, times: 2 }], 6).acted).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it('times counts in each session, or in all with per', () => {
    const each = rulesOf([{ delay: 1, times: 1 }]);
    const all = rulesOf([{ delay: 1, times: 1, per: 'run' }]);
    const acted = (set: typeof each) =>
      ['s1', 's2'].map((id) => set.session(id, { seed: 1 }).message(message('client', UPDATE)) !== undefined);
    expect([acted(each), acted(all)]).toEqual([
      [true, true],
      [true, false],
    ]);
    expect([each.hits, all.hits]).toEqual([[2], [1]]);
  });

  it('probability is about the share, the same again by the seed', () => {
    const { acted, set } = run([{ drop: true, probability: 0.3 }], 2000);
    const share = acted.filter(Boolean).length / 2000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
    expect(set.hits).toEqual([acted.filter(Boolean).length]);
    expect(run([{ drop: true, probability: 0.3 }], 2000).acted).toEqual(acted);
    expect(
      run(
        [
          { delay: 1, probability: 0.5 },
          { drop: true, probability: 0 },
        ],
        50,
      ).set.hits[1],
    ).toBe(0);
  });

  it('session is an id or a part of the address', () => {
    expect(run([{ drop: true, session: 's1' }], 1).acted).toEqual([1]);
    expect(run([{ drop: true, session: 's' }], 1).acted).toEqual([1]);
    expect(run([{ drop: true, session: 's2' }], 1).acted).toEqual([0]);
    expect(run([{ drop: true, session: 'INTENT=x' }], 1).acted).toEqual([1]);
    expect(run([{ drop: true, session: 'intent=y' }], 1).acted).toEqual([0]);
  });

  it('a rule that is switched off, or whose file is, does nothing', () => {
    expect(run([{ drop: true, enabled: false }], 1).acted).toEqual([0]);
    const off = rulesOf([{ drop: true }], { enabled: false, faultSets: ['rate-limited'] });
    expect([off.touches('client'), off.handshake('wss://x'), off.rules.some(({ active }) => active)]).toEqual([
      false,
      undefined,
      false,
    ]);
  });
});

describe('several rules', () => {
  it('see what those before them made of the message, and none a dropped one', () => {
    const set = rulesOf([
      { set: { type: 'response.cancel' } },
      { match: 'type:session.update', delay: 1 },
      { match: 'type:response.cancel', delay: 10 },
      { match: 'type:response.cancel', drop: true },
      { delay: 100 },
    ]);
    const verdict = set.session('s1', { seed: 1 }).message(message('client', UPDATE));
    expect(verdict).toEqual({ steps: [], rules: [0, 2, 3] });
    expect(set.hits).toEqual([1, 0, 1, 1, 0]);
  });

  it('add their delays up', () => {
    const set = rulesOf([{ delay: 1 }, { delay: 10 }, { duplicate: true }]);
    const steps = set.session('s1', { seed: 1 }).message(message('client', UPDATE))?.steps;
    expect(steps?.map(({ delayMs }) => delayMs)).toEqual([11, 11]);
  });

  it('decide each for itself: one more rule changes no other’s choices', () => {
    const acted = (more: unknown[]) => {
      const set = rulesOf([{ delay: 1, probability: 0.5 }, ...more]);
      const session = set.session('s1', { seed: 1 });
      return Array.from({ length: 40 }, () => session.message(message('client', UPDATE))?.rules.includes(0) ?? false);
    };
    expect(acted([{ jitter: 9, probability: 0.5 }])).toEqual(acted([]));
  });
});

describe('the fast path', () => {
  it.each([
    [{ match: 'type:session.update', drop: true }, [true, false]],
    [{ match: 'type:response.done', drop: true }, [false, true]],
    [{ match: 'from:server', drop: true }, [false, true]],
    [{ match: '-from:server', drop: true }, [true, false]],
    [{ match: 'type:response', drop: true }, [true, true]],
    [{ drop: true }, [true, true]],
    [{ drop: true, enabled: false }, [false, false]],
    [{ refuse: { status: 429 } }, [false, false]],
    // Which format the sound has is told by the server.
    [{ match: 'from:client', corruptAudio: 'loss' }, [true, true]],
  ])('%j leaves what it cannot touch alone', (rule, [client, server]) => {
    const set = rulesOf([rule]);
    expect([set.touches('client'), set.touches('server')]).toEqual([client, server]);
  });
});

describe('a handshake', () => {
  it('is refused so often, for the address meant, with the headers and the body as written', () => {
    const body = { error: { message: 'Slow down.' } };
    const set = rulesOf([
      { session: 'model=a', refuse: { status: 429, headers: { 'Retry-After': '2' }, body }, times: 2, skip: 1 },
    ]);
    expect(set.handshake('wss://host/v1/realtime?model=b')).toBeUndefined();
    const answers = Array.from({ length: 5 }, () => set.handshake('wss://host/v1/realtime?model=a'));
    expect(answers.map((answer) => answer?.status)).toEqual([undefined, 429, 429, undefined, undefined]);
    expect(answers[1]).toEqual({
      ...{ status: 429, rule: 0, body: JSON.stringify(body) },
      headers: { 'Content-Type': 'application/json', 'Retry-After': '2' },
    });
    expect(set.hits).toEqual([2]);
  });
});
