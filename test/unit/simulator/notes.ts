import type { Scenario } from '../../../src/simulator';
import type { SessionOptions } from '../../../src/simulator/session';
import type { Json } from '../../../src/simulator/wire';
import { Script } from './script';
import { silence, speech } from './speech';

export interface NotedLine {
  direction: 'client' | 'server';
  event: Json;
}

/** A session that is written down as others write theirs: no times, every sound cut to 32 bytes. */
export class Notes {
  readonly lines: NotedLine[] = [];
  readonly script: Script;
  #written = 0;

  constructor(
    scenario: Scenario = {},
    model = 'gpt-realtime',
    joined = false,
    private readonly keep = cut,
    more: Partial<SessionOptions> = {},
  ) {
    this.script = new Script({ model, scenario, joined, ...more });
    this.#catchUp();
  }

  send(event: Json): void {
    this.lines.push({ direction: 'client', event: this.keep(event) });
    this.script.send(event);
    this.#catchUp();
  }

  wait(ms: number): void {
    this.script.wait(ms);
    this.#catchUp();
  }

  /** Sends sound in pieces of 100 ms as time passes. */
  hear(pcm: Uint8Array, bytesPerPiece = 4800): void {
    for (let at = 0; at < pcm.length; at += bytesPerPiece) {
      const audio = Buffer.from(pcm.subarray(at, at + bytesPerPiece)).toString('base64');
      this.send({ type: 'input_audio_buffer.append', audio });
      this.wait(100);
    }
  }

  say(text: string): void {
    const content = [{ type: 'input_text', text }];
    this.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  }

  respond(response?: Json): void {
    this.send({ type: 'response.create', ...(response ? { response } : {}) });
    this.wait(20_000);
  }

  last(type: string): Json {
    return this.script.all.findLast(({ event }) => event.type === type)?.event ?? {};
  }

  #catchUp(): void {
    for (const { event } of this.script.all.slice(this.#written)) {
      this.lines.push({ direction: 'server', event: this.keep(event) });
    }
    this.#written = this.script.all.length;
  }
}

/** Sounds of an event cut to their first 32 bytes. */
export function cut(event: Json): Json {
  return sounding(event, (bytes) => bytes.subarray(0, 32));
}

/** The user's sound replaced by as much silence; the model's cut. */
export function blanked(event: Json): Json {
  return event['type'] === 'input_audio_buffer.append'
    ? sounding(event, (bytes) => Buffer.alloc(bytes.length))
    : cut(event);
}

/** Everything kept. */
export function whole(event: Json): Json {
  return event;
}

function sounding(event: Json, change: (bytes: Buffer) => Buffer): Json {
  const changed = (value: unknown): string => change(Buffer.from(String(value), 'base64')).toString('base64');
  if (event['type'] === 'response.output_audio.delta') return { ...event, delta: changed(event['delta']) };
  return event['type'] === 'input_audio_buffer.append' ? { ...event, audio: changed(event['audio']) } : event;
}

const weather = { type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} } };

export const update = (session: Json): Json => ({ type: 'session.update', session: { type: 'realtime', ...session } });
export const spoken = (): Buffer => Buffer.concat([silence(600), speech('What do you think about it?'), silence(900)]);

/** Three turns, the second spoken into a long answer. */
export function bargeIn(keep = cut): Notes {
  const notes = new Notes(
    { turns: [{ answer: { output: [{ say: 'A long answer. '.repeat(20) }] } }] },
    'gpt-realtime',
    false,
    keep,
  );
  notes.hear(spoken());
  notes.wait(700);
  notes.hear(spoken());
  notes.wait(20_000);
  notes.hear(spoken());
  notes.wait(20_000);
  return notes;
}

/** Sessions of every kind, each with what the client does. */
export const SESSIONS: Record<string, () => Notes> = {
  'three spoken turns, the second cutting the first answer short': () => bargeIn(),
  'a manual commit, a cancelled answer and one cut to what was heard': () => {
    const notes = new Notes();
    notes.send(update({ audio: { input: { turn_detection: null, transcription: { model: 'whisper-1' } } } }));
    notes.hear(spoken());
    notes.send({ type: 'input_audio_buffer.commit' });
    notes.send({ type: 'response.create' });
    notes.wait(600);
    notes.send({ type: 'response.cancel' });
    notes.wait(1000);
    notes.respond();
    const id = notes.last('response.output_audio.delta')['item_id'];
    notes.send({ type: 'conversation.item.truncate', item_id: id, content_index: 0, audio_end_ms: 900 });
    notes.send({ type: 'conversation.item.retrieve', item_id: id });
    notes.send({ type: 'conversation.item.delete', item_id: id });
    return notes;
  },
  'errors of every kind between turns': () => {
    const notes = new Notes();
    notes.send({ type: 'response.cancel', event_id: 'mine' });
    notes.send(update({ bogus: 1 }));
    notes.send({ type: 'input_audio_buffer.commit' });
    notes.send({ type: 'input_audio_buffer.append', audio: '' });
    notes.say('Hello');
    notes.send({ type: 'response.create' });
    notes.wait(300);
    notes.send({ type: 'response.create' });
    notes.wait(20_000);
    notes.send({ type: 'conversation.item.delete', item_id: 'nobody' });
    notes.send({ type: 'no.such.event' });
    notes.send(update({ instructions: 'Be brief.' }));
    return notes;
  },
  'two calls at once, their outputs, and an answer beside the conversation': () => {
    const calls = { output: [{ call: 'get_weather' }, { call: 'get_weather', arguments: { city: 'Paris' } }] };
    const notes = new Notes({ turns: [{ when: { turn: 1 }, answer: calls }] }, 'gpt-realtime-2.1');
    notes.send(update({ output_modalities: ['text'], tools: [weather] }));
    notes.say('What is the weather?');
    notes.send({ type: 'response.create' });
    notes.wait(5000);
    for (const { event } of [...notes.script.all]) {
      if (event.type !== 'response.function_call_arguments.done') continue;
      const output = { type: 'function_call_output', call_id: event['call_id'], output: 'fog' };
      notes.send({ type: 'conversation.item.create', item: output });
    }
    notes.send({ type: 'response.create', response: { conversation: 'none', metadata: { for: 'title' } } });
    notes.respond();
    return notes;
  },
  'failures and too few tokens': () => {
    const notes = new Notes({
      turns: [
        { when: { turn: 1 }, answer: { error: 'rate_limit_exceeded' } },
        {
          when: { turn: 2 },
          answer: { output: [{ say: 'I must not' }], status: 'incomplete', reason: 'content_filter' },
        },
      ],
    });
    notes.send(update({ output_modalities: ['text'] }));
    for (let turn = 0; turn < 2; turn += 1) notes.respond();
    notes.respond({ max_output_tokens: 2 });
    return notes;
  },
  'the end of its hour': () => {
    const notes = new Notes();
    notes.say('Hello');
    notes.respond();
    notes.wait(3_600_000);
    return notes;
  },
  'a call seen from beside it, with a caller who speaks into the answer': () => {
    const caller = [800, 6000, 9000].map((atMs) => ({ atMs, speaksMs: 900 }));
    const notes = new Notes({ caller, turns: [{ answer: 'A long answer. '.repeat(20) }] }, 'gpt-realtime', true);
    notes.send(update({ instructions: 'Be brief.' }));
    for (let step = 0; step < 60; step += 1) notes.wait(400);
    return notes;
  },
  'an Azure session without limits between its turns': () => {
    const answer = { output: [{ say: 'Hello' }], rateLimits: false as const };
    const notes = new Notes({ dialect: 'azure', turns: [{ answer }], session: { new_field: { a: 1 } } });
    for (let turn = 0; turn < 2; turn += 1) {
      notes.say('Hi');
      notes.respond();
    }
    return notes;
  },
  'an MCP server: its tools, a request for approval, a call, and another server that fails': () => {
    const notes = new Notes({
      mcp: { shop: { tools: [{ name: 'find_shoes', description: 'Shoes' }] }, down: { fails: true } },
    });
    const server = (label: string): Json => ({ type: 'mcp', server_label: label, server_url: 'https://mcp.example' });
    notes.send(update({ output_modalities: ['text'], tools: [server('shop'), server('down')] }));
    notes.wait(1000);
    notes.say('Find shoes for me');
    notes.respond();
    const request = (notes.last('response.done')['response'] as { output: Json[] }).output[0]!;
    notes.send({
      type: 'conversation.item.create',
      item: { type: 'mcp_approval_response', approval_request_id: request['id'], approve: true },
    });
    notes.respond();
    return notes;
  },
  'a picture and a question about it': () => {
    const notes = new Notes();
    const image_url = `data:image/png;base64,${Buffer.from('89504e470d0a1a0a', 'hex').toString('base64')}`;
    const content = [
      { type: 'input_image', image_url },
      { type: 'input_text', text: 'What is this?' },
    ];
    notes.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    notes.respond();
    return notes;
  },
  'transcription only, words streaming while the user speaks': () => {
    const notes = new Notes({}, 'gpt-realtime', false, cut, { kind: 'transcription' });
    notes.send({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription: { model: 'gpt-realtime-whisper' } } } },
    });
    for (let turn = 0; turn < 3; turn += 1) notes.hear(spoken());
    notes.wait(5000);
    return notes;
  },
  'telephone sound, cleared once and then answered': () => {
    const notes = new Notes();
    const audio = { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcmu' } } };
    notes.send(update({ audio }));
    const pcm = spoken();
    const mu = Buffer.alloc(Math.floor(pcm.length / 6), 0xff);
    notes.hear(mu, 800);
    notes.send({ type: 'input_audio_buffer.clear' });
    notes.send(update({ audio: { input: { format: { type: 'audio/pcm', rate: 24_000 } } } }));
    notes.hear(pcm);
    notes.wait(20_000);
    return notes;
  },
  'silence after an answer, about which the model asks': () => {
    const notes = new Notes();
    const turns = { type: 'server_vad', idle_timeout_ms: 6000 };
    notes.send(update({ audio: { input: { turn_detection: turns } } }));
    notes.hear(spoken());
    for (let step = 0; step < 120; step += 1) notes.hear(silence(100));
    notes.wait(15_000);
    return notes;
  },
};
