import { describe, expect, it } from 'vitest';
import { advance, CATALOGUE, NEW_SESSION, type SessionState } from '../../../src/protocol';
import type { SessionSnapshot } from '../../../src/document/sessionSnapshot';
import { ANSWERS, sentEvent } from '../../../webview/logic/answers';
import { changeBetween, countProblems, fixAt, problemsOf } from '../../../webview/logic/composerLint';
import { newEventId, ownEventId, withEventId } from '../../../webview/logic/eventId';
import { checkRequest } from '../../../webview/messageChecks';
import { targetOf } from '../../../webview/logic/target';
import { AnswerWatch } from '../../../webview/state/answerWatch';
import { TargetState, type Clock } from '../../../webview/state/targetState';
import { BatchMaker, rowsOf, type TestRow } from './columns';
import { Rows } from '../../../webview/state/rows';

const created = { type: 'session.created', session: { type: 'realtime' } };
const snapshot = (state: SessionState, more: Partial<SessionSnapshot> = {}): SessionSnapshot => ({
  session: 's1',
  row: 0,
  state,
  ...more,
});
const running = [created, { type: 'response.created', response: { id: 'resp_1', conversation_id: 'c' } }].reduce(
  (state: SessionState, event) => advance(state, event, 'server'),
  NEW_SESSION,
);

describe('the text in the composer', () => {
  it('is checked by itself without a session, and in its session with one', () => {
    const text = '{"type":"response.create"}';
    expect(problemsOf(text, 'client', null)).toEqual([]);
    expect(problemsOf(text, 'client', snapshot(running))).toMatchObject([{ severity: 'error', path: '/type' }]);
    expect(problemsOf(text, 'client', snapshot(running))[0]?.message).toContain('resp_1');
  });
  it('may be in the words of the server it goes to', () => {
    const beta = '{"type":"session.update","session":{"modalities":["text"],"voice":"alloy"}}';
    expect(problemsOf(beta, 'client', snapshot(NEW_SESSION))).not.toEqual([]);
    expect(problemsOf(beta, 'client', snapshot(NEW_SESSION, { dialect: 'azure-preview' }))).toEqual([]);
  });
  it('that is empty or no JSON has one clear problem', () => {
    expect(problemsOf(' ', 'client', null)).toHaveLength(1);
    expect(problemsOf('{"type"', 'client', snapshot(running)).length).toBeGreaterThan(0);
  });
  it('of the beta is rewritten whole by one fix, and the cursor finds it', () => {
    const text = JSON.stringify({ type: 'session.update', session: { type: 'realtime', voice: 'alloy' } }, null, 2);
    const problems = problemsOf(text, 'client', null);
    const found = fixAt(problems, text, text.indexOf('voice'));
    expect(found?.fix?.title).toBe('Rewrite for the current interface');
    expect(fixAt(problems, text, text.indexOf('alloy'))).toBe(found);
    expect(fixAt(problems, text, 0)).toBeUndefined();
    const after = found?.fix?.text ?? '';
    expect(JSON.parse(after)).toEqual({
      type: 'session.update',
      session: { type: 'realtime', audio: { output: { voice: 'alloy' } } },
    });
    const change = changeBetween(text, after);
    expect(text.slice(0, change.from) + change.insert + text.slice(change.to)).toBe(after);
    expect(change.from).toBeGreaterThan(text.indexOf('realtime'));
    expect(problemsOf(after, 'client', null)).toEqual([]);
  });
  it('a change holds what differs and no more', () => {
    expect(changeBetween('abcd', 'abXd')).toEqual({ from: 2, to: 3, insert: 'X' });
    expect(changeBetween('aa', 'aaa')).toEqual({ from: 2, to: 2, insert: 'a' });
    expect(changeBetween('same', 'same')).toEqual({ from: 4, to: 4, insert: '' });
    expect(changeBetween('', 'new')).toEqual({ from: 0, to: 0, insert: 'new' });
  });
  it('has its problems counted in words', () => {
    const one = { message: '', path: '', offset: 0, length: 0 };
    expect(countProblems([])).toBe('');
    expect(
      countProblems([
        { ...one, severity: 'error' },
        { ...one, severity: 'error' },
        { ...one, severity: 'note' },
      ]),
    ).toBe('2 errors, 1 note');
  });
});

describe('an id for an event that has none', () => {
  const give = (text: string) => withEventId(text, 'evt_1');
  it('is its first field, and everything else stays to the letter', () => {
    expect(give('{"type":"x","n":1.50}')).toBe('{"event_id":"evt_1","type":"x","n":1.50}');
    expect(give(' { "a":1,"a":2 }')).toBe(' {"event_id":"evt_1", "a":1,"a":2 }');
    expect(give('{ }')).toBe('{"event_id":"evt_1" }');
    expect(JSON.parse(give('{"s":"{"}'))).toEqual({ event_id: 'evt_1', s: '{' });
  });
  it('is not given where one stands, be it odd, nor to what is no event', () => {
    for (const text of ['{"event_id":"mine"}', '{"event_id":""}', '{"event_id":null}', '[{}]', '"{"', '{', ''])
      expect(give(text)).toBe(text);
    expect(ownEventId('{"event_id":"mine"}')).toBe('mine');
    expect(ownEventId('{"type":"x"}')).toBe('');
    expect(ownEventId('{"event_id":""}')).toBeUndefined();
  });
  it('is another each time', () => {
    let next = 0;
    const id = () => newEventId((bytes) => bytes.fill((next += 1)));
    expect([id(), id()]).toEqual(['evt_0101010101010101', 'evt_0202020202020202']);
  });
});

describe('the session it goes to', () => {
  const none = { held: '', wasOpen: false, shown: '', live: [] };
  it('is the one shown when that is open, and the newest when all are', () => {
    expect(targetOf({ ...none, shown: 's1', live: ['s1', 's2'] })).toEqual({ kind: 'open', session: 's1' });
    expect(targetOf({ ...none, live: ['s1', 's2'] })).toEqual({ kind: 'open', session: 's2' });
    expect(targetOf(none)).toEqual({ kind: 'none', session: '' });
  });
  it('stays when it has closed, whatever else is open or shown', () => {
    const held = { held: 's1', wasOpen: true, shown: 's2' };
    expect(targetOf({ ...held, live: ['s1', 's2'] })).toEqual({ kind: 'open', session: 's1' });
    expect(targetOf({ ...held, live: ['s2'] })).toEqual({ kind: 'closed', session: 's1' });
    expect(targetOf({ ...held, live: [] })).toEqual({ kind: 'closed', session: 's1' });
  });
  it('is the one shown when that is closed too, so that no other gets what was meant for it', () => {
    expect(targetOf({ ...none, shown: 's0', live: ['s1', 's2'] })).toEqual({ kind: 'closed', session: 's0' });
    expect(targetOf({ ...none, held: 's2', wasOpen: true, shown: 's0', live: ['s1', 's2'] })).toEqual({
      kind: 'open',
      session: 's2',
    });
  });
  it('may be one that is about to open', () => {
    expect(targetOf({ ...none, held: 's3', live: ['s1'] })).toEqual({ kind: 'opening', session: 's3' });
  });
});

/** A clock that moves when told to. */
class HandClock implements Clock {
  time = 0;
  #due: { at: number; run: () => void }[] = [];
  now() {
    return this.time;
  }
  set(run: () => void, ms: number) {
    const timer = { at: this.time + ms, run };
    this.#due.push(timer);
    return timer;
  }
  clear(handle: unknown) {
    this.#due = this.#due.filter((timer) => timer !== handle);
  }
  async pass(ms: number) {
    this.time += ms;
    for (const timer of this.#due.filter(({ at }) => at <= this.time)) {
      this.clear(timer);
      timer.run();
    }
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
}

describe('what is known of that session', () => {
  function watched() {
    const asked: string[] = [];
    const clock = new HandClock();
    const rows = new Rows();
    const maker = new BatchMaker();
    let changes = 0;
    let fails = false;
    const target = new TargetState(
      async (session) => {
        asked.push(session);
        if (fails) throw new Error('closed');
        return snapshot(running, { session, row: rows.count });
      },
      () => (changes += 1),
      clock,
    );
    return {
      target,
      clock,
      rows,
      asked,
      changes: () => changes,
      fail: (now: boolean) => (fails = now),
      come: (more: TestRow[]) => {
        rows.append(maker.batch(more));
        target.grown();
      },
    };
  }

  it('is asked for at once, then a few times a second while its events come, and not without them', async () => {
    const { target, clock, rows, asked, changes, come } = watched();
    target.watch('s1', rows);
    await clock.pass(0);
    expect(asked).toHaveLength(1);
    expect(target.known?.session).toBe('s1');
    expect(changes()).toBe(1);
    for (let ms = 0; ms < 1000; ms += 10) {
      come([{}, {}]);
      await clock.pass(10);
    }
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.length).toBeLessThanOrEqual(5);
    await clock.pass(1000);
    const before = asked.length;
    await clock.pass(5000);
    expect(asked).toHaveLength(before);
    expect(target.known?.row).toBe(rows.count);
  });
  it('is not asked for when only others speak, or pieces of text come', async () => {
    const { target, clock, rows, asked, come } = watched();
    target.watch('s1', rows);
    await clock.pass(0);
    come([{ session: 's2' }, { flags: 16, type: 'response.output_text.delta' }]);
    await clock.pass(5000);
    expect(asked).toHaveLength(1);
    come([{ flags: 16, audioMs: 100, type: 'input_audio_buffer.append' }]);
    await clock.pass(5000);
    expect(asked).toHaveLength(2);
  });
  it('is that of the session it goes to now', async () => {
    const { target, clock, rows, asked } = watched();
    target.watch('s1', rows);
    target.watch('s2', rows);
    await clock.pass(0);
    await clock.pass(1000);
    expect(asked.at(-1)).toBe('s2');
    expect(target.known?.session).toBe('s2');
    target.watch('', rows);
    expect(target.known).toBeNull();
  });
  it('is asked for again after a failure, with the next event', async () => {
    const { target, clock, rows, asked, come, fail } = watched();
    fail(true);
    target.watch('s1', rows);
    await clock.pass(0);
    expect(target.known).toBeNull();
    fail(false);
    come([{}]);
    await clock.pass(1000);
    expect(asked).toHaveLength(2);
    expect(target.known).not.toBeNull();
  });
});

describe('what the server says to what was sent', () => {
  const error = (fields: object) => JSON.stringify({ type: 'error', error: { message: 'No.', ...fields } });
  const update = '{"type":"session.update","session":{}}';
  const named = '{"type":"session.update","event_id":"mine","session":{}}';
  const own: TestRow = { from: 'client', type: 'session.update', flags: 1 };

  async function answerTo(text: string, rows: TestRow[], bodies: Record<number, string> = {}) {
    let changes = 0;
    const watch = new AnswerWatch(
      async (row) => bodies[row],
      () => (changes += 1),
    );
    watch.start(sentEvent(text), 's1', 0);
    await watch.look(rowsOf([own, ...rows]));
    return { ...watch.answer, changes };
  }

  it('is its answer, of its own session and from the server itself', async () => {
    const rows: TestRow[] = [
      { type: 'session.updated', session: 's2' },
      { type: 'session.updated', flags: 1 },
      { type: 'response.done' },
      { type: 'session.updated' },
    ];
    expect(await answerTo(update, rows)).toEqual({ kind: 'taken', row: 4, type: 'session.updated', changes: 1 });
    expect(await answerTo(update, rows.slice(0, 3))).toEqual({ kind: 'waiting', changes: 0 });
  });
  it('is the error that names it, also when something else seemed to answer before', async () => {
    const rows: TestRow[] = [{ type: 'error' }, { type: 'session.updated' }, { type: 'error' }];
    const bodies = { 1: error({ event_id: 'other' }), 3: error({ event_id: 'mine', param: 'session.voice' }) };
    expect(await answerTo(named, rows, bodies)).toMatchObject({
      kind: 'refused',
      row: 3,
      error: { message: 'No.', param: 'session.voice', ours: 'yes' },
    });
  });
  it('may be the first error that names nothing, when it has no name itself', async () => {
    const rows: TestRow[] = [{ type: 'error' }, { type: 'error' }];
    const bodies = { 1: error({ event_id: 'other' }), 2: error({ event_id: null }) };
    expect(await answerTo(update, rows, bodies)).toMatchObject({ kind: 'refused', row: 2, error: { ours: 'maybe' } });
    expect(await answerTo(named, rows, bodies)).toMatchObject({ kind: 'waiting' });
    expect(await answerTo(update, [{ t: 60_000, type: 'error' }], { 1: error({}) })).toMatchObject({ kind: 'waiting' });
  });
  it('may be an error that names nothing where the server is not known to name events', async () => {
    const watch = new AnswerWatch(
      async () => error({ event_id: null }),
      () => undefined,
    );
    watch.start({ ...sentEvent(named), mayGoUnnamed: true }, 's1', 0);
    await watch.look(rowsOf([own, { type: 'error' }]));
    expect(watch.answer).toMatchObject({ kind: 'refused', error: { ours: 'maybe' } });
  });
  it('is about the item it names', async () => {
    const text = '{"type":"conversation.item.delete","item_id":"item_1"}';
    const rows: TestRow[] = [
      { type: 'conversation.item.deleted', item: 'item_9' },
      { type: 'conversation.item.deleted', item: 'item_1' },
    ];
    expect(await answerTo(text, rows)).toMatchObject({ kind: 'taken', row: 2 });
  });
  it('may be that the session closes', async () => {
    const rows: TestRow[] = [
      { seq: 0, type: 'close 1006', session: 's2' },
      { seq: 0, type: 'close 1000' },
    ];
    expect(await answerTo(update, rows)).toMatchObject({ kind: 'closed', row: 2, type: 'close 1000' });
  });
  it('is looked for in rows as they come, once', async () => {
    const rows = new Rows();
    const maker = new BatchMaker();
    rows.append(maker.batch([own]));
    let changes = 0;
    const watch = new AnswerWatch(
      async () => error({}),
      () => (changes += 1),
    );
    watch.start(sentEvent(update), 's1', 0);
    await watch.look(rows);
    rows.append(maker.batch([{ type: 'error' }]));
    await Promise.all([watch.look(rows), watch.look(rows)]);
    rows.append(maker.batch([{ type: 'error' }, { type: 'session.updated' }]));
    await watch.look(rows);
    expect(watch.answer).toMatchObject({ kind: 'refused', row: 1 });
    expect(changes).toBe(1);
  });
  it('is known of every event that has an answer', () => {
    const types = (from: 'client' | 'server') => CATALOGUE.filter((info) => info.from === from).map(({ type }) => type);
    for (const [sent, answers] of Object.entries(ANSWERS)) {
      expect(types('client')).toContain(sent);
      for (const answer of answers) expect(types('server')).toContain(answer);
    }
    const silent = types('client').filter((type) => ANSWERS[type] === undefined);
    expect(silent).toEqual(['input_audio_buffer.append', 'session.input_audio_buffer.append']);
  });
});

it('a page may ask for the state of a session as the table says, and not otherwise', () => {
  const asks = (params: unknown) => checkRequest({ id: 1, request: 'sessionState', params });
  expect(asks({ session: 's1' })).not.toHaveProperty('problem');
  expect(asks({ session: 's1', upTo: 12 })).not.toHaveProperty('problem');
  for (const params of [{}, { session: 1 }, { session: 's1', upTo: -1 }, { session: 'x'.repeat(300) }])
    expect(asks(params)).toMatchObject({ problem: 'wrong parameters for "sessionState"' });
});
