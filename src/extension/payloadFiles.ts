/** Payload files that are written for the user: where they go, and what a new one says. */
import path from 'node:path';
import * as vscode from 'vscode';
import { CATALOGUE, eventTemplate } from '../protocol';
import { PAYLOAD_EXTENSION } from '../protocol/payloadFile';
import type { Host } from './host';
import type { Choice } from './pickers';
import { safeName } from './safeName';

const QUESTION = `[
  // A question in words, and its answer in words.
  {
    "type": "conversation.item.create",
    "item": {
      "type": "message",
      "role": "user",
      "content": [{ "type": "input_text", "text": "\${input:What to ask=Hello! What can you do?}" }]
    }
  },
  { "wait": "conversation.item.done", "timeoutMs": 10000 },
  { "type": "response.create", "response": { "output_modalities": ["text"] } },
  { "wait": "response.done", "timeoutMs": 30000 }
]
`;
const OUTPUT = `[
  // What a function gave, and what the model says to it.
  {
    "type": "conversation.item.create",
    "item": { "type": "function_call_output", "call_id": "\${lastCallId}", "output": "{\\"ok\\": true}" }
  },
  { "type": "response.create" },
  { "wait": "response.done", "timeoutMs": 30000 }
]
`;
const TO_CLIENT = `// Sent to the app, as if the server had said it.
{
  "to": "client",
  "event": ${(eventTemplate('error', 'server') ?? '{}').replaceAll('\n', '\n  ')}
}
`;

interface Starter {
  name: string;
  text: string;
}

/** Asks for a beginning and a place, writes the file and opens it. */
export async function newPayload(host: Host): Promise<void> {
  const choices: Choice<Starter | undefined>[] = [
    choice('A question and its answer', 'Events with waits', { name: 'question', text: QUESTION }),
    choice('The output of a function', 'For the last call of the session', { name: 'output', text: OUTPUT }),
    choice('An event for the client', 'As if the server had sent it', { name: 'to-client', text: TO_CLIENT }),
    { label: 'Events of the client', kind: vscode.QuickPickItemKind.Separator, value: undefined },
    ...CATALOGUE.filter(({ from, status }) => from === 'client' && status === 'ga').map(({ type, summary }) =>
      choice(type, summary, { name: type, text: `${eventTemplate(type, 'client') ?? '{}'}\n` }),
    ),
  ];
  const options = { title: 'New payload file', matchOnDescription: true };
  const picked = await vscode.window.showQuickPick(choices, options);
  if (!picked?.value) return;
  await savePayload(host, picked.value.name, picked.value.text);
}

const choice = (label: string, description: string, value: Starter): Choice<Starter | undefined> => ({
  label,
  description,
  value,
});

/** Asks where, writes the file and opens it; its path as people know it, '' when the user thought better of it. */
export async function savePayload(host: Host, name: string, text: string): Promise<string> {
  const folder = host.folders[0]?.path;
  const file = `${safeName(name, 'payload')}${PAYLOAD_EXTENSION}`;
  const picked = await vscode.window.showSaveDialog({
    title: 'Save Payload File',
    ...(folder ? { defaultUri: vscode.Uri.file(path.join(folder, file)) } : {}),
    filters: { 'Realtime payloads': ['json'] },
  });
  if (!picked) return '';
  const named = payloadUri(picked);
  if (named.path !== picked.path && (await exists(named)))
    throw new Error(`${path.basename(named.fsPath)} is there already. Give the payload another name.`);
  await vscode.workspace.fs.writeFile(named, Buffer.from(text));
  await vscode.window.showTextDocument(named);
  return vscode.workspace.asRelativePath(named);
}

/** The ending that makes it a payload file is added where it is missing. */
function payloadUri(uri: vscode.Uri): vscode.Uri {
  if (uri.path.endsWith(PAYLOAD_EXTENSION)) return uri;
  return uri.with({ path: `${uri.path.replace(/(\.realtime)?(\.jsonc?)?$/i, '')}${PAYLOAD_EXTENSION}` });
}

function exists(uri: vscode.Uri): Thenable<boolean> {
  // The dialog has asked about another name than this one.
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
