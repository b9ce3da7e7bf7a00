/** The three codecs of the Realtime API, and how many bytes and milliseconds of them make what. */

/** Mono audio. `rate` is in samples a second; PCM has two bytes a sample (little endian), G.711 one. */
export interface AudioFormat {
  codec: 'pcm16' | 'mulaw' | 'alaw';
  rate: number;
}

/** What a session speaks until it says otherwise. */
export const DEFAULT_FORMAT: AudioFormat = { codec: 'pcm16', rate: 24_000 };

function bytesPerSample(format: AudioFormat): 1 | 2 {
  return format.codec === 'pcm16' ? 2 : 1;
}

/** Milliseconds that so many bytes last. */
export function bytesToMs(bytes: number, format: AudioFormat): number {
  return (Math.floor(bytes / bytesPerSample(format)) * 1000) / format.rate;
}

/**
 * The format a session names: an object (`{type: "audio/pcm", rate: 24000}`, `audio/pcmu`, `audio/pcma`), or the word of
 * the API's beta and of Azure (`pcm16`, `g711_ulaw`, `g711_alaw`). Undefined for anything else.
 */
export function parseAudioFormat(value: unknown): AudioFormat | undefined {
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  const rate =
    typeof object?.rate === 'number' && object.rate >= 1000 && object.rate <= 384_000 ? object.rate : undefined;
  switch (object ? object.type : value) {
    case 'audio/pcm':
    case 'pcm16':
    case 'pcm':
      return { codec: 'pcm16', rate: rate ?? 24_000 };
    case 'audio/pcmu':
    case 'g711_ulaw':
      return { codec: 'mulaw', rate: rate ?? 8000 };
    case 'audio/pcma':
    case 'g711_alaw':
      return { codec: 'alaw', rate: rate ?? 8000 };
    default:
      return undefined;
  }
}
