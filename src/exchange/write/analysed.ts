/** A trace analysed to its end, for what is told of its meaning: words, sound, spans, turns. */
import type { Playback } from '../../analysis/model';
import type { UserPrices } from '../../analysis/prices';
import { Reading, type AnalysisReport } from '../../document/wholeAnalysis';
import { UnreadableFileError } from '../../trace/unreadable';
import { isoTime } from './isoTime';

export interface AnalysedSession {
  id: string;
  label: string;
  /** ms on the trace's axis; one that is not closed lasts as long as the trace. */
  start: number;
  end: number;
  playback: Playback[];
}

export interface Analysed {
  /** The trace's start, ms since 1970; NaN when it does not say. */
  startedAt: number;
  reading: Reading;
  report: AnalysisReport;
  sessions: AnalysedSession[];
  problems: string[];
  close(): Promise<void>;
}

/** Which sessions are wanted: all, unless one is named. */
export interface Chosen {
  session?: string;
  prices?: UserPrices;
}

/** Rejects with an `UnreadableFileError` when there is no such trace, or no such session in it. */
export async function analysed(trace: string, { session, prices }: Chosen): Promise<Analysed> {
  const reading = await Reading.of(trace, prices);
  try {
    const report = reading.report();
    const { startedAt, sessions: known, problems, notTrace } = reading.state;
    if (notTrace === true) throw new UnreadableFileError(`${trace}: ${problems[0] ?? 'it is no trace'}`);
    const all = known.map(({ id, label, start, end }): AnalysedSession => {
      const playback = report.playback.filter((one) => one.session === id);
      const spans = [...reading.spans.values()].filter((span) => span.session === id);
      const last = [
        start,
        ...playback.filter(({ heardMs }) => heardMs > 0).map(({ playsTo }) => playsTo),
        ...spans.map((span) => span.end ?? Math.max(span.start, ...span.marks.map(({ t }) => t))),
      ].reduce((a, b) => Math.max(a, b));
      // What is heard after the server or the inspector has ended the connection belongs to it too.
      return { id, label, start, end: Math.max(end ?? reading.lastT, last), playback };
    });
    const sessions = session === undefined ? all : all.filter(({ id }) => id === session);
    if (session !== undefined && sessions.length === 0)
      throw new UnreadableFileError(
        `${trace} has no session ${session}; it has ${all.map(({ id }) => id).join(', ') || 'none'}.`,
      );
    return {
      startedAt: Date.parse(startedAt),
      reading,
      report,
      sessions,
      problems,
      close: () => reading.document.close(),
    };
  } catch (error) {
    await reading.document.close();
    throw error;
  }
}

/** Wall-clock time of a moment of the trace, ISO 8601; '' when the trace does not say when it began. */
export function wallTime({ startedAt }: Pick<Analysed, 'startedAt'>, t: number): string {
  return Number.isNaN(startedAt) ? '' : isoTime(startedAt + t);
}
