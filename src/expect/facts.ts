/** What of a trace expectations are held against: plain data, read from a file or made by whoever has it already. */
import type { LatencyName, Percentiles, Severity, Turn } from '../analysis/model';
import type { UserPrices } from '../analysis/prices';
import { analyseWhole, type WholeAnalysis } from '../document/wholeAnalysis';
import { Recording, type RecordedFrame } from '../replay/recording';
import { eventTest, isFields, type CheckedEvent } from './match';
import { stepOf } from './ladder';
import type { EventPattern, Expectations, SessionExpectations } from './written';

export interface TurnFacts {
  /** From 1. */
  number: number;
  user: string;
  assistant: string;
}

export interface CallFacts {
  /** Of its turn; 0 where that is not known. */
  turn: number;
  seq: number;
  name: string;
  arguments: string;
  /** undefined: it was never answered. */
  output: string | undefined;
}

export interface FindingFacts {
  session: string;
  seq: number;
  rule: string;
  severity: Severity;
  title: string;
}

/** A measure, with where it was worst (0 where its values belong to no turn). */
export interface LatencyFacts extends Percentiles {
  turn: number;
  session: string;
}

/** Sums of a session or of all. */
export interface Sums {
  latencies: Partial<Record<LatencyName, LatencyFacts>>;
  /** US dollars; null when not known. */
  usd: number | null;
  findings: FindingFacts[];
}

export interface SessionFacts extends Sums {
  id: string;
  events: CheckedEvent[];
  turns: TurnFacts[];
  calls: CallFacts[];
  close: { code: number; reason: string; by: string } | undefined;
}

export interface TraceFacts extends Sums {
  file: string;
  sessions: SessionFacts[];
  /** Its recorder told when messages passed; else how long anything took is not known. */
  timed: boolean;
  /** What kept the cost from being known, for people. */
  unpriced: string[];
  problems: string[];
}

/** Entries of conversations that are read: as many as a person's tests hold many times over. */
const MOST_ENTRIES = 200_000;

/** Reads a trace. Rejects with an `UnreadableFileError`. Fields of events are read only where the expectations ask for them. */
export async function factsOf(file: string, expectations: Expectations, prices?: UserPrices): Promise<TraceFacts> {
  const recording = await Recording.open(file);
  try {
    const whole = await analyseWhole(recording.traceFile, prices, MOST_ENTRIES);
    const asked = bodiesAsked(expectations);
    const sessions: SessionFacts[] = [];
    for (const session of recording.sessions) {
      const events: CheckedEvent[] = [];
      for (const frame of session.frames) {
        const { seq, from, type } = frame;
        events.push({ seq, from, type, body: asked(frame) ? await fieldsOf(recording, frame) : undefined });
      }
      const { close } = session;
      sessions.push({
        id: session.id,
        events,
        close: close && { code: close.code, reason: close.reason, by: close.origin ?? close.by },
        ...meaningOf(whole, session.id, session.frames),
      });
    }
    const { report } = whole;
    return {
      file,
      sessions,
      timed: recording.sessions.every(({ timed }) => timed),
      unpriced: report.unpriced,
      problems: recording.problems,
      latencies: latenciesOf(report.totals.latencies, report.turns),
      usd: report.totals.cost?.usd ?? null,
      findings: report.findings.map(({ session, events, rule, severity, title }) => ({
        ...{ session, rule, severity, title },
        seq: events[0] ?? 0,
      })),
    };
  } finally {
    await recording.close();
  }
}

function meaningOf(
  { report, conversations }: WholeAnalysis,
  session: string,
  frames: readonly RecordedFrame[],
): Pick<SessionFacts, 'turns' | 'calls' | keyof Sums> {
  const entries = conversations.find((one) => one.session === session)?.entries ?? [];
  const turns = report.turns.filter((turn) => turn.session === session);
  const seqs = new Map(frames.map(({ row, seq }) => [row, seq]));
  const turnOf = new Map(turns.flatMap(({ number, responses }) => responses.map((id) => [id, number] as const)));
  const texts = (is: (entry: (typeof entries)[number]) => boolean): string =>
    entries
      .filter((entry) => entry.kind === 'message' && is(entry))
      .flatMap(({ parts }) => parts.map(({ text }) => text))
      .filter((text) => text !== '')
      .join(' ');
  const metrics = report.sessions.find((one) => one.session === session);
  const outputs = new Map(entries.filter(({ kind }) => kind === 'output').map((entry) => [entry.call, entry.output]));
  return {
    turns: turns.map((turn) => ({
      number: turn.number,
      // An item that the analysis did not keep is still in its own words, cut.
      user: texts(({ item, role }) => role === 'user' && turn.userItems.includes(item)) || turn.heard,
      assistant: texts(({ response, role }) => role === 'assistant' && turn.responses.includes(response)) || turn.said,
    })),
    calls: entries
      .filter(({ kind }) => kind === 'call' || kind === 'mcpCall')
      .map((entry) => ({
        turn: turnOf.get(entry.response) ?? 0,
        seq: seqs.get(entry.row) ?? 0,
        name: entry.name,
        arguments: entry.arguments,
        output: entry.kind === 'mcpCall' ? entry.output : outputs.get(entry.call),
      })),
    latencies: latenciesOf(metrics?.latencies ?? {}, turns),
    usd: metrics ? (metrics.cost?.usd ?? null) : 0,
    findings: report.findings
      .filter((finding) => finding.session === session)
      .map(({ events, rule, severity, title }) => ({ session, seq: events[0] ?? 0, rule, severity, title })),
  };
}

function latenciesOf(latencies: Partial<Record<LatencyName, Percentiles>>, turns: readonly Turn[]): Sums['latencies'] {
  return Object.fromEntries(
    Object.entries(latencies).map(([name, told]) => {
      let worst = { ms: -Infinity, turn: 0, session: '' };
      for (const turn of turns)
        for (const latency of turn.latencies)
          if (latency.name === name && latency.ms > worst.ms)
            worst = { ms: latency.ms, turn: turn.number, session: turn.session };
      return [name, { ...told, turn: worst.turn, session: worst.session }];
    }),
  );
}

/** Whether any pattern of the expectations asks for fields of such an event. */
function bodiesAsked(expectations: Expectations): (event: Pick<RecordedFrame, 'seq' | 'from' | 'type'>) => boolean {
  const blocks: SessionExpectations[] = [expectations, ...(expectations.sessions ?? [])];
  const patterns = blocks.flatMap(({ ladder, never = [] }): EventPattern[] => [
    ...(Array.isArray(ladder) ? ladder : (ladder?.steps ?? [])).map(stepOf),
    ...never.map((one) => (typeof one === 'string' ? { event: one } : one)),
  ]);
  const tests = patterns
    .filter(({ where }) => where !== undefined)
    .map(({ event, from }) => eventTest({ event, ...(from ? { from } : {}) }));
  return ({ seq, from, type }) => tests.some((test) => test({ seq, from, type, body: undefined }));
}

async function fieldsOf(recording: Recording, frame: RecordedFrame): Promise<Record<string, unknown> | undefined> {
  const body = await recording.body(frame);
  if (body?.kind !== 'text') return undefined;
  try {
    const value: unknown = JSON.parse(body.text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
