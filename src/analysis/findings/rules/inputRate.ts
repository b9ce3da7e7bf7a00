/** Audio appended in step with the clock, but with too few or too many bytes a second: another sample rate or codec. */
import { bytesPerMs } from '../../../protocol/state/merge';
import type { Rule } from '../rule';
import { seconds } from '../text';

/** A pause longer than this ends a run of appends, ms: a client that sends speech only has many. */
const PAUSE_MS = 400;
/** A run shorter than this is left out, and so much altogether is needed to judge, ms. */
const RUN_MS = 2000;
const ENOUGH_MS = 4000;
/** How near the bytes a second must be to a known format. Clocks are better than this, sockets are not. */
const NEAR = 0.05;

/** What sends so many bytes a second. */
const KNOWN: [bytes: number, what: string][] = [
  [8000, 'G.711 at 8 kHz'],
  [16_000, '16-bit PCM at 8 kHz'],
  [32_000, '16-bit PCM at 16 kHz'],
  [44_100, '16-bit PCM at 22.05 kHz'],
  [48_000, '16-bit PCM at 24 kHz'],
  [64_000, '16-bit PCM at 32 kHz'],
  [88_200, '16-bit PCM at 44.1 kHz'],
  [96_000, '16-bit PCM at 48 kHz, or in stereo or as 32-bit floats at 24 kHz'],
  [176_400, '16-bit stereo at 44.1 kHz'],
  [192_000, '16-bit stereo or 32-bit floats at 48 kHz'],
];

export const inputRate: Rule = {
  rule: 'input-rate',
  looksFor: 'appended audio whose bytes a second fit another sample rate or codec',
  create(facts, report) {
    let run: { row: number; from: number; to: number; ms: number } | undefined;
    let [wallMs, audioMs] = [0, 0];
    const rows: number[] = [];
    let since = 0;

    const judge = (wall: number, audio: number): void => {
      if (wall < ENOUGH_MS) return;
      const rate = bytesPerMs(facts.config, 'input') * 1000;
      const bytes = (audio / wall) * rate;
      if (Math.abs(bytes / rate - 1) < 0.15) return report.withdraw('');
      const known = KNOWN.find(([one]) => Math.abs(bytes / one - 1) < NEAR);
      // Faster or slower than the clock for reasons of its own, e.g. a file sent as fast as it goes.
      if (!known) return report.withdraw('');
      const slow = bytes < rate;
      report.put(
        '',
        { t: since, rows },
        {
          severity: 'error',
          title: `The appended audio looks like ${known[1]}, not what the session takes it for`,
          explanation: `In ${seconds(wall)} of steady sending, ${Math.round(bytes).toLocaleString('en-US')} bytes came a second; the session’s format has ${rate.toLocaleString('en-US')}. It is heard ${slow ? `${(rate / bytes).toFixed(1)} times too fast and too high` : `${(bytes / rate).toFixed(1)} times too slow and too low`}, and times such as audio_start_ms do not fit the clock.`,
          advice:
            'Resample to the rate of audio.input.format (PCM: 24,000 Hz, mono, 16 bits), or set the format to what is sent. Play the clip in the inspector to hear it.',
        },
      );
    };

    return {
      delta({ type, from, row, t, audioMs: ms, replaces }) {
        if (type !== 'input_audio_buffer.append' || from !== 'client' || ms <= 0) return;
        if (!run || replaces !== undefined || t - run.to > PAUSE_MS) {
          if (run && run.to - run.from >= RUN_MS) {
            wallMs += run.to - run.from;
            audioMs += run.ms;
          }
          // What was held back or changed on the way went at the inspector's pace, not at the client's.
          run = replaces === undefined ? { row, from: t, to: t, ms: 0 } : undefined;
          if (!run) return;
          if (rows.length === 0) since = t;
          if (rows.length < 20) rows.push(row);
          return;
        }
        // The first piece of a run was recorded before the run began, so it does not count.
        const judged = Math.floor((run.to - run.from) / RUN_MS);
        run.ms += ms;
        run.to = t;
        const length = run.to - run.from;
        if (Math.floor(length / RUN_MS) > judged) judge(wallMs + length, audioMs + run.ms);
      },
    };
  },
};
