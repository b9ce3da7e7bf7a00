/** Sessions that never began. */
import type { Rule } from '../rule';
import { plain, sentence } from '../text';

const ADVICE: Readonly<Record<number, string>> = {
  0: 'Check that the upstream’s address is right and can be reached from here, also through a company’s proxy.',
  401: 'Check the key and the header it goes in: Authorization: Bearer for OpenAI, api-key for Azure.',
  403: 'The key is known but may not do this: check project, region and permissions.',
  404: 'Check the path, the model or deployment, and a call_id: calls are known only while they last and in their own region.',
  429: 'Too many sessions or requests: wait and try again.',
};

export const refusedHandshake: Rule = {
  rule: 'refused-handshake',
  looksFor: 'upgrades that the upstream refused',
  create: (_facts, report) => ({
    open({ row, t, status, error, body }) {
      if (status === 101) return;
      const said =
        plain(error, 200) || plain(/"message"\s*:\s*"([^"]{1,300})/.exec(body.slice(0, 5000))?.[1] ?? body, 200);
      report.put(
        String(status),
        { t, rows: [row] },
        {
          severity: 'error',
          title: status === 0 ? 'The upstream did not answer' : `The session was refused with ${status}`,
          explanation: sentence(
            `No session was opened.${said ? ` ${status === 0 ? 'What happened' : 'The server says'}: ${said}` : ''}`,
          ),
          advice:
            (Object.hasOwn(ADVICE, status) ? ADVICE[status] : undefined) ??
            'Look at the answer in the inspector; try again later if the server is at fault.',
        },
      );
    },
  }),
};
