/** Commands that make traces of traces: share, trim, split, merge, recover. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../analysis/format';
import { LOCK_SUFFIX, isLocked } from '../trace/lock';
import { TRACE_EXTENSION } from '../trace/records';
import type { Range } from '../rewrite/cut';
import type { Jobs } from '../rewrite/jobs';
import { MASKS, type Mask } from '../rewrite/mask';
import { runJob } from '../rewrite/runJob';
import type { ShareReport } from '../rewrite/share';
import { formatShare } from '../rewrite/shareText';
import { askForFiles } from './diskFiles';
import type { Host } from './host';
import { pickTraces } from './mergePick';
import { askForPlace } from './outPlace';
import { plain } from './plainText';
import { withProgress } from './progress';
import { askRange, askSplit } from './rangeAsk';
import type { Reports } from './reports';
import { SECTION } from './settings';

/** What each kind is called where people choose. */
const MASK_LABELS: Readonly<Record<Mask, string>> = {
  instructions: 'Instructions and prompts',
  transcripts: 'Transcripts and texts',
  arguments: 'Arguments and outputs of tools',
  audio: 'Audio (silence of the same length instead)',
  images: 'Images',
  notes: 'Notes of yours',
};

const SAVE_COPY = 'Save Copy...';
/** The line of a report above which its commands stand. */
const ABOVE = { line: 0 };

/** The handlers by the names of their commands. `pathOf` is the file a menu was opened on, `front` the trace in front. */
export function rewriteCommands(
  host: Host,
  reports: Reports,
  pathOf: (argument: unknown) => string | undefined,
  front: () => string | undefined,
): Record<string, (argument?: unknown, more?: unknown) => unknown> {
  const generator = `realtime-inspector/${String(host.context.extension.packageJSON.version)}`;
  const traceOf = async (argument: unknown) => pathOf(argument) ?? front() ?? (await askForTrace(host));

  /** Runs work with progress; undefined when the user stopped it. */
  const working = async <N extends keyof Jobs>(
    title: string,
    job: N,
    params: Jobs[N]['params'],
  ): Promise<Jobs[N]['result'] | undefined> =>
    withProgress(title, (underWay) => runJob(job, params, { workers: host.dist, generator, ...underWay }));

  const share = async (argument: unknown) => {
    const file = await traceOf(argument);
    if (!file) return;
    const name = path.basename(file);
    const seen = await working(`Looking through ${name}`, 'share', { file, masks: [] });
    if (!seen) return;
    const masks = await chooseMasks(name, seen.report);
    if (!masks) return;
    const preview = await working(`Looking through ${name}`, 'share', { file, masks });
    if (!preview) return;
    await reports.show(`${stemOf(name)} to share.txt`, formatShare(preview.report), [
      { ...ABOVE, title: SAVE_COPY, command: `${SECTION}.saveSharedCopy`, arguments: [{ file, masks }] },
      { ...ABOVE, title: 'Choose Again...', command: `${SECTION}.shareTrace`, arguments: [{ file }] },
    ]);
    const warning =
      preview.report.suspectCount > 0
        ? ' Look first at the places that have the shape of a key, an address or a number to call.'
        : '';
    const answer = await vscode.window.showInformationMessage(
      plain(
        `This is what a copy of ${name} would hold. It is written when you choose "${SAVE_COPY}", here or above the text.${warning}`,
      ),
      SAVE_COPY,
    );
    if (answer === SAVE_COPY) await saveShared({ file, masks });
  };

  /** Writes the copy that a preview was shown of. */
  const saveShared = async (argument: unknown) => {
    const file = pathOf(argument);
    const masks = masksOf(argument);
    if (!file || !masks) throw new Error('Choose "Share Trace..." first: it shows what the copy would hold.');
    const place = await askWhere([file], 'shared', 'Save Copy to Share');
    if (!place) return;
    const done = await working(`Writing ${path.basename(place.out)}`, 'share', { file, ...place, masks });
    if (done)
      await offer(
        host,
        done.made.map((made) => made.file),
        done.problems,
      );
  };

  const rangeOf = async (file: string) => {
    const name = path.basename(file);
    const extent = await working(`Looking through ${name}`, 'extent', { file });
    return extent && askRange(name, extent);
  };

  /** `given` is the range that was selected in a page: then the part is opened at once. Gives the file that was made. */
  const trim = async (argument: unknown, given: unknown): Promise<string | undefined> => {
    const file = await traceOf(argument);
    if (!file) return undefined;
    const chosen = asRange(given);
    const range = chosen ?? (await rangeOf(file));
    if (!range) return undefined;
    const place = await askWhere([file], 'part', 'Save Part of the Trace');
    if (!place) return undefined;
    const { out } = place;
    const done = await working(`Writing ${path.basename(out)}`, 'trim', { file, ...place, range });
    if (!done) return undefined;
    if (chosen) {
      for (const problem of done.problems) host.log.warn(problem);
      await host.openTrace(out);
    } else
      await offer(
        host,
        done.made.map((made) => made.file),
        done.problems,
      );
    return out;
  };

  const split = async (argument: unknown) => {
    const file = await traceOf(argument);
    if (!file) return;
    const name = path.basename(file);
    const extent = await working(`Looking through ${name}`, 'extent', { file });
    const by = extent && (await askSplit(name, extent, (await stat(file)).size));
    if (!by) return;
    const stem = path.join(path.dirname(file), stemOf(name));
    const done = await working(`Splitting ${name}`, 'split', { file, stem, by });
    if (done)
      await offer(
        host,
        done.made.map((made) => made.file),
        done.problems,
      );
  };

  const merge = async (argument: unknown, more: unknown) => {
    const marked = Array.isArray(more) ? more.flatMap((node) => pathOf(node) ?? []) : [];
    const files = marked.length > 1 ? marked : await pickTraces(pathOf(argument) ?? front(), host.folder);
    if (files.length === 0) return;
    const place = await askWhere(files, 'merged', 'Save Merged Trace');
    if (!place) return;
    const done = await working(`Merging ${files.length} traces`, 'merge', { files, ...place });
    if (done)
      await offer(
        host,
        done.made.map((made) => made.file),
        done.problems,
      );
  };

  const recover = async (argument: unknown) => {
    const file = await traceOf(argument);
    if (!file) return;
    if (await isLocked(file + LOCK_SUFFIX))
      throw new Error(`${path.basename(file)} is still being written. Stop the proxy that writes it first.`);
    const place = await askWhere([file], 'recovered', 'Save What Can Be Read');
    if (!place) return;
    const done = await working(`Reading ${path.basename(file)}`, 'recover', { file, ...place });
    if (!done) return;
    const rest =
      done.rest === undefined ? '' : `, ${done.unread} that cannot be read are in ${path.basename(done.rest)}`;
    await offer(host, [place.out], done.notes, `${done.kept} lines were kept${rest}.`);
  };

  return {
    shareTrace: share,
    saveSharedCopy: saveShared,
    trimTrace: trim,
    splitTrace: split,
    mergeTraces: merge,
    recoverTrace: recover,
  };
}

const stemOf = (name: string) => name.replace(/(?:\.realtime)?\.jsonl$/, '');

/** Where to save what is made of the traces; undefined when the user thought better of it. */
async function askWhere(
  sources: readonly string[],
  what: string,
  title: string,
): Promise<{ out: string; over: boolean } | undefined> {
  const [first = ''] = sources;
  const stem = path.join(path.dirname(first), `${stemOf(path.basename(first))}.${what}`);
  const filters = { 'Realtime Traces': ['jsonl'] };
  const place = await askForPlace({ title, stem, ending: TRACE_EXTENSION, filters, isTrace: true, sources });
  return place && { out: place.file, over: place.over };
}

async function askForTrace(host: Host): Promise<string | undefined> {
  const [file] = await askForFiles({
    title: 'Choose a Trace',
    defaultUri: vscode.Uri.file(host.folder),
    filters: { 'Realtime Traces': ['jsonl'] },
  });
  return file;
}

/** The masks that the line above a preview hands back; undefined for anything else. */
function masksOf(argument: unknown): Mask[] | undefined {
  const { masks } = (typeof argument === 'object' && argument !== null ? argument : {}) as Record<string, unknown>;
  if (!Array.isArray(masks) || !masks.every((mask) => MASKS.some((known) => known === mask))) return undefined;
  return masks as Mask[];
}

async function chooseMasks(name: string, { found }: ShareReport): Promise<Mask[] | undefined> {
  const items = MASKS.map((mask) => {
    const { values, size } = found[mask];
    const amount = mask === 'audio' ? formatBytes(size) : `${size.toLocaleString('en')} characters`;
    return {
      label: MASK_LABELS[mask],
      description: values === 0 ? 'none' : `${values.toLocaleString('en')} values, ${amount}`,
      picked: values > 0,
      mask,
    };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: `Take out of the copy of ${name}`,
    placeHolder: 'What is ticked is masked. Keys and other secrets never were in the trace.',
    canPickMany: true,
  });
  return picked?.map(({ mask }) => mask);
}

/** A range that another part of the extension hands over; menus hand over lists of files in its place. */
export function asRange(value: unknown): Range | undefined {
  const { from, to, sessions } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof from !== 'number' || typeof to !== 'number') return undefined;
  const names = Array.isArray(sessions) ? sessions.filter((name) => typeof name === 'string') : [];
  return { from, to, ...(names.length > 0 ? { sessions: names } : {}) };
}

/** Says what was made, and offers to open it. */
async function offer(host: Host, files: readonly string[], problems: readonly string[], words = ''): Promise<void> {
  const names = files.length === 1 ? path.basename(files[0] ?? '') : `${files.length} traces`;
  for (const problem of problems) host.log.warn(problem);
  const trouble = problems.length > 0 ? ` ${problems[0]}` : '';
  const open = files.length === 1 ? 'Open' : 'Show in Explorer';
  const answer = await vscode.window.showInformationMessage(plain(`Wrote ${names}. ${words}${trouble}`.trim()), open);
  const [first] = files;
  if (answer !== open || first === undefined) return;
  if (files.length === 1) await host.openTrace(first);
  else await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(first));
}
