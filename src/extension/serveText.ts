/** How the clients of a served trace fared, in words. */
import path from 'node:path';
import {
  divergenceLines,
  formatSessionReport,
  type ServeReport,
  type SessionReport,
} from '../replay/server/sessionReport';
import type { ServeChoice } from './serve';

/** How it is served, in few words. */
export function howServed({ timing, strict, sessions }: ServeChoice): string {
  const which = sessions ? [`${sessions.length === 1 ? 'session' : 'sessions'} ${sessions.join(', ')}`] : [];
  return [...which, timing === 'original' ? 'recorded timing' : timing, strict ? 'strict' : 'lenient'].join(', ');
}

/** The first thing that a client did otherwise, in sentences; undefined when it did nothing otherwise. */
export function divergenceText(
  { file }: ServeChoice,
  { client, session, first, closed }: SessionReport,
): string | undefined {
  if (!first) return undefined;
  const place = first.came ? ` It was message ${first.came.number} of the client.` : '';
  const ended =
    closed?.code === 1008 && closed.reason === 'replay_divergence' ? ' The session was closed with 1008.' : '';
  return `Client ${client} of ${path.basename(file)} (session ${session || '1'}): ${first.message}${place}${ended}`;
}

/** The report as a text to read. */
export function serveReportText(choice: ServeChoice, { clients, refused, diverged, sessions }: ServeReport): string {
  const count = `${clients} ${clients === 1 ? 'client' : 'clients'}, ${diverged} diverged`;
  const lines = [
    `Served ${choice.file}`,
    `${howServed(choice)}; ${count}${refused > 0 ? `, ${refused} refused as recorded` : ''}`,
  ];
  for (const session of sessions) {
    const { first } = session;
    lines.push('', formatSessionReport({ ...session, divergences: first ? [first] : [] }));
    for (const one of session.divergences.slice(1))
      lines.push(`  ${oneLine(one.message)}`, ...divergenceLines(one).map((line) => `    ${line}`));
    if (session.closed)
      lines.push(
        `  closed with ${session.closed.code}${session.closed.reason ? ` ${oneLine(session.closed.reason)}` : ''}`,
      );
  }
  if (clients === 0) lines.push('', 'No client has come yet. Point your app at the proxy.');
  return `${lines.join('\n')}\n`;
}

const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');
