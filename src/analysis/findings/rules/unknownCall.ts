/** The output of a call that the conversation does not know: the model waits on for the right one. */
import { Recent } from '../../recent';
import { errorKind } from '../errorKind';
import { refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';
import { plain } from '../text';

export const unknownCall: Rule = {
  rule: 'unknown-call-id',
  looksFor: 'a function_call_output whose call_id the conversation does not hold',
  create(facts, report) {
    const waiting = new Recent<string, string>(32);
    return {
      event({ type, from, row, t, call, event }) {
        if (from === 'server' && type === 'response.function_call_arguments.done' && call) waiting.set(call, call);
        if (from === 'client' && type === 'conversation.item.create' && call) waiting.delete(call);
        if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'unknown call') return;
        const sent = plain(facts.refused?.call, 80);
        const open = [...waiting.values()].map((id) => plain(id, 80)).slice(-3);
        report.add(
          '',
          { t, rows: refusalRows(row, facts) },
          {
            severity: 'error',
            title: `Output for a function call that does not exist`,
            explanation: `No function call in the conversation has the call_id${sent ? ` "${sent}"` : ' that was sent'}. ${open.length > 0 ? `Waiting for an output: ${open.join(', ')}.` : 'No call waits for an output.'} The output was not added, so the model does not see it.`,
            advice:
              'Send back the call_id of the function_call item unchanged: not the item’s id, and not one of another session.',
          },
        );
      },
    };
  },
};
