/** Sound made ready for a session: mono samples from the page's own decoder, a tone or silence, encoded to its input format. */
import { toALaw, toMuLaw } from '../../src/audio/encode';
import { parseAudioFormat, DEFAULT_FORMAT, type AudioFormat } from '../../src/audio/format';
import { expectedConfig, type SessionState } from '../../src/protocol';
import type { ComposePlan, ComposeStep } from '../composeMessages';
import { valueAtPath } from './jsonPlace';

/** Longest sound that is taken, ms. */
export const longestAudio = 15 * 60_000;
/** Pieces as most clients send them, and larger ones where nobody listens along, ms. */
const pieceMs = { inRealTime: 100, atOnce: 500 };

/** The format a session takes audio in; a new session's where nothing is known. */
export function inputFormat(state: SessionState | undefined): AudioFormat {
  const config = state && expectedConfig(state);
  const said = valueAtPath(config, ['audio', 'input', 'format']) ?? valueAtPath(config, ['input_audio_format']);
  return parseAudioFormat(said) ?? DEFAULT_FORMAT;
}

/** "PCM16, 24 kHz". */
export function formatWords({ codec, rate }: AudioFormat): string {
  const names = { pcm16: 'PCM16', mulaw: 'G.711 μ-law', alaw: 'G.711 A-law' } as const;
  return `${names[codec]}, ${Number((rate / 1000).toFixed(2))} kHz`;
}

/** Bytes of a millisecond. */
export function bytesPerMsOf({ codec, rate }: AudioFormat): number {
  return (rate * (codec === 'pcm16' ? 2 : 1)) / 1000;
}

/** Samples from -1 to 1 as bytes of that format; what is louder is cut. */
export function encodeSamples(samples: Float32Array, format: AudioFormat): Uint8Array<ArrayBuffer> {
  const pcm = Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
  if (format.codec === 'mulaw') return Uint8Array.from(pcm, toMuLaw);
  if (format.codec === 'alaw') return Uint8Array.from(pcm, toALaw);
  const bytes = new Uint8Array(pcm.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [at, sample] of pcm.entries()) view.setInt16(at * 2, sample, true);
  return bytes;
}

/** A sine of that pitch (Hz) at -12 dB, or silence for 0; 10 ms of fade at each end, against clicks. */
export function tone(pitch: number, lengthMs: number, rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round((lengthMs / 1000) * rate));
  const fade = Math.max(1, rate / 100);
  for (let n = 0; pitch > 0 && n < samples.length; n += 1) {
    const level = Math.min(1, n / fade, (samples.length - n) / fade) * 0.25;
    samples[n] = Math.sin((2 * Math.PI * pitch * n) / rate) * level;
  }
  return samples;
}

/** How sound is sent. */
export interface AudioSending {
  session: string;
  bytes: Uint8Array<ArrayBuffer>;
  format: AudioFormat;
  inRealTime: boolean;
  /** What follows it. */
  then: 'nothing' | 'commit' | 'commit and respond';
  /** A translation session has a name of its own for it. */
  isTranslation: boolean;
}

/** The plan that the host carries out. */
export function audioPlan({ session, bytes, format, inRealTime, then, isTranslation }: AudioSending): ComposePlan {
  const follow = (type: string): ComposeStep => ({ text: JSON.stringify({ type }) });
  return {
    session,
    to: 'server',
    delayMs: 0,
    times: 1,
    everyMs: 0,
    namesEvents: true,
    steps: [
      {
        audio: bytes,
        event: isTranslation ? 'session.input_audio_buffer.append' : 'input_audio_buffer.append',
        bytesPerMs: bytesPerMsOf(format),
        pieceMs: inRealTime ? pieceMs.inRealTime : pieceMs.atOnce,
        inRealTime,
      },
      ...(then === 'nothing' ? [] : [follow('input_audio_buffer.commit')]),
      ...(then === 'commit and respond' ? [follow('response.create')] : []),
    ],
  };
}
