/** Header and event names of the beta interface, which was switched off on 2026-05-12. */
import { RETIRED } from '../../../protocol/catalogue';
import { dialectOfHandshake } from '../../../protocol/dialects';
import { errorKind } from '../errorKind';
import type { TracedEvent } from '../../model';
import type { Rule } from '../rule';
import { serverSays } from '../text';

const NOW = new Map(RETIRED.map((event) => [event.type, event.replacedBy[0] ?? '']));

export const betaInterface: Rule = {
  rule: 'beta-interface',
  looksFor: 'the beta header, and retired event names where today’s are expected',
  create(facts, report) {
    return {
      open({ row, t, url, headers }) {
        // The linter's words would bring all its checks along, which nothing here needs.
        const dialect = dialectOfHandshake({ url, headers });
        if (dialect !== 'openai-beta' && dialect !== 'azure-preview') return;
        const azure = dialect === 'azure-preview';
        report.put(
          'handshake',
          { t, rows: [row] },
          {
            severity: azure ? 'warning' : 'error',
            title: 'The session was opened with the retired beta interface',
            explanation: azure
              ? 'The address is that of Azure’s preview (with an api-version), which was to end on 2026-04-30 and has other names and fields than today’s API.'
              : 'The header OpenAI-Beta: realtime=v1 asks for an interface that ended on 2026-05-12: the service answers with beta_api_shape_disabled and closes with 4000.',
            advice: azure
              ? 'Use wss://RESOURCE.openai.azure.com/openai/v1/realtime?model=DEPLOYMENT and today’s events and fields.'
              : 'Update the library, or leave the header out and use today’s events and session fields.',
          },
        );
      },
      event({ type, from, row, t, event }) {
        if (from === 'server' && type === 'error' && errorKind(event.error, facts.refused) === 'beta') {
          report.add(
            'refused',
            { t, rows: [row] },
            {
              severity: 'error',
              title: 'The server no longer speaks the beta interface',
              explanation: `${serverSays(event.error)} It closes the connection with 4000 after this.`,
              advice: 'Leave out the header OpenAI-Beta: realtime=v1, and use today’s events and session fields.',
            },
          );
        }
      },
      delta: retired,
    };

    function retired({ type, from, row, t }: TracedEvent): void {
      const now = from === 'server' ? NOW.get(type) : undefined;
      // Whose server it is shows in its first session only.
      if (now === undefined || facts.config === undefined || facts.speaksBeta() || facts.dialect === 'openai-beta')
        return;
      report.add(
        'names',
        { t, rows: [row] },
        {
          severity: 'warning',
          title: `The server sends retired event names, such as ${type}`,
          explanation: `${type} is called ${now} now. An app written for today’s API does not hear such events and sees no error; this server is behind, or translates for old clients.`,
          advice: `Handle both names, or ask for today’s interface: OpenAI and Azure (GA) send ${now}.`,
        },
      );
    }
  },
};
