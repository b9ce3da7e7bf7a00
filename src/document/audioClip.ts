/** A stretch of audio, put together from the lines of its pieces. */
import { audioField } from '../protocol/audioEvents';
import { assembleClip, resample, type PlacedSamples } from '../audio/clip';
import { decodeAudio } from '../audio/decode';
import { DEFAULT_FORMAT } from '../audio/format';
import { parseLine } from '../trace/parseLine';
import type { AudioClip, AudioSelector } from './columns';
import { audioText } from './eventBody';
import type { TraceIndex } from './indexer';
import type { RowLines } from './rowLines';

/** Longest clip, ms: an hour is 170 MB of samples. */
const LONGEST_CLIP_MS = 3_600_000;

/** Assembles the audio a selector means; what is missing or broken is said in `problem`, never thrown. */
export async function audioClip(selector: AudioSelector, index: TraceIndex, lines: RowLines): Promise<AudioClip> {
  const clocks =
    selector.from === 'client' && selector.item !== undefined
      ? index.lanes.inputItem(selector.session, selector.item)
      : undefined;
  let pieces = index.audio.pieces(selector, (text) => index.columns.strings.find(text), clocks);
  const problems = new Set<string>();
  const first = pieces[0];
  if (!first) {
    return {
      rate: DEFAULT_FORMAT.rate,
      samples: new Int16Array(0),
      startMs: selector.startMs ?? 0,
      problem: 'There is no audio here.',
    };
  }
  const rate = first.format.rate;
  const within = pieces.filter((piece) => piece.start + piece.ms - first.start <= LONGEST_CLIP_MS);
  if (within.length < pieces.length) problems.add('Only the first hour is here.');
  pieces = within;
  const byRow = new Map(pieces.map((piece) => [piece.row, piece]));
  const last = pieces.at(-1);
  const placed: PlacedSamples[] = [];
  await lines.each([...byRow.keys()], (row, line) => {
    const piece = byRow.get(row);
    const parsed = parseLine(line);
    if (!piece || parsed.kind !== 'event' || !parsed.body) return;
    const field = audioField(parsed.head.type ?? '', parsed.head.from);
    const base64 = field && audioText(line, parsed.body, field);
    if (!base64) return;
    const decoded = decodeAudio(base64, piece.format);
    if (decoded.problem) problems.add(`The audio of event ${parsed.head.seq} is damaged: ${decoded.problem}.`);
    // The part of it that was asked for, in ms from its beginning.
    const from = Math.max(0, (selector.startMs ?? -Infinity) - piece.start, (clocks?.from ?? -Infinity) - piece.clock);
    const to = Math.min(piece.ms, (selector.endMs ?? Infinity) - piece.start, (clocks?.to ?? Infinity) - piece.clock);
    const at = (ms: number) => Math.round((ms * piece.format.rate) / 1000);
    const samples = decoded.samples.subarray(at(from), Math.max(at(from), at(to)));
    // An item is what the server took: a pause in which nothing was sent is no part of it. It ends where it was said.
    const start = clocks && last ? last.start - (last.clock - piece.clock) : piece.start;
    placed.push({ startMs: start + from, samples: resample(samples, piece.format.rate, rate) });
  });
  if (pieces.some((piece) => piece.format.rate !== rate))
    problems.add(`Parts of it had another rate and were brought to ${rate} Hz.`);
  const startMs = placed[0]?.startMs ?? first.start;
  const samples = assembleClip(placed, startMs, rate);
  return {
    rate,
    samples,
    startMs,
    problem: [...problems].slice(0, 5).join(' '),
  };
}
