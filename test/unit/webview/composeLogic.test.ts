/** What the composer makes ready: sequences, plans, answers, sound, updates by form. */
import { describe, expect, it } from 'vitest';
import { advance, mergeSession, NEW_SESSION, SESSION_FIELDS, type SessionState } from '../../../src/protocol';
import { isToBeFilled } from '../../../src/protocol/payloadVariables';
import { problemsOf } from '../../../webview/logic/composerLint';
import { audioPlan } from '../../../webview/logic/composeAudio';
import { answersFor, imageItem } from '../../../webview/logic/prefilled';
import { refusalProblems } from '../../../webview/logic/refusals';
import { planOf, sendNow, whenWords } from '../../../webview/logic/sendPlan';
import { readSteps } from '../../../webview/logic/sequence';
import { choicesOf, formOf, updateIn, withField, withSetting } from '../../../webview/logic/sessionForm';
import { previewUpdate, sessionToReturn, wholeUpdate } from '../../../webview/logic/updatePreview';
import { checkRequest } from '../../../webview/messageChecks';

const after = (events: object[], from: SessionState = NEW_SESSION) =>
  events.reduce((state: SessionState, event) => advance(state, event as Record<string, unknown>, 'server'), from);
const known = (state: SessionState) => ({ session: 's1', row: 0, state });
const created = (session: object = {}) => ({ type: 'session.created', session: { type: 'realtime', ...session } });

describe('a list of steps', () => {
  const list = `[
  {"type": "response.create", "n": 1.50},
  {"wait": "response.done"}, {"delayMs": 20}
]`;
  it('is read as it is written, each event to the letter', () => {
    expect(readSteps(list).steps.map(({ step }) => step)).toEqual([
      { text: '{"type":"response.create","n":1.50}' },
      { wait: 'response.done', timeoutMs: 30_000 },
      { delayMs: 20 },
    ]);
  });
  it('says what is no step, and where', () => {
    const text = '[3, {"wait": ""}, {"delayMs": "x"}, {"wait": "error", "timeoutMs": -1}]';
    const { problems, steps } = readSteps(text);
    expect(steps).toHaveLength(0);
    expect(problems.map(({ offset }) => text.slice(offset, offset + 2))).toEqual(['3,', '""', '"x', '-1']);
    expect(readSteps('[]').problems).toHaveLength(1);
    expect(() => planOf({ text, session: 's1', to: 'server', when: sendNow, namesEvents: true, secrets: {} })).toThrow(
      'A step is an event',
    );
  });
  it('may send to the other end in between, and hold comments', () => {
    const text =
      '[ // first\n {"to":"client","event":{"type":"response.done","a":"[redacted]"}}, {"type":"response.create"}]';
    const { steps } = planOf({
      ...{ text, session: 's1', to: 'server', when: sendNow, namesEvents: true },
      secrets: { '/0/event/a': 'sesame' },
    });
    expect(steps).toEqual([
      { text: '{"type":"response.done","a":"[redacted]"}', to: 'client', secrets: { '/a': 'sesame' } },
      { text: '{"type":"response.create"}' },
    ]);
    const [problem] = problemsOf(text, 'client', null);
    expect(problem?.path.startsWith('/0/event')).toBe(true);
  });
  it('is checked event by event at its place, in the session as it will be, up to the first wait', () => {
    const state = after([created()]);
    const text =
      '[{"type":"response.create"},{"type":"response.create"},{"wait":"response.done"},{"type":"response.create"}]';
    const problems = problemsOf(text, 'client', known(state));
    expect(problems.map(({ path, severity }) => [path, severity])).toEqual([['/1/type', 'warning']]);
    expect(text.slice(problems[0]?.offset).startsWith('"response.create"},{"wait"')).toBe(true);
    const beta = '[{"delayMs":1},{"type":"session.update","session":{"type":"realtime","voice":"alloy"}}]';
    const fixed = problemsOf(beta, 'client', null)[0]?.fix?.text ?? '';
    expect(JSON.parse(fixed)).toEqual([
      { delayMs: 1 },
      { type: 'session.update', session: { type: 'realtime', audio: { output: { voice: 'alloy' } } } },
    ]);
  });
  it('is refused at the place that the error names, in its step', () => {
    const text = '[{"delayMs":1},{"type":"session.update","session":{"nonsense":1}}]';
    const [problem] = refusalProblems(text, [{ step: 1, param: 'session.nonsense', message: 'No.' }]);
    expect(text.slice(problem?.offset, (problem?.offset ?? 0) + 1)).toBe('1');
    expect(problem?.message).toBe('Refused: No.');
    expect(refusalProblems('{"type":"x"}', [{ step: 0, param: '', message: 'No.' }])).toEqual([]);
  });
});

describe('a variable', () => {
  const event = (id: string) => JSON.stringify({ type: 'conversation.item.delete', item_id: id });
  const told = (text: string, known: Parameters<typeof problemsOf>[2] = null, fills = true) =>
    problemsOf(text, 'client', known, fills).map(({ severity, message }) => `${severity}: ${message}`);
  const item = { id: 'item_9', type: 'message', role: 'user', content: [] };

  it('is told what it will be, in place of what is wrong with its name', () => {
    const withItem = known(after([created(), { type: 'conversation.item.added', item }]));
    expect(told(event('${lastItemId}'), withItem)).toEqual([
      'note: ${lastItemId} is filled in when it is sent: the newest item of the conversation, now item_9.',
    ]);
    expect(told(event('${lastItemId}'), known(after([created()])))).toEqual([
      expect.stringMatching(/^warning: .*none yet/),
    ]);
    expect(told(event('${input:Which}'))).toEqual(['note: ${input:Which} is asked when it is sent.']);
    expect(told(`[${event('${env:ITEM}')}]`)).toEqual([expect.stringMatching(/^note: .*kept out of the record/)]);
  });

  it('that is none is an error beside one that is, and nothing by itself: it is the app’s own', () => {
    expect(told(JSON.stringify({ type: 'response.create', a: '${name} ${lastItemId}' }))).toContainEqual(
      expect.stringMatching(/^error: \$\{name\} is no variable/),
    );
    const own = JSON.stringify({ type: 'response.create', response: { instructions: 'Say ${name}.' } });
    expect(told(own)).toEqual([]);
    expect(isToBeFilled(own)).toBe(false);
    expect(isToBeFilled('{"a":"$${name}"}')).toBe(true);
    expect(isToBeFilled('{"${lastItemId}":1}')).toBe(false);
    expect(isToBeFilled('{"a":"${lastItemId}')).toBe(false);
  });

  it('that goes out as it stands is checked as it stands', () => {
    const withItem = known(after([created(), { type: 'conversation.item.added', item }]));
    expect(told(event('${lastItemId}'), withItem, false)).toEqual(
      told(event('${lastItemId}x'), withItem, false).map((one) => one.replace('}x', '}')),
    );
    expect(told(event('${lastItemId}'), withItem, false)).not.toEqual([]);
  });
});

describe('a plan', () => {
  const rest = { session: 's1', to: 'server', namesEvents: true } as const;
  it('gives each step its own secrets, and is one the host takes', () => {
    const plan = planOf({
      ...rest,
      text: '[{"delayMs":1},{"type":"x","a":{"b":"[redacted]"}}]',
      when: { delayMs: 5, times: 3, everyMs: 100 },
      secrets: { '/1/a/b': 'sesame' },
    });
    expect(plan.steps[1]).toEqual({ text: '{"type":"x","a":{"b":"[redacted]"}}', secrets: { '/a/b': 'sesame' } });
    expect(checkRequest({ id: 1, request: 'startRun', params: plan })).not.toHaveProperty('problem');
    const wrong = { ...plan, steps: [{ audio: 'AAAA' }] };
    expect(checkRequest({ id: 1, request: 'startRun', params: wrong })).toHaveProperty('problem');
    expect(checkRequest({ id: 1, request: 'startRun', params: { ...plan, times: 0 } })).toHaveProperty('problem');
  });
  it('of text that is no JSON holds it as it stands', () => {
    const plan = planOf({ ...rest, text: '[{"type"', when: sendNow, secrets: {}, replaces: 4 });
    expect(plan.steps).toEqual([{ text: '[{"type"', replaces: 4 }]);
  });
  it('is told in words', () => {
    expect(whenWords(sendNow)).toBe('');
    expect(whenWords({ delayMs: 1500, times: 5, everyMs: 500 })).toBe('in 1.5 s, 5 times every 500 ms');
  });
});

describe('what waits for the client', () => {
  const state = after([
    created(),
    {
      type: 'conversation.item.added',
      item: { id: 'i1', type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
    },
    {
      type: 'conversation.item.added',
      item: { id: 'm1', type: 'mcp_approval_request', name: 'roll', server_label: 'dice', arguments: '{}' },
    },
  ]);
  it('has its answers ready, which the session takes', () => {
    const answers = answersFor(state);
    expect(answers.map(({ label, id }) => [label, id])).toEqual([
      ['Answer get_weather', 'call_1'],
      ['Approve roll', 'm1'],
      ['Deny roll', 'm1'],
    ]);
    for (const { text } of answers) expect(problemsOf(text, 'client', known(state))).toEqual([]);
    // The output of a call makes no response by itself; leave for an MCP tool does.
    expect(answers.map(({ goOn }) => goOn !== undefined)).toEqual([true, false, false]);
    const goOn = JSON.parse(answers[0]?.goOn ?? '') as { type: string }[];
    expect(goOn.map(({ type }) => type)).toEqual(['conversation.item.create', 'response.create']);
  });
  it('is answered once', () => {
    const given = { type: 'mcp_approval_response', id: 'm2', approval_request_id: 'm1', approve: true };
    const output = { type: 'function_call_output', id: 'o1', call_id: 'call_1', output: '1' };
    const now = after(
      [given, output].map((item) => ({ type: 'conversation.item.added', item })),
      state,
    );
    expect(answersFor(now)).toEqual([]);
  });
});

describe('a picture', () => {
  it('is an item with its words before it, which is valid', () => {
    const text = imageItem('data:image/png;base64,iVBORw0KGgo=', 'high', 'What is this?');
    expect(problemsOf(text, 'client', null)).toEqual([]);
    expect(JSON.parse(text).item.content).toMatchObject([
      { type: 'input_text' },
      { type: 'input_image', detail: 'high' },
    ]);
  });
});

describe('sound', () => {
  it('is followed by a commit, or not', () => {
    const sending = {
      session: 's1',
      bytes: new Uint8Array(480),
      format: { codec: 'pcm16', rate: 24_000 },
      inRealTime: true,
      isTranslation: false,
    } as const;
    expect(audioPlan({ ...sending, then: 'nothing' }).steps).toHaveLength(1);
    expect(audioPlan({ ...sending, then: 'commit and respond' }).steps.slice(1)).toEqual([
      { text: '{"type":"input_audio_buffer.commit"}' },
      { text: '{"type":"response.create"}' },
    ]);
    const plan = audioPlan({ ...sending, isTranslation: true, then: 'nothing' });
    expect(plan.steps[0]).toMatchObject({ event: 'session.input_audio_buffer.append', bytesPerMs: 48, pieceMs: 100 });
    expect(checkRequest({ id: 1, request: 'startRun', params: plan })).not.toHaveProperty('problem');
  });
});

describe('an update', () => {
  const state = after([created({ instructions: 'Be kind.', audio: { output: { voice: 'sage' } } })]);
  it('shows what it would change, a line each', () => {
    const session = { instructions: 'Sing.', audio: { input: { noise_reduction: { type: 'near_field' } } } };
    const preview = previewUpdate(JSON.stringify({ type: 'session.update', session }), state);
    expect(preview?.changes).toEqual([
      { path: 'audio.input.noise_reduction.type', kind: 'added', before: undefined, after: 'near_field' },
      { path: 'instructions', kind: 'changed', before: 'Be kind.', after: 'Sing.' },
    ]);
    expect(previewUpdate('{"type":"session.update","session":{"instructions":"Be kind."}}', state)?.isVoid).toBe(true);
    expect(previewUpdate('{"type":"response.create"}', state)).toBeUndefined();
    expect(previewUpdate('{"type":"session.update","session":{}}', NEW_SESSION)).toBeUndefined();
  });
  it('is written out whole for other sessions, without what is this one’s own', () => {
    const config = {
      object: 'x',
      id: 's',
      model: 'm',
      type: 'realtime',
      audio: { output: { voice: 'marin' } },
      tracing: null,
    };
    expect(JSON.parse(wholeUpdate(config))).toEqual({
      type: 'session.update',
      session: { type: 'realtime', audio: { output: { voice: 'marin' } }, tracing: null },
    });
  });
  it('brings an earlier configuration back, by what differs', () => {
    const detection = { type: 'server_vad', threshold: 0.5, silence_duration_ms: 200 };
    const earlier = {
      ...{ type: 'realtime', id: 'sess_1', model: 'm', instructions: 'A', tools: [], expires_at: 1 },
      audio: { input: { turn_detection: detection, transcription: null }, output: { voice: 'sage', speed: 1 } },
    };
    const now = {
      ...{ ...earlier, instructions: 'B', tools: [{ type: 'function', name: 'f' }], expires_at: 2, tracing: 'auto' },
      audio: {
        input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' }, transcription: { model: 'whisper-1' } },
        output: { voice: 'ash', speed: 1 },
      },
    };
    const back = sessionToReturn(now, earlier, false);
    expect(back).toEqual({
      type: 'realtime',
      instructions: 'A',
      tools: [],
      tracing: null,
      audio: { input: { turn_detection: detection, transcription: null }, output: { voice: 'sage' } },
    });
    const merged = mergeSession(now, back);
    expect(merged).toMatchObject({ ...earlier, expires_at: 2 });
    expect(sessionToReturn(now, earlier, true)['audio']).not.toHaveProperty('output');
    expect(sessionToReturn(earlier, earlier, false)).toEqual({ type: 'realtime' });
    // Also where nothing of it is known now, what is fixed stays out.
    expect(sessionToReturn({ type: 'realtime' }, earlier, true)['audio']).toEqual({
      input: { turn_detection: detection },
      output: { speed: 1 },
    });
  });
});

describe('the form of a session', () => {
  const source = `{
    "type": "session.update",
    "own": 1.50,
    "session": { "type": "realtime", "mine": [1,2,  3], "audio": { "output": { "voice": "ash" } } }
}`;
  it('has a place for everything an update can set, for either kind of session', () => {
    for (const kind of ['realtime', 'transcription'] as const) {
      const form = formOf(kind).flatMap(({ fields }) => fields);
      const places = new Set(form.flatMap(({ path, off }) => (off === undefined ? [path] : [path, off])));
      const settable = SESSION_FIELDS.filter(
        ({ path, kinds, fixed }) => fixed !== true && kinds.includes(kind) && path !== 'type',
      );
      // What holds others is there by them.
      const holds = (path: string) => settable.some((other) => other.path.startsWith(`${path}.`));
      const missing = settable.map(({ path }) => path).filter((path) => !places.has(path) && !holds(path));
      // The type of noise reduction is chosen as the whole of it.
      expect(missing).toEqual(['audio.input.noise_reduction.type']);
    }
  });
  it('writes one place and leaves all others to the letter', () => {
    const after = withSetting(source, 'audio.output.voice', 'sage');
    expect(after).toBe(source.replace('"ash"', '"sage"'));
    const deeper = withSetting(source, 'audio.input.turn_detection.threshold', 0.7);
    expect(deeper).toContain('"own": 1.50');
    expect(deeper).toContain('[1,2,  3]');
    expect(JSON.parse(deeper).session.audio).toEqual({
      output: { voice: 'ash' },
      input: { turn_detection: { threshold: 0.7 } },
    });
  });
  it('takes a setting out with the holders that are empty then', () => {
    expect(JSON.parse(withSetting(source, 'audio.output.voice', undefined)).session).toEqual({
      type: 'realtime',
      mine: [1, 2, 3],
    });
    expect(withSetting(source, 'tracing', undefined)).toBe(source);
  });
  it('writes a tool’s field below its list', () => {
    const withTool = withSetting(source, ['tools'], [{ type: 'function', name: 'a', x: 1 }]);
    const renamed = withSetting(withTool, ['tools', 0, 'name'], 'b');
    expect(JSON.parse(renamed).session.tools).toEqual([{ type: 'function', name: 'b', x: 1 }]);
    expect(JSON.parse(withSetting(renamed, ['tools', 0], undefined)).session.tools ?? []).toEqual([]);
  });
  it('turns off by null, and on again', () => {
    const field = formOf('realtime')
      .flatMap(({ fields }) => fields)
      .find(({ path }) => path === 'audio.input.turn_detection.type')!;
    expect(choicesOf(field, undefined)).toEqual(['server_vad', 'semantic_vad', null]);
    const off = withField(source, field, null);
    expect(updateIn(off)).toMatchObject({ audio: { input: { turn_detection: null } } });
    const on = withField(off, field, 'semantic_vad');
    expect(updateIn(on)).toMatchObject({ audio: { input: { turn_detection: { type: 'semantic_vad' } } } });
    expect(updateIn(withField(off, field, undefined))).toEqual(updateIn(source));
  });
  it('is of an update that can be read only', () => {
    expect(updateIn('{"type":"session.update"')).toBeUndefined();
    expect(updateIn('{"type":"response.create"}')).toBeUndefined();
  });
});
