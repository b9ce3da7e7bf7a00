/** Two sessions made into one comparison. */
import type { ConfigPoint, Finding, Turn } from '../analysis/model';
import { LATENCIES, LATENCY_NAMES } from '../analysis/latency';
import { diffConfigs, type ConfigChange } from '../analysis/valueDiff';
import type { AnalysisReport } from '../document/wholeAnalysis';
import { explain } from './explain';
import type {
  CallPair,
  ComparedCall,
  ComparedSums,
  ComparedTurn,
  ConfigPair,
  EventPair,
  PairStatus,
  SessionPair,
  TurnPair,
} from './model';
import { MOST_TEXT } from './meaning';
import { normalised } from './normal';
import { pairSteps, type PlacedStep, type StepPair } from './pairSteps';
import type { SessionSteps, Step, TraceSteps } from './step';
import { pairTurns, turnPlaces } from './turns';
import { compareWords } from './words';

/** A trace read and analysed. */
export interface ReadTrace {
  steps: TraceSteps;
  report: AnalysisReport;
}

const CALL_TEXT = 2000;

/** How two sessions are compared. */
export interface SessionOptions {
  /** Without it no latencies are told: times are made of something else. */
  isTimed: boolean;
  /** Sound that is shorter or longer is no difference. */
  ignoresSound: boolean;
}

/** Compares two sessions; one of them may be missing. */
export async function compareSessions(
  a: SessionSteps | undefined,
  b: SessionSteps | undefined,
  readA: ReadTrace,
  readB: ReadTrace,
  { isTimed, ignoresSound }: SessionOptions,
): Promise<SessionPair> {
  const ofA = partsOf(a, readA.report);
  const ofB = partsOf(b, readB.report);
  const places = pairTurns(ofA.turns, ofB.turns);
  const [pairOfA, pairOfB] = [new Map<number, number>(), new Map<number, number>()];
  places.forEach(([one, other], at) => {
    if (one !== undefined) pairOfA.set(one, at);
    if (other !== undefined) pairOfB.set(other, at);
  });
  const alone = new Set(places.flatMap(([one, other], at) => (one === undefined || other === undefined ? [at] : [])));
  const pairs = pairSteps(placed(a, ofA.turns, pairOfA), placed(b, ofB.turns, pairOfB), (turn) => alone.has(turn));
  const { events, unexplained } = await explain(pairs, readA.steps, readB.steps, ignoresSound);
  const counts = countsOf(events);
  const byTurn = grouped(pairs, ({ turn }) => turn);
  const eventsByTurn = grouped(events, ({ turn }) => turn);
  const turns = places.map(([one, other], at): TurnPair => {
    const [left, right] = [
      one === undefined ? undefined : ofA.turns[one],
      other === undefined ? undefined : ofB.turns[other],
    ];
    const own = countsOf(eventsByTurn.get(at) ?? []);
    const steps = byTurn.get(at) ?? [];
    return {
      a: left ? shownTurn(left) : null,
      b: right ? shownTurn(right) : null,
      status: !left ? 'added' : !right ? 'removed' : differs(own) ? 'changed' : 'same',
      latencies: (isTimed ? LATENCY_NAMES : []).flatMap((name) => {
        const [x, y] = [left, right].map((turn) => turn?.latencies.find((one) => one.name === name)?.ms ?? null);
        return x == null && y == null ? [] : [{ name, a: x ?? null, b: y ?? null }];
      }),
      user: compareWords(saidBy('user', steps, 'a'), saidBy('user', steps, 'b')),
      model: compareWords(saidBy('model', steps, 'a'), saidBy('model', steps, 'b')),
      events: own,
    };
  });
  const same = a !== undefined && b !== undefined && !differs(counts) && alone.size === 0;
  return {
    a: a ? shownSession(a) : null,
    b: b ? shownSession(b) : null,
    same,
    turns,
    events,
    counts,
    unexplained,
    configs: configPairs(events, ofA.configs, ofB.configs),
    calls: [...byTurn].flatMap(([turn, steps]) => callPairs(turn, steps)),
    measures: (isTimed ? LATENCY_NAMES : []).flatMap((name) => {
      const [x, y] = [ofA.metrics?.latencies[name] ?? null, ofB.metrics?.latencies[name] ?? null];
      return x || y ? [{ name, title: LATENCIES[name].title, a: x, b: y }] : [];
    }),
    sums: { a: sumsOf(ofA), b: sumsOf(ofB) },
    findings: findingsBetween(ofA.findings, ofB.findings),
  };
}

interface Parts {
  turns: Turn[];
  configs: ConfigPoint[];
  findings: Finding[];
  metrics: AnalysisReport['sessions'][number] | undefined;
}

function partsOf(session: SessionSteps | undefined, report: AnalysisReport): Parts {
  if (!session) return { turns: [], configs: [], findings: [], metrics: undefined };
  const own = <T extends { session: string }>(list: readonly T[]) => list.filter((one) => one.session === session.id);
  return {
    turns: own(report.turns).sort((x, y) => x.number - y.number),
    configs: own(report.configs),
    findings: own(report.findings),
    metrics: own(report.sessions)[0],
  };
}

function placed(
  session: SessionSteps | undefined,
  turns: readonly Turn[],
  pairOf: ReadonlyMap<number, number>,
): PlacedStep[] {
  if (!session) return [];
  const places = turnPlaces(session.steps, turns);
  return session.steps.map((step, at) => ({ step, turn: pairOf.get(places[at] ?? -1) ?? -1 }));
}

function grouped<T, K>(list: readonly T[], key: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of list) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

function countsOf(events: readonly EventPair[]): Record<PairStatus, number> {
  const counts = { same: 0, follows: 0, changed: 0, added: 0, removed: 0 };
  for (const { status } of events) counts[status]++;
  return counts;
}

function differs({ changed, added, removed }: Record<PairStatus, number>): boolean {
  return changed + added + removed > 0;
}

function shownSession({ id, label, status, start, end }: SessionSteps): SessionPair['a'] {
  return { id, label, status, start, end };
}

function shownTurn(turn: Turn): ComparedTurn {
  const { key, number, by, start, end, speechEnd, startRow, status, detail, tools, heard, said, usage, cost } = turn;
  const shown = { key, number, by, start, end, speechEnd, startRow, status, detail, tools, heard, said };
  return { ...shown, tokens: usage?.totalTokens ?? null, usd: usage && cost ? cost.usd : null };
}

/** What one end said in a turn, at most `MOST_TEXT` characters of it: finished words where there are some, else those that came. */
function saidBy(by: 'user' | 'model', pairs: readonly StepPair[], which: 'a' | 'b'): string {
  const steps = pairs.flatMap((pair) => pair[which] ?? []).sort((x, y) => x.row - y.row);
  const finished = new Set(steps.filter(({ said }) => said?.finished).map(({ item }) => item));
  const texts: string[] = [];
  let length = 0;
  for (const { said, item } of steps) {
    if (said?.by !== by || (!said.finished && finished.has(item))) continue;
    texts.push(said.text);
    length += said.text.length;
    if (length > MOST_TEXT) break;
  }
  return texts.join(' ').slice(0, MOST_TEXT);
}

function sumsOf({ metrics }: Parts): ComparedSums | null {
  if (!metrics) return null;
  const { turns, usage, cost, inputAudioMs, outputAudioMs, heardAudioMs } = metrics;
  const sums = { turns, tokens: usage.totalTokens, usage, usd: cost?.usd ?? null };
  return { ...sums, inputAudioMs, outputAudioMs, heardAudioMs };
}

/** Steps of the configuration are events: those that the analysis knows as such. */
function configPairs(events: readonly EventPair[], a: readonly ConfigPoint[], b: readonly ConfigPoint[]): ConfigPair[] {
  const kindsA = new Map(a.map(({ row, kind }) => [row, kind]));
  const kindsB = new Map(b.map(({ row, kind }) => [row, kind]));
  return events.flatMap((event): ConfigPair[] => {
    const kindA = event.a ? kindsA.get(event.a.row) : undefined;
    const kindB = event.b ? kindsB.get(event.b.row) : undefined;
    if (!kindA && !kindB) return [];
    return [
      {
        a: event.a && kindA ? { row: event.a.row, t: event.a.t, kind: kindA } : null,
        b: event.b && kindB ? { row: event.b.row, t: event.b.t, kind: kindB } : null,
        status: event.status === 'follows' ? 'changed' : event.status,
        changes: event.changes,
      },
    ];
  });
}

/** The tool calls of a turn; a call without a counterpart is one that was not made. */
function callPairs(turn: number, steps: readonly StepPair[]): CallPair[] {
  const outputs = { a: outputsOf(steps, 'a'), b: outputsOf(steps, 'b') };
  return steps.flatMap(({ a, b }): CallPair[] => {
    const [one, other] = [callOf(a, outputs.a), callOf(b, outputs.b)];
    if (!one && !other) return [];
    const changes = one && other ? callChanges(one, other) : [];
    const status = !one ? 'added' : !other ? 'removed' : changes.length > 0 ? 'changed' : 'same';
    return [{ turn, a: one, b: other, status, changes }];
  });
}

function outputsOf(steps: readonly StepPair[], which: 'a' | 'b'): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of steps) {
    const step = pair[which];
    if (step?.called && 'output' in step.called) found.set(step.call, step.called.output);
  }
  return found;
}

function callOf(step: Step | undefined, outputs: ReadonlyMap<string, string>): ComparedCall | null {
  if (!step?.called || !('name' in step.called)) return null;
  const { name, arguments: given } = step.called;
  return { name, arguments: given.slice(0, CALL_TEXT), output: outputs.get(step.call)?.slice(0, CALL_TEXT) ?? null };
}

function callChanges(a: ComparedCall, b: ComparedCall): ConfigChange[] {
  const plain = ({ arguments: given, output }: ComparedCall) =>
    JSON.parse(JSON.stringify(normalised({ arguments: given, output }, (id) => id))) as unknown;
  return diffConfigs(plain(a), plain(b)).slice(0, 50);
}

/** By rule: what a rule found once more in b is gained, once less lost. */
function findingsBetween(a: readonly Finding[], b: readonly Finding[]): SessionPair['findings'] {
  const rest = grouped(a, ({ rule }) => rule);
  const kept = new Map<string, number>();
  const gained = b.filter(({ rule }) => {
    const count = kept.get(rule) ?? 0;
    if (count >= (rest.get(rule)?.length ?? 0)) return true;
    kept.set(rule, count + 1);
    return false;
  });
  const lost = [...rest].flatMap(([rule, list]) => list.slice(kept.get(rule) ?? 0));
  return { gained, lost, kept: b.length - gained.length };
}
