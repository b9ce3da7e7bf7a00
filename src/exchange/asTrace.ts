/** Any recording as a trace: what reads traces reads everything that can be imported. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { TRACE_EXTENSION } from '../trace/records';
import { importFile, type ImportOptions } from './import';
import type { ImportReport } from './model';
import { recognise } from './recognise';

/** A recording that can be read as a trace until it is closed. */
export interface OpenRecording {
  /** The trace's file: the one given, or one made of it in the system's folder for such things, readable by its owner only. */
  file: string;
  /** How it was taken over; undefined for a trace of ours. */
  report: ImportReport | undefined;
  /** Removes what was made. */
  close(): Promise<void>;
}

/** Opens a recording of any format. Rejects as `importFile` does. */
export async function asTrace(file: string, options: ImportOptions): Promise<OpenRecording> {
  const format = options.format ?? (await recognise(file));
  if (format === 'trace') return { file, report: undefined, close: () => Promise.resolve() };
  const folder = await mkdtemp(path.join(os.tmpdir(), 'realtime-inspector-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const made = path.join(folder, `${path.basename(file).replace(/\.[^.]*$/, '')}${TRACE_EXTENSION}`);
    return { file: made, report: await importFile(file, made, { ...options, format }), close };
  } catch (error) {
    await close();
    throw error;
  }
}
