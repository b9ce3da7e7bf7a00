/** What a replay needs to know, asked of the user. Each resolves with undefined when the user thought better of it. */
import path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes, formatMs } from '../analysis/format';
import type { Replayable, ReplayUpstream } from '../replay/client/replay';
import type { Timing } from '../replay/timing';
import { redactUrl } from '../trace/redact';
import { askForFiles } from './diskFiles';
import type { Host } from './host';
import type { Choice } from './pickers';
import { label, plain } from './plainText';
import { OVERLAY_GLOB } from './replayText';
import { isKeyless, upstreamLabel, upstreamUrl } from './settings';
import { messageOf } from './signal';
import { formatAge, statTraces, tracesIn } from './traceFolder';

/** Where a replay goes, and what is spent there. */
export interface Destination {
  upstream: ReplayUpstream;
  apiKey?: string;
}

/** The server in words, without what is secret in its address. */
export function destinationWords({ upstream }: Destination): string {
  if (upstream.kind === 'recorded') return 'the simulator, answering as recorded';
  return upstream.kind === 'url' ? redactUrl(upstream.url) : upstreamLabel(upstream);
}

/** Which changes: none, those of a file, or those that are to be written first. */
export type Changes = { kind: 'none' } | { kind: 'file'; uri: vscode.Uri } | { kind: 'edit' };

/** Most files that are offered. */
const MOST_FILES = 200;

const EDIT: Choice<Changes> = {
  label: '$(edit) Edit Configuration...',
  detail: 'A new file with what the client configured, to change before it is replayed.',
  value: { kind: 'edit' },
};

/** The files of the workspace are offered by their names; what they hold is read when one is chosen. */
export async function chooseChanges(mayEdit: boolean): Promise<Changes | undefined> {
  const files = await vscode.workspace.findFiles(OVERLAY_GLOB, undefined, MOST_FILES);
  const named = files.map((uri) => ({ uri, name: vscode.workspace.asRelativePath(uri) }));
  named.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const choices: Choice<Changes>[] = [
    { label: 'None', detail: 'What was recorded, but for ids.', value: { kind: 'none' } },
    ...named.map(({ uri, name }): Choice<Changes> => ({
      label: `$(file-code) ${label(name)}`,
      value: { kind: 'file', uri },
    })),
    ...(mayEdit ? [EDIT] : []),
  ];
  return (await vscode.window.showQuickPick(choices, { title: 'With which changes?', matchOnDetail: true }))?.value;
}

/** The recording to replay, where no menu says which: one of the known traces, or any file. */
export async function askForRecording(host: Host, title = 'Replay which recording?'): Promise<string | undefined> {
  const known = await statTraces(await tracesIn(host.folder));
  const now = Date.now();
  const items = known.map(({ file, size, modified }) => ({
    label: plain(path.basename(file)),
    description: `${formatAge(Math.max(0, now - modified))} ago, ${formatBytes(size)}`,
    file,
  }));
  const browse = {
    label: '$(folder-opened) Browse...',
    description: 'another file, also of another program',
    file: '',
  };
  if (items.length > 0) {
    const picked = await vscode.window.showQuickPick([...items, browse], { title, matchOnDescription: true });
    if (!picked || picked.file !== '') return picked?.file;
  }
  const [picked] = await askForFiles({
    title,
    defaultUri: vscode.Uri.file(host.folder),
    filters: { Recordings: ['jsonl', 'har', 'json', 'yaml', 'yml'] },
  });
  return picked;
}

/** Rejects with a message for people when none can be replayed. */
export async function chooseSession(sessions: readonly Replayable[]): Promise<Replayable | undefined> {
  const can = sessions.filter(({ problem, messages }) => problem === undefined && messages > 0);
  const [only] = can;
  if (only === undefined)
    throw new Error(sessions[0]?.problem ?? 'The client of this recording sent nothing: there is nothing to replay.');
  if (can.length === 1) return only;
  const items = can.map((value) => ({
    label: plain(value.id || 'session'),
    description: `${value.messages} messages of the client, ${formatMs(value.ms)}`,
    detail: plain(value.url),
    value,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Replay which session?' }))?.value;
}

/** The upstream as it is set, as a choice; one that cannot be had says why, and keeps nobody from the others. */
async function ownUpstream(host: Host): Promise<Choice<Destination | 'other' | 'gone'>[]> {
  try {
    const { upstream, apiKey } = await host.upstream();
    const isLive = !isKeyless(upstream);
    return [
      {
        label: isLive ? `$(cloud) ${upstreamLabel(upstream)}` : `$(beaker) ${upstreamLabel(upstream)}, as set`,
        detail: isLive
          ? `The upstream of the settings${apiKey === undefined ? ', without a key: none is stored' : ', with the stored key'}. What it costs is what the session cost.`
          : upstream.kind === 'trace'
            ? 'The trace that is served.'
            : 'With the scenario of the settings.',
        value: { upstream, ...(apiKey === undefined ? {} : { apiKey }) },
      },
    ];
  } catch (error) {
    return [{ label: '$(warning) As set', detail: label(messageOf(error), 300), value: 'gone' }];
  }
}

/** The key goes to the upstream of the settings only. */
export async function chooseUpstream(host: Host): Promise<Destination | undefined> {
  const choices: Choice<Destination | 'other' | 'gone'>[] = [
    {
      label: '$(beaker) Simulator, answering as the recorded server did',
      detail: 'Needs no key and no network.',
      value: { upstream: { kind: 'recorded' } },
    },
    ...(await ownUpstream(host)),
    {
      label: '$(server) Another server...',
      detail: 'A URL, without a key: your own server, or another proxy.',
      value: 'other',
    },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: 'Replay to which server?' });
  if (picked?.value === 'gone') throw new Error(picked.detail);
  if (picked?.value !== 'other') return picked?.value;
  const url = await vscode.window.showInputBox({
    title: 'Base URL',
    prompt: 'The base URL of the server; the session goes to its /realtime.',
    placeHolder: 'http://127.0.0.1:8080/v1',
    validateInput: (text) =>
      upstreamUrl(text.trim()) ? undefined : 'Write a URL that begins with https://, http://, wss:// or ws://.',
  });
  return url?.trim() ? { upstream: { kind: 'url', url: url.trim() } } : undefined;
}

export async function chooseTiming({ timed }: Replayable): Promise<Timing | undefined> {
  const original: Choice<Timing> = {
    label: 'Original',
    detail: 'Each message at its recorded time, whatever the server does.',
    value: 'original',
  };
  const choices: Choice<Timing>[] = [
    {
      label: 'Gated',
      detail: 'Each message when what it came after has come again, and as long after it as then.',
      value: 'gated',
    },
    ...(timed ? [original] : []),
    {
      label: 'Fast',
      detail:
        'Each message as soon as what it came after has come again; sound keeps its pace where the server detects turns.',
      value: 'fast',
    },
  ];
  return (await vscode.window.showQuickPick(choices, { title: 'With which timing?' }))?.value;
}
