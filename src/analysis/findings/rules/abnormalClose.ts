/** Ends of a connection that nobody wanted, in words. */
import type { Rule } from '../rule';
import { plain } from '../text';

const CODES: Readonly<Record<number, [title: string, explanation: string, advice: string]>> = {
  1002: [
    'a protocol error',
    'One end broke the rules of WebSocket.',
    'Look for a proxy or library that changes frames.',
  ],
  1003: [
    'a kind of message that is not taken',
    'The server takes text messages only.',
    'Send JSON as text, not as binary.',
  ],
  1006: [
    'no goodbye',
    'The connection broke without a close frame: the network went away, a process ended, or something in between (load balancer, proxy) cut it.',
    'Reconnect, and bring the conversation along. If it happens after a fixed time, look for an idle time-out on the way.',
  ],
  1007: ['text that is not UTF-8', 'A text message held bytes that are no UTF-8.', 'Encode messages as UTF-8.'],
  1008: ['a policy', 'One end refused to go on.', 'Look at the reason, the key and the project’s permissions.'],
  1009: [
    'a message that was too big',
    'A message was larger than one end takes; Python’s websockets stops at 1 MiB unless told otherwise.',
    'Raise the limit (max_size), or send smaller pieces of audio; items with audio are large when retrieved.',
  ],
  1011: [
    'an internal error, or a missed keepalive',
    'Libraries send this also when a ping was not answered in time, for instance because the program was busy and did not read.',
    'Do not block the event loop between reads; otherwise reconnect and try again.',
  ],
  1012: ['a restart of the service', 'The server restarts.', 'Reconnect.'],
  1013: ['a service at its limit', 'The server asks to come back later.', 'Reconnect after a while.'],
  3000: [
    'a refused key',
    'The live service accepts the upgrade first and says in an error event, then here, that the key is not good.',
    'Check the key, its project, and that an ephemeral key has not expired and is not used with ?model=.',
  ],
  4000: [
    'a request that cannot be served',
    'The live service accepts the upgrade first and then refuses: an unknown or missing model, or the retired beta interface.',
    'Look at the error event before it; check the model in the address, and leave out the OpenAI-Beta header.',
  ],
};

/** What a close code means, in words; the codes of a normal end too. */
export function closeMeaning(code: number): string {
  if (code === 1000) return 'A normal end.';
  if (code === 1001) return 'One end went away, as a page that is left does.';
  if (code === 1005) return 'A goodbye without a code: a normal end for most libraries.';
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  return known?.[1] ?? 'This code is not one of WebSocket’s own: look it up in what the other end documents.';
}

export const abnormalClose: Rule = {
  rule: 'abnormal-close',
  looksFor: 'close codes other than a normal goodbye',
  create: (_facts, report) => ({
    close({ row, t, code, reason, by }) {
      if (by === 'inspector' || code === 1000 || code === 1001 || code === 1005) return;
      const [what, explanation, advice] = Object.hasOwn(CODES, code)
        ? (CODES[code] ?? ['', '', ''])
        : [
            'an unusual code',
            'This code is not one of WebSocket’s own.',
            'Look it up in what the other end documents.',
          ];
      const said = plain(reason, 120);
      report.put(
        String(code),
        { t, rows: [row] },
        {
          severity: code >= 3000 || code === 1006 || code === 1011 ? 'error' : 'warning',
          title:
            code === 1006 ? `The ${by} was gone without a goodbye (1006)` : `The ${by} closed with ${code}: ${what}`,
          explanation: `${explanation}${said ? ` The reason given is "${said}".` : ' No reason was given.'}`,
          advice,
        },
      );
    },
  }),
};
