import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { formatLadder, ladderReport } from '../../../src/cli/ladder';
import type { Scenario } from '../../../src/simulator';
import type { Json } from '../../../src/simulator/wire';
import { Script } from '../simulator/script';
import { silence, speech } from '../simulator/speech';

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
/** Servers that speak another dialect: said, not matched. */
const OTHER = /voice_live|xai/;

const scratch = mkdtempSync(path.join(tmpdir(), 'ladder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe.runIf(names.length > 0)('the ladder of a session recorded from the live service', () => {
  it.each(names.filter((name) => !OTHER.test(name)))(
    '%s is the simulator’s ladder too, field for field',
    async (name) => {
      const report = await ladderReport(path.join(folder, name));
      expect(report.same, formatLadder(report)).toBe(true);
      expect(report.sessions[0]?.rows.length).toBeGreaterThan(10);
    },
  );

  it.each(names.filter((name) => OTHER.test(name)))('%s differs, and it is said in what', async (name) => {
    const report = await ladderReport(path.join(folder, name));
    expect(report.same).toBe(false);
    expect(formatLadder(report)).toMatch(/^ {2}! /m);
  });
});

/** A session that is written down as others write theirs: no times, every sound cut to 32 bytes. */
class Notes {
  readonly lines: { direction: 'client' | 'server'; event: Json }[] = [];
  readonly script: Script;
  #written = 0;

  constructor(scenario: Scenario = {}, model = 'gpt-realtime', joined = false) {
    this.script = new Script({ model, scenario, joined });
    this.#catchUp();
  }

  send(event: Json): void {
    this.lines.push({ direction: 'client', event: cut(event) });
    this.script.send(event);
    this.#catchUp();
  }

  wait(ms: number): void {
    this.script.wait(ms);
    this.#catchUp();
  }

  hear(pcm: Buffer): void {
    for (let at = 0; at < pcm.length; at += 4800) {
      this.send({ type: 'input_audio_buffer.append', audio: pcm.subarray(at, at + 4800).toString('base64') });
      this.wait(100);
    }
  }

  say(text: string): void {
    const content = [{ type: 'input_text', text }];
    this.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  }

  last(type: string): Json {
    return this.script.all.findLast(({ event }) => event.type === type)?.event ?? {};
  }

  #catchUp(): void {
    for (const { event } of this.script.all.slice(this.#written)) {
      this.lines.push({ direction: 'server', event: cut(event) });
    }
    this.#written = this.script.all.length;
  }
}

function cut(event: Json): Json {
  const short = (value: unknown): string => Buffer.from(String(value), 'base64').subarray(0, 32).toString('base64');
  if (event['type'] === 'response.output_audio.delta') return { ...event, delta: short(event['delta']) };
  return event['type'] === 'input_audio_buffer.append' ? { ...event, audio: short(event['audio']) } : event;
}

async function laddered(lines: readonly Json[]): Promise<Awaited<ReturnType<typeof ladderReport>>> {
  const file = path.join(scratch, `${Math.random().toString(36).slice(2)}.jsonl`);
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  return ladderReport(file);
}

const weather = { type: 'function', name: 'get_weather', parameters: { type: 'object', properties: {} } };
const spoken = (): Buffer => Buffer.concat([silence(600), speech('What do you think about it?'), silence(900)]);
const update = (session: Json): Json => ({ type: 'session.update', session: { type: 'realtime', ...session } });

/** Sessions of every kind, each with what the client does. */
const SESSIONS: Record<string, () => Notes> = {
  'three spoken turns, the second cutting the first answer short': () => {
    const notes = new Notes({ turns: [{ answer: { output: [{ say: 'A long answer. '.repeat(20) }] } }] });
    notes.hear(spoken());
    notes.wait(700);
    notes.hear(spoken());
    notes.wait(20_000);
    notes.hear(spoken());
    notes.wait(20_000);
    return notes;
  },
  'a manual commit, a cancelled answer and one cut to what was heard': () => {
    const notes = new Notes();
    notes.send(update({ audio: { input: { turn_detection: null, transcription: { model: 'whisper-1' } } } }));
    notes.hear(spoken());
    notes.send({ type: 'input_audio_buffer.commit' });
    notes.send({ type: 'response.create' });
    notes.wait(600);
    notes.send({ type: 'response.cancel' });
    notes.wait(1000);
    notes.send({ type: 'response.create' });
    notes.wait(20_000);
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
    notes.say('Hello');
    notes.send({ type: 'response.create' });
    notes.wait(300);
    notes.send({ type: 'response.create' });
    notes.wait(20_000);
    notes.send({ type: 'conversation.item.delete', item_id: 'nobody' });
    notes.send({ type: 'no.such.event' });
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
    notes.send({ type: 'response.create' });
    notes.wait(20_000);
    return notes;
  },
  'failures, too few tokens, and the end of the hour': () => {
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
    for (let turn = 0; turn < 2; turn += 1) {
      notes.send({ type: 'response.create' });
      notes.wait(5000);
    }
    notes.send({ type: 'response.create', response: { max_output_tokens: 2 } });
    notes.wait(5000);
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
      notes.send({ type: 'response.create' });
      notes.wait(9000);
    }
    return notes;
  },
};

describe('a session written down with its sound cut off', () => {
  it.each(Object.keys(SESSIONS))('with %s comes out of its own recording again', async (name) => {
    const { lines } = SESSIONS[name]!();
    const report = await laddered(lines as unknown as Json[]);
    expect(report.same, formatLadder(report)).toBe(true);
  });

  it('is matched as well where the client wrote down the server’s words late', async () => {
    const { lines } = SESSIONS['two calls at once, their outputs, and an answer beside the conversation']!();
    // What the client sent while three more events of the server were on their way.
    const late = [...lines];
    for (let at = 3; at < late.length; at += 1) {
      if (late[at]?.direction !== 'client' || late[at - 1]?.direction !== 'server') continue;
      if (late[at]?.event['type'] !== 'response.create') continue;
      const [message] = late.splice(at, 1);
      late.splice(at - 1, 0, message!);
    }
    const report = await laddered(late as unknown as Json[]);
    expect(report.same, formatLadder(report)).toBe(true);
  });
});

describe('a ladder that does not match', () => {
  const base = (): { direction: string; event: Json }[] => SESSIONS['errors of every kind between turns']!().lines;

  it.each<[string, (lines: { direction: string; event: Json }[]) => { direction: string; event: Json }[]]>([
    [
      'an event the simulator does not send',
      (lines) => [...lines.slice(0, -1), { direction: 'server', event: { type: 'x.y' } }, ...lines.slice(-1)],
    ],
    [
      'an event missing in the middle',
      (lines) => lines.filter(({ event }) => event['type'] !== 'response.content_part.done'),
    ],
    [
      'a field more',
      (lines) =>
        lines.map((line) =>
          line.event['type'] === 'response.done' ? { ...line, event: { ...line.event, extra: 1 } } : line,
        ),
    ],
    [
      'two events in the other order',
      (lines) => {
        const at = lines.findIndex(({ event }) => event['type'] === 'conversation.item.added');
        return lines.map((line, index) => (index === at ? lines[at + 1]! : index === at + 1 ? lines[at]! : line));
      },
    ],
  ])('because of %s is different', async (_name, change) => {
    const report = await laddered(change(base()) as unknown as Json[]);
    expect(report.same).toBe(false);
    expect(formatLadder(report)).toContain(': different');
  });

  it('is no ladder when the file holds no session, and says so', async () => {
    const file = path.join(scratch, 'empty.jsonl');
    writeFileSync(file, '{"a":1}\nnot json\n');
    await expect(ladderReport(file)).rejects.toThrow(/holds no session/);
    await expect(ladderReport(path.join(scratch, 'none.jsonl'))).rejects.toThrow(/cannot be read/);
  });
});
