/** Responses that failed or were cut off: there is no `error` event for them, only a status in response.done. */
import { asText, dig } from '../../json';
import { outcomeOf } from '../facts';
import type { Rule } from '../rule';
import { many, serverSays, plain } from '../text';

const FAILED: Readonly<Record<string, string>> = {
  rate_limit_exceeded:
    'Wait as long as the message says and ask again; watch rate_limits.updated, and shorten the conversation.',
  inference_rate_limit_exceeded: 'Wait a moment and ask again; the service was at its limit.',
  insufficient_quota: 'Check plan and billing of the project: no response will work until then.',
  server_error: 'Ask again with response.create. If it keeps happening, report it with the session’s id.',
};

export const failedResponse: Rule = {
  rule: 'failed-response',
  looksFor: 'responses that failed, were cut off, or ended before anything was said',
  create(facts, report) {
    const rows = (row: number, response: string): number[] => {
      const begun = facts.responses.get(response)?.row;
      return begun === undefined ? [row] : [row, begun];
    };
    return {
      event({ type, from, row, t, response, event }) {
        if (type !== 'response.done' || from !== 'server') return;
        const { status, reason, error, saidSomething } = outcomeOf(event);
        const silent = saidSomething ? 'Part of the answer was given before.' : 'Nothing was said to the user.';
        if (status === 'failed') {
          const code = plain(dig(error, 'code'), 60) || plain(dig(error, 'type'), 60) || plain(reason, 60);
          report.add(
            `failed ${code}`,
            { t, rows: rows(row, response) },
            {
              severity: 'error',
              title: (times) => `${many(times, 'response')} failed${code ? `: ${code}` : ''}`,
              explanation: `${serverSays(error)} ${silent} No error event tells of this, only the status in response.done.`,
              advice:
                (Object.hasOwn(FAILED, code) ? FAILED[code] : undefined) ??
                'Look at status in response.done and ask again when it is failed.',
            },
          );
        } else if (status === 'incomplete') {
          const filter = reason === 'content_filter';
          const most =
            plain(asText(dig(event, 'response', 'max_output_tokens')), 20) ||
            dig(event, 'response', 'max_output_tokens');
          const why = reason ? `: ${plain(reason, 60).replaceAll('_', ' ')}` : '';
          const limit = typeof most === 'number' ? ` It is ${most} tokens.` : '';
          report.add(
            `incomplete ${reason}`,
            { t, rows: rows(row, response) },
            {
              severity: 'warning',
              title: (times) => `${many(times, 'response')} cut off${why}`,
              explanation: filter
                ? `The service’s filter stopped the answer. ${silent}`
                : `The answer reached the limit of max_output_tokens and stops in the middle.${limit} ${silent} A function call cut off here has no complete arguments.`,
              advice: filter
                ? 'Tell the user that there is no answer to this, and go on.'
                : 'Raise max_output_tokens, or ask for shorter answers in the instructions. Audio takes 20 tokens a second.',
            },
          );
        } else if (status === 'cancelled' && !saidSomething) {
          const speech = reason === 'turn_detected';
          report.add(
            `cancelled ${speech ? 'by speech' : ''}`,
            { t, rows: rows(row, response) },
            {
              severity: 'info',
              title: (times) =>
                `${many(times, 'response')} cancelled before anything was said${speech ? ', by speech' : ''}`,
              explanation: speech
                ? 'Turn detection heard speech again before the answer had begun, so the turn it answered was not over. What was said goes into the next one.'
                : 'The client cancelled it before it had words or sound.',
              advice: speech
                ? 'If it happens often, raise silence_duration_ms, or use semantic_vad.'
                : 'Nothing to do if it was meant.',
            },
          );
        }
      },
    };
  },
};
