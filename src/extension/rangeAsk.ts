/** Questions about the part of a trace that is wanted. Each resolves with undefined when the user thought better of it. */
import * as vscode from 'vscode';
import { formatBytes, formatPosition } from '../analysis/format';
import type { Range, SplitBy } from '../rewrite/cut';
import type { Extent } from '../rewrite/extent';
import type { Choice } from './pickers';
import { plain } from './plainText';
import { timeOf, whyNotFrom, whyNotUntil } from './rangeText';

/** Asks which range of the trace `name` is kept. */
export async function askRange(name: string, extent: Extent): Promise<Pick<Range, 'from' | 'to'> | undefined> {
  const goes = `${name} goes from ${formatPosition(extent.from)} to ${formatPosition(extent.to)}.`;
  const ask = (title: string, prompt: string, whyNot: (text: string) => string | undefined) =>
    vscode.window.showInputBox({
      title: plain(title),
      prompt: plain(prompt),
      placeHolder: '1:02.5',
      validateInput: whyNot,
    });
  const from = await ask(`Keep part of ${name}: from`, `${goes} Empty for its beginning.`, (text) =>
    whyNotFrom(text, extent),
  );
  if (from === undefined) return undefined;
  const fromMs = timeOf(from);
  const begins = fromMs === undefined ? 'its beginning' : formatPosition(fromMs);
  const to = await ask(`Keep part of ${name}: from ${begins} until`, `${goes} Empty for its end.`, (text) =>
    whyNotUntil(text, fromMs, extent),
  );
  if (to === undefined) return undefined;
  const toMs = timeOf(to);
  return { ...(fromMs === undefined ? {} : { from: fromMs }), ...(toMs === undefined ? {} : { to: toMs }) };
}

const MINUTE_MS = 60_000;
const PIECES: readonly { label: string; by: SplitBy }[] = [
  { label: 'Every minute', by: { kind: 'time', ms: MINUTE_MS } },
  { label: 'Every 10 minutes', by: { kind: 'time', ms: 10 * MINUTE_MS } },
  { label: 'Every hour', by: { kind: 'time', ms: 60 * MINUTE_MS } },
  { label: 'Every 10 MB', by: { kind: 'size', bytes: 10e6 } },
  { label: 'Every 100 MB', by: { kind: 'size', bytes: 100e6 } },
];

/** Asks how the trace `name` of so many bytes is split: only what makes more than one of it. Throws, for people, when nothing does. */
export async function askSplit(name: string, extent: Extent, bytes: number): Promise<SplitBy | undefined> {
  const { from, to, sessions } = extent;
  const choices: Choice<SplitBy>[] = PIECES.filter(({ by }) =>
    by.kind === 'time' ? Math.floor(from / by.ms) < Math.floor(to / by.ms) : by.kind === 'size' && bytes > by.bytes,
  ).map(({ label, by }) => ({ label, value: by }));
  if (sessions > 1)
    choices.unshift({
      label: 'By session',
      detail: `A trace for each of its ${sessions} sessions`,
      value: { kind: 'session' },
    });
  const holds = `${sessions} session${sessions === 1 ? '' : 's'}, ${formatPosition(to - from)}, ${formatBytes(bytes)}`;
  if (choices.length === 0)
    throw new Error(
      `${name} is too small to be split (${holds}). To take a part out of it, choose "Keep Part of Trace".`,
    );
  return (await vscode.window.showQuickPick(choices, { title: plain(`Split ${name} (${holds})`) }))?.value;
}
