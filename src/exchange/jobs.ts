/** Imports and exports in a thread of their own: what it is asked. */
import { join } from 'node:path';
import type { Work } from '../rewrite/source';
import { runThread } from '../rewrite/thread';
import type { ExportKind } from './forms';
import type { ExportReport, ImportReport } from './model';
import type { Stretch } from './write/wav';

/** The work by its name. Paths are whole. */
export interface ExchangeJobs {
  import: { params: { file: string; out: string }; result: ImportReport };
  export: {
    /** `over`: a file that is called like `out` may go, its user said so. */
    params: { trace: string; kind: ExportKind; out: string; over?: boolean; session?: string; range?: Stretch };
    result: ExportReport;
  };
  /** What would be sent to a collector, as text to look at, and what is left out. */
  preview: {
    params: { trace: string; content: boolean };
    result: { text: string; report: Omit<ExportReport, 'files'> };
  };
  send: {
    params: { trace: string; to: string; content: boolean; headers: Readonly<Record<string, string>> };
    result: ExportReport;
  };
}

export interface ExchangeOptions extends Work {
  /** The folder of `exchangeWorker.cjs`. */
  workers: string;
  generator: string;
}

/** Runs it; rejects with a message for people, also when it is stopped by the signal: then nothing is left behind. */
export function runExchange<N extends keyof ExchangeJobs>(
  job: N,
  params: ExchangeJobs[N]['params'],
  { workers, generator, ...work }: ExchangeOptions,
): Promise<ExchangeJobs[N]['result']> {
  return runThread<ExchangeJobs[N]['result']>(join(workers, 'exchangeWorker.cjs'), { job, params, generator }, work);
}
