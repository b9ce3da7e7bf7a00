/** Runs of one recording beside each other: what each is like, in numbers that can be compared. */
import type { Percentiles, SessionMetrics } from '../../analysis/model';
import { analyseTrace } from '../../document/wholeAnalysis';
import { heardSilence } from './heardSilence';
import type { ReplayResult } from './result';

/** A line of the table. Times are ms. */
export interface SweepRow {
  /** `recorded`, or the name of the changes. */
  name: string;
  trace: string;
  /** How the run ended; '' of the recording itself. */
  ending: ReplayResult['ending']['kind'] | '';
  turns: number;
  responses: Record<string, number>;
  toAnswer: Percentiles | undefined;
  endpointing: Percentiles | undefined;
  /** From the user's voice to the answer's sound, by the sound itself (`heardSilence`). */
  silence: Percentiles | undefined;
  inputAudioMs: number;
  /** Undefined where times were not recorded, as the three above. */
  heardAudioMs: number | undefined;
  tokens: number;
  /** US dollars; undefined where a price is not known. */
  usd: number | undefined;
  refused: number;
  skipped: number;
  /** How much of what the recording shows did not come. */
  notCome: number;
  findings: number;
}

/**
 * The row of a trace: of one session of it, or of all. Where its times stand for no more than an order (`isTimed` is false) none is
 * told. Rejects with an `UnreadableFileError` when it cannot be read.
 */
export async function sweepRow(
  name: string,
  trace: string,
  session: string | undefined,
  result?: Pick<ReplayResult, 'ending' | 'refusals' | 'skipped' | 'notCome'>,
  isTimed = true,
): Promise<SweepRow> {
  const report = await analyseTrace(trace);
  const of: SessionMetrics = report.sessions.find((one) => one.session === session) ?? report.totals;
  return {
    name,
    trace,
    ending: result?.ending.kind ?? '',
    turns: of.turns,
    responses: of.responses,
    toAnswer: isTimed ? of.latencies.toAnswer : undefined,
    endpointing: isTimed ? of.latencies.endpointing : undefined,
    silence: isTimed ? await heardSilence(trace, session) : undefined,
    inputAudioMs: of.inputAudioMs,
    heardAudioMs: isTimed ? of.heardAudioMs : undefined,
    tokens: of.usage.totalTokens,
    usd: of.cost?.usd,
    refused: result?.refusals.length ?? 0,
    skipped: result?.skipped.length ?? 0,
    notCome: result?.notCome.length ?? 0,
    findings: report.findings.filter((one) => session === undefined || one.session === session).length,
  };
}
