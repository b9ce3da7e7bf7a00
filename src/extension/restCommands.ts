/** Commands that make a client secret and answer calls, by the API's REST calls through the proxy. */
import * as vscode from 'vscode';
import { codeOf, targetOf, type CodeForm } from '../codegen';
import { readPayload } from '../protocol/payloadFile';
import type { Json } from '../protocol/validate/json';
import type { Engine } from '../proxy/engine';
import { PLACEHOLDER_KEY } from './environment';
import type { Host } from './host';
import { isPayloadUri, payloadName } from './payloadDocuments';
import { chooseSession, type Choice } from './pickers';
import { callPath, postRest, readSecret, sessionRequest, type CallAction } from './restCalls';
import type { TraceEditors } from './traceEditor';
import { label as labelOf, plain } from './plainText';

/** `ready` gives the running proxy once it has what it needs to be asked; undefined when the user thought better of it. */
export function restCommands(
  host: Host,
  editors: TraceEditors,
  ready: () => Promise<Engine | undefined>,
): Record<string, () => unknown> {
  return {
    createClientSecret: async () => {
      const session = await chooseConfiguration(host, editors, 'A client secret for which session?');
      if (!session) return;
      const body = JSON.stringify({ session });
      const path = '/realtime/client_secrets';
      if ((await sendOrCopy('Client secret', 'Create It', path, body)) !== 'send') return;
      const answer = await post(ready, path, body);
      const secret = answer === undefined ? undefined : readSecret(answer);
      if (secret) await showOnce(secret);
      else if (answer !== undefined) throw new Error('The server answered without a secret. The trace has its answer.');
    },
    answerCall: async () => {
      const id = await chooseCall(editors);
      if (!id) return;
      const answer = await chooseAnswer(host, editors);
      if (!answer) return;
      const path = callPath(id, answer.action);
      const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
      if ((await sendOrCopy(`Call ${id}`, answer.title, path, body)) !== 'send') return;
      if ((await post(ready, path, body)) === undefined) return;
      void vscode.window.showInformationMessage(plain(`Call ${id}: ${answer.done}.`));
    },
  };
}

/** Sends it; the answer's body, or undefined when the user gave up. Rejects with the server's reason. */
async function post(ready: () => Promise<Engine | undefined>, path: string, body: string): Promise<string | undefined> {
  const engine = await ready();
  if (!engine) return undefined;
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: plain(`POST ${path}`) },
    () => postRest(engine.address.http, path, body, PLACEHOLDER_KEY.value),
  );
  if (answer.message !== '') throw new Error(`The server refused it (${answer.status}): ${answer.message}`);
  return answer.body;
}

/** The value is in this window only, until it is closed: not in a file, the log or the trace. */
async function showOnce({ value, expiresAt }: { value: string; expiresAt: number | undefined }): Promise<void> {
  const copy = 'Copy';
  const until = expiresAt === undefined ? '' : ` It expires at ${new Date(expiresAt * 1000).toLocaleTimeString()}.`;
  const answer = await vscode.window.showInformationMessage(
    'The client secret is shown this once.',
    { modal: true, detail: `${value}\n\nOpens sessions from a browser or a phone, without your key.${until}` },
    copy,
  );
  if (answer !== copy) return;
  await vscode.env.clipboard.writeText(value);
  vscode.window.setStatusBarMessage('Copied the client secret', 3000);
}

/** Asks whether to send a call or to have it as code. */
async function sendOrCopy(
  what: string,
  send: string,
  path: string,
  body: string,
): Promise<'send' | 'copied' | undefined> {
  const forms: Choice<CodeForm | 'send'>[] = [
    { label: `$(send) ${send}`, detail: `POST ${path}, through the proxy`, value: 'send' },
    { label: '$(copy) Copy as curl', value: 'curl' },
    { label: '$(copy) Copy as TypeScript', value: 'openai' },
    { label: '$(copy) Copy as Python', value: 'python' },
    ...(body === '' ? [] : [{ label: '$(copy) Copy the body', value: 'json' as const }]),
  ];
  const picked = await vscode.window.showQuickPick(forms, { title: what });
  if (!picked || picked.value === 'send') return picked?.value as 'send' | undefined;
  await vscode.env.clipboard.writeText(
    codeOf(picked.value, [{ kind: 'http', method: 'POST', path, body }], targetOf(undefined)),
  );
  vscode.window.setStatusBarMessage('Copied', 3000);
  return 'copied';
}

/** The configuration to ask for: that of a session, of a payload file in front, or a new one. */
async function chooseConfiguration(host: Host, editors: TraceEditors, title: string): Promise<Json | undefined> {
  const open = host.proxy.sessions.filter(({ status }) => status === 'open');
  const document = vscode.window.activeTextEditor?.document;
  const payload = document && isPayloadUri(document.uri) ? document : undefined;
  const choices: Choice<() => Promise<Json | undefined>>[] = [
    ...open.map(({ id, label }) => ({
      label: `$(pulse) ${id}`,
      description: labelOf(label),
      detail: 'As this session is configured now',
      value: () => configOf(host, editors, id),
    })),
    ...(payload
      ? [
          {
            label: `$(json) ${labelOf(payloadName(payload.uri))}`,
            detail: 'Its session.update',
            value: async () => updateIn(payload),
          },
        ]
      : []),
    { label: '$(add) A new configuration', detail: 'A model, and its defaults', value: newConfig },
  ];
  const picked = choices.length > 1 ? await vscode.window.showQuickPick(choices, { title }) : choices[0];
  const config = await picked?.value();
  return config && sessionRequest(config);
}

async function newConfig(): Promise<Json | undefined> {
  const chosen = await chooseSession();
  if (!chosen) return undefined;
  return chosen.intent === 'transcription' ? { type: 'transcription' } : { type: 'realtime', model: chosen.model };
}

async function configOf(host: Host, editors: TraceEditors, session: string): Promise<Json | undefined> {
  const file = host.proxy.engine?.file;
  if (file === undefined) return undefined;
  const shared = editors.find(file)?.model;
  const model = shared ?? editors.modelOf(file);
  try {
    await model.follow();
    const { state } = await (await model.document()).sessionState(session);
    if (state.config) return state.config;
    throw new Error(`Nothing is known of the configuration of ${session}: it is read from the recording.`);
  } finally {
    if (!shared) await model.close();
  }
}

function updateIn(document: vscode.TextDocument): Json {
  for (const step of readPayload(document.getText()).steps) {
    if (step.kind !== 'event' || step.type !== 'session.update') continue;
    if (step.variables.length > 0)
      throw new Error(
        `${payloadName(document.uri)} has variables. Send it into a session, then take that session's configuration.`,
      );
    const { session } = JSON.parse(step.json) as { session?: unknown };
    if (typeof session === 'object' && session !== null) return session as Json;
  }
  throw new Error(`${payloadName(document.uri)} has no session.update.`);
}

async function chooseCall(editors: TraceEditors): Promise<string | undefined> {
  const known = editors.open.flatMap(({ model }) => model.state.sessions.flatMap(({ call }) => (call ? [call] : [])));
  const id = await vscode.window.showInputBox({
    title: 'Answer Call',
    prompt: "The call's id, from the webhook realtime.call.incoming or from the trace.",
    placeHolder: 'rtc_...',
    value: known.at(-1) ?? '',
    validateInput: (text) => (/^[\w.-]{1,120}$/.test(text.trim()) ? undefined : 'An id such as rtc_u2_4711.'),
  });
  return id?.trim();
}

interface CallAnswer {
  action: CallAction;
  title: string;
  done: string;
  body?: Json;
}

async function chooseAnswer(host: Host, editors: TraceEditors): Promise<CallAnswer | undefined> {
  const choices: Choice<CallAction>[] = [
    { label: '$(call-incoming) Accept', detail: 'With the configuration of a session', value: 'accept' },
    { label: '$(circle-slash) Reject', detail: 'With a SIP status', value: 'reject' },
    { label: '$(call-outgoing) Refer', detail: 'To another number or address', value: 'refer' },
    { label: '$(debug-disconnect) Hang up', value: 'hangup' },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: 'What becomes of the call?' });
  switch (picked?.value) {
    case undefined:
      return undefined;
    case 'accept': {
      const session = await chooseConfiguration(host, editors, 'Accept with which configuration?');
      return session && { action: 'accept', title: 'Accept', done: 'accepted', body: session };
    }
    case 'reject': {
      const status = await vscode.window.showInputBox({
        title: 'Reject Call',
        prompt: 'SIP status: 486 busy, 603 declined.',
        value: '603',
        validateInput: (text) => (/^[3-6]\d\d$/.test(text) ? undefined : 'A number from 300 to 699.'),
      });
      if (!status) return undefined;
      return { action: 'reject', title: 'Reject', done: 'rejected', body: { status_code: Number(status) } };
    }
    case 'refer': {
      const target = await vscode.window.showInputBox({
        title: 'Refer Call',
        prompt: 'Where the call goes.',
        placeHolder: 'tel:+14155550123',
        validateInput: (text) =>
          /^(tel|sips?):\S+$/.test(text.trim()) ? undefined : 'tel:+14155550123 or sip:agent@example.com',
      });
      if (!target) return undefined;
      return { action: 'refer', title: 'Refer', done: 'referred', body: { target_uri: target.trim() } };
    }
    case 'hangup':
      return { action: 'hangup', title: 'Hang Up', done: 'hung up' };
  }
}
