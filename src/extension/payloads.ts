/** Everything about payload files, put together. */
import * as vscode from 'vscode';
import type { Host } from './host';
import { payloadCommands } from './payloadCommands';
import { completePayloadVariables } from './payloadCompletion';
import { markPayloads } from './payloadDiagnostics';
import { showPayloadLenses } from './payloadLens';
import { PayloadSender } from './payloadSend';
import { createPayloadsView } from './payloadsView';
import type { TraceEditors } from './traceEditor';

export interface Payloads extends vscode.Disposable {
  /** Handlers by the names of their commands. */
  commands: ReturnType<typeof payloadCommands>;
}

export function createPayloads(host: Host, editors: TraceEditors): Payloads {
  const marks = markPayloads();
  const sender = new PayloadSender(host, editors, marks);
  const view = createPayloadsView();
  const all = vscode.Disposable.from(marks, sender, view, showPayloadLenses(host, sender), completePayloadVariables());
  return { commands: payloadCommands(host, { sender, marks, view }), dispose: () => void all.dispose() };
}
