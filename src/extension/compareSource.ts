/** One of the two files of a comparison: a trace, or a recording of another program as a trace for as long as the comparison is open. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runExchange } from '../exchange/jobs';
import type { ImportReport } from '../exchange/model';
import { recognise } from '../exchange/recognise';
import { TRACE_EXTENSION } from '../trace/records';

export class CompareSource {
  /** What an import could not read or carry over, for people. */
  problems: string[] = [];
  #trace = '';
  #folder = '';
  #closed = false;

  constructor(
    readonly file: string,
    private readonly workers: string,
    private readonly generator: string,
  ) {}

  /** It is no trace: the one that is shown was made of it, and goes with it. */
  get isForeign(): boolean {
    return this.#folder !== '';
  }

  /** The trace's file. What is no trace is read anew each time. Rejects with a message that tells people what to do. */
  async open(signal: AbortSignal): Promise<string> {
    if (!existsSync(this.file))
      throw new Error(
        `${this.file} is not there any more. Put it back and choose Compare again, or close this tab and compare another trace.`,
      );
    if (this.#trace === this.file) return this.file;
    const format = await recognise(this.file);
    if (format === 'trace') return (this.#trace = this.file);
    this.#remove();
    this.#folder = mkdtempSync(path.join(os.tmpdir(), 'realtime-inspector-'));
    const out = path.join(this.#folder, `${path.basename(this.file).replace(/\.[^.]*$/, '')}${TRACE_EXTENSION}`);
    try {
      const params = { file: this.file, out };
      const report: ImportReport = await runExchange('import', params, {
        workers: this.workers,
        generator: this.generator,
        signal,
      });
      this.problems = [...report.problems, ...report.lost];
      return (this.#trace = out);
    } finally {
      if (this.#closed) this.#remove();
    }
  }

  /** Removes what was made, at once: the window may be closing. */
  close(): void {
    this.#closed = true;
    this.#remove();
  }

  #remove(): void {
    if (this.#folder !== '') rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = '';
    this.#trace = '';
  }
}
