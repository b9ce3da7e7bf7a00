/** The output was sent, but nobody asked the model to speak: it never answers a tool's output by itself. */
import { asText, dig } from '../../json';
import type { Rule } from '../rule';
import { KEPT_BACK, seconds } from '../text';

/** Apps ask at once, or when the last of several tools is done, ms. */
const WAIT_MS = 5000;

export const silentAfterTool: Rule = {
  rule: 'silent-after-tool',
  looksFor: 'a function_call_output that no response.create followed',
  create(facts, report) {
    let sent: { row: number; t: number; since: number } | undefined;
    /** Calls still without an output: until the last one there is no reason to ask. */
    const open = new Set<string>();

    const tell = (t: number): void => {
      const output = sent;
      sent = undefined;
      if (!output) return;
      const waited = t - output.since;
      const last = facts.keptRow('response.create', '');
      const kept = last !== undefined && last > output.row ? last : undefined;
      report.add(
        '',
        { t: output.t, rows: kept === undefined ? [output.row] : [output.row, kept] },
        {
          severity: 'warning',
          title: `The model was given a tool’s output and not asked to go on`,
          explanation: `For ${seconds(waited)} after the function_call_output no response was asked for or begun. An output only goes into the conversation: unlike speech, it never starts an answer by itself, so the model stays silent until the user speaks again.${kept === undefined ? '' : KEPT_BACK.explanation}`,
          advice:
            kept !== undefined
              ? KEPT_BACK.advice
              : 'Send one response.create after the last function_call_output of a response.',
        },
        waited,
      );
    };

    return {
      tick(t) {
        if (!sent || t - sent.since < WAIT_MS) return;
        // While a response runs, asking would be refused.
        if (facts.active()) sent.since = t;
        else if (open.size === 0) tell(t);
      },
      event({ type, from, row, t, call, event }) {
        const kind = asText(dig(event, 'item', 'type'));
        if (from === 'client') {
          if (type === 'conversation.item.create' && kind === 'function_call_output') {
            open.delete(call);
            sent = { row, t, since: t };
          } else if (type === 'response.create') sent = undefined;
          return;
        }
        if (type === 'response.output_item.done' && kind === 'function_call' && call && open.size < 64) open.add(call);
        else if (type === 'response.created') {
          sent = undefined;
          open.clear();
        } else if (type === 'input_audio_buffer.speech_started' && sent && open.size === 0 && t - sent.since >= 1000)
          tell(t);
      },
      close({ t }) {
        if (sent && open.size === 0 && t - sent.since >= 1000) tell(t);
      },
    };
  },
};
