/** A file of another program as a trace of ours. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Work } from '../rewrite/source';
import { Target } from '../rewrite/target';
import type { TimesFrom } from '../trace/records';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';
import { importDocument } from './read/document';
import { importHar } from './read/har';
import { importLines } from './read/lines';
import { MessageTaker } from './read/messages';
import { importTrace } from './read/trace';
import { FORMAT_TITLES, type ImportedSession, type ImportFormat, type ImportReport, type Sink } from './model';
import { recognise } from './recognise';
import { Spool } from './spool';
import { isoTime } from './write/isoTime';
import { plan, toldSessions, Weaver, type Planned } from './weave';

export interface ImportOptions extends Work {
  /** The program that writes, for the header. */
  generator: string;
  /** What it is, where the user knows better than its content tells. */
  format?: ImportFormat;
  /** The address of the sessions, for formats that have none. */
  url?: string;
}

/** Share of the work that reading is; the rest is writing. */
const READING = 0.7;

/**
 * Writes `file` as the trace `out`, which must not be there yet. Needs as much room on the disk again while it works, and
 * memory for one message. Rejects with an `UnreadableFileError` when the file cannot be read, is of no known format, or holds
 * no session; nothing is left behind then.
 */
export async function importFile(file: string, out: string, options: ImportOptions): Promise<ImportReport> {
  const { signal, progress, generator } = options;
  const format = options.format ?? (await recognise(file));
  const { mtimeMs } = await stat(file).catch((error: unknown) => {
    throw new UnreadableFileError(`${file} cannot be read: ${whyUnreadable(error)}.`, { cause: error });
  });
  const spool = new Spool(`${path.resolve(out)}.import-${randomUUID().slice(0, 8)}`);
  let target: Target | undefined;
  try {
    await read(file, format, spool, {
      url: options.url ?? '',
      ...(signal ? { signal } : {}),
      ...(progress ? { progress: (share) => progress(share * READING) } : {}),
    });
    spool.flush();
    const sessions = plan(spool, Math.floor(mtimeMs));
    if (sessions.length === 0) throw new UnreadableFileError(nothing(file, format, spool));
    const first = Math.min(...sessions.map((one) => one.first), ...timesOf(spool));
    const given = Date.parse(spool.made?.startedAt ?? '');
    const start = given <= first ? given : Math.floor(first);
    const told = toldSessions(sessions);
    const times = worst(told);
    target = new Target(out, {
      startedAt: isoTime(start),
      generator,
      madeBy: 'import',
      madeFrom: spool.made ? [spool.made.id] : [],
      ...(times === 'recorded' ? {} : { times }),
    });
    target.record({ kind: 'note', t: 0, text: noteOf(file, format, spool, sessions) });
    const weaver = new Weaver(target, start);
    await weaver.run(spool, sessions, {
      ...(signal ? { signal } : {}),
      ...(progress ? { progress: (share) => progress(READING + share * (1 - READING)) } : {}),
    });
    await target.finish();
    const { report } = spool;
    for (const text of timesTold(told)) report.guessed.add(text);
    return {
      file,
      out,
      format,
      writer: report.writer,
      startedAt: isoTime(start),
      sessions: told,
      messages: weaver.messages,
      redacted: spool.redacted,
      lost: report.lost.list(),
      guessed: report.guessed.list(),
      problems: report.problems.list(),
    };
  } catch (error) {
    target?.discard();
    throw error;
  } finally {
    spool.discard();
  }
}

async function read(file: string, format: ImportFormat, sink: Sink, work: Work & { url: string }): Promise<void> {
  if (format === 'har') return importHar(file, sink, work);
  if (format === 'trace') return importTrace(file, sink, work);
  const taker = new MessageTaker(sink, work.url);
  switch (format) {
    case 'lines':
      return importLines(file, taker, sink, false, work);
    case 'console':
      return importLines(file, taker, sink, true, work);
    case 'events':
      return importDocument(file, false, taker, sink);
    case 'cassette':
      return importDocument(file, !(await isJson(file)), taker, sink);
  }
}

async function isJson(file: string): Promise<boolean> {
  const { open } = await import('node:fs/promises');
  const handle = await open(file, 'r');
  try {
    const room = Buffer.alloc(64);
    const { bytesRead } = await handle.read(room, 0, room.length, 0);
    return /^\uFEFF?\s*[{[]/.test(room.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Times of what belongs to no session. */
function timesOf(spool: Spool): number[] {
  return spool.loose.flatMap((one) => {
    if (one.kind === 'call') return [one.call.start];
    const at = one.kind === 'note' ? one.at : one.gap.at;
    return at === undefined ? [] : [at];
  });
}

function worst(sessions: readonly ImportedSession[]): TimesFrom | 'recorded' {
  if (sessions.some(({ times }) => times === 'order')) return 'order';
  return sessions.some(({ times }) => times === 'ids') ? 'ids' : 'recorded';
}

function timesTold(sessions: readonly ImportedSession[]): string[] {
  const of = (times: string) => sessions.filter((session) => session.times === times).map(({ id }) => id);
  const names = (ids: string[]) =>
    ids.length > 5 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
  const [ids, order] = [of('ids'), of('order')];
  return [
    ...(ids.length > 0
      ? [`Times of ${names(ids)} are from ids, which tell whole seconds: latencies below a second mean nothing.`]
      : []),
    ...(order.length > 0
      ? [
          `Times of ${names(order)} are not known: messages stand 10 ms apart in their order, and no latency means anything.`,
        ]
      : []),
  ];
}

function noteOf(file: string, format: ImportFormat, spool: Spool, sessions: readonly Planned[]): string {
  const { writer } = spool.report;
  const by = writer === '' ? '' : `, written by ${writer}`;
  const head = `Imported from ${path.basename(file)} (${FORMAT_TITLES[format]}${by}).`;
  return [head, ...timesTold(toldSessions(sessions))].join(' ');
}

function nothing(file: string, format: ImportFormat, spool: Spool): string {
  const all = [...spool.report.problems.list(), ...spool.report.lost.list()];
  const why =
    all.length > 0
      ? ` ${all
          .slice(0, 3)
          .map((text) => text.replace(/[.]?$/, '.'))
          .join(' ')}`
      : '';
  return `${file} (${FORMAT_TITLES[format]}) holds no session of the Realtime API.${why}`;
}
