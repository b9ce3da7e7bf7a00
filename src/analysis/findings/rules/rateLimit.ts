/** The token limit is nearly used up; the next response may fail. */
import { asList, asNumber, dig } from '../../json';
import type { Rule } from '../rule';
import { plain, seconds } from '../text';

/** Parts of the limit that are left. */
const LOW = 0.1;
const VERY_LOW = 0.02;

export const rateLimit: Rule = {
  rule: 'near-rate-limit',
  looksFor: 'less than a tenth of a rate limit left',
  create(_facts, report) {
    const least = new Map<string, { part: number; rows: number[]; count: number }>();
    return {
      event({ type, from, row, t, event }) {
        if (type !== 'rate_limits.updated' || from !== 'server') return;
        for (const limit of asList(event.rate_limits).slice(0, 8)) {
          const name = plain(dig(limit, 'name'), 40) || 'requests';
          const most = asNumber(dig(limit, 'limit'));
          const left = asNumber(dig(limit, 'remaining'));
          if (most === undefined || left === undefined || most <= 0 || left / most > LOW) continue;
          const part = Math.max(0, left) / most;
          const before = least.get(name);
          if (!before && least.size >= 8) continue;
          const rows = [...(before?.rows ?? []), row].slice(0, 20);
          const count = (before?.count ?? 0) + 1;
          least.set(name, { part: Math.min(part, before?.part ?? 1), rows, count });
          if (before && part >= before.part) continue;
          const reset = asNumber(dig(limit, 'reset_seconds'));
          report.put(
            name,
            t,
            rows,
            {
              severity: part <= VERY_LOW ? 'warning' : 'info',
              title: `${(part * 100).toFixed(part < 0.1 ? 1 : 0)}% of the ${name} limit left`,
              explanation: `${Math.max(0, left).toLocaleString('en-US')} of ${most.toLocaleString('en-US')} ${name} were left at the least${reset === undefined ? '' : `; it is full again in ${seconds(reset * 1000)}`}. Past the limit a response ends with status failed and rate_limit_exceeded, and nothing is said.`,
              advice:
                'Wait for the reset before long answers, keep the conversation short (truncation, deleting old items), or ask for a higher limit.',
            },
            count,
          );
        }
      },
    };
  },
};
