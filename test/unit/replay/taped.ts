/** Sessions of the simulator written down as traces with their times, and what is the same about two of them. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventIds } from '../../../src/protocol/ids';
import type { Scenario } from '../../../src/simulator';
import { floats } from '../../../src/simulator/recording';
import { rungsOf } from '../../../src/simulator/rungs';
import type { Json } from '../../../src/simulator/wire';
import { later } from '../fidelity/bed';
import { EPOCH_MS, Script } from '../simulator/script';
import { silence, speech } from '../simulator/speech';

const URL_OF = 'wss://api.openai.com/v1/realtime?model=gpt-realtime';
let said: Buffer | undefined;
/** A sentence, and enough silence for turn detection to end it. */
export const sentence = (silentMs = 900): Buffer =>
  Buffer.concat([silence(300), (said ??= speech('What do you think about it?')), silence(silentMs)]);

/** A session with a clock that only moves when told to, and what was said in it. */
export class Tape {
  readonly script: Script;
  readonly #lines: { t: number; from: 'client' | 'server'; event: Json }[] = [];
  #written = 0;

  constructor(scenario: Scenario = {}) {
    this.script = new Script({ scenario });
    this.#catchUp();
  }

  send(event: Json): void {
    this.#lines.push({ t: this.script.nowMs, from: 'client', event });
    this.script.send(event);
    this.#catchUp();
  }
  wait(ms: number): void {
    this.script.wait(ms);
    this.#catchUp();
  }
  /** A microphone that is open: pieces of 100 ms, each sent when it has been captured. */
  hear(pcm: Uint8Array): void {
    for (let at = 0; at < pcm.length; at += 4800) {
      const piece = Buffer.alloc(4800);
      piece.set(pcm.subarray(at, at + 4800));
      this.wait(100);
      this.send({ type: 'input_audio_buffer.append', audio: piece.toString('base64') });
    }
  }
  say(text: string, more: Json = {}): void {
    const content = [{ type: 'input_text', text }];
    this.send({ type: 'conversation.item.create', ...more, item: { type: 'message', role: 'user', content } });
  }
  last(type: string): Json {
    return this.script.all.findLast(({ event }) => event.type === type)?.event ?? {};
  }
  all(type: string): Json[] {
    return this.script.all.flatMap(({ event }) => (event.type === type ? [event] : []));
  }

  #catchUp(): void {
    for (const { atMs, event } of this.script.all.slice(this.#written))
      this.#lines.push({ t: atMs, from: 'server', event });
    this.#written = this.script.all.length;
  }

  /** Makes a slower server of it: each of its messages comes `lateBy` ms later, none before the one that it followed. */
  late(lateBy: (event: Json) => number): void {
    let last = 0;
    for (const line of this.#lines) {
      if (line.from === 'server') last = line.t = Math.max(last, line.t + lateBy(line.event));
    }
    this.#lines.sort((one, other) => one.t - other.t);
  }

  /** As a trace; the client hangs up a moment after the last message. */
  file(): string {
    const openedAt = 50;
    const records: object[] = [
      {
        kind: 'trace',
        version: 1,
        id: `tape-${randomUUID()}`,
        startedAt: new Date(EPOCH_MS).toISOString(),
        generator: 'test',
      },
      {
        kind: 'open',
        session: 's1',
        t: openedAt,
        url: URL_OF,
        headers: {},
        subprotocols: [],
        status: 101,
        upstream: 'api.openai.com',
        phases: {},
      },
    ];
    for (const [index, { t, from, event }] of this.#lines.entries()) {
      const { response, item, call } = eventIds(event);
      records.push({
        ...{
          kind: 'event',
          seq: index + 1,
          session: 's1',
          t: openedAt + t,
          sent: openedAt + t,
          from,
          type: event['type'],
        },
        bytes: JSON.stringify(event).length,
        ...(response === undefined ? {} : { response }),
        ...(item === undefined ? {} : { item }),
        ...(call === undefined ? {} : { call }),
        event,
      });
    }
    records.push({
      kind: 'close',
      session: 's1',
      t: openedAt + this.script.nowMs + 100,
      code: 1000,
      reason: '',
      by: 'client',
    });
    return written(records.map((record) => JSON.stringify(record)).join('\n') + '\n');
  }
}

/** A file that goes with the test. */
export function written(text: string, name = `${randomUUID()}.realtime.jsonl`): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'taped-'));
  later(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

interface Line {
  kind: string;
  seq?: number;
  from?: string;
  event?: Json;
  t?: number;
}

export const linesOf = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

/** What the server of a trace sent, folded to its order: types of events, a run of deltas as one. */
export function ladderOf(file: string): string[] {
  const events = linesOf(file).flatMap(({ kind, from, event }) =>
    kind === 'event' && from === 'server' && event ? [{ event, atMs: 0 }] : [],
  );
  return rungsOf(events).map(({ type }) => type);
}

/** Events that may land anywhere, sorted. */
export function floatingOf(file: string): string[] {
  return linesOf(file)
    .flatMap(({ kind, from, event }) => (kind === 'event' && from === 'server' && event ? [String(event['type'])] : []))
    .filter((type) => floats(type) && !type.endsWith('.delta'))
    .sort();
}

/** What the client of a trace sent, without its ids; silence that stood in for a microphone is not counted. */
export function sentBy(file: string): string[] {
  return linesOf(file).flatMap(({ kind, from, event }) =>
    kind === 'event' && from === 'client' && event && event['type'] !== 'input_audio_buffer.append'
      ? [String(event['type'])]
      : [],
  );
}
