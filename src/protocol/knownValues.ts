/**
 * Values that a field is usually given where the schema leaves it open: voices, models, and the numbers the service starts
 * from. They are suggestions; a test holds voices and models to the types of the installed `openai` package.
 */
import type { Path } from './validate/json';

/** A value, and a few words about it ('' for none). */
export interface KnownValue {
  value: unknown;
  note: string;
}

/** Every built-in voice. */
export const VOICES = [
  ...['marin', 'cedar', 'alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse'],
] as const;
/** Voices that came with `gpt-realtime`; the preview models before it do not have them. */
const NEWER_VOICES: ReadonlySet<string> = new Set(['marin', 'cedar']);

/** Models of a speaking session that take new sessions, newest first. */
export const REALTIME_MODELS = [
  ...['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'gpt-realtime-2', 'gpt-realtime-1.5', 'gpt-realtime'],
  ...['gpt-realtime-mini', 'gpt-audio-1.5', 'gpt-audio-mini'],
] as const;

/** Models that write down what the user says. */
export const TRANSCRIPTION_MODELS = [
  ...['gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'gpt-4o-transcribe-diarize', 'gpt-transcribe'],
  ...['gpt-live-transcribe', 'gpt-realtime-whisper', 'whisper-1'],
] as const;

const plain = (...values: unknown[]): KnownValue[] => values.map((value) => ({ value, note: '' }));
const noted = (...pairs: [value: unknown, note: string][]): KnownValue[] =>
  pairs.map(([value, note]) => ({ value, note }));

/** The voices a model speaks with; all of them where the model is not known. */
export function voicesOf(model: string | undefined): string[] {
  const isOld = model !== undefined && /^gpt-4o(-mini)?-realtime/.test(model);
  return VOICES.filter((voice) => !isOld || !NEWER_VOICES.has(voice));
}

/** By the end of a path, indexes left out: the longer name is looked for first. */
const BY_NAME: Readonly<Record<string, KnownValue[]>> = {
  'transcription.model': plain(...TRANSCRIPTION_MODELS),
  'transcription.language': noted(
    ['en', 'English'],
    ['de', 'German'],
    ['es', 'Spanish'],
    ['fr', 'French'],
    ['ja', 'Japanese'],
  ),
  'turn_detection.threshold': noted([0.5, 'as it begins'], [0.7, 'for noisy places']),
  'turn_detection.prefix_padding_ms': noted([300, 'as it begins']),
  'turn_detection.silence_duration_ms': noted([200, 'quick'], [500, 'patient'], [800, 'slow speakers']),
  'turn_detection.idle_timeout_ms': noted([6000, 'the model speaks up after 6 s'], [null, 'never']),
  'format.rate': noted([24000, 'the only one']),
  'output.speed': noted([1, 'as it begins'], [0.75, 'slower'], [1.25, 'faster'], [1.5, 'the fastest']),
  'tool_choice.type': plain('function', 'mcp'),
  'truncation.type': plain('retention_ratio'),
  'truncation.retention_ratio': noted([0.8, 'keeps 80 % when the context is full']),
  'session.model': plain(...REALTIME_MODELS),
  max_output_tokens: noted(['inf', 'as many as the model gives'], [4096, '']),
  tool_choice: noted(['auto', 'the model decides'], ['none', 'no tools'], ['required', 'one at least']),
  tracing: noted(['auto', 'with default names'], [null, 'off']),
  truncation: noted(['auto', 'drops the oldest'], ['disabled', 'an error instead']),
  turn_detection: noted([null, 'off: the client commits']),
  transcription: noted([null, 'off']),
  noise_reduction: noted([null, 'off']),
  require_approval: noted(['never', ''], ['always', '']),
  conversation: noted(['auto', 'adds to the conversation'], ['none', 'stays outside it']),
};

/** What is usually written at a path of an event; `model` is the session's, which decides on the voices. */
export function knownValues(path: Path, model?: string): KnownValue[] {
  const names = path.filter((step) => typeof step === 'string');
  const [outer, name] = names.slice(-2);
  if (names.length === 0) return [];
  const last = name ?? outer ?? '';
  if (last === 'voice')
    return voicesOf(model).map((value) => ({ value, note: NEWER_VOICES.has(value) ? 'recommended' : '' }));
  return BY_NAME[`${outer}.${last}`] ?? BY_NAME[last] ?? [];
}
