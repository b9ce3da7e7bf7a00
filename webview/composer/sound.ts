/** Sound from files and recordings as mono samples of one rate, by the browser's own decoder and resampler. */

/** Samples from -1 to 1, mono. */
export interface Sound {
  rate: number;
  samples: Float32Array<ArrayBuffer>;
}

/** The sound in a file of any format the browser reads, any rate and channels. Rejects, for people, when it is none. */
export async function decodeFile(bytes: ArrayBuffer, name: string, rate: number): Promise<Sound> {
  let decoded: AudioBuffer;
  try {
    // It decodes to the rate of its context.
    decoded = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
  } catch (error) {
    throw new Error(`${name} holds no sound that can be read here; WAV always can.`, { cause: error });
  }
  return toMono(decoded, rate);
}

/** Recorded 16-bit samples at another rate. */
export async function resampleClip(samples: Int16Array, from: number, rate: number): Promise<Sound> {
  const floats = Float32Array.from(samples, (sample) => sample / 32_768);
  if (from === rate) return { rate, samples: floats };
  const buffer = new AudioBuffer({ length: Math.max(1, floats.length), numberOfChannels: 1, sampleRate: from });
  buffer.copyToChannel(floats, 0);
  return toMono(buffer, rate);
}

async function toMono(source: AudioBuffer, rate: number): Promise<Sound> {
  const length = Math.max(1, Math.round(source.duration * rate));
  const context = new OfflineAudioContext(1, length, rate);
  const node = new AudioBufferSourceNode(context, { buffer: source });
  node.connect(context.destination);
  node.start();
  const mono = await context.startRendering();
  return { rate, samples: mono.getChannelData(0) };
}

/** Loudest sample of each of so many stretches, from 0 to 1. */
export function levels(samples: Float32Array, count: number): number[] {
  const each = Math.max(1, samples.length / count);
  return Array.from({ length: count }, (_, at) => {
    let loudest = 0;
    const end = Math.min(samples.length, Math.floor((at + 1) * each));
    for (let n = Math.floor(at * each); n < end; n += 1) loudest = Math.max(loudest, Math.abs(samples[n] ?? 0));
    return loudest;
  });
}
