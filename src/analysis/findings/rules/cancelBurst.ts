/** Answers cancelled one after the other: turn detection hears pauses as ends and breaths as beginnings. */
import type { Rule } from '../rule';
import { outcomeOf } from '../facts';
import { asNumber } from '../../json';
import { seconds } from '../text';

/** So many within so long: seen live with a sensitive turn detection. */
const BURST = 3;
const WITHIN_MS = 2000;

export const cancelBurst: Rule = {
  rule: 'cancel-burst',
  looksFor: 'three answers cancelled by turn detection within two seconds',
  create(facts, report) {
    let recent: { row: number; t: number }[] = [];
    return {
      event({ type, from, row, t, event }) {
        if (type !== 'response.done' || from !== 'server') return;
        const { status, reason } = outcomeOf(event);
        if (status !== 'cancelled' || reason !== 'turn_detected') return;
        recent = [...recent.filter((one) => t - one.t <= WITHIN_MS), { row, t }];
        if (recent.length < BURST) return;
        const first = recent[0]?.t ?? t;
        const silence = asNumber(facts.turnDetection()?.silence_duration_ms);
        const count = recent.length;
        const rows = recent.map((one) => one.row);
        recent = [];
        report.add(
          '',
          { t: first, rows },
          {
            severity: 'warning',
            title: `${count} answers cancelled by turn detection within ${seconds(WITHIN_MS)}`,
            explanation: `In ${seconds(t - first)}, ${count} responses were begun and cancelled again because speech was heard. Each short pause ends a turn${silence === undefined ? '' : ` (silence_duration_ms is ${silence})`} and each sound after it interrupts the answer; tokens are spent and nothing is said.`,
            advice:
              'Raise silence_duration_ms to 500 or more, or the threshold; or use semantic_vad, which waits for the end of a thought.',
          },
        );
      },
    };
  },
};
