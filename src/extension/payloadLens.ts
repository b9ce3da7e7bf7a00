/** The lines above a payload file and above each of its events: send it, check it, or stop what is being sent. */
import * as vscode from 'vscode';
import { readPayload } from '../protocol/payloadFile';
import type { Host } from './host';
import { isPayloadUri, PAYLOAD_SELECTOR } from './payloadDocuments';
import { label } from './plainText';
import type { PayloadSender } from './payloadSend';
import { SECTION } from './settings';

/** More events than this get no line of their own. */
const MOST_OWN = 100;

export function showPayloadLenses(host: Host, sender: PayloadSender): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let shown = '';
  const refresh = () => {
    const now = JSON.stringify([
      host.proxy.sessions.filter(({ status }) => status === 'open').map(({ id, label }) => [id, label]),
      vscode.workspace.textDocuments.map(({ uri }) => sender.running(uri)?.text),
    ]);
    if (now === shown) return;
    shown = now;
    changed.fire();
  };
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => (isPayloadUri(document.uri) ? lensesOf(document, host, sender) : []),
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(PAYLOAD_SELECTOR, provider),
    host.proxy.onDidChange.on(refresh),
    sender.onDidChange.on(refresh),
  );
}

function lensesOf(document: vscode.TextDocument, host: Host, sender: PayloadSender): vscode.CodeLens[] {
  const { uri } = document;
  const top = new vscode.Range(0, 0, 0, 0);
  const lens = (range: vscode.Range, title: string, command: string, ...more: unknown[]) =>
    new vscode.CodeLens(range, { title, command: `${SECTION}.${command}`, arguments: [uri, ...more] });
  const run = sender.running(uri);
  if (run) {
    const words = label(run.text) || `${run.sent} of ${run.total} events sent`;
    return [lens(top, `$(loading~spin) ${words}`, 'stopPayload'), lens(top, '$(debug-stop) Stop', 'stopPayload')];
  }
  const open = host.proxy.sessions.filter(({ status }) => status === 'open');
  const [only] = open;
  const target = only && open.length === 1 ? `Send to ${only.id}` : 'Send to Session...';
  const { steps, isList } = readPayload(document.getText());
  const events = isList ? steps.filter(({ kind }) => kind === 'event') : [];
  const own = events.length > 1 && events.length <= MOST_OWN ? events : [];
  return [
    lens(top, `$(send) ${target}`, 'sendPayload'),
    lens(top, 'Send and Show Answer', 'sendPayloadAndShow'),
    lens(top, 'Validate', 'validatePayload'),
    ...own.map(({ offset }) => {
      const { line } = document.positionAt(offset);
      return lens(new vscode.Range(line, 0, line, 0), 'Send This', 'sendPayload', offset);
    }),
  ];
}
