/** Questions asked of the user. Each resolves with undefined when the user thought better of it. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../proxy/engine';
import type { Host } from './host';
import { howServed } from './serveText';
import { SECTION, upstreamUrl } from './settings';
import { label, plain } from './plainText';

/** An item and what it stands for. */
export type Choice<T> = vscode.QuickPickItem & { value: T };

/** Asks for one of the items, with the first one `isCurrent` names under the cursor: `showQuickPick` begins at the top. */
export function pick<T extends vscode.QuickPickItem>(
  title: string,
  items: readonly T[],
  isCurrent: (item: T) => boolean,
): Promise<T | undefined> {
  const input = vscode.window.createQuickPick<T>();
  input.title = title;
  input.items = items;
  input.activeItems = items.filter(isCurrent).slice(0, 1);
  return new Promise<T | undefined>((resolve) => {
    input.onDidAccept(() => {
      resolve(input.activeItems[0]);
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

/** What stands for a trace among the values of the setting. */
const TRACE = 'trace';

/**
 * Asks for the upstream and writes it to the setting, where the setting is set now; a trace is no setting but is served until it is
 * stopped, as another choice does. True when it was chosen.
 */
export async function chooseUpstream(host: Host): Promise<boolean> {
  const current = host.settings.upstream;
  const served = host.serving.choice;
  const mark = (value: string) => (!served && value === current ? { description: 'current' } : {});
  const choices: Choice<string>[] = [
    {
      label: '$(wand) Automatic',
      detail: 'OpenAI when a key is stored or OPENAI_API_KEY is set, else the simulator.',
      value: 'auto',
      ...mark('auto'),
    },
    {
      label: '$(beaker) Simulator',
      detail: 'Built in. Needs no key and no network.',
      value: 'simulator',
      ...mark('simulator'),
    },
    {
      label: '$(cloud) OpenAI',
      detail: "The live API, with the app's own key or a stored one.",
      value: 'openai',
      ...mark('openai'),
    },
    {
      label: '$(server) Another server...',
      detail: upstreamUrl(current) ? `Now ${label(current)}` : 'A URL: Azure OpenAI or a compatible server.',
      value: '',
      ...(!served && upstreamUrl(current) ? { description: 'current' } : {}),
    },
    {
      label: '$(history) A recorded trace...',
      detail: served
        ? `Now ${label(path.basename(served.file))} (${howServed(served)})`
        : 'Its server answers again, without a key and without network.',
      value: TRACE,
      ...(served ? { description: 'current' } : {}),
    },
  ];
  const picked = await pick('Where do Realtime sessions go?', choices, (choice) => choice.description !== undefined);
  if (!picked) return false;
  if (picked.value === TRACE) {
    await vscode.commands.executeCommand(`${SECTION}.serveTrace`);
    return host.serving.choice !== undefined;
  }
  const value =
    picked.value ||
    (await vscode.window.showInputBox({
      title: 'Upstream URL',
      prompt: 'The base URL of the server; sessions go to its /realtime.',
      placeHolder: 'https://my-resource.openai.azure.com/openai/v1',
      value: upstreamUrl(current) ? current : '',
      validateInput: (text) =>
        upstreamUrl(text.trim()) ? undefined : 'Write a URL that begins with https://, http://, wss:// or ws://.',
    }));
  if (!value?.trim()) return false;
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const inWorkspace = configuration.inspect('upstream')?.workspaceValue !== undefined;
  await configuration.update(
    'upstream',
    value.trim(),
    inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
  if (served) await vscode.commands.executeCommand(`${SECTION}.stopServing`);
  return true;
}

const MODELS = ['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'gpt-realtime', 'gpt-realtime-mini'];

/** Asks what kind of session to open. */
export async function chooseSession(): Promise<{ model?: string; intent?: string } | undefined> {
  const choices: Choice<{ model?: string; intent?: string } | undefined>[] = [
    ...MODELS.map((model) => ({ label: model, description: 'conversation', value: { model } })),
    { label: 'Transcription', description: 'intent=transcription', value: { intent: 'transcription' } },
    { label: 'Another model...', value: undefined },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: 'New session, with the inspector as its client' });
  if (!picked) return undefined;
  if (picked.value) return picked.value;
  const model = await vscode.window.showInputBox({
    title: 'Model',
    prompt: "The model's name, or the deployment's on Azure.",
    validateInput: (text) => (text.trim() ? undefined : 'A session needs a model.'),
  });
  return model?.trim() ? { model: model.trim() } : undefined;
}

/** Asks which address of the proxy to copy. */
export async function chooseAddress(host: Host, { address }: Engine): Promise<string | undefined> {
  const choices: Choice<() => Promise<string>>[] = [
    {
      label: '$(lock) Base URL, TLS',
      description: address.https,
      detail: 'OpenAI SDK for Node (OPENAI_BASE_URL); it must trust the CA certificate.',
      value: async () => address.https,
    },
    {
      label: '$(link) Base URL',
      description: address.http,
      detail: 'Python, browsers, plain WebSocket clients.',
      value: async () => address.http,
    },
    {
      label: '$(verified) CA certificate',
      description: address.ca,
      detail: 'NODE_EXTRA_CA_CERTS.',
      value: async () => address.ca,
    },
  ];
  // In a Codespace, or over SSH, a browser on the user's own machine cannot reach the loopback address over there.
  if (vscode.env.remoteName)
    choices.push({
      label: '$(globe) Base URL for your browser',
      detail: `Forwards port ${address.port} from this remote machine.`,
      value: () => forwardedUrl(host, address.http),
    });
  const picked = await vscode.window.showQuickPick(choices, { title: 'Copy which address?' });
  return picked?.value();
}

/** The base URL as the user's own browser reaches it. A name the proxy does not answer to yet is offered for the setting. */
async function forwardedUrl(host: Host, base: string): Promise<string> {
  const local = new URL(base);
  const external = new URL((await vscode.env.asExternalUri(vscode.Uri.parse(local.origin))).toString(true));
  // The path is put back by hand: forwarding may add one of its own.
  external.pathname = external.pathname.replace(/\/$/, '') + local.pathname;
  const known = ['localhost', '127.0.0.1', '[::1]', ...host.settings.allowedHosts];
  if (!known.includes(external.hostname)) void offerHost(external.hostname);
  return external.href;
}

/** Asks whether the proxy shall answer to a name, and writes it where the names it answers to stand. */
export async function offerHost(name: string): Promise<void> {
  const allow = 'Allow This Name';
  const answer = await vscode.window.showInformationMessage(
    plain(
      `The proxy refuses names it does not know, so that no web page can reach it through one of its own. Allow "${name}"?`,
    ),
    allow,
  );
  if (answer !== allow) return;
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const written = configuration.inspect<string[]>('proxy.allowedHosts');
  // Where the workspace says it the user's own counts for nothing, and the workspace's names are not for all windows.
  const inWorkspace = written?.workspaceValue !== undefined;
  const hosts = (inWorkspace ? written.workspaceValue : written?.globalValue) ?? [];
  const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration.update('proxy.allowedHosts', [...hosts, name], target);
}
