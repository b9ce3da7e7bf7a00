/**
 * Traces recorded through the real proxy while breakpoints and rules had its traffic in hand: what never reached the server did not
 * happen there, and what was changed happened as it was sent on.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { AnalysisChanges, Finding, Latency, Turn } from '../../../src/analysis/model';
import { TraceDocumentCore } from '../../../src/document/traceDocument';
import { parseRules } from '../../../src/rules/ruleFile';
import { cleanUp, later, sessionOf } from '../fidelity/bed';
import { at, wsHand, type Ends, type Hand } from '../fidelity/hand';

type Json = Record<string, unknown>;

afterEach(cleanUp);

const event = (type: string, more: Json = {}): string => JSON.stringify({ type, ...more });
/** So much silence in PCM16 at 24 kHz. */
const append = (ms: number) =>
  event('input_audio_buffer.append', { audio: Buffer.alloc(ms * 48).toString('base64'), ms });
const created = (id = 'r1') =>
  event('response.created', { response: { id, status: 'in_progress', conversation_id: 'c1' } });
const done = (id = 'r1') => event('response.done', { response: { id, status: 'completed', output: [] } });
const greeting = event('session.created', {
  session: { type: 'realtime', model: 'gpt-realtime', audio: { input: { turn_detection: null } } },
});

/** A session under way, its server as a script. */
class Script {
  #sent = 0;

  private constructor(
    readonly hand: Hand,
    readonly ends: Ends,
  ) {}

  static async begin(): Promise<Script> {
    const hand = await wsHand();
    const script = new Script(hand, await hand.session('one'));
    await script.answer(greeting);
    return script;
  }

  async rules(...rules: Json[]): Promise<void> {
    const file = { text: JSON.stringify({ rules }), file: 'realtime-rules.jsonc' };
    expect(parseRules(file.text, file.file).problems).toEqual([]);
    await this.hand.engine.setRules(file);
  }
  say(...texts: string[]): void {
    for (const text of texts) this.ends.client.send(text);
  }
  /** Resolves when the server has got so many messages in all. */
  async arrive(count: number): Promise<void> {
    await expect.poll(() => this.ends.got.server.length).toBe(count);
  }
  /** The server says it; resolves when the client has it. */
  async answer(...texts: string[]): Promise<void> {
    for (const text of texts) this.ends.server.send(text);
    this.#sent += texts.length;
    await expect.poll(() => this.ends.got.client.length).toBeGreaterThanOrEqual(this.#sent);
  }
  /** The session ends; what the analysis makes of its trace. */
  async end(): Promise<Heard> {
    const { file } = this.hand.engine;
    this.ends.client.close();
    await sessionOf(file, 'mark=one');
    return Heard.of(file);
  }
}

/** A trace as the analysis has it. */
class Heard {
  readonly lines: { row: number; seq: number; t: number; type: string; fate: string }[] = [];
  readonly turns = new Map<string, Turn>();
  readonly findings = new Map<string, Finding>();
  readonly configs: AnalysisChanges['configs'] = [];

  private constructor(readonly document: TraceDocumentCore) {}

  static async of(file: string): Promise<Heard> {
    const found: AnalysisChanges[] = [];
    let rows = 0;
    const document = await TraceDocumentCore.open(file, {
      columns: ({ first, seq }) => (rows = Math.max(rows, first + seq.length)),
      analysis: (changes) => found.push(changes),
      state: () => undefined,
    });
    later(() => document.close());
    await document.follow();
    await document.analysed();
    const heard = new Heard(document);
    for (const { turns, findings, withdrawn, configs } of found) {
      for (const turn of turns) heard.turns.set(turn.key, turn);
      for (const finding of findings) heard.findings.set(finding.key, finding);
      for (const key of withdrawn) heard.findings.delete(key);
      heard.configs.push(...configs);
    }
    for (let row = 0; row < rows; row += 1) {
      const { head } = await document.body(row, false);
      const text = (name: string) => (typeof head[name] === 'string' ? head[name] : '');
      heard.lines.push({ row, seq: Number(head['seq']), t: Number(head['t']), type: text('type'), fate: text('fate') });
    }
    return heard;
  }

  /** The nth line of a type, from 0; its row and time. */
  line(type: string, n = 0): { row: number; t: number } {
    const found = this.lines.filter((line) => line.type === type)[n];
    if (!found) throw new Error(`there is no ${type} ${n}`);
    return found;
  }
  async causes(row: number): Promise<string[]> {
    return (await this.document.related(row)).causes
      .filter(({ effect }) => effect === row)
      .map(({ kind, cause }) => `${kind} by ${cause}`);
  }
  measure(name: Latency['name']) {
    return this.document.measures('').metrics.latencies[name];
  }
  parts(name: Latency['name']): Latency[] {
    return [...this.turns.values()].flatMap(({ latencies }) => latencies.filter((latency) => latency.name === name));
  }
  finding(name: string): Finding | undefined {
    return [...this.findings.values()].find(({ rule }) => rule === name);
  }
  /** How full the input buffer was after each step, ms. */
  levels(): number[] {
    return [...this.document.bufferSteps('s1', 0, 1e9, 1000).ms];
  }
}

describe('a request that was dropped', () => {
  it('is not what a response answers, nor what its time is counted from', async () => {
    const script = await Script.begin();
    await script.rules({ match: 'type:response.create', drop: true, times: 1 });
    script.say(event('response.create'), event('response.create'));
    await script.arrive(1);
    await script.answer(created(), done());
    const heard = await script.end();
    // Held and dropped, then the one that passed.
    const passed = heard.line('response.create', 2);
    const began = heard.line('response.created');
    expect(heard.lines.filter(({ type }) => type === 'response.create').map(({ fate }) => fate)).toEqual([
      'held',
      'dropped',
      '',
    ]);
    expect(await heard.causes(began.row)).toEqual([`started by ${passed.row}`]);
    expect(heard.measure('createToCreated')).toMatchObject({ count: 1, p50: expect.closeTo(began.t - passed.t, 2) });
    expect(heard.turns.size).toBe(1);
  });

  it('leaves a call without its output, whatever the app sent', async () => {
    const script = await Script.begin();
    await script.rules({ match: 'type:conversation.item.create', drop: true });
    const call = { type: 'function_call', id: 'f1', call_id: 'call_1', name: 'look_up', status: 'completed' };
    await script.answer(created(), event('response.output_item.done', { response_id: 'r1', item: call }), done());
    const output = { type: 'function_call_output', call_id: 'call_1', output: '{}' };
    script.say(event('conversation.item.create', { item: output }), event('response.create'));
    await script.arrive(1);
    await script.answer(created('r2'), done('r2'));
    const heard = await script.end();
    const orphan = heard.finding('orphan-call');
    expect(orphan?.explanation).toContain('The app did send it');
    expect(orphan?.rows).toContain(heard.line('conversation.item.create').row);
    expect(heard.parts('toolRun')).toEqual([]);
  });

  it('is what an error is about that a rule gives in its place, and of no other request', async () => {
    const script = await Script.begin();
    await script.rules({
      match: 'type:response.create',
      times: 1,
      drop: true,
      inject: {
        to: 'client',
        event: { type: 'error', error: { type: 'server_error', event_id: '${match.event_id}', message: 'No.' } },
      },
    });
    script.say(event('response.create', { event_id: 'e1' }));
    await expect.poll(() => script.ends.got.client.length).toBe(2);
    script.say(event('response.create', { event_id: 'e2' }));
    await script.arrive(1);
    await script.answer(created());
    const heard = await script.end();
    expect(await heard.causes(heard.line('error').row)).toEqual([`refused by ${heard.line('response.create').row}`]);
    expect(await heard.causes(heard.line('response.created').row)).toEqual([
      `started by ${heard.line('response.create', 2).row}`,
    ]);
  });

  it('takes nothing out of the input buffer, and puts nothing into it', async () => {
    const script = await Script.begin();
    await script.rules(
      { match: 'type:input_audio_buffer.append', drop: true, skip: 1, times: 1 },
      { match: 'type:input_audio_buffer.commit', drop: true },
    );
    script.say(append(100), append(200), append(400), event('input_audio_buffer.commit'), event('last'));
    await script.arrive(3);
    expect((await script.end()).levels()).toEqual([100, 500]);
  });
});

describe('a message that was changed', () => {
  it.each<[string, (script: Script) => Promise<void>, number[]]>([
    [
      'by a rule',
      async (script) => {
        const audio = Buffer.alloc(300 * 48).toString('base64');
        await script.rules({ match: 'type:input_audio_buffer.append', set: { audio }, times: 1 });
        script.say(append(100), append(50));
        await script.arrive(2);
      },
      [300, 350],
    ],
    [
      'by a rule that sends it twice',
      async (script) => {
        await script.rules({ match: 'type:input_audio_buffer.append', duplicate: 1 });
        script.say(append(100));
        await script.arrive(2);
      },
      [100, 200],
    ],
    [
      'by hand',
      async (script) => {
        await script.hand.engine.setBreakpoints([at('type:input_audio_buffer.append')]);
        script.say(append(100));
        const [held] = await script.hand.holds(1);
        await script.hand.engine.release(held?.id ?? '', append(20));
        await script.arrive(1);
      },
      [20],
    ],
  ])('%s counts with the sound that was sent on', async (_, act, levels) => {
    const script = await Script.begin();
    await act(script);
    expect((await script.end()).levels()).toEqual(levels);
  });

  it('asks for the configuration that was sent on: what was lost with its refusal is told of that', async () => {
    const script = await Script.begin();
    await script.rules({ match: 'type:session.update', set: { 'session.voice': 'ash', 'session.instructions': 'Hi' } });
    script.say(event('session.update', { event_id: 'e1', session: { voice: 'cedar' } }));
    await script.arrive(1);
    await script.answer(
      event('error', {
        error: { type: 'invalid_request_error', event_id: 'e1', param: 'session.voice', message: 'No such voice.' },
      }),
    );
    const heard = await script.end();
    const sent = heard.line('session.update', 1).row;
    expect(heard.configs.map(({ kind, row, askedRow }) => [kind, kind === 'asked' ? row : askedRow])).toEqual([
      ['created', null],
      ['asked', sent],
      ['refused', sent],
    ]);
    expect(heard.finding('refused-update')?.explanation).toContain('instructions');
  });
});

describe('a request that was held', () => {
  it('is answered from when it went on, and its wait is a part of the turn', async () => {
    const script = await Script.begin();
    await script.hand.engine.setBreakpoints([at('type:response.create')]);
    script.say(event('response.create'));
    const [held] = await script.hand.holds(1);
    await script.hand.engine.release(held?.id ?? '');
    await script.arrive(1);
    await script.answer(created(), done());
    const heard = await script.end();
    const [came, went] = [heard.line('response.create'), heard.line('response.create', 1)];
    const began = heard.line('response.created');
    expect(came.t).toBeLessThan(went.t);
    expect(heard.parts('held')).toEqual([
      { name: 'held', ms: expect.closeTo(went.t - came.t, 2), fromRow: came.row, toRow: went.row },
    ]);
    expect(heard.measure('held')).toMatchObject({ count: 1, p50: expect.closeTo(went.t - came.t, 2) });
    expect(heard.parts('createToCreated')).toEqual([
      { name: 'createToCreated', ms: expect.closeTo(began.t - went.t, 2), fromRow: went.row, toRow: began.row },
    ]);
  });

  it('with the output of a tool: the tool ran until it came', async () => {
    const script = await Script.begin();
    await script.hand.engine.setBreakpoints([at('type:conversation.item.create')]);
    const call = { response_id: 'r1', item_id: 'f1', call_id: 'call_1', arguments: '{}' };
    await script.answer(
      created(),
      event('response.output_item.added', {
        response_id: 'r1',
        item: { type: 'function_call', id: 'f1', call_id: 'call_1', name: 'look_up', status: 'in_progress' },
      }),
      event('response.function_call_arguments.done', call),
      done(),
    );
    script.say(
      event('conversation.item.create', { item: { type: 'function_call_output', call_id: 'call_1', output: '{}' } }),
    );
    const [held] = await script.hand.holds(1);
    await script.hand.engine.release(held?.id ?? '');
    await script.arrive(1);
    const heard = await script.end();
    const called = heard.line('response.function_call_arguments.done');
    const [came, went] = [heard.line('conversation.item.create'), heard.line('conversation.item.create', 1)];
    expect(heard.measure('toolRun')).toMatchObject({ count: 1, p50: expect.closeTo(came.t - called.t, 2) });
    expect(heard.measure('held')).toMatchObject({ count: 1, p50: expect.closeTo(went.t - came.t, 2) });
  });
});

describe('an answer whose sound is held by a rule', () => {
  it('tells of its first piece in the turn, and of every one in the measure', async () => {
    const script = await Script.begin();
    await script.rules({ match: 'type:response.output_audio.delta', delay: 500 });
    script.say(event('response.create'));
    await script.arrive(1);
    const delta = (n: number) =>
      event('response.output_audio.delta', {
        ...{ response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0, n },
        delta: Buffer.alloc(4800).toString('base64'),
      });
    await script.answer(created(), delta(1), delta(2), done());
    const heard = await script.end();
    expect(heard.parts('held')).toHaveLength(1);
    expect(heard.parts('held')[0]?.fromRow).toBe(heard.line('response.output_audio.delta').row);
    expect(heard.measure('held')?.count).toBeGreaterThanOrEqual(2);
    // The server's own time is what it was.
    expect(heard.measure('createToAudio')?.count).toBe(1);
  });
});
