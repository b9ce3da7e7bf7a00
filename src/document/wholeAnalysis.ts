/** What a trace means as a whole, for commands and comparisons: the document and analysis that the editor has, without a page. */
import type { ConversationEntry } from '../analysis/conversation/model';
import { LATENCIES, LATENCY_NAMES } from '../analysis/latency';
import type { Measures } from '../analysis/measures';
import type {
  AnalysisChanges,
  ConfigPoint,
  Finding,
  LatencyName,
  Percentiles,
  Playback,
  SessionMetrics,
  Span,
  Turn,
} from '../analysis/model';
import type { UserPrices } from '../analysis/prices';
import type { DocumentState } from './columns';
import { TraceDocumentCore, type DocumentListener } from './traceDocument';

/** Entries of a session's conversation that are read at once. */
const PAGE = 500;

/** A measure with its formula, and what was measured; all in ms. */
export interface MeasureReport extends Percentiles {
  title: string;
  formula: string;
}

/** A finding; `events` are the numbers (`seq`) of the events it rests on, 0 for lines that are no events. */
export type FindingReport = Finding & { events: number[] };

/** All sessions of a trace; rows count its lines from 0, the header left out. Times are ms. */
export interface AnalysisReport {
  /** All sessions together. */
  totals: SessionMetrics;
  /** What kept the cost from being known. */
  unpriced: string[];
  measures: Partial<Record<LatencyName, MeasureReport>>;
  sessions: SessionMetrics[];
  turns: Turn[];
  findings: FindingReport[];
  configs: ConfigPoint[];
  playback: Playback[];
}

/** With what only a page needs. */
export interface WholeAnalysis {
  report: AnalysisReport;
  spans: Span[];
  conversations: { session: string; entries: ConversationEntry[]; total: number }[];
  /** The session's configuration as the events at these rows tell it, as JSON text. */
  configTexts: Map<number, string>;
}

const SEVERITIES = ['error', 'warning', 'info'];

/** Analyses a trace to its end. Rejects with a message for people when it cannot be read. */
export async function analyseTrace(file: string, prices?: UserPrices): Promise<AnalysisReport> {
  const reading = await Reading.of(file, prices);
  try {
    return reading.report();
  } finally {
    await reading.document.close();
  }
}

/** The same with spans, conversations (at most `most` entries altogether) and configurations. */
export async function analyseWhole(file: string, prices: UserPrices | undefined, most: number): Promise<WholeAnalysis> {
  const reading = await Reading.of(file, prices);
  try {
    const report = reading.report();
    const conversations: WholeAnalysis['conversations'] = [];
    let left = most;
    for (const session of reading.sessions) {
      const entries: ConversationEntry[] = [];
      let total = 0;
      do {
        const count = Math.min(PAGE, left);
        const page = await reading.document.conversation({ session, from: entries.length, count });
        total = page.total;
        entries.push(...page.entries);
        left -= page.entries.length;
        if (page.entries.length === 0) break;
      } while (entries.length < total && left > 0);
      conversations.push({ session, entries, total });
    }
    const configTexts = new Map<number, string>();
    for (const { row } of report.configs.slice(0, 200)) {
      const { format, text, cutFrom } = await reading.document.body(row, false);
      if (format === 'json' && cutFrom === 0) configTexts.set(row, text);
    }
    return { report, spans: [...reading.spans.values()], conversations, configTexts };
  } finally {
    await reading.document.close();
  }
}

/** A document read to its end, with everything it has said. */
export class Reading {
  readonly spans = new Map<string, Span>();
  readonly #turns = new Map<string, Turn>();
  readonly #findings = new Map<string, Finding>();
  readonly #configs = new Map<string, ConfigPoint>();
  readonly #playback = new Map<string, Playback>();
  readonly #metrics = new Map<string, SessionMetrics>();
  readonly #seqs: Uint32Array[] = [];
  readonly #firsts: number[] = [];
  sessions: string[] = [];
  /** When the last of its rows was, ms. */
  lastT = 0;
  /** The last that the document said of itself. */
  state!: DocumentState;
  document!: TraceDocumentCore;

  /** Reads and analyses a trace to its end; its `document` is to be closed. Rejects with a message for people. */
  static async of(file: string, prices: UserPrices | undefined): Promise<Reading> {
    const reading = new Reading();
    const listener: DocumentListener = {
      columns: ({ first, seq, t }) => {
        for (const one of t) if (one > reading.lastT) reading.lastT = one;
        reading.#firsts.push(first);
        reading.#seqs.push(seq);
      },
      analysis: (changes) => reading.#add(changes),
      state: (state) => {
        reading.state = state;
        reading.sessions = state.sessions.map(({ id }) => id);
      },
    };
    reading.document = await TraceDocumentCore.open(file, listener, prices);
    await reading.document.follow();
    await reading.document.analysed();
    return reading;
  }

  #add({ spans, turns, findings, withdrawn, configs, playback, metrics }: AnalysisChanges): void {
    for (const span of spans) this.spans.set(span.key, span);
    for (const turn of turns) this.#turns.set(turn.key, turn);
    for (const finding of findings) this.#findings.set(finding.key, finding);
    for (const key of withdrawn) this.#findings.delete(key);
    for (const config of configs) this.#configs.set(config.key, config);
    for (const item of playback) this.#playback.set(item.key, item);
    for (const one of metrics) this.#metrics.set(one.session, one);
  }

  #seqOf(row: number): number {
    const at = this.#firsts.findLastIndex((first) => first <= row);
    return this.#seqs[at]?.[row - (this.#firsts[at] ?? 0)] ?? 0;
  }

  report(): AnalysisReport {
    const { metrics: totals, unpriced }: Measures = this.document.measures('');
    const measures: AnalysisReport['measures'] = {};
    for (const name of LATENCY_NAMES) {
      const told = totals.latencies[name];
      const { title, formula } = LATENCIES[name];
      if (told) measures[name] = { title, formula, ...told };
    }
    const findings = [...this.#findings.values()]
      .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.t - b.t)
      .map((finding) => ({ ...finding, events: finding.rows.map((row) => this.#seqOf(row)) }));
    return {
      totals,
      unpriced,
      measures,
      sessions: [...this.#metrics.values()],
      turns: [...this.#turns.values()].sort((a, b) => a.start - b.start),
      findings,
      configs: [...this.#configs.values()].sort((a, b) => a.t - b.t),
      playback: [...this.#playback.values()].sort((a, b) => a.arrivedFrom - b.arrivedFrom),
    };
  }
}
