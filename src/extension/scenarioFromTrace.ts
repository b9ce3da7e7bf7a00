/** A scenario file made from a session of a trace, as `simulate --from` plays it. */
import path from 'node:path';
import * as vscode from 'vscode';
import { startScenarioReader, type RecordedSession, type ScenarioReader } from '../simulator';
import type { Host } from './host';
import { askWhereToSave } from './scenarioFiles';
import { scenarioNameFor } from './scenarioPaths';

/** Asks for the session when there are several and for the file, writes it and opens it. Rejects with a message for people. */
export async function saveScenarioFrom(host: Host, trace: string): Promise<void> {
  const reader = startScenarioReader(host.dist);
  try {
    const name = path.basename(trace);
    const sessions = await working(`Reading ${name}`, reader, () => reader.ask('sessions', { file: trace }));
    const session = sessions && (await chooseSession(sessions));
    if (!session) return;
    const text = await working(`Making a scenario from ${name}`, reader, () =>
      reader.ask('convert', { file: trace, session: session.id }),
    );
    if (text === undefined) return;
    const file = await askWhereToSave(host, scenarioNameFor(trace), 'Save Scenario');
    if (!file) return;
    const uri = vscode.Uri.file(file);
    await vscode.workspace.fs.writeFile(uri, Buffer.from(`${heading(file, name, session)}${text}\n`));
    await vscode.window.showTextDocument(uri);
  } finally {
    await reader.stop();
  }
}

/** Shows progress; undefined when the user cancelled, which ends the thread. */
async function working<T>(title: string, reader: ScenarioReader, work: () => Promise<T>): Promise<T | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, cancelled) => {
      cancelled.onCancellationRequested(() => void reader.stop());
      try {
        return await work();
      } catch (error) {
        if (cancelled.isCancellationRequested) return undefined;
        throw error;
      }
    },
  );
}

async function chooseSession(sessions: readonly RecordedSession[]): Promise<RecordedSession | undefined> {
  if (sessions.length < 2) return sessions[0];
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const items = sessions.map((session) => ({
    label: session.id,
    description: `${count(session.responses, 'response')}, ${count(session.messages, 'event')}`,
    detail: session.url,
    session,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Make a scenario from which session?' });
  return picked?.session;
}

/** Where it comes from, in a comment of the file's notation (YAML takes JSON as it is). Names are the user's: one line each. */
function heading(file: string, trace: string, { id }: RecordedSession): string {
  const mark = /\.ya?ml$/i.test(file) ? '#' : '//';
  const line = (text: string) => `${mark} ${text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}\n`;
  return (
    line(`Made from ${trace}${id ? `, session ${id}` : ''}.`) +
    line('The nth response of a new session says, calls and costs what the nth recorded one did.')
  );
}
