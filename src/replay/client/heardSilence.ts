/**
 * How long it was quiet between the user's voice and the answer, by the sound itself. Servers differ in where they say that speech
 * ended (some count the silence they wait for, some do not), so that only the sound tells turn detections apart.
 */
import { AudioLanes } from '../../analysis/audioLane';
import { asText } from '../../analysis/json';
import type { Percentiles } from '../../analysis/model';
import { percentilesOf } from '../../analysis/percentiles';
import { decodeAudio } from '../../audio/decode';
import type { AudioFormat } from '../../audio/format';
import { FRAME_MS, level, limitOf } from '../../audio/vad';
import { audioField } from '../../protocol/audioEvents';
import { Recording, type RecordedFrame, type RecordingObserver } from '../recording';

/** What is softer is no voice, dB below full scale: where the end of a word still counts for turn detection as it is by default. */
const SOFTEST_DB = limitOf(0.5) - 6;
/** What is so much softer than the loudest is the room, dB. */
const ROOM_DB = 25;
/** Shorter sounds are clicks, ms, unless they follow a voice within the second: the end of a word has pauses in it. */
const [SHORTEST_MS, PAUSE_MS] = [3 * FRAME_MS, 200];

/** The loudness of a stretch of input, and when it had been spoken, ms since the session was opened. */
interface Heard {
  end: number;
  ms: number;
  db: number;
}

/**
 * From the last of the user's voice that had been sent to the arrival of the answer's first sound, ms, of one session or of all.
 * Undefined where no answer to a voice was heard, or no times were recorded. Rejects with an `UnreadableFileError`.
 */
export async function heardSilence(trace: string, session: string | undefined): Promise<Percentiles | undefined> {
  const formats = new FormatNotes();
  const recording = await Recording.open(trace, formats, true);
  try {
    const silences: number[] = [];
    for (const { id, frames, timed } of recording.sessions) {
      if (!timed || (session !== undefined && id !== session)) continue;
      const heard: Heard[] = [];
      const answers: { at: number; heard: number }[] = [];
      const begun = new Set<string>();
      for (const frame of frames) {
        if (frame.from === 'client' && frame.audioMs > 0)
          heard.push(...stretches(await samplesOf(recording, frame, formats.of(frame)), frame));
        else if (frame.audioMs > 0 && !begun.has(frame.response)) {
          begun.add(frame.response);
          answers.push({ at: frame.at, heard: heard.length });
        }
      }
      silences.push(...before(answers, heard));
    }
    return percentilesOf(Float64Array.from(silences));
  } finally {
    await recording.close();
  }
}

/** Of the answers each that is the first one after a voice. */
function before(answers: readonly { at: number; heard: number }[], heard: readonly Heard[]): number[] {
  const loudest = heard.reduce((most, { db }) => Math.max(most, db), -Infinity);
  const limit = Math.max(SOFTEST_DB, loudest - ROOM_DB);
  const found: number[] = [];
  let next = 0;
  let run = 0;
  let last: number | undefined;
  for (const answer of answers) {
    for (; next < answer.heard; next++) {
      const { db, ms, end } = heard[next] as Heard;
      run = db > limit ? run + ms : 0;
      const isTail = last !== undefined && end - ms - last <= PAUSE_MS;
      if (run >= SHORTEST_MS || (run > 0 && isTail)) last = end;
    }
    if (last === undefined) continue;
    found.push(Math.max(0, answer.at - last));
    last = undefined;
  }
  return found;
}

/** A piece had been captured when it was sent. */
function stretches(samples: Int16Array, { at, audioMs }: RecordedFrame): Heard[] {
  const perMs = samples.length / audioMs;
  const size = Math.max(1, Math.round(perMs * FRAME_MS));
  const found: Heard[] = [];
  for (let from = 0; from < samples.length; from += size) {
    const part = samples.subarray(from, from + size);
    found.push({ end: at - audioMs + (from + part.length) / perMs, ms: part.length / perMs, db: level(part) });
  }
  return found;
}

async function samplesOf(recording: Recording, frame: RecordedFrame, format: AudioFormat): Promise<Int16Array> {
  const field = audioField(frame.type, frame.from);
  const body = await recording.body(frame);
  if (field === undefined || body?.kind !== 'text') return new Int16Array();
  try {
    return decodeAudio(asText((JSON.parse(body.text) as Record<string, unknown>)[field]), format).samples;
  } catch {
    return new Int16Array();
  }
}

/** In which format each piece of input was sent. */
class FormatNotes implements RecordingObserver {
  readonly #lanes = new AudioLanes();
  readonly #formats = new Map<RecordedFrame, AudioFormat>();

  event(...[session, { from, t, event }, , frame]: Parameters<RecordingObserver['event']>): void {
    this.#lanes.observe(session, from, t, event);
    if (frame && from === 'client' && frame.audioMs > 0)
      this.#formats.set(frame, this.#lanes.format(session, 'client'));
  }

  of(frame: RecordedFrame): AudioFormat {
    return this.#formats.get(frame) ?? this.#lanes.format('', 'client');
  }
}
