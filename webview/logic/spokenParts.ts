/** What an event tells of single words and speakers: probabilities of tokens, and segments of a diarised transcription. */

export interface Token {
  text: string;
  /** From 0 to 1. */
  probability: number;
}
export interface Segment {
  speaker: string;
  text: string;
  /** Seconds into the audio; NaN when not told. */
  start: number;
  end: number;
}
export interface SpokenParts {
  tokens: Token[];
  segments: Segment[];
}

/** Tokens and segments shown at most. */
const most = 5000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of an event as text; both lists are empty where it tells of neither. */
export function spokenParts(text: string): SpokenParts {
  const parts: SpokenParts = { tokens: [], segments: [] };
  if (!/"logprobs?"|"speaker"/.test(text)) return parts;
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return parts;
  }
  if (isRecord(event)) collect(event, parts, 0);
  return parts;
}

function collect(value: Record<string, unknown>, parts: SpokenParts, depth: number): void {
  if (Array.isArray(value.logprobs))
    for (const entry of value.logprobs.slice(0, most)) {
      if (!isRecord(entry) || typeof entry.token !== 'string' || typeof entry.logprob !== 'number') continue;
      parts.tokens.push({ text: entry.token, probability: Math.min(1, Math.exp(entry.logprob)) });
    }
  if (typeof value.speaker === 'string' && typeof value.text === 'string' && parts.segments.length < most)
    parts.segments.push({
      speaker: value.speaker,
      text: value.text,
      start: typeof value.start === 'number' ? value.start : NaN,
      end: typeof value.end === 'number' ? value.end : NaN,
    });
  if (depth >= 6) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'logprobs') continue;
    if (Array.isArray(inner)) {
      for (const entry of inner.slice(0, most)) if (isRecord(entry)) collect(entry, parts, depth + 1);
    } else if (isRecord(inner)) collect(inner, parts, depth + 1);
  }
}

/** How sure a word is: three steps, told apart by more than colour. */
export function sureness({ probability }: Token): 'sure' | 'fair' | 'unsure' {
  return probability >= 0.9 ? 'sure' : probability >= 0.5 ? 'fair' : 'unsure';
}
