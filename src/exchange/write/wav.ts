/**
 * Sound of a session as WAV: what the microphone sent, what was heard of the model, or both as they were heard, the user left
 * and the model right. A file begins with its session, so that its time is that of the session; a stretch begins where it does.
 */
import { rm } from 'node:fs/promises';
import { resample } from '../../audio/clip';
import { DEFAULT_FORMAT } from '../../audio/format';
import { MOST_WAV_BYTES, WAV_HEADER_BYTES, wavHeader, wavSamples } from '../../audio/wav';
import type { AudioClip, AudioSelector } from '../../document/columns';
import type { Work } from '../../rewrite/source';
import { UnreadableFileError } from '../../trace/unreadable';
import { Remarks, type ExportReport } from '../model';
import { analysed, type Analysed, type AnalysedSession, type Chosen } from './analysed';
import { writeOut, type OutFile } from './outFile';
import { fileName } from './sessionName';

export type WavKind = 'wav' | 'wav-input' | 'wav-output';

/** A stretch of the trace, ms on its axis; to the beginning or end where a side is open. */
export interface Stretch {
  from?: number;
  to?: number;
}

/** Sound put together at once, ms. */
const WINDOW_MS = 30_000;
/** What 4 GiB hold at the lowest rate, ms; nothing longer is even looked through. */
const LONGEST_MS = MOST_WAV_BYTES / 16;
const tooLong = (session: string) =>
  new Error(
    `Session ${session} is too long for one WAV file (4 GiB): take a part of it first (realtime-inspector trim).`,
  );

/**
 * Writes a file for each session with sound: `file` itself for one, else with the session's name before its ending. Rejects
 * with a message for people when there is no sound. Of a `range` only what was captured or heard in it is written; a session that
 * begins in it has its file from there. A file is written `over` only where the new one is the only one.
 */
export async function exportWav(
  trace: string,
  file: string,
  kind: WavKind,
  chosen: Chosen & Work & { range?: Stretch; over?: boolean },
): Promise<ExportReport> {
  const { range } = chosen;
  const { from = -Infinity, to = Infinity } = range ?? {};
  if (from >= to)
    throw new UnreadableFileError(
      `The range ends before it begins: from ${from / 1000} to ${to / 1000} s. Give the earlier time first.`,
    );
  const whole = await analysed(trace, chosen);
  try {
    const sessions = range === undefined ? whole.sessions : whole.sessions.flatMap((one) => within(one, range));
    const writer = new WavWriter(whole, kind, chosen);
    const sounding: AnalysedSession[] = [];
    for (const session of sessions) if (await writer.hasSound(session)) sounding.push(session);
    if (sounding.length === 0)
      throw new Error(
        `There is no ${kind === 'wav-input' ? 'input ' : kind === 'wav-output' ? 'output ' : ''}sound in ${range === undefined ? '' : 'this range of '}${trace}.`,
      );
    const silent = sessions.length - sounding.length;
    if (silent > 0) writer.lost.add('A session without sound has no file', silent);
    const names = sounding.length === 1 ? [file] : namesOf(file, sounding);
    const files: { file: string; bytes: number }[] = [];
    const over = chosen.over === true && sounding.length === 1;
    try {
      for (const [at, session] of sounding.entries())
        files.push(await writeOut(names[at] as string, (out) => writer.write(out, session), over));
    } catch (error) {
      // All of them, or none.
      for (const made of files) await rm(made.file, { force: true });
      throw error;
    }
    const { lost, guessed, problems } = writer;
    return {
      trace,
      as: kind,
      files,
      counts: { sessions: sounding.length, seconds: Math.round(writer.ms / 100) / 10 },
      lost: lost.list(),
      guessed: guessed.list(),
      problems: [...whole.problems, ...problems.list()],
    };
  } finally {
    await whole.close();
  }
}

/** The part of a session that lies in a range, with what was heard in it and what was cut off there; none when it has none. */
function within(session: AnalysedSession, { from = -Infinity, to = Infinity }: Stretch): AnalysedSession[] {
  const [start, end] = [Math.max(session.start, from), Math.min(session.end, to)];
  if (start >= end) return [];
  const playback = session.playback.filter(({ playsFrom, playsTo }) => playsFrom <= end && playsTo >= start);
  return [{ ...session, start, end, playback }];
}

/** A name for each; sessions whose names are the same as files' names are told apart by a number. */
function namesOf(file: string, sessions: readonly AnalysedSession[]): string[] {
  const stem = file.replace(/\.wav$/i, '');
  const ending = /\.wav$/i.exec(file)?.[0] ?? '.wav';
  const taken = new Set<string>();
  return sessions.map(({ id }) => {
    let name = fileName(id);
    for (let more = 2; taken.has(name.toLowerCase()); more += 1) name = `${fileName(id).slice(0, 50)}-${more}`;
    taken.add(name.toLowerCase());
    return `${stem}.${name}${ending}`;
  });
}

class WavWriter {
  readonly lost = new Remarks();
  readonly guessed = new Remarks();
  readonly problems = new Remarks();
  /** Of all files together. */
  ms = 0;
  readonly #whole: Analysed;
  readonly #kind: WavKind;
  readonly #work: Work;
  /** Of what was cut off behind a range it says nothing. */
  readonly #isPart: boolean;

  constructor(whole: Analysed, kind: WavKind, work: Work & { range?: Stretch }) {
    this.#whole = whole;
    this.#kind = kind;
    this.#work = work;
    this.#isPart = work.range !== undefined;
  }

  async hasSound(session: AnalysedSession): Promise<boolean> {
    return (await this.#rateOf(session)) !== undefined;
  }

  /** The higher of the rates its two sides begin with; undefined when neither has sound that is wanted. */
  async #rateOf({ id, start, end, playback }: AnalysedSession): Promise<number | undefined> {
    if (end - start > LONGEST_MS) throw tooLong(id);
    const rates: number[] = [];
    if (this.#kind !== 'wav-output') {
      // As far as the first sound, and no further: an hour of it is 170 MB.
      for (let from = start; from < end; from += WINDOW_MS) {
        const first = await this.#whole.reading.document.audio({
          session: id,
          from: 'client',
          startMs: from,
          endMs: from + WINDOW_MS,
        });
        if (first.samples.length === 0) continue;
        rates.push(first.rate);
        break;
      }
    }
    const heard = playback.find(
      ({ heardMs, playsFrom, playsTo }) => heardMs > 0 && Math.max(start, playsFrom) < Math.min(end, playsTo),
    );
    if (this.#kind !== 'wav-input' && heard) {
      const { playsFrom, playsTo, item, response } = heard;
      const clip = await this.#audio({
        session: id,
        from: 'server',
        ...part(item, response),
        startMs: playsFrom,
        endMs: playsTo,
      });
      rates.push(clip.rate);
    }
    return rates.length === 0 ? undefined : Math.max(...rates);
  }

  async write(out: OutFile, session: AnalysedSession): Promise<void> {
    const { signal, progress } = this.#work;
    const rate = (await this.#rateOf(session)) ?? DEFAULT_FORMAT.rate;
    const frames = Math.round(((session.end - session.start) * rate) / 1000);
    const channels = this.#kind === 'wav' ? 2 : 1;
    if (frames * 2 * channels > MOST_WAV_BYTES) throw tooLong(session.id);
    await out.write(wavHeader(frames, rate, channels));
    let written = 0;
    for (let from = session.start; from < session.end; from += WINDOW_MS) {
      signal?.throwIfAborted();
      const to = Math.min(session.end, from + WINDOW_MS);
      const count = Math.min(frames, Math.round(((to - session.start) * rate) / 1000)) - written;
      const place = { from, to, rate, count };
      const input = this.#kind === 'wav-output' ? undefined : await this.#input(session, place);
      const output = this.#kind === 'wav-input' ? undefined : await this.#output(session, place);
      if (input && output) await out.write(wavSamples(input, output));
      else await out.write(wavSamples(input ?? output ?? new Int16Array(count)));
      written += count;
      progress?.(written / Math.max(1, frames));
    }
    if (out.bytes !== WAV_HEADER_BYTES + frames * 2 * channels)
      throw new Error('The sound has another length than its parts.');
    this.ms += session.end - session.start;
    this.#tell(session);
  }

  #tell({ end, playback }: AnalysedSession): void {
    if (this.#kind !== 'wav-output') {
      this.guessed.once('Input stands where it was captured: each piece is taken to end when it was sent.');
    }
    if (this.#kind === 'wav-input' || playback.length === 0) return;
    this.guessed.once('Output stands where a client that plays it as it comes lets it be heard.');
    if (playback.some(({ cutBy, playsTo }) => cutBy === 'close' && playsTo <= end))
      this.guessed.once('A client is taken to play up to its own close of the connection, and no further.');
    const unheard = playback
      .filter(({ playsTo }) => !this.#isPart || playsTo <= end)
      .reduce((sum, { generatedMs, heardMs }) => sum + Math.max(0, generatedMs - heardMs), 0);
    if (unheard > 0) this.lost.add(`Output that was cut off and not heard: ${(unheard / 1000).toFixed(1)} s`);
  }

  async #input({ id }: AnalysedSession, place: Place): Promise<Int16Array> {
    const room = new Int16Array(place.count);
    this.#put(room, await this.#audio({ session: id, from: 'client', startMs: place.from, endMs: place.to }), place);
    return room;
  }

  async #output({ id, playback }: AnalysedSession, place: Place): Promise<Int16Array> {
    const room = new Int16Array(place.count);
    for (const { item, response, playsFrom, playsTo } of playback) {
      const [startMs, endMs] = [Math.max(place.from, playsFrom), Math.min(place.to, playsTo)];
      if (startMs >= endMs) continue;
      this.#put(
        room,
        await this.#audio({ session: id, from: 'server', ...part(item, response), startMs, endMs }),
        place,
      );
    }
    return room;
  }

  async #audio(selector: AudioSelector): Promise<AudioClip> {
    const clip = await this.#whole.reading.document.audio(selector);
    if (clip.samples.length > 0 && clip.problem !== '') this.problems.add(clip.problem);
    return clip;
  }

  #put(room: Int16Array, clip: AudioClip, { from, rate }: Place): void {
    const samples = resample(clip.samples, clip.rate, rate);
    const at = Math.max(0, Math.round(((clip.startMs - from) * rate) / 1000));
    room.set(samples.subarray(0, Math.max(0, room.length - at)), Math.min(at, room.length));
  }
}

/** A stretch of the session and so many samples of it. */
interface Place {
  from: number;
  to: number;
  rate: number;
  count: number;
}

/** Sound without items (translation) is known by its response, or is all there is. */
function part(item: string, response: string): Pick<AudioSelector, 'item' | 'response'> {
  if (item !== '') return { item };
  return response === '' ? {} : { response };
}
