import type { McpAnswer } from '../../../src/simulator/mcpPort';
import type { Scenario } from '../../../src/simulator/scenario';
import { Session, type SessionOptions } from '../../../src/simulator/session';
import { TranslationSession } from '../../../src/simulator/translation';
import type { Json, Output, ServerEvent } from '../../../src/simulator/wire';

/** 2026-11-20T21:00:00Z. */
export const EPOCH_MS = 1_795_208_400_000;

/** A session driven by hand: its clock is `nowMs`, and moves only when told to. */
export class Script {
  nowMs = 0;
  readonly all: { atMs: number; event: ServerEvent }[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly session: Session;

  constructor(options: Partial<SessionOptions> = {}) {
    this.session = new Session({ kind: 'realtime', model: 'gpt-realtime', seed: 7, epochMs: EPOCH_MS, ...options });
    this.#keep(this.session.open(0));
  }

  /** Sends an event and returns what was answered at once. */
  send(event: Json | string | Uint8Array): ServerEvent[] {
    const raw = typeof event === 'string' || event instanceof Uint8Array;
    return this.#keep(this.session.receive(raw ? event : JSON.stringify(event), this.nowMs));
  }

  /** Lets time pass and returns what happened in it. */
  wait(ms: number): ServerEvent[] {
    this.nowMs += ms;
    return this.#keep(this.session.tick(this.nowMs));
  }

  /** Sends audio as an app does: 100 ms pieces as time passes. */
  hear(pcm: Buffer): ServerEvent[] {
    const heard: ServerEvent[] = [];
    for (let at = 0; at < pcm.length; at += 4800) {
      const audio = pcm.subarray(at, at + 4800).toString('base64');
      heard.push(...this.send({ type: 'input_audio_buffer.append', audio }), ...this.wait(100));
    }
    return heard;
  }

  /** Sends a typed message. */
  say(words: string): ServerEvent[] {
    const content = [{ type: 'input_text', text: words }];
    return this.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  }

  /** Asks for a response and returns all of it. */
  respond(response?: Json): ServerEvent[] {
    const begun = this.send({ type: 'response.create', ...(response ? { response } : {}) });
    return [...begun, ...this.wait(60_000)];
  }

  update(session: Json): ServerEvent[] {
    return this.send({ type: 'session.update', session: { type: 'realtime', ...session } });
  }

  /** Answers for a real MCP server. */
  answer(number: number, answer: McpAnswer): ServerEvent[] {
    return this.#keep(this.session.answered(number, answer, this.nowMs));
  }

  #keep(outputs: Output[]): ServerEvent[] {
    const events: ServerEvent[] = [];
    for (const output of outputs) {
      if ('close' in output) this.closed = output.close;
      else {
        events.push(output.event);
        this.all.push(output);
      }
    }
    return events;
  }
}

/** A translation session driven by hand. */
export class Booth {
  nowMs = 0;
  readonly all: ServerEvent[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly session: TranslationSession;

  constructor(scenario: Scenario = {}) {
    const model = 'gpt-realtime-translate';
    this.session = new TranslationSession({ kind: 'translation', model, seed: 3, epochMs: EPOCH_MS, scenario });
    this.#keep(this.session.open(0));
  }

  send(event: Json): ServerEvent[] {
    return this.#keep(this.session.receive(JSON.stringify(event), this.nowMs));
  }

  append(pcm: Buffer): ServerEvent[] {
    return this.send({ type: 'session.input_audio_buffer.append', audio: pcm.toString('base64') });
  }

  wait(ms: number): ServerEvent[] {
    this.nowMs += ms;
    return this.#keep(this.session.tick(this.nowMs));
  }

  #keep(outputs: Output[]): ServerEvent[] {
    const events = outputs.flatMap((output) => ('event' in output ? [output.event] : []));
    for (const output of outputs) if ('close' in output) this.closed = output.close;
    this.all.push(...events);
    return events;
  }
}

/** Types in order, a run of deltas of one kind counted once. */
export function ladder(events: readonly Json[]): string[] {
  const steps: string[] = [];
  const seen = new Set<string>();
  for (const { type } of events) {
    const name = String(type);
    if (name.endsWith('.delta')) {
      if (seen.has(name)) continue;
      seen.add(name);
    } else if (name === 'response.created') seen.clear();
    steps.push(name);
  }
  return steps;
}

export function only(events: readonly ServerEvent[], type: string): ServerEvent[] {
  return events.filter((event) => event.type === type);
}

/** The audio of a response, as bytes. */
export function audioOf(events: readonly ServerEvent[]): Buffer {
  return Buffer.concat(
    only(events, 'response.output_audio.delta').map((event) => Buffer.from(String(event['delta']), 'base64')),
  );
}

/** The error of the one `error` event among these. */
export function errorOf(events: readonly ServerEvent[]): Json {
  const errors = only(events, 'error');
  if (errors.length !== 1) throw new Error(`${errors.length} errors where one was expected`);
  return errors[0]?.['error'] as Json;
}
