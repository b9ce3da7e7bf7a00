/** Audio in another codec than the session takes it for: the model hears noise, and turn detection nothing or everything. */
import type { AudioProbe, Reading, Roughness } from '../audioReading';
import type { Rule } from '../rule';
import { seconds } from '../text';

/** Sound to hear before judging, ms, and the quietest that counts (rms of 32,768). */
const ENOUGH_MS = 1000;
const AUDIBLE_RMS = 300;
/** Read in a wrong format, even a whisper is this loud, rms; people at a microphone stay below 6,000. */
const TOO_LOUD_RMS = 10_000;
/**
 * Steps over twice the energy, measured on speech: 0.05 to 0.4 in the right format, 0.4 to 0.6 for G.711 read as PCM, above 0.7
 * for other mistakes, 1 for white noise. A whisper at 8 kHz is noise in any format.
 */
const NOISE = 0.7;
const SOUND = 0.35;
/** And the right reading is that much smoother than the wrong one, at the least. */
const SMOOTHER = 0.75;

const NAMES: Readonly<Record<Reading, string>> = {
  pcm16: '16-bit little-endian PCM',
  mulaw: 'G.711 mu-law',
  alaw: 'G.711 A-law',
  'big-endian pcm16': '16-bit big-endian PCM',
  float32: '32-bit floating point samples',
};

const ADVICE: Readonly<Record<Reading, string>> = {
  pcm16: 'Set audio.input.format to {"type": "audio/pcm", "rate": 24000}, or send G.711.',
  mulaw: 'Set audio.input.format to {"type": "audio/pcmu"}, or decode to 16-bit PCM at 24 kHz first.',
  alaw: 'Set audio.input.format to {"type": "audio/pcma"}, or decode to 16-bit PCM at 24 kHz first.',
  'big-endian pcm16': 'Swap the bytes of each sample: the API takes little-endian ones.',
  float32: 'Multiply by 32,767 and round to 16-bit integers before encoding: Web Audio gives floats.',
};

export const inputCodec: Rule = {
  rule: 'input-codec',
  looksFor: 'appended audio that is noise in the session’s format and sound in another',
  create(_facts, report) {
    const sums = new Map<Reading, { noise: number; sound: number } | 'impossible'>();
    let [heardMs, pieces, loudness] = [0, 0, 0];
    let done = false;
    const rows: number[] = [];
    let since = 0;

    const add = (reading: Reading, piece: Roughness | undefined): void => {
      const sum = sums.get(reading) ?? { noise: 0, sound: 0 };
      if (sum === 'impossible' || !piece) {
        sums.set(reading, 'impossible');
        return;
      }
      // A share of each piece, so that one loud piece does not outweigh all the others.
      sums.set(reading, { noise: sum.noise + piece.steps / Math.max(1, 2 * piece.energy), sound: sum.sound + 1 });
    };
    const roughnessOf = (reading: Reading): number => {
      const sum = sums.get(reading);
      return sum === undefined || sum === 'impossible' ? Infinity : sum.noise / sum.sound;
    };

    return {
      listens: (from) => from === 'client' && !done,
      probe(probe: AudioProbe) {
        if (probe.from !== 'client' || done) return;
        if (probe.container) {
          done = true;
          const wav = probe.container === 'WAV';
          report.put(
            'container',
            { t: probe.t, rows: [probe.row] },
            {
              severity: wav ? 'warning' : 'error',
              title: `The appended audio begins with ${wav ? 'a WAV header' : `the head of a file (${probe.container})`}`,
              explanation: wav
                ? 'The API takes bare samples; the header is heard as a click, and says a rate and codec that nobody reads.'
                : 'The API takes bare samples and decodes no files: all of it is heard as noise.',
              advice: wav
                ? 'Send the samples only, after converting them to the session’s format.'
                : 'Decode it first and send samples in the session’s format.',
            },
          );
          return;
        }
        if (probe.rms < AUDIBLE_RMS) return;
        heardMs += probe.ms;
        pieces++;
        loudness += probe.rms;
        if (rows.length === 0) since = probe.t;
        if (rows.length < 20) rows.push(probe.row);
        for (const reading of Object.keys(NAMES) as Reading[]) add(reading, probe.readings[reading]);
        if (heardMs < ENOUGH_MS) return;
        done = true;
        const declared = roughnessOf(probe.declared);
        const tooLoud = loudness / pieces > TOO_LOUD_RMS;
        const g711 = (reading: Reading): boolean => reading === 'mulaw' || reading === 'alaw';
        const [guess] = (Object.keys(NAMES) as Reading[])
          .filter((reading) => reading !== probe.declared)
          // Both kinds of G.711 have the same loudness.
          .filter((reading) => tooLoud || (g711(reading) && g711(probe.declared)))
          .sort((a, b) => roughnessOf(a) - roughnessOf(b));
        if (guess === undefined || roughnessOf(guess) > Math.min(SOUND, SMOOTHER * declared)) {
          if (declared < NOISE || !tooLoud) return;
          report.put(
            'noise',
            { t: since, rows },
            {
              severity: 'warning',
              title: 'The appended audio sounds like noise',
              explanation: `In the first ${seconds(heardMs)} of sound, each sample has nothing to do with the one before it, read as ${NAMES[probe.declared]} or in any other format known here. That is what compressed audio (Opus, MP3, AAC) looks like, or text that was encoded twice.`,
              advice:
                'Play the clip in the inspector. Decode compressed audio, and encode the bytes of the samples once, as base64.',
            },
          );
          return;
        }
        report.put(
          'codec',
          { t: since, rows },
          {
            severity: 'error',
            title: `The appended audio is ${NAMES[guess]}, the session takes it for ${NAMES[probe.declared]}`,
            explanation: `Read as ${NAMES[probe.declared]}, the first ${seconds(heardMs)} of sound are noise; read as ${NAMES[guess]} they are smooth as sound is. The model hears the noise.`,
            advice: ADVICE[guess],
          },
        );
      },
    };
  },
};
