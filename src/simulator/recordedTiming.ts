/** How long a recorded server took over what its client did, for a simulated one that takes as long. */
import type { Causes } from './causes';
import { CaptureClock } from './captureClock';
import { member } from './config';
import { typeOf, type Recording } from './recording';
import type { Scenario, SpeechTiming } from './scenario';
import { BYTES_PER_MS, type Json } from './wire';

/** A byte of G.711 is an eighth of a ms. */
const G711_BYTES_PER_MS = 8;

/** What a speech was told with, ms on the clock of the recording. */
interface Speech {
  item: unknown;
  timing: SpeechTiming;
  stoppedAt?: number;
  committedAt?: number;
}

/** The times of a recording; nothing of one without any. */
export function timingOf({ messages }: Recording, causes: Causes): Pick<Scenario, 'speech' | 'takesMs'> {
  const takes = new Map<string, (number | undefined)[]>();
  const speeches: Speech[] = [];
  const clock = new CaptureClock();
  let session: Json | undefined;
  let unanswered: Speech | undefined;
  for (const [at, message] of messages.entries()) {
    const { event = {}, from, t } = message;
    if (t === undefined) continue;
    const type = typeOf(message);
    session = member(event, 'session') ?? session;
    if (from === 'client') {
      if (type === 'input_audio_buffer.append') clock.take(soundMs(event, session), t);
      else {
        const answeredAt = answerTime(messages, causes.dealtWith.get(at));
        const all = takes.get(type);
        const ms = answeredAt === undefined ? undefined : tenths(answeredAt - t);
        if (all) all.push(ms);
        else takes.set(type, [ms]);
      }
      continue;
    }
    const speech = speeches.findLast(({ item }) => item === event['item_id']);
    const after = (since: number | undefined): number | undefined =>
      since === undefined ? undefined : tenths(t - since);
    if (type === 'input_audio_buffer.speech_started') {
      const startedAfterMs = after(clock.at(Number(event['audio_start_ms'])));
      speeches.push({ item: event['item_id'], timing: startedAfterMs === undefined ? {} : { startedAfterMs } });
    } else if (type === 'input_audio_buffer.speech_stopped' && speech) {
      const stoppedAfterMs = after(clock.at(Number(event['audio_end_ms'])));
      if (stoppedAfterMs !== undefined) speech.timing.stoppedAfterMs = stoppedAfterMs;
      speech.stoppedAt = t;
    } else if (type === 'input_audio_buffer.committed' && speech?.stoppedAt !== undefined) {
      speech.timing.committedAfterMs = tenths(t - speech.stoppedAt);
      speech.committedAt = t;
      unanswered = speech;
    } else if (type === 'response.created') {
      if (unanswered?.committedAt !== undefined) unanswered.timing.answeredAfterMs = tenths(t - unanswered.committedAt);
      unanswered = undefined;
    }
  }
  return {
    ...(speeches.length > 0 ? { speech: speeches.map(({ timing }) => timing) } : {}),
    ...(takes.size > 0 ? { takesMs: known(takes) } : {}),
  };
}

/** Messages that were not answered themselves took no longer than the ones beside them, as far as anybody can tell. */
function known(takes: ReadonlyMap<string, (number | undefined)[]>): Record<string, number[]> {
  const entries = [...takes].flatMap(([type, all]): [string, number[]][] => {
    let last = all.find((ms) => ms !== undefined);
    return last === undefined ? [] : [[type, all.map((ms) => (last = ms ?? last ?? 0))]];
  });
  return Object.fromEntries(entries);
}

/** When the server sent the first message at or behind a place; undefined when it sent none. */
function answerTime(messages: Recording['messages'], place = Infinity): number | undefined {
  for (let at = place; at < messages.length; at++) {
    const message = messages[at];
    if (message?.from === 'server') return message.t;
  }
  return undefined;
}

function soundMs(event: Json, session: Json | undefined): number {
  const { audio } = event;
  const bytes = typeof audio === 'string' ? Buffer.byteLength(audio, 'base64') : 0;
  const format =
    member(member(member(session, 'audio'), 'input'), 'format')?.['type'] ?? session?.['input_audio_format'];
  return bytes / (/pcm[ua]|g711/.test(String(format)) ? G711_BYTES_PER_MS : BYTES_PER_MS);
}

function tenths(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}
