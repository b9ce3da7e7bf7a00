/** A scenario file made from a session of a trace, as `simulate --from` plays it. */
import path from 'node:path';
import * as vscode from 'vscode';
import { startScenarioReader, type RecordedSession, type ScenarioReader } from '../simulator';
import type { Host } from './host';
import { askWhereToSave } from './scenarioFiles';
import { label, plain } from './plainText';
import { scenarioNameFor } from './scenarioPaths';

/** A larger scenario, characters, is mostly sound, and VS Code does little for a text of its size. */
const LARGE = 20 * 1024 * 1024;

/**
 * Asks for the session when there are several and for the file, writes it and opens it. Resolves with true when the user
 * would rather have the simulator answer from the trace itself. Rejects with a message for people.
 */
export async function saveScenarioFrom(host: Host, trace: string): Promise<boolean> {
  const reader = startScenarioReader(host.dist);
  try {
    const name = path.basename(trace);
    const sessions = await working(`Reading ${name}`, reader, () => reader.ask('sessions', { file: trace }));
    const session = sessions && (await chooseSession(sessions));
    if (!session) return false;
    const text = await working(`Making a scenario from ${name}`, reader, () =>
      reader.ask('convert', { file: trace, session: session.id }),
    );
    if (text === undefined) return false;
    if (text.length > LARGE) {
      const wish = await askAboutSize(text.length, session === sessions[0]);
      if (wish !== 'save') return wish === 'trace';
    }
    const file = await askWhereToSave(host, scenarioNameFor(trace), 'Save Scenario');
    if (!file) return false;
    const uri = vscode.Uri.file(file);
    await vscode.workspace.fs.writeFile(uri, Buffer.from(`${heading(file, name, session)}${text}\n`));
    await vscode.window.showTextDocument(uri);
    return false;
  } finally {
    await reader.stop();
  }
}

/** Shows progress; undefined when the user cancelled, which ends the thread. */
async function working<T>(title: string, reader: ScenarioReader, work: () => Promise<T>): Promise<T | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: plain(title), cancellable: true },
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

/** `first`: the simulator answers from a trace as its first session did, and that is the one asked for. */
async function askAboutSize(length: number, first: boolean): Promise<'save' | 'trace' | undefined> {
  const [save, use] = ['Save', 'Use the Trace Itself'];
  const size = Math.round(length / (1024 * 1024));
  const answer = await vscode.window.showWarningMessage(
    `The scenario has ${size} MB, most of it recorded sound. Save it all the same?`,
    {
      modal: true,
      ...(first ? { detail: 'The simulator can also answer from the trace, with no file to edit.' } : {}),
    },
    save,
    ...(first ? [use] : []),
  );
  if (answer === save) return 'save';
  return answer === use ? 'trace' : undefined;
}

async function chooseSession(sessions: readonly RecordedSession[]): Promise<RecordedSession | undefined> {
  if (sessions.length < 2) return sessions[0];
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const items = sessions.map((session) => ({
    label: label(session.id),
    description: `${count(session.responses, 'response')}, ${count(session.messages, 'event')}`,
    detail: label(session.url, 300),
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
