/** What is measured on the wire, each with its formula, and where the values are kept: 12 bytes a value. */
import { Growable } from './growable';
import type { LatencyName, Percentiles } from './model';
import { percentilesOf } from './percentiles';

/** A measure as it is shown. All are in milliseconds, taken where the inspector stands: its stamps are arrivals at the proxy. */
export interface LatencyInfo {
  title: string;
  /** What is taken from what, in words. */
  formula: string;
  from: string;
  to: string;
}

const SPEECH_END = '`speech_stopped` (or the client’s commit, where it ends the turn)';
const REQUEST = 'arrival of `response.create` (its sending on, where it was held back)';
const FIRST_AUDIO = 'the first `response.output_audio.delta`';

/** Every measure, in the order in which they are shown. */
export const LATENCIES: Readonly<Record<LatencyName, LatencyInfo>> = {
  toAnswer: measure(
    'Wait for the answer',
    `arrival of ${SPEECH_END}, in a turn without speech of its first \`response.create\``,
    'arrival of the turn’s first audio, calls of tools in between included (of its first words, where a response has no audio)',
  ),
  endpointing: measure(
    'Voice end to speech stop',
    'the moment the input audio at `audio_end_ms` was captured (by the server’s word the silence it waits for is in it)',
    'arrival of `speech_stopped`',
  ),
  speechToCreated: measure('Speech end to response', `arrival of ${SPEECH_END}`, 'arrival of `response.created`'),
  speechToTranscript: measure(
    'Speech end to first words',
    `arrival of ${SPEECH_END}`,
    'arrival of the first text or transcript delta of the answer',
  ),
  speechToAudio: measure('Speech end to first audio', `arrival of ${SPEECH_END}`, `arrival of ${FIRST_AUDIO}`),
  voiceToAudio: measure(
    'Voice end to first audio',
    'the moment the input audio at `audio_end_ms` (or the last before the commit) was captured',
    `arrival of ${FIRST_AUDIO}`,
  ),
  createToCreated: measure('Request to response', REQUEST, 'arrival of `response.created`'),
  createToText: measure(
    'Request to first words',
    REQUEST,
    'arrival of the first text or transcript delta of the answer',
  ),
  createToAudio: measure('Request to first audio', REQUEST, `arrival of ${FIRST_AUDIO}`),
  bargeInToLastAudio: measure(
    'Barge-in to last audio',
    'arrival of `speech_started` while a response runs',
    'arrival of the last audio delta of that response',
  ),
  bargeInToDone: measure(
    'Barge-in to cancelled',
    'arrival of `speech_started` while a response runs',
    'arrival of its `response.done`, if cancelled',
  ),
  toolRun: measure(
    'Tool run',
    'arrival of `response.function_call_arguments.done`',
    'arrival of the `conversation.item.create` with its output',
  ),
  toolRound: measure(
    'Tool round',
    'arrival of `response.function_call_arguments.done`',
    'arrival of the `response.created` that has its output',
  ),
  transcriptLateness: measure(
    'Input transcript lateness',
    'arrival of `input_audio_buffer.committed`',
    'arrival of the item’s `input_audio_transcription.completed`',
  ),
  deltaGap: measure('Audio delta gap', 'arrival of an audio delta', 'arrival of the next one of the same item'),
  aheadOfPlayback: {
    title: 'Audio ahead of playback',
    formula: 'audio arrived and not yet played after each delta, for a client that plays it as it comes',
    from: 'arrival of an audio delta',
    to: 'the end of all audio that arrived until then, played without a break',
  },
  proxyDelay: measure('Added by the proxy', 'arrival of a message that nothing held back', 'its last byte handed on'),
  held: measure(
    'Held in the proxy',
    'arrival of a message that a breakpoint or a rule held back',
    'its sending on, as it was or changed',
  ),
  updateRoundTrip: measure(
    'Session update',
    'arrival of `session.update` (its sending on, where it was held back)',
    'arrival of its `session.updated`',
  ),
};

/** The names, in the order in which they are shown. */
export const LATENCY_NAMES = Object.keys(LATENCIES) as readonly LatencyName[];

function measure(title: string, from: string, to: string): LatencyInfo {
  return { title, formula: `from ${from} to ${to}`, from, to };
}

/** Up to so many values percentiles are always of all of them; beyond, of all but the last tenth at most. */
const FRESH = 2000;

interface Values {
  t: Growable<Float64Array>;
  ms: Growable<Float32Array>;
  /** Percentiles of all values so far, and how many those were. */
  known: Percentiles | undefined;
}

/** The values of one session. */
export class LatencyLog {
  #values = new Map<LatencyName, Values>();

  /** Notes a value; `t` is the time of its later end. */
  add(name: LatencyName, t: number, ms: number): void {
    let values = this.#values.get(name);
    if (!values) {
      values = {
        t: new Growable((length) => new Float64Array(length), 16),
        ms: new Growable((length) => new Float32Array(length), 16),
        known: undefined,
      };
      this.#values.set(name, values);
    }
    values.t.push(t);
    values.ms.push(ms);
  }

  /** Percentiles of the values whose later end lies between two times, both included. */
  percentiles(start = -Infinity, end = Infinity): Partial<Record<LatencyName, Percentiles>> {
    const found: Partial<Record<LatencyName, Percentiles>> = {};
    for (const name of this.#values.keys()) {
      const told = percentilesOf(this.values(name, start, end));
      if (told) found[name] = told;
    }
    return found;
  }

  /** Values of a measure whose later end lies between two times, both included, in the order they came. */
  values(name: LatencyName, start = -Infinity, end = Infinity): Float32Array {
    const values = this.#values.get(name);
    if (!values) return new Float32Array(0);
    const picked = values.ms.slice(0);
    let count = 0;
    for (let at = 0; at < values.t.length; at++) {
      const when = values.t.at(at);
      if (when >= start && when <= end) picked[count++] = values.ms.at(at);
    }
    return picked.subarray(0, count);
  }

  /**
   * Percentiles of the whole session so far. Of many values they are worked out anew only when a tenth has come in addition,
   * so that following a session costs the same however long it is; `exact` has all of them.
   */
  summary(exact = false): Partial<Record<LatencyName, Percentiles>> {
    const found: Partial<Record<LatencyName, Percentiles>> = {};
    for (const [name, values] of this.#values) {
      const { length } = values.ms;
      const known = values.known?.count ?? 0;
      const isDue = length > known && (exact || length < FRESH || length > known * 1.1);
      if (isDue) values.known = percentilesOf(values.ms.slice(0));
      if (values.known) found[name] = values.known;
    }
    return found;
  }
}
