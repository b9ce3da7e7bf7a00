/** One client with the recording of a session: what it is sent when. Its clock is handed in, and so is what sends. */
import { asObject, asText } from '../../analysis/json';
import { percentilesOf } from '../../analysis/percentiles';
import { audioField } from '../../protocol/audioEvents';
import type { Clock } from '../client/clock';
import type { Timing } from '../timing';
import { Expected, json } from './expected';
import { withOtherIds } from './sameEvent';
import { parsed, type ServerScript, type ServerStep } from './script';
import { divergenceLines, type Divergence, type SessionReport } from './sessionReport';
import { SoundMeter, type Sound } from './soundMeter';

export interface PlayOptions {
  timing: Timing;
  /** How much faster than recorded. */
  speed: number;
  /** The first divergence ends the session, told to the client as an error. */
  strict: boolean;
  /** Paths of fields that may differ, e.g. `session.instructions`. */
  ignore: readonly string[];
  /** How long it waits for a message that has been passed over, and for sound that has stopped, ms. */
  patienceMs: number;
}

/** The client's end. */
export interface Wire {
  send(data: string | Buffer): void;
  close(code: number, reason: string): void;
  /** Ends it without a goodbye. */
  drop(): void;
  /** Bytes that have not left yet. */
  readonly unsent: number;
}

interface Due {
  at: number;
  ready: boolean;
}

/** A client that does not read gets no more than this before it is waited for, bytes. */
const MOST_UNSENT = 8 * 1024 * 1024;
/** How long, ms; then it is cut off. */
const NOT_READ_MS = 60_000;
/** Messages sent before others have their turn. */
const BATCH = 64;
/** Sound that stops for so long has ended, ms. */
const STOPPED_MS = 500;
/** What may lack at the end of sound: the piece that is under way. */
const SLACK_MS = 120;
const ENOUGH = 0.9;

export class Player {
  readonly #expected: Expected;
  readonly #startMs: number;
  #sent = 0;
  readonly #meter = new SoundMeter();
  readonly #total = new SoundMeter();
  #soundCameMs = -Infinity;
  #lastSent: { at: number; when: number } | undefined;
  /** How far the clock of the recording is behind this one, ms. */
  #shift = 0;
  /** When the sound that a step waits for had come. */
  #heardAt = new Map<number, number>();
  readonly #lateness: number[] = [];
  #mapped = new Map<string, string>();
  #ended: { code: number; reason: string } | undefined;
  #endedMs = 0;
  #wake = new AbortController();
  #waitsFor = '';

  constructor(
    private readonly client: number,
    script: ServerScript,
    private readonly others: readonly ServerScript[],
    private readonly options: PlayOptions,
    private readonly clock: Clock,
    private readonly wire: Wire,
    private readonly log: (message: string) => void = () => undefined,
  ) {
    this.#expected = new Expected(script, options.ignore, options.strict);
    this.#startMs = clock.now();
  }

  /** Plays until the client is gone. Rejects when the recording cannot be read. */
  async run(): Promise<void> {
    let batch = 0;
    while (!this.#ended) {
      const step = this.#script.server[this.#sent];
      const wake = this.#wake.signal;
      const { at, ready } = step ? this.#due(step) : this.#endDue();
      const inMs = at - this.#nowMs();
      if (!ready || inMs > 0.5) {
        await this.clock.wait(Math.max(1, inMs), wake);
        continue;
      }
      if (!step) {
        this.#end();
        return;
      }
      await this.#send(step, at);
      await this.#taken();
      batch += 1;
      if (batch % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Waits while the client takes nothing of what was sent: more of it would only fill the memory. One that never does is cut off. */
  async #taken(): Promise<void> {
    const since = this.clock.now();
    while (this.wire.unsent > MOST_UNSENT && !this.#ended) {
      if (this.clock.now() - since > NOT_READ_MS) this.wire.drop();
      await this.clock.wait(5, this.#wake.signal);
    }
  }

  /** A message of the client. */
  receive(data: Buffer, binary: boolean): void {
    if (this.#ended) return;
    const text = binary ? data.toString('latin1') : data.toString('utf8');
    const event = binary ? undefined : asObject(json(text));
    const field = audioField(asText(event?.type), 'client');
    const now = this.#nowMs();
    if (field && this.#script.hears) {
      for (const meter of [this.#meter, this.#total]) meter.feed(asText(event?.[field]));
      this.#soundCameMs = now;
    } else {
      if (this.#expected.count === 0) this.#chooseBy(text);
      const divergence = this.#expected.take(text, now, this.#meter.sound);
      if (/input_audio_buffer\.(?:commit|clear)$/.test(asText(event?.type))) this.#meter.reset();
      if (divergence?.kind === 'used up') this.log(`Client ${this.client}: ${divergence.message}`);
      if (divergence) this.#diverged(divergence, asText(event?.event_id));
    }
    this.#stir();
  }

  /** The client has gone. */
  gone(code: number, reason: string): void {
    if (this.#ended) return;
    this.#expected.left(this.#nowMs(), this.#missingSound());
    this.#finish(code, reason);
  }

  /** The client asked for something else than was recorded. */
  otherAddress(message: string): void {
    this.#diverged(this.#expected.address(this.#nowMs(), message), '');
  }

  get report(): SessionReport {
    const { divergences, matched, otherwise, beyond } = this.#expected;
    const { server, client, session } = this.#script;
    const { ms, soundMs } = this.#total.sound;
    const lateness = percentilesOf(Float32Array.from(this.#lateness));
    return {
      client: this.client,
      session: session.id,
      url: session.url,
      outcome: divergences.length > 0 ? 'diverged' : this.#ended ? 'complete' : 'open',
      expected: client.filter(({ optional }) => !optional).length,
      ...{ matched, otherwise, beyond },
      toSend: server.length,
      sent: this.#sent,
      audio: {
        ms: Math.round(ms),
        soundMs,
        recordedMs: Math.round(session.frames.reduce((sum, one) => sum + (one.from === 'client' ? one.audioMs : 0), 0)),
      },
      waitsFor: this.#waitsFor,
      lateness: lateness ?? null,
      first: divergences[0] ?? null,
      divergences,
      durationMs: Math.round(this.#ended ? this.#endedMs : this.#nowMs()),
      closed: this.#ended ?? null,
    };
  }

  get #script(): ServerScript {
    return this.#expected.script;
  }

  #nowMs(): number {
    return this.clock.now() - this.#startMs;
  }

  #stir(): void {
    const woken = this.#wake;
    this.#wake = new AbortController();
    woken.abort();
  }

  /** When the step may be sent, ms; while something is missing (not ready), when to ask again. */
  #due(step: ServerStep): Due {
    const now = this.#nowMs();
    const { gate, sound } = step;
    if (!this.#expected.has(gate)) {
      const due = this.#script.client[gate];
      this.#waitsFor = due ? `${due.type} (#${due.seq})` : '';
      return { at: this.#overdue(gate, now), ready: false };
    }
    if (sound && !this.#heardAt.has(step.index)) {
      const until = this.#soundDue(step, sound, now);
      if (until > now) {
        this.#waitsFor = soundWords(sound, step);
        return { at: until, ready: false };
      }
      this.#heardAt.set(step.index, now);
    }
    this.#waitsFor = '';
    return { at: this.#time(step, now), ready: true };
  }

  #time({ at, gate, sound, index }: ServerStep, now: number): number {
    const { timing, speed } = this.options;
    if (timing === 'fast' || !this.#script.timed) return now;
    const causes: { at: number; when: number }[] = [];
    const came = this.#expected.arrivedAt[gate] ?? this.#expected.missing.get(gate);
    const cause = this.#script.client[gate];
    if (came !== undefined && cause) causes.push({ at: cause.at, when: came });
    const heard = this.#heardAt.get(index);
    if (sound && heard !== undefined) causes.push({ at: sound.at, when: heard });
    if (timing === 'original') {
      for (const one of causes) this.#shift = Math.max(this.#shift, one.when - one.at / speed);
      return at / speed + this.#shift;
    }
    const after = causes.length > 0 ? causes : [this.#lastSent ?? { at: 0, when: 0 }];
    const due = Math.max(...after.map((one) => one.when + Math.max(0, at - one.at) / speed));
    return Math.max(due, this.#lastSent?.when ?? 0);
  }

  /** A step that has been passed over is waited for a little, then given up; in strict mode passing over has ended it all. */
  #overdue(gate: number, now: number): number {
    const since = this.#expected.passedAt(gate);
    if (since === undefined) return Infinity;
    const until = since + this.options.patienceMs;
    if (until > now) return until;
    const divergence = this.#expected.giveUp(gate, now);
    if (divergence) this.#diverged(divergence, '');
    return now + 1;
  }

  /** When enough has been heard; now when it has. */
  #soundDue({ frame }: ServerStep, wanted: Sound, now: number): number {
    const came = this.#meter.sound;
    const stopped = came.ms > 0 && now - this.#soundCameMs >= STOPPED_MS;
    const isLong = came.ms >= wanted.ms - Math.min(SLACK_MS, wanted.ms / 10);
    const isQuiet = wanted.soundMs > 0 && came.quietMs >= Math.min(wanted.quietMs, 200);
    const isHeard = isEnough(came, wanted);
    if (isHeard && (isLong || isQuiet || stopped || wanted.ms === 0)) return now;
    if (came.ms === 0) return Infinity;
    const until = this.#soundCameMs + (isHeard ? STOPPED_MS : this.options.patienceMs);
    if (until > now) return until;
    const divergence = this.#expected.sound(
      now,
      `${Math.round(came.soundMs)} ms of sound came before ${frame.type} (#${frame.seq}) where ${Math.round(wanted.soundMs)} ms were recorded`,
    );
    this.#diverged(divergence, '');
    return now;
  }

  /** The sound that the next message waits for and that has not come; a client that has gone has stopped speaking too. */
  #missingSound(): { seq: number; what: string } | undefined {
    const step = this.#script.server[this.#sent];
    if (!step?.sound || this.#heardAt.has(step.index) || !this.#expected.has(step.gate)) return undefined;
    const came = this.#meter.sound;
    if (isEnough(came, step.sound) && (came.ms > 0 || step.sound.ms === 0)) return undefined;
    return { seq: step.frame.seq, what: soundWords(step.sound, step) };
  }

  async #send(step: ServerStep, due: number): Promise<void> {
    const { frame, sound, format, at } = step;
    const body = await this.#script.body(step);
    if (this.#ended) return;
    const now = this.#nowMs();
    if (this.options.timing !== 'fast' && this.#script.timed) this.#lateness.push(Math.max(0, now - due));
    this.#lastSent = { at, when: this.options.timing === 'gated' ? Math.min(now, due) : now };
    if (sound?.ends === true) this.#meter.take(sound);
    if (format) {
      this.#meter.format = format;
      this.#total.format = format;
    }
    this.#sent += 1;
    if (body?.kind === 'binary') this.wire.send(body.bytes);
    else if (body) {
      const text = withOtherIds(body.text, this.#expected.recorded, this.#mapped);
      this.wire.send(frame.type === 'error' ? withOtherIds(text, this.#expected.eventIds) : text);
    }
  }

  /** Of several recorded sessions that begin alike, the one whose client begins as this one does. */
  #chooseBy(text: string): void {
    if (this.others.length === 0 || this.#expected.begins(this.#script, text)) return;
    const greeting = this.#script.server.slice(0, this.#sent);
    const better = this.others.find(
      (other) =>
        this.#expected.begins(other, text) &&
        greeting.every(({ frame }, index) => other.server[index]?.frame.type === frame.type),
    );
    if (!better) return;
    const before = this.#script;
    this.#expected.change(better);
    void Promise.all(
      greeting.map(async (step, index) => {
        const [told, recorded] = [await before.body(step), await better.body(better.server[index] as ServerStep)];
        for (const [id, other] of idPairs(parsed(recorded), parsed(told))) this.#mapped.set(id, other);
      }),
    ).catch(() => undefined);
  }

  #diverged(divergence: Divergence, eventId: string): void {
    if (!this.options.strict || this.#ended) return;
    const lines = [divergence.message, ...divergenceLines(divergence)];
    const error = {
      type: 'replay_divergence',
      code: `replay_${divergence.kind}`,
      message: lines.join('\n'),
      param: divergence.differences[0]?.path ?? null,
      event_id: eventId === '' ? null : eventId,
    };
    this.wire.send(JSON.stringify({ type: 'error', event_id: 'event_replay_divergence', error }));
    this.#finish(1008, 'replay_divergence');
    this.wire.close(1008, 'replay_divergence');
  }

  /** When the recorded server hung up, if it did, and the client has done everything. */
  #endDue(): Due {
    const { close, timed } = this.#script.session;
    const next = this.#expected.next;
    this.#waitsFor = next ? `${next.type} (#${next.seq})` : '';
    if (!close || close.by !== 'server' || close.origin) return { at: Infinity, ready: false };
    if (next) return { at: this.#overdue(next.index, this.#nowMs()), ready: false };
    if (this.options.timing === 'fast' || !timed) return { at: this.#nowMs(), ready: true };
    const last = this.#lastSent ?? { at: 0, when: 0 };
    return { at: last.when + Math.max(0, close.at - last.at) / this.options.speed, ready: true };
  }

  #end(): void {
    const { close } = this.#script.session;
    if (!close) return;
    const { code, reason } = close;
    this.#finish(code, reason);
    if (code === 1006) this.wire.drop();
    else this.wire.close(isSendable(code) ? code : 1000, reason);
  }

  #finish(code: number, reason: string): void {
    this.#ended = { code, reason };
    this.#endedMs = this.#nowMs();
    this.#stir();
  }
}

function isEnough(came: Sound, wanted: Sound): boolean {
  return wanted.soundMs === 0 || came.soundMs >= wanted.soundMs * ENOUGH - (2 * SLACK_MS) / 3;
}

function soundWords({ soundMs, ms }: Sound, { frame }: ServerStep): string {
  const what = soundMs > 0 ? `${Math.round(soundMs)} ms of sound` : `${Math.round(ms)} ms of audio`;
  return `${what} before ${frame.type} (#${frame.seq})`;
}

/** 1005, 1006 and some others may not be sent: they say that there was none, or what happened below (RFC 6455, 7.4). */
function isSendable(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (code >= 3000 && code <= 4999) || (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code));
}

/** Ids at the same places of two greetings, where they differ. */
function idPairs(recorded: unknown, told: unknown, depth = 0): [string, string][] {
  const [one, other] = [asObject(recorded), asObject(told)];
  if (!one || !other || depth > 4) return [];
  return Object.entries(one).flatMap(([name, value]): [string, string][] => {
    const there = other[name];
    if (name === 'id' && typeof value === 'string' && typeof there === 'string')
      return value === there ? [] : [[value, there]];
    return idPairs(value, there, depth + 1);
  });
}
