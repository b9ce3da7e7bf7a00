/** The token limit is nearly used up; the next response may fail. */
import { asList, asNumber, dig } from '../../json';
import type { Rule, Seen, Words } from '../rule';
import { plain, seconds } from '../text';

/** Parts of the limit that are left. */
const LOW = 0.1;
const VERY_LOW = 0.02;
/** Times that are kept besides the worst. */
const MOST = 49;

export const rateLimit: Rule = {
  rule: 'near-rate-limit',
  looksFor: 'less than a tenth of a rate limit left',
  create(_facts, report) {
    /** Of each limit the least that was left, with its words, and when else it was low. */
    const low = new Map<string, { part: number; worst: Seen; words: Words; others: Seen[]; times: number }>();
    return {
      event({ type, from, row, t, event }) {
        if (type !== 'rate_limits.updated' || from !== 'server') return;
        for (const limit of asList(event.rate_limits).slice(0, 8)) {
          const name = plain(dig(limit, 'name'), 40) || 'requests';
          const most = asNumber(dig(limit, 'limit'));
          const left = asNumber(dig(limit, 'remaining'));
          if (most === undefined || left === undefined || most <= 0 || left / most > LOW) continue;
          const part = Math.max(0, left) / most;
          const known = low.get(name);
          if (!known && low.size >= 8) continue;
          const seen = { t, rows: [row] };
          const isWorst = !known || part < known.part;
          const told = isWorst
            ? { part, worst: seen, words: wordsOf(name, left, most, asNumber(dig(limit, 'reset_seconds'))) }
            : known;
          const other = isWorst ? known?.worst : seen;
          const others = [...(known?.others ?? []), ...(other ? [other] : [])].slice(0, MOST);
          const times = (known?.times ?? 0) + 1;
          low.set(name, { ...told, others, times });
          report.put(name, [told.worst, ...others], told.words, times);
        }
      },
    };
  },
};

function wordsOf(name: string, left: number, most: number, reset: number | undefined): Words {
  const part = Math.max(0, left) / most;
  const full =
    reset === undefined ? '' : `; it is full again in ${reset < 0.05 ? 'less than 0.1 s' : seconds(reset * 1000)}`;
  return {
    severity: part <= VERY_LOW ? 'warning' : 'info',
    title: `${(part * 100).toFixed(part < 0.1 ? 1 : 0)}% of the ${name} limit left`,
    explanation: `${Math.max(0, left).toLocaleString('en-US')} of ${most.toLocaleString('en-US')} ${name} were left${full}. Past the limit a response ends with status failed and rate_limit_exceeded, and nothing is said.`,
    advice:
      'Wait for the reset before long answers, keep the conversation short (truncation, deleting old items), or ask for a higher limit.',
  };
}
