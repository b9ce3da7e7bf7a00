/** The model calls tools, gets their output, calls again, and nobody says anything to the user. */
import { asText, dig } from '../../json';
import { Recent } from '../../recent';
import type { Rule } from '../rule';
import { listed, many, plain, seconds } from '../text';

/**
 * Responses in a row that end in a call. One or two are common, a plan of several tools takes five; at ten the OpenAI Agents SDK
 * gives up a run by itself (`DEFAULT_MAX_TURNS`), which its sessions over the Realtime API do not.
 */
const ROUNDS = 10;
/** Calls of a loop that are told apart. */
const MOST_CALLS = 200;
/** Arguments that differ only beyond so many characters count as the same. */
const ARGUMENTS = 2000;

interface Loop {
  rows: number[];
  rounds: number;
  start: number;
  /** How often each tool was called, by name, and by name and arguments. */
  names: Map<string, number>;
  calls: Map<string, number>;
}

export const toolLoop: Rule = {
  rule: 'tool-loop',
  looksFor: 'ten responses in a row that called a tool, without a word of the user',
  create(_facts, report) {
    /** Responses that have called, and what. */
    const called = new Recent<string, string[]>(64);
    let loop: Loop | undefined;

    const tell = (t: number, { rows, rounds, start, names, calls }: Loop): void => {
      const most = Math.max(...calls.values());
      const tools = [...names.entries()].sort((a, b) => b[1] - a[1]).map(([name]) => name || 'a tool');
      const shown = listed(tools.slice(0, 3));
      report.put(
        `from ${rows[0] ?? 0}`,
        { t: start, rows },
        {
          severity: 'warning',
          title: `${many(rounds, 'response')} in a row called tools without the user: ${shown}`,
          explanation: `For ${seconds(t - start)} the model called ${tools.length > 3 ? `${tools.length} tools, ${shown} among them` : shown} again and again; nobody spoke or wrote in between.${most > 1 ? ` The same call with the same arguments was made ${many(most, 'time')}.` : ''} Each round is a response that takes the whole conversation as its input, and the conversation grows with each.`,
          advice:
            'Count rounds in the app and stop after a few: ask for the last response with tool_choice "none". Say in the output what failed and that trying again does not help, and in the instructions when to stop.',
        },
      );
    };

    return {
      event({ type, from, row, t, response, event }) {
        const role = dig(event, 'item', 'role');
        if (type === 'input_audio_buffer.committed' || (type === 'conversation.item.create' && role === 'user')) {
          loop = undefined;
          return;
        }
        if (from !== 'server') return;
        const kind = dig(event, 'item', 'type');
        if (type === 'response.output_item.done' && (kind === 'function_call' || kind === 'mcp_call')) {
          const name = plain(dig(event, 'item', 'name'), 64);
          const call = `${name} ${asText(dig(event, 'item', 'arguments')).slice(0, ARGUMENTS)}`;
          const calls = called.get(response);
          if (!calls) called.set(response, [name, call]);
          else if (calls.length < 2 * MOST_CALLS) calls.push(name, call);
          return;
        }
        if (type !== 'response.done' || dig(event, 'response', 'conversation_id') === null) return;
        const calls = called.get(response);
        called.delete(response);
        if (!calls) {
          loop = undefined;
          return;
        }
        loop ??= { rows: [], rounds: 0, start: t, names: new Map(), calls: new Map() };
        loop.rounds++;
        if (loop.rows.length < 20) loop.rows.push(row);
        for (let at = 0; at + 1 < calls.length; at += 2) {
          count(loop.names, calls[at] ?? '');
          count(loop.calls, calls[at + 1] ?? '');
        }
        if (loop.rounds >= ROUNDS) tell(t, loop);
      },
    };
  },
};

function count(times: Map<string, number>, what: string): void {
  const known = times.get(what);
  if (known !== undefined || times.size < MOST_CALLS) times.set(what, (known ?? 0) + 1);
}
