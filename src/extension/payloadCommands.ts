/** Commands about payload files. */
import * as vscode from 'vscode';
import { readPayload } from '../protocol/payloadFile';
import type { Host } from './host';
import type { PayloadMarks } from './payloadDiagnostics';
import { payloadDocument, payloadName } from './payloadDocuments';
import { newPayload } from './payloadFiles';
import type { PayloadSender } from './payloadSend';
import type { PayloadsView } from './payloadsView';
import { plain } from './plainText';

/** The handlers by the names of their commands. A lens gives the file and, for one event, where it begins. */
export function payloadCommands(
  host: Host,
  { sender, marks, view }: { sender: PayloadSender; marks: PayloadMarks; view: PayloadsView },
): Record<string, (argument?: unknown, more?: unknown) => unknown> {
  const offset = (more: unknown) => (typeof more === 'number' ? more : undefined);
  return {
    sendPayload: async (argument, more) => sender.send(await payloadDocument(argument), { only: offset(more) }),
    sendPayloadAndShow: async (argument, more) =>
      sender.send(await payloadDocument(argument), { only: offset(more), show: true }),
    stopPayload: async (argument) => {
      const { uri } = await payloadDocument(argument);
      if (!sender.running(uri)) throw new Error(`${payloadName(uri)} is not being sent.`);
      sender.stop(uri);
    },
    validatePayload: async (argument) => validate(marks, await payloadDocument(argument)),
    newPayload: () => newPayload(host),
    refreshPayloads: () => view.refresh(),
  };
}

async function validate(marks: PayloadMarks, document: vscode.TextDocument): Promise<void> {
  const findings = marks.check(document);
  const name = payloadName(document.uri);
  const grave = findings.filter(({ severity }) => severity !== 'note');
  const { steps } = readPayload(document.getText());
  const events = steps.filter(({ kind }) => kind === 'event').length;
  if (grave.length === 0) {
    const notes = findings.length > 0 ? ` ${count(findings.length, 'note')} in the Problems view.` : '';
    void vscode.window.showInformationMessage(plain(`${name}: ${count(events, 'event')}, no problem found.${notes}`));
    return;
  }
  const show = 'Show Problems';
  const answer = await vscode.window.showWarningMessage(
    plain(`${name}: ${count(grave.length, 'problem')}. ${grave[0]?.message ?? ''}`),
    show,
  );
  if (answer !== show) return;
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
