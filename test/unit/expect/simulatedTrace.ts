/** Sessions of the simulator as traces with times, made without waiting: its clock is moved by hand. */
import type { SessionOptions } from '../../../src/simulator/session';
import type { Json } from '../../../src/simulator/wire';
import { Recording } from '../rewrite/traces';
import { Script } from '../simulator/script';

/** The client of one session that is written down. */
export class Told {
  readonly script: Script;
  #written = 0;

  constructor(
    readonly id: string,
    private readonly recording: Recording,
    options: Partial<SessionOptions>,
    private readonly startMs: number,
    url: string,
  ) {
    recording.open(id, startMs, { url });
    this.script = new Script(options);
    this.#catchUp();
  }

  send(event: Json): void {
    this.recording.say(this.id, this.startMs + this.script.nowMs, '>', event);
    this.script.send(event);
    this.#catchUp();
  }

  wait(ms: number): void {
    this.script.wait(ms);
    this.#catchUp();
  }

  /** Sends sound in pieces of 100 ms as time passes. */
  hear(pcm: Uint8Array): void {
    for (let at = 0; at < pcm.length; at += 4800) {
      this.wait(100);
      this.send({
        type: 'input_audio_buffer.append',
        audio: Buffer.from(pcm.subarray(at, at + 4800)).toString('base64'),
      });
    }
  }

  update(session: Json): void {
    this.send({ type: 'session.update', session: { type: 'realtime', ...session } });
    this.wait(20);
  }

  ask(text: string): void {
    const content = [{ type: 'input_text', text }];
    this.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    this.send({ type: 'response.create' });
    this.wait(20_000);
  }

  /** The last event of that type. */
  last(type: string): Json {
    return this.script.all.findLast(({ event }) => event.type === type)?.event ?? {};
  }

  close(code = 1000, by: 'client' | 'server' = 'client', reason = ''): void {
    const t = this.startMs + this.script.nowMs;
    this.recording.record({ kind: 'close', session: this.id, t, code, reason, by });
  }

  #catchUp(): void {
    for (const { atMs, event } of this.script.all.slice(this.#written))
      this.recording.say(this.id, this.startMs + atMs, '<', event);
    this.#written = this.script.all.length;
  }
}

/** Writes a trace; `hold` holds its sessions, one after another. Returns the file. */
export function simulatedTrace(
  file: string,
  hold: (begin: (options?: Partial<SessionOptions>, url?: string) => Told) => void,
): string {
  const recording = new Recording(file);
  let begun = 0;
  let last: Told | undefined;
  let clock = 0;
  hold((options = {}, url = 'wss://api.openai.com/v1/realtime?model=gpt-realtime') => {
    clock += (last?.script.nowMs ?? 0) + 10;
    last = new Told(`s${++begun}`, recording, { seed: 100 + begun, ...options }, clock, url);
    return last;
  });
  return recording.end();
}

export const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'Current weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { type: 'string' } },
    required: ['city'],
  },
};

/** A session with a typed question, a call of a tool, and its answer. */
export function weatherSession(begin: (options?: Partial<SessionOptions>) => Told): Told {
  const told = begin({
    scenario: {
      turns: [
        { when: { turn: 1 }, answer: { output: [{ call: 'get_weather', arguments: { city: 'London', unit: 'C' } }] } },
        { when: { turn: 2 }, answer: 'It is foggy and 12 degrees in London.' },
        { answer: 'You are welcome.' },
      ],
    },
  });
  told.update({ output_modalities: ['text'], instructions: 'Call tools.', tools: [WEATHER] });
  told.ask('What is the weather in London?');
  const call_id = told.last('response.function_call_arguments.done')['call_id'];
  told.send({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id, output: '{"sky":"fog","degrees":12}' },
  });
  told.send({ type: 'response.create' });
  told.wait(20_000);
  told.ask('Thank you!');
  told.close();
  return told;
}
