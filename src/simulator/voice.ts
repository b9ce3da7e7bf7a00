/** A voice-like sound, made by arithmetic: a buzz through three resonators that move from vowel to vowel of the words. */

const RATE = 24_000;

/** Resonances of the mouth in Hz for the letters of vowels, and for everything voiced that is not one. */
const VOWELS: Record<string, [number, number, number]> = {
  a: [730, 1190, 2440],
  e: [530, 1840, 2480],
  i: [320, 2290, 2900],
  o: [500, 900, 2410],
  u: [340, 900, 2240],
  y: [390, 1990, 2550],
};
const HUM: [number, number, number] = [280, 1300, 2300];
const WIDTHS = [80, 110, 160] as const;
const SHARES = [1, 0.7, 0.4] as const;
const HISSING = new Set([...'sfhtkpcxqz']);

interface Sound {
  ms: number;
  formants: [number, number, number];
  /** Loudness of the buzz and of the hiss, 0 to 1. */
  buzz: number;
  hiss: number;
}

/** Sounds of the words, letter by letter; a pause where a sentence ends. */
function soundsOf(words: string): Sound[] {
  const sounds: Sound[] = [];
  let last = '';
  for (const letter of words.toLowerCase().normalize('NFD')) {
    const vowel = Object.hasOwn(VOWELS, letter) ? VOWELS[letter] : undefined;
    if (vowel) {
      const long = last === letter || Object.hasOwn(VOWELS, last);
      sounds.push({ ms: long ? 55 : 105, formants: vowel, buzz: 1, hiss: 0 });
    } else if (HISSING.has(letter)) sounds.push({ ms: 55, formants: HUM, buzz: 0, hiss: 0.25 });
    else if (/\p{L}/u.test(letter)) sounds.push({ ms: 60, formants: HUM, buzz: 0.45, hiss: 0 });
    else if (/\p{N}/u.test(letter)) sounds.push({ ms: 200, formants: VOWELS['e'] ?? HUM, buzz: 0.8, hiss: 0 });
    else if (/[.!?;:,]/.test(letter)) sounds.push({ ms: 160, formants: HUM, buzz: 0, hiss: 0 });
    else if (letter === ' ') sounds.push({ ms: 35, formants: HUM, buzz: 0.1, hiss: 0 });
    last = letter;
  }
  return sounds;
}

/** Longest speech made, so that a long text does not become minutes of sound. */
const MAX_SECONDS = 30;
/** Loudest sample, as loud as ordinary speech. */
const PEAK = 14_000;

/**
 * Sound in the rhythm of the words: PCM16, 24 kHz mono. `voice` only moves the pitch; `speed` is the API's 0.25 to 1.5.
 * The same arguments give the same samples.
 */
export function speak(words: string, voice: string, speed: number): Int16Array {
  const sounds = soundsOf(words);
  const lengths = sounds.map((sound) => Math.round((sound.ms / speed / 1000) * RATE));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const wave = new Float32Array(Math.min(total, MAX_SECONDS * RATE));
  const pitch = 105 + ([...voice].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 100);
  const resonators = WIDTHS.map(() => ({ a: 0, b: 0 }));
  const formants = [...HUM];
  let [buzz, hiss, phase, noise, before, at] = [0, 0, 0, 22_222, 0, 0];
  for (const [index, sound] of sounds.entries()) {
    for (let step = 0; step < (lengths[index] ?? 0) && at < wave.length; step += 1, at += 1) {
      // Mouth and lungs move smoothly: 4 ms for loudness, 12 ms for the formants.
      buzz += (sound.buzz - buzz) / 96;
      hiss += (sound.hiss - hiss) / 96;
      for (const part of [0, 1, 2] as const) formants[part]! += (sound.formants[part] - formants[part]!) / 288;
      // The pitch falls over the sentence and wavers a little, as voices do.
      const fall = 1.08 - 0.16 * (at / wave.length);
      phase += (pitch * fall * (1 + 0.02 * Math.sin((at / RATE) * 31))) / RATE;
      if (phase >= 1) phase -= 1;
      // The air's change: it swells while the cords are open and stops short as they close, which is what carries.
      const glottis = phase < 0.4 ? 0.25 : phase < 0.48 ? -1.25 : 0;
      noise = (Math.imul(noise, 1_103_515_245) + 12_345) & 0x7fffffff;
      const white = noise / 0x40000000 - 1;
      const source = glottis * buzz + white * hiss;
      // Teeth hiss past the resonators; the difference to the sample before keeps the high part of the noise.
      let sum = (white - before) * hiss * 0.1;
      before = white;
      for (const part of [0, 1, 2] as const) {
        sum += resonate(source, formants[part]!, WIDTHS[part], resonators[part]!) * SHARES[part];
      }
      const edge = Math.min(1, (wave.length - at) / 480);
      wave[at] = sum * edge;
    }
  }
  const peak = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return Int16Array.from(wave, (value) => Math.round((value / peak) * PEAK));
}

/** Speech of exactly that many ms: the words once, over again or cut, with a fade of 10 ms at the end. */
export function lasting(words: string, voice: string, ms: number): Int16Array {
  const wanted = new Int16Array(Math.round((Math.max(0, ms) * RATE) / 1000));
  if (wanted.length === 0) return wanted;
  const spoken = speak(/[\p{L}\p{N}]/u.test(words) ? words : 'a word', voice, 1);
  for (let at = 0; at < wanted.length; at += spoken.length) {
    wanted.set(spoken.subarray(0, Math.min(spoken.length, wanted.length - at)), at);
  }
  const fade = Math.min(wanted.length, RATE / 100);
  for (let step = 0; step < fade; step += 1) {
    const at = wanted.length - 1 - step;
    wanted[at] = Math.round((wanted[at]! * step) / fade);
  }
  return wanted;
}

/** One step of a two-pole resonator with the peak brought to 1. */
function resonate(input: number, hz: number, width: number, state: { a: number; b: number }): number {
  const radius = Math.exp((-Math.PI * width) / RATE);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / RATE);
  const gain = (1 - radius) * 2 * Math.sin((2 * Math.PI * hz) / RATE);
  const out = gain * input + turn * state.a - radius * radius * state.b;
  state.b = state.a;
  state.a = out;
  return out;
}
