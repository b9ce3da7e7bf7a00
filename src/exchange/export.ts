/** A trace for other programs: which form, and where to. */
import type { UserPrices } from '../analysis/prices';
import type { Work } from '../rewrite/source';
import { isText, type ExportKind, type TextKind } from './forms';
import type { ExportReport } from './model';
import { exportTurns } from './write/csv';
import { exportHar } from './write/har';
import { OutFile } from './write/outFile';
import { exportPerfetto } from './write/perfetto';
import { exportTranscript, type Write } from './write/transcript';
import { exportWav, type Stretch } from './write/wav';

export interface ExportOptions extends Work {
  /** `name/version` of this program. */
  generator: string;
  /** Only this session. */
  session?: string;
  prices?: UserPrices;
  /** Of sound: only what was captured or heard in it. */
  range?: Stretch;
  /** A file of that name may go when the new one is whole: its user said so. */
  over?: boolean;
}

/** Writes the trace as `file`, which must not be there yet unless it goes `over` it. Rejects with a sentence for people; nothing is left then. */
export async function exportFile(
  trace: string,
  kind: ExportKind,
  file: string,
  options: ExportOptions,
): Promise<ExportReport> {
  if (options.range !== undefined && (kind === 'har' || isText(kind)))
    throw new Error('A range is of sound: make a trace of the part first (realtime-inspector trim), and export that.');
  if (kind === 'har') {
    if (options.session !== undefined)
      throw new Error(
        'A HAR is of the whole trace: take the session out of it first (realtime-inspector trim --session).',
      );
    return exportHar(trace, file, options);
  }
  if (!isText(kind)) return exportWav(trace, file, kind, options);
  const out = await OutFile.create(file, options.over);
  try {
    const report = await exportText(trace, kind, (text) => out.write(text), options);
    await out.finish();
    return { ...report, files: [{ file, bytes: out.bytes }] };
  } catch (error) {
    await out.discard();
    throw error;
  }
}

/** The same for text, piece by piece. */
export function exportText(
  trace: string,
  kind: TextKind,
  write: Write,
  options: ExportOptions,
): Promise<Omit<ExportReport, 'files'>> {
  if (kind === 'perfetto') return exportPerfetto(trace, write, options);
  if (kind === 'csv') return exportTurns(trace, write, options);
  return exportTranscript(trace, kind, write, options);
}
