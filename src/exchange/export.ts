/** A trace for other programs: which form, and where to. */
import type { UserPrices } from '../analysis/prices';
import type { Work } from '../rewrite/source';
import type { ExportReport } from './model';
import { exportTurns } from './write/csv';
import { exportHar } from './write/har';
import { OutFile } from './write/outFile';
import { exportPerfetto } from './write/perfetto';
import { exportTranscript, type Write } from './write/transcript';
import { exportWav } from './write/wav';

/** Forms that are files, with what each is and the usual ending of its name. */
export const EXPORTS = {
  har: { title: 'HAR with WebSocket messages, as browsers write it', ending: '.har' },
  wav: { title: 'what was heard: the user left, the model right', ending: '.wav' },
  'wav-input': { title: 'what the microphone sent', ending: '.wav' },
  'wav-output': { title: 'what was heard of the model', ending: '.wav' },
  transcript: { title: 'what was said, as Markdown', ending: '.md' },
  vtt: { title: 'what was said, as WebVTT captions of the sound', ending: '.vtt' },
  'transcript-json': { title: 'what was said, as JSON', ending: '.transcript.json' },
  perfetto: { title: 'all spans, for ui.perfetto.dev and chrome://tracing', ending: '.perfetto.json' },
  csv: { title: 'turns with their latencies, tokens and cost', ending: '.csv' },
} as const;
export type ExportKind = keyof typeof EXPORTS;
export const EXPORT_KINDS = Object.keys(EXPORTS) as ExportKind[];

/** Forms of text that can be written anywhere as they are made. */
export type TextKind = 'transcript' | 'vtt' | 'transcript-json' | 'perfetto' | 'csv';
export function isText(kind: ExportKind): kind is TextKind {
  return kind !== 'har' && !kind.startsWith('wav');
}

export interface ExportOptions extends Work {
  /** `name/version` of this program. */
  generator: string;
  /** Only this session. */
  session?: string;
  prices?: UserPrices;
}

/** Writes the trace as `file`, which must not be there yet. Rejects with a sentence for people; nothing is left then. */
export async function exportFile(
  trace: string,
  kind: ExportKind,
  file: string,
  options: ExportOptions,
): Promise<ExportReport> {
  if (kind === 'har') {
    if (options.session !== undefined)
      throw new Error(
        'A HAR is of the whole trace: take the session out of it first (realtime-inspector trim --session).',
      );
    return exportHar(trace, file, options);
  }
  if (!isText(kind)) return exportWav(trace, file, kind, options);
  const out = await OutFile.create(file);
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
