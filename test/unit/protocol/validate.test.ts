import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../../src/protocol/validate';
import type { Problem } from '../../../src/protocol/validate/report';
import type { Side } from '../../../src/protocol/side';

function check(event: unknown, from: Side = 'client'): Problem[] {
  return validateEvent(JSON.stringify(event), from);
}

/** `severity path: words of the message` of each problem, to compare at a glance. */
function brief(problems: Problem[]): string[] {
  return problems.map((problem) => `${problem.severity} ${problem.path}`);
}

describe('text that is no event', () => {
  it('is told apart: empty, broken, not an object', () => {
    expect(validateEvent('  ', 'client')[0]?.message).toMatch(/^Nothing to send/);
    expect(validateEvent('[1]', 'client')[0]?.message).toBe('An event is a JSON object, this is an array.');
    expect(validateEvent('null', 'client')[0]?.message).toBe('An event is a JSON object, this is null.');
  });

  it('has its syntax error placed by line, column and offset', () => {
    const text = '{\n  "type": "response.create"\n  "event_id": "a"\n}';
    const [problem] = validateEvent(text, 'client');
    expect(problem?.message).toBe('Not valid JSON at line 3, column 3: comma expected.');
    expect(text.slice(problem?.offset, (problem?.offset ?? 0) + (problem?.length ?? 0))).toBe('"event_id"');
  });

  it('may not hold comments, trailing commas or raw control characters', () => {
    for (const text of [
      '{"type":"response.create"/*x*/}',
      '{"type":"response.create",}',
      '{"type":"response.create","event_id":"a\u0001"}',
    ]) {
      expect(validateEvent(text, 'client')[0]?.severity, text).toBe('error');
    }
  });

  it('is refused without a crash when nested without end', () => {
    expect(validateEvent('['.repeat(200_000), 'client')[0]?.severity).toBe('error');
    for (const depth of [1000, 3000, 5000, 10_000, 50_000]) {
      const deep = `{"type":"session.update","session":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      expect(validateEvent(deep, 'client')[0]?.severity).toBe('error');
    }
  });
});

describe('the type', () => {
  it('must be there and be a string', () => {
    expect(check({})[0]?.message).toMatch(/"type" field is missing/);
    expect(check({ type: 7 })[0]?.message).toBe('"type" must be a string, this is a number.');
  });

  it.each([
    ['sesion.update', 'session.update'],
    ['response.Create', 'response.create'],
    ['conversation.items.create', 'conversation.item.create'],
  ])('%s is taken for a slip of %s', (slip, meant) => {
    expect(check({ type: slip })[0]).toMatchObject({ severity: 'error', path: '/type' });
    expect(check({ type: slip })[0]?.message).toContain(`did you mean "${meant}"`);
  });

  it('is renamed when it is a beta name', () => {
    const [problem] = check({ type: 'response.audio.delta' }, 'server');
    expect(problem?.message).toContain('now "response.output_audio.delta"');
  });

  it('is a warning when it is like nothing known: other servers have their own', () => {
    expect(brief(check({ type: 'transport.frobnicate' }))).toEqual(['warning /type']);
  });

  it('must go the right way', () => {
    const [problem] = check({ type: 'response.done' });
    expect(problem?.message).toBe('"response.done" goes from the server to the client, not the other way.');
    expect(check({ type: 'response.create' }, 'server')[0]?.severity).toBe('error');
  });
});

describe('top-level fields', () => {
  it('that are required are missed, at the opening brace', () => {
    expect(check({ type: 'conversation.item.delete' })).toEqual([
      { severity: 'error', message: 'Missing required field "item_id" (string).', path: '', offset: 0, length: 1 },
    ]);
  });

  it('must have the right JSON type, marked at the value', () => {
    const text = '{"type":"conversation.item.truncate","item_id":"i","content_index":"0","audio_end_ms":5}';
    const [problem] = validateEvent(text, 'client');
    expect(problem).toMatchObject({ path: '/content_index', severity: 'error' });
    expect(text.slice(problem?.offset).startsWith('"0"')).toBe(true);
  });

  it('that nobody knows are a note, marked at the name, with the path escaped', () => {
    const text = '{"type":"response.create","a/b~c":1}';
    const [problem] = validateEvent(text, 'client');
    expect(problem).toMatchObject({ severity: 'note', path: '/a~1b~0c', offset: text.indexOf('"a/b'), length: 7 });
  });

  it('may be null where they are optional', () => {
    const item = { type: 'message', role: 'user', content: [] };
    expect(check({ type: 'conversation.item.create', previous_item_id: null, item })).toEqual([]);
  });

  it('named like things every object has are still unknown', () => {
    expect(brief(check({ type: 'response.create', constructor: 1 }))).toEqual(['note /constructor']);
  });

  it('named `__proto__` is a field like any other, not a way to smuggle some in', () => {
    const text = '{"type":"conversation.item.delete","__proto__":{"item_id":"i"}}';
    expect(brief(validateEvent(text, 'client'))).toEqual(['error ', 'note /__proto__']);
  });

  it('lacking only the event id of a server event is a warning', () => {
    expect(brief(check({ type: 'input_audio_buffer.cleared' }, 'server'))).toEqual(['warning ']);
  });
});

describe('a session update', () => {
  const update = (session: unknown): Problem[] => check({ type: 'session.update', session });

  it('needs the type of session', () => {
    expect(update({ instructions: 'Hi' })[0]).toMatchObject({ severity: 'error', path: '/session' });
    expect(update({ type: 'beta' })[0]).toMatchObject({ severity: 'error', path: '/session/type' });
    expect(update({ type: 'transcription' })).toEqual([]);
  });

  it('may ask for one modality only', () => {
    expect(update({ type: 'realtime', output_modalities: ['text', 'audio'] })[0]?.message).toMatch(/^Both modalities/);
    expect(update({ type: 'realtime', output_modalities: [] })[0]?.severity).toBe('error');
    expect(update({ type: 'realtime', output_modalities: ['text'] })).toEqual([]);
  });

  it('gives formats as objects', () => {
    const [problem] = update({ type: 'realtime', audio: { input: { format: 'g711_ulaw' } } });
    expect(problem).toMatchObject({ severity: 'error', path: '/session/audio/input/format' });
    expect(problem?.message).toContain('{ "type": "audio/pcmu" }');
    const slow = update({ type: 'realtime', audio: { output: { format: { type: 'audio/pcm', rate: 16000 } } } });
    expect(brief(slow)).toEqual(['error /session/audio/output/format/rate']);
  });

  it('with the flat fields of the beta is warned of each, with the place it has now', () => {
    const problems = update({ type: 'realtime', voice: 'alloy', turn_detection: null });
    expect(brief(problems)).toEqual(['warning /session/voice', 'warning /session/turn_detection']);
    expect(problems[0]?.message).toContain('"audio": { "output": { "voice": ... } }');
  });

  it('with an unknown field is told that all of it will be refused', () => {
    const [problem] = update({ type: 'realtime', bogus: 1 });
    expect(problem).toMatchObject({ severity: 'warning', path: '/session/bogus' });
    expect(problem?.message).toContain('refuses the whole update');
  });

  it('without its type is told of all the rest too', () => {
    const problems = update({ instuctions: 'x', audio: { output: { speed: 9 } }, max_output_tokens: 'all' });
    expect(brief(problems)).toEqual([
      'error /session',
      'error /session/audio/output/speed',
      'error /session/max_output_tokens',
      'warning /session/instuctions',
    ]);
    expect(update({ audio: { output: { language: 'es' } } })).toEqual([]);
  });

  it('has bounds, where the documentation gives them in words', () => {
    const messages = (session: unknown) => update(session).map(({ severity, message }) => `${severity} ${message}`);
    const detect = (turn_detection: unknown) => ({ type: 'realtime', audio: { input: { turn_detection } } });
    const most = '"session.max_output_tokens" must be';
    for (const fine of [1, 4096, 'inf']) expect(update({ type: 'realtime', max_output_tokens: fine })).toEqual([]);
    expect(messages({ type: 'realtime', max_output_tokens: 999_999 })).toEqual([
      `error ${most} at most 4096, this is 999999.`,
    ]);
    expect(messages({ type: 'realtime', max_output_tokens: 0 })).toEqual([`error ${most} at least 1, this is 0.`]);
    expect(messages({ type: 'realtime', max_output_tokens: 1.5 })).toEqual([
      `error ${most} a whole number, this is 1.5.`,
    ]);
    expect(messages({ type: 'realtime', audio: { output: { speed: 0.2 } } })[0]).toContain('at least 0.25');
    expect(messages(detect({ type: 'server_vad', threshold: 1.1 }))[0]).toContain('at most 1,');
    expect(messages(detect({ type: 'server_vad', idle_timeout_ms: 4999 }))[0]).toContain('at least 5000');
    const transcription = { ...detect({ type: 'server_vad', idle_timeout_ms: 30_001 }), type: 'transcription' };
    expect(messages(transcription)[0]).toContain('at most 30000');
    const [high] = update({ type: 'realtime', max_output_tokens: 999_999 });
    expect(JSON.parse(high?.fix?.text ?? '')).toMatchObject({ session: { max_output_tokens: 4096 } });
  });

  it('is checked as deep as it goes, with what to write instead', () => {
    const text = JSON.stringify({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: { input: { noise_reduction: { type: 'near-field' } }, output: { speed: 2 } },
      },
    });
    const [noise, speed, ...rest] = validateEvent(text, 'client');
    expect(noise).toMatchObject({ severity: 'error', path: '/session/audio/input/noise_reduction/type' });
    expect(noise?.message).toBe(
      '"session.audio.input.noise_reduction.type" must be one of "near_field", "far_field"; did you mean "near_field"?',
    );
    expect(text.slice(noise?.offset, (noise?.offset ?? 0) + (noise?.length ?? 0))).toBe('"near-field"');
    expect(speed?.message).toBe('"session.audio.output.speed" must be at most 1.5, this is 2.');
    expect(rest).toEqual([]);
  });

  it('has tools of known kinds with fields of the right type, told by their place in the list', () => {
    const tools = [
      { type: 'function', name: 'a' },
      { type: 'mcp' },
      { type: 'function', name: 5, strict: true },
      { type: 'x' },
    ];
    const problems = update({ type: 'realtime', tools });
    expect(problems.map(({ severity, path, message }) => `${severity} ${path} ${message}`)).toEqual([
      'error /session/tools/1 An MCP tool needs one of "server_url", "connector_id" and "tunnel_id".',
      'error /session/tools/1 Missing required field "session.tools[1].server_label".',
      'error /session/tools/2/name "session.tools[2].name" must be a string, this is a number.',
      'warning /session/tools/2/strict "strict" is not a known field of "session.tools[2]". The live service refuses the whole update for one such.',
      'error /session/tools/3/type "session.tools[3].type" must be one of "function", "mcp".',
    ]);
  });

  it('takes any model, voice and transcription model, for new ones come every month', () => {
    const audio = {
      input: { transcription: { model: 'whisper-9' } },
      output: { voice: 'zephyr' },
    };
    expect(update({ type: 'realtime', audio })).toEqual([]);
    expect(update({ type: 'realtime', audio: { output: { voice: { id: 'voice_1' } } } })).toEqual([]);
    expect(brief(update({ type: 'realtime', audio: { output: { voice: { name: 'x' } } } }))).toEqual([
      'error /session/audio/output/voice',
      'warning /session/audio/output/voice/name',
    ]);
    expect(brief(update({ type: 'realtime', audio: { output: { voice: 5 } } }))).toEqual([
      'error /session/audio/output/voice',
    ]);
  });

  it('may clear what is optional with null', () => {
    const input = { turn_detection: null, transcription: null, noise_reduction: null };
    expect(update({ type: 'realtime', tracing: null, prompt: null, audio: { input } })).toEqual([]);
  });

  it('gives turn detection only the fields of its kind', () => {
    const detect = (turn_detection: unknown) => update({ type: 'realtime', audio: { input: { turn_detection } } });
    expect(detect({ type: 'semantic_vad', eagerness: 'high', create_response: true })).toEqual([]);
    expect(detect({ type: 'server_vad', threshold: 0.5, silence_duration_ms: 300, idle_timeout_ms: 6000 })).toEqual([]);
    const wrong = detect({ type: 'semantic_vad', threshold: 0.5 });
    expect(brief(wrong)).toEqual(['error /session/audio/input/turn_detection/threshold']);
    expect(wrong[0]?.message).toContain('belongs to server_vad; semantic_vad has "eagerness"');
    expect(brief(detect({ type: 'server_vad', eagerness: 'low' }))).toEqual([
      'error /session/audio/input/turn_detection/eagerness',
    ]);
    expect(detect({ type: 'vad' })[0]?.message).toContain('must be one of "server_vad", "semantic_vad"');
  });

  it('of a translation session has no type', () => {
    expect(update({ audio: { output: { language: 'es' } } })).toEqual([]);
  });
});

describe('an event of the server', () => {
  const created = (session: unknown): Problem[] => check({ type: 'session.created', event_id: 'e', session }, 'server');

  it('holds a whole session', () => {
    const session = { type: 'realtime', object: 'realtime.session', id: 's', expires_at: 1, include: null, audio: {} };
    expect(created(session)).toEqual([]);
    expect(brief(created({ ...session, expires_at: 'soon', made_up: 1 }))).toEqual([
      'error /session/expires_at',
      'note /session/made_up',
    ]);
    const translation = {
      type: 'translation',
      id: 's',
      expires_at: 1,
      model: 'm',
      audio: { output: { language: 'es' } },
    };
    expect(created(translation)).toEqual([]);
  });

  it('with a value nobody knows yet is a warning: servers are newer than lists', () => {
    const item = { type: 'message', role: 'assistant', status: 'thinking', content: [] };
    expect(brief(check({ type: 'conversation.item.added', event_id: 'e', item }, 'server'))).toEqual([
      'warning /item/status',
    ]);
  });

  it('of another vendor’s server is held to that server’s own words', () => {
    const old = JSON.stringify({ type: 'response.audio.delta', event_id: 'e', delta: '' });
    expect(validateEvent(old, 'server', { dialect: 'voice-live' })).toEqual([]);
    expect(validateEvent(old, 'server', { dialect: 'azure' })[0]?.severity).toBe('error');
    const ping = JSON.stringify({ type: 'ping', event_id: 'e', timestamp: 1 });
    expect(validateEvent(ping, 'server', { dialect: 'xai' })).toEqual([]);
    expect(validateEvent(ping, 'server')[0]?.severity).toBe('warning');
    expect(validateEvent('{"type":"pong?"}', 'server', { dialect: 'xai' })[0]?.path).toBe('/type');
  });
});

describe('text written by an enemy', () => {
  it('with names no URI can hold is checked all the same', () => {
    const text =
      '{"type":"session.update","session":{"type":"realtime","\\ud800":1,"audio":{"a b#%/~\\u0000":1,"input":5}}}';
    expect(brief(validateEvent(text, 'client')).slice(0, 3)).toContain('error /session/audio/input');
    const odd = '{"type":"session.update","session":{"type":"realtime","audio":{"a b#%/~":1}}}';
    expect(brief(validateEvent(odd, 'client'))).toEqual(['warning /session/audio/a b#%~1~0']);
  });

  it('gets an answer however much of it is wrong', () => {
    const audio = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, index]));
    const problems = check({ type: 'session.update', session: { type: 'realtime', audio } });
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringMatching(/^Too much/)]);
    const tool = { type: 'function', function: { name: 'a' } };
    const many = check({ type: 'session.update', session: { type: 'realtime', tools: Array(5000).fill(tool) } });
    expect(many.length).toBe(200);
    expect(many.filter((problem) => problem.fix)).toHaveLength(20);
  });

  it('gets a bounded answer', () => {
    const session = { type: 'realtime', ...Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x${i}`, 1])) };
    expect(check({ type: 'session.update', session }).length).toBeLessThanOrEqual(50);
  });
});

describe('an item to create', () => {
  const create = (item: unknown): Problem[] => check({ type: 'conversation.item.create', item });

  it('needs what its type needs', () => {
    expect(create({})[0]?.message).toContain('"item.type"');
    expect(create({ type: 'message', content: [] })[0]?.message).toContain('"item.role"');
    expect(create({ type: 'function_call_output', output: 'x' })[0]?.message).toContain('"item.call_id"');
    expect(brief(create({ type: 'function_call_output', call_id: 'c', output: {} }))).toEqual(['error /item/output']);
    expect(brief(create({ type: 'function_call_output', call_id: 'a b', output: '' }))).toEqual([
      'error /item/call_id',
    ]);
  });

  it('has content that fits the role', () => {
    const say = (role: string, part: unknown): Problem[] => create({ type: 'message', role, content: [part] });
    expect(say('user', { type: 'input_text', text: 'Hi' })).toEqual([]);
    expect(brief(say('user', { type: 'text', text: 'Hi' }))).toEqual(['error /item/content/0/type']);
    expect(brief(say('assistant', { type: 'output_audio', audio: 'AAAA' }))).toEqual(['error /item/content/0']);
    expect(brief(say('user', { type: 'input_text' }))).toEqual(['error /item/content/0']);
    expect(brief(say('user', { type: 'input_audio', audio: '' }))).toEqual(['error /item/content/0/audio']);
    expect(brief(say('robot', { type: 'input_text', text: '' }))).toEqual(['error /item/role']);
    expect(brief(say('user', 'Hi'))).toEqual(['error /item/content/0']);
  });
});

describe('audio to append', () => {
  const append = (audio: string): string[] =>
    check({ type: 'input_audio_buffer.append', audio }).map(({ severity, message }) => `${severity}: ${message}`);

  it.each([
    ['', /^error: The audio is empty/],
    ['data:audio/wav;base64,AAAA', /^error: A data URL/],
    ['not base64!', /^error: Not base64/],
    ['ab-_', /base64url/],
    ['AAAAAA', /^error: Not base64/],
    ['AAAA', /^warning: 3 bytes/],
    [Buffer.from('RIFF....WAVE').toString('base64'), /^warning: This begins with a WAV header/],
    [Buffer.alloc(15 * 1024 * 1024 + 2).toString('base64'), /^error: 15728642 bytes/],
  ])('%#: is told what is wrong', (audio, message) => {
    expect(append(audio)).toEqual([expect.stringMatching(message)]);
  });

  it('passes when it is whole samples', () => {
    expect(append(Buffer.alloc(960).toString('base64'))).toEqual([]);
  });
});

describe('an unknown field', () => {
  const session = (fields: unknown): Problem[] => check({ type: 'session.update', session: fields });
  const fixed = (problem: Problem | undefined): unknown => JSON.parse(problem?.fix?.text ?? 'null');

  it('that is a slip is renamed where it stands, with its value', () => {
    const [slip] = session({ type: 'realtime', instructons: 'Hi', tools: [] });
    expect(slip?.message).toContain('Did you mean "instructions"?');
    expect(slip?.fix?.title).toBe('Rename it to "instructions"');
    expect(slip?.fix?.text).toBe(
      '{"type":"session.update","session":{"type":"realtime","instructions":"Hi","tools":[]}}',
    );
    const inner = { type: 'message', role: 'user', content: [{ type: 'input_text', txet: 'Hi' }] };
    const [, part] = check({ type: 'conversation.item.create', item: inner });
    expect(fixed(part)).toMatchObject({ item: { content: [{ type: 'input_text', text: 'Hi' }] } });
    expect(fixed(check({ type: 'response.create', respones: {} })[0])).toEqual({
      type: 'response.create',
      response: {},
    });
  });

  it('that is a slip of a beta name is told so, and never renamed to what would be refused as well', () => {
    const [gone] = session({ type: 'realtime', temprature: 0.8 });
    expect(gone?.message).toContain('"temperature"? It was of the beta interface and is no longer there.');
    expect(fixed(gone)).toEqual({ type: 'session.update', session: { type: 'realtime' } });
    const [moved] = session({ type: 'realtime', modalites: ['text'] });
    expect(moved?.message).toContain('It is "output_modalities" now.');
    expect(fixed(moved)).toMatchObject({ session: { output_modalities: ['text'] } });
    expect(session({ type: 'realtime', temperature: 0.8 })[0]?.message).toContain('is no longer there: leave it out');
  });

  it('like nothing that is known, or like one that is there already, is left out', () => {
    for (const [name, fields] of [
      ['colour', {}],
      ['instructons', { instructions: 'a' }],
    ] as const) {
      const [problem] = session({ type: 'realtime', ...fields, [name]: 'b' });
      expect(fixed(problem)).toEqual({ type: 'session.update', session: { type: 'realtime', ...fields } });
    }
    expect(session({ type: 'realtime', temp: 1 })[0]?.message).not.toContain('Did you mean');
    expect(session({ type: 'realtime', abc: 1 })[0]?.message).not.toContain('Did you mean');
    expect(fixed(session(JSON.parse('{"type":"realtime","__proto__":1}'))[0])).toEqual({
      type: 'session.update',
      session: { type: 'realtime' },
    });
  });

  it('and an unknown value are taken for a slip only when most of it is right', () => {
    const eager = (eagerness: string) =>
      session({ type: 'realtime', audio: { input: { turn_detection: { type: 'semantic_vad', eagerness } } } })[0];
    expect(eager('hihg')?.message).toContain('did you mean "high"?');
    expect(fixed(eager('hihg'))).toMatchObject({
      session: { audio: { input: { turn_detection: { eagerness: 'high' } } } },
    });
    expect(eager('huge')?.message).not.toContain('did you mean');
    expect(eager('huge')?.fix).toBeUndefined();
  });

  it('of a server’s event is a note without a rewrite', () => {
    const [problem] = check({ type: 'input_audio_buffer.cleared', event_id: 'e', novelty: 1 }, 'server');
    expect(problem?.severity).toBe('note');
    expect(problem?.fix).toBeUndefined();
  });
});

describe('other client events', () => {
  it('a response has metadata of so many names and lengths', () => {
    const metadata = (fields: Record<string, string>) =>
      check({ type: 'response.create', response: { metadata: fields } });
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, '']));
    expect(metadata({ ['k'.repeat(64)]: '🙂'.repeat(512) })).toEqual([]);
    expect(metadata(many)[0]?.message).toBe('"response.metadata" holds at most 16 fields, these are 17.');
    expect(metadata({ ['k'.repeat(65)]: '' })[0]?.message).toContain('at most 64 characters, these are 65');
    expect(metadata({ k: 'x'.repeat(513) })[0]?.message).toContain('at most 512 characters, these are 513');
    expect(check({ type: 'response.create', response: { max_output_tokens: 5000 } })).toHaveLength(1);
  });

  it('an item’s id is of a length that is taken', () => {
    const create = (id: string) =>
      brief(check({ type: 'conversation.item.create', item: { id, type: 'message', role: 'user', content: [] } }));
    expect(create('i'.repeat(32))).toEqual([]);
    expect(create('i'.repeat(33))).toEqual(['warning /item/id']);
  });

  it('a response takes the same rules for modalities and formats', () => {
    const response = {
      output_modalities: ['text', 'audio'],
      modalities: ['text'],
      audio: { output: { format: 'pcm16' } },
    };
    expect(brief(check({ type: 'response.create', response }))).toEqual([
      'warning /response/modalities',
      'error /response/output_modalities',
      'error /response/audio/output/format',
    ]);
  });

  it('a cut lies at a whole number of milliseconds', () => {
    const cut = { type: 'conversation.item.truncate', item_id: 'i', content_index: 0, audio_end_ms: -1.5 };
    expect(brief(check(cut))).toEqual(['error /audio_end_ms']);
  });

  it('a retired or WebRTC-only event says so', () => {
    expect(brief(check({ type: 'transcription_session.update', session: {} }))).toEqual(['warning /type']);
    expect(brief(check({ type: 'output_audio_buffer.clear' }))).toEqual(['note /type']);
  });
});
