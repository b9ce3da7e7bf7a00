import type { Report } from './report';
import { rawSamples, replaceAt, type Edit } from './fix';
import type { Path } from './json';

/** The largest audio one event may carry, in bytes. */
const MAX_BYTES = 15 * 1024 * 1024;

/** How base64 of files with coded audio begins. */
const CODED: [string, string][] = [
  ['SUQz', 'an MP3 file'],
  ['T2dnUw', 'an Ogg file'],
  ['ZkxhQ', 'a FLAC file'],
  ['GkXfo', 'a WebM file'],
];

function onlySamples(audio: string, path: Path): Edit[] {
  const samples = rawSamples(audio);
  return samples === undefined ? [] : [replaceAt('Keep the samples only', path, samples)];
}

/** Checks base64 audio; whether it is PCM16 or G.711 depends on the session, so an odd length is a warning. */
export function checkAudio(audio: string, path: Path, report: Report): void {
  const raw = 'base64 of raw samples (16-bit little-endian PCM, mono, 24 kHz, unless the session says otherwise)';
  if (audio === '') return report('error', path, `The audio is empty: "audio" holds ${raw}.`);
  if (audio.startsWith('data:')) {
    const message = 'A data URL is refused: leave out everything up to and with the comma.';
    return report('error', path, message, false, ...onlySamples(audio, path));
  }
  if (audio.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(audio)) {
    const url = /^[A-Za-z0-9_-]*={0,2}$/.test(audio) && /[-_]/.test(audio);
    const hint = url ? ' This looks like base64url: write + and / for - and _.' : '';
    return report('error', path, `Not base64: "audio" holds ${raw}.${hint}`);
  }
  const padding = audio.endsWith('==') ? 2 : audio.endsWith('=') ? 1 : 0;
  const bytes = (audio.length / 4) * 3 - padding;
  if (bytes > MAX_BYTES) {
    report('error', path, `${bytes} bytes of audio in one event; at most ${MAX_BYTES} are taken.`);
  }
  if (audio.startsWith('UklGR')) {
    const message = 'This begins with a WAV header, which will be heard as a click: send the samples only.';
    report('warning', path, message, false, ...onlySamples(audio, path));
  }
  const coded = CODED.find(([head]) => audio.startsWith(head));
  if (coded) report('error', path, `This begins like ${coded[1]}, which is not decoded: "audio" holds ${raw}.`);
  if (bytes % 2 === 1) {
    report('warning', path, `${bytes} bytes are no whole number of 16-bit samples; right for G.711 only.`);
  }
}
