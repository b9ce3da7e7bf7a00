/** Answers whose first sound comes late: beyond about two seconds people think the line is dead and speak again. */
import { formatMs } from '../../format';
import { dig } from '../../json';
import type { Rule } from '../rule';

/** 95% of the turns should be below it, ms from the arrival of speech_stopped to the first audio. */
export const SLOW_MS = 2000;
/** With fewer turns a percentile says nothing. */
const ENOUGH = 5;
/** One turn as slow as this is told of all the same, ms. */
export const VERY_SLOW_MS = 4000;
/** Turns that are remembered. */
const MOST = 500;

const ADVICE =
  'Look at the slowest turns: long instructions and tools, higher reasoning effort and long conversations cost time; so does a server far away.';
const FIRST_SOUND = new Set(['response.output_audio.delta', 'response.audio.delta']);

export const slowAudio: Rule = {
  rule: 'slow-first-audio',
  looksFor:
    'first audio later than two seconds after the end of speech, at the 95th percentile, or a single one after four',
  create(facts, report) {
    let stopped: { row: number; t: number } | undefined;
    let slowTurns = 0;
    const turns: { ms: number; row: number }[] = [];
    return {
      event({ type, from, row, t }) {
        if (from === 'server' && type === 'input_audio_buffer.speech_stopped') stopped = { row, t };
        // Speaking on, or a tool in between, is no slowness of the answer.
        else if (type === 'input_audio_buffer.speech_started') stopped = undefined;
        else if (type === 'response.function_call_arguments.done') stopped = undefined;
      },
      delta({ type, from, row, t, audioMs }) {
        if (!stopped || from !== 'server' || audioMs <= 0 || !FIRST_SOUND.has(type)) return;
        const turn = { ms: t - stopped.t, row };
        turns.push(turn);
        if (turn.ms > SLOW_MS) slowTurns++;
        if (turns.length > MOST && (turns.shift()?.ms ?? 0) > SLOW_MS) slowTurns--;
        const first = stopped;
        stopped = undefined;
        if (turns.length < ENOUGH) {
          const slowest = turns.reduce((one, other) => (other.ms > one.ms ? other : one));
          if (slowest.ms <= VERY_SLOW_MS) return;
          return report.put('', first.t, [slowest.row], {
            severity: 'info',
            title: `First audio took ${formatMs(slowest.ms)}`,
            explanation: `The answer was heard ${formatMs(slowest.ms)} after speech_stopped. After about two seconds people think the line is dead.`,
            advice: ADVICE,
          });
        }
        // The 95th percentile is slow as soon as more than the last twentieth is; sorting can wait for that.
        if (slowTurns <= turns.length - Math.ceil(turns.length * 0.95)) return report.withdraw('');
        const sorted = turns.map(({ ms }) => ms).sort((a, b) => a - b);
        const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
        const [p50, p95] = [at(0.5), at(0.95)];
        const slow = turns.filter(({ ms }) => ms > SLOW_MS).sort((a, b) => b.ms - a.ms);
        const silence = dig(facts.turnDetection(), 'silence_duration_ms');
        report.put(
          '',
          first.t,
          slow.map((one) => one.row).slice(0, 20),
          {
            severity: 'info',
            title: `First audio takes ${formatMs(p95)} at the 95th percentile`,
            explanation: `Of ${turns.length} spoken turns, half had their first audio within ${formatMs(p50)} of speech_stopped and 95% within ${formatMs(p95)}; ${slow.length} took longer than ${formatMs(SLOW_MS)}.${typeof silence === 'number' ? ` Turn detection waits another ${silence} ms of silence before that.` : ''}`,
            advice: ADVICE,
          },
          slow.length,
        );
      },
    };
  },
};
