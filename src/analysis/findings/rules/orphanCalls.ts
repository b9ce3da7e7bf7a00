/** A function call that never gets its output: the model waits, or goes on without the answer. */
import { formatMs } from '../../format';
import { asText, dig } from '../../json';
import { Recent } from '../../recent';
import type { Rule, Seen } from '../rule';
import { KEPT_BACK, listed, many, plain, seconds } from '../text';

/** A tool may take its time; after this much of it people have hung up, ms. */
const WAIT_MS = 30_000;

interface Call {
  call: string;
  /** Its id as it came. */
  id: string;
  name: string;
  row: number;
  t: number;
  /** Why it is counted as missing; '' while there is hope. */
  missing: '' | 'time' | 'next' | 'end';
  /** The response that was begun without it, or the session's end. */
  without: number | undefined;
  /** How long after the call that was. */
  ms: number | undefined;
}

/** The call, and the event that made it too late. */
function seen({ t, row, without }: Call): Seen {
  return { t, rows: without === undefined ? [row] : [row, without] };
}

export const orphanCalls: Rule = {
  rule: 'orphan-call',
  looksFor: 'function calls without an output by the next response, the end of the session, or half a minute',
  create(facts, report) {
    const waiting = new Recent<string, Call>(64);
    /** When the next of them has waited long enough. */
    let due = Infinity;
    const answered = new Recent<string, true>(256);

    const tell = (): void => {
      const missing = [...waiting.values()].filter((one) => one.missing !== '');
      const [first, ...others] = missing;
      if (!first || first.missing === '') return report.withdraw('');
      const names = [...new Set(missing.map((one) => one.name || 'a function'))].slice(0, 4);
      const why = {
        time: `no output came within ${seconds(WAIT_MS)}`,
        next: `another response was begun without it${first.ms === undefined ? '' : `, ${formatMs(first.ms)} after the call`}`,
        end: 'the session ended without it',
      };
      const reason = why[first.missing];
      const kept = facts.keptRow('conversation.item.create', first.id);
      const { rows, t } = seen(first);
      report.put('', [{ t, rows: kept === undefined ? rows : [...rows, kept] }, ...others.map(seen)], {
        severity: 'warning',
        title: (times) => `${many(times, 'function call')} without an output: ${listed(names)}`,
        explanation: `The model called ${first.name || 'a function'} (${first.call}) and ${reason}. It does not know what came of it: it stays silent, makes something up, or calls again.${kept === undefined ? '' : KEPT_BACK.explanation}`,
        advice:
          kept !== undefined
            ? KEPT_BACK.advice
            : 'Send a function_call_output with this call_id for every call, also when the tool failed or is unknown (say so in the output), and then one response.create.',
      });
    };

    return {
      tick(t) {
        if (t < due) return;
        due = Infinity;
        let late = false;
        for (const one of waiting.values()) {
          if (one.missing !== '') continue;
          if (t - one.t < WAIT_MS) {
            due = Math.min(due, one.t + WAIT_MS);
            continue;
          }
          one.missing = 'time';
          late = true;
        }
        if (late) tell();
      },
      event({ type, from, row, t, call, event }) {
        const { item } = event;
        const kind = asText(dig(item, 'type'));
        if (from === 'server' && type === 'response.output_item.done' && kind === 'function_call' && call) {
          // A call that was cut short cannot be answered.
          if (dig(item, 'status') === 'incomplete' || answered.has(call)) return;
          waiting.set(call, {
            call: plain(call, 80),
            id: call,
            name: plain(dig(item, 'name'), 64),
            row,
            t,
            missing: '',
            without: undefined,
            ms: undefined,
          });
          due = Math.min(due, t + WAIT_MS);
        } else if (kind === 'function_call_output' && call) {
          answered.set(call, true);
          const known = waiting.get(call);
          if (!known) return;
          waiting.delete(call);
          if (known.missing !== '') tell();
        } else if (from === 'server' && type === 'response.created' && waiting.size > 0) {
          if (dig(event, 'response', 'conversation_id') === null) return;
          for (const one of waiting.values())
            if (one.missing === '') Object.assign(one, { missing: 'next', without: row, ms: t - one.t });
          tell();
        }
      },
      close({ row }) {
        for (const one of waiting.values())
          if (one.missing === '') Object.assign(one, { missing: 'end', without: row });
        if (waiting.size > 0) tell();
      },
    };
  },
};
