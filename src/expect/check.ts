/** Expectations held against what is known of a trace. Pure: facts in, results out. */
import { LATENCIES } from '../analysis/latency';
import type { LatencyName } from '../analysis/model';
import type { SessionFacts, Sums, TraceFacts } from './facts';
import { climb, told } from './ladder';
import { amountWords, eventTest, eventWords, textMatches, textWords } from './match';
import { counted, NOWHERE, quoted, result, type CheckResult, type Where } from './results';
import { checkTools } from './tools';
import type {
  CloseExpectation,
  EventPattern,
  Expectations,
  FindingsExpectation,
  Ladder,
  LatencyBudget,
  SessionExpectations,
  TranscriptExpectation,
} from './written';

const SEVERITIES = ['none', 'info', 'warning', 'error'] as const;

/** Every expectation with what came of it, in the order of the file. */
export function checkFacts(expectations: Expectations, facts: TraceFacts): CheckResult[] {
  const { sessionCount, sessions = [] } = expectations;
  const results: CheckResult[] = [];
  if (sessionCount !== undefined) {
    results.push(
      counted('sessions', 'sessionCount', 'Number of sessions', sessionCount, facts.sessions.length, NOWHERE),
    );
  }
  const asked = ['turns', 'ladder', 'never', 'transcripts', 'tools', 'close'] as const;
  if (facts.sessions.length === 0 && asked.some((name) => expectations[name] !== undefined)) {
    const what = 'There is a session to look at';
    results.push(result({ check: 'sessions', what, path: '', expected: 'at least one session', actual: 'none' }));
  }
  for (const session of facts.sessions) results.push(...ofSession(expectations, session, ''));
  results.push(...sums(expectations, facts, facts.unpriced, ''));
  for (const [index, own] of sessions.entries()) {
    const path = `sessions[${index}].`;
    const session = facts.sessions[index];
    if (session) results.push(...ofSession(own, session, path), ...sums(own, session, facts.unpriced, path));
    else {
      const what = `There is a session number ${index + 1}`;
      const count = facts.sessions.length;
      const actual = amountWords(count, 'session');
      const expected = `at least ${amountWords(index + 1, 'session')}`;
      results.push(result({ check: 'sessions', what, path: path.slice(0, -1), expected, actual }));
    }
  }
  return results;
}

function ofSession(own: SessionExpectations, session: SessionFacts, path: string): CheckResult[] {
  const where: Where = { ...NOWHERE, session: session.id };
  return [
    ...(own.turns === undefined
      ? []
      : [counted('turns', `${path}turns`, 'Number of turns', own.turns, session.turns.length, where)]),
    ...(own.ladder === undefined ? [] : [ladder(own.ladder, session, `${path}ladder`, where)]),
    ...(own.never ?? []).map((one, index) => never(one, session, `${path}never[${index}]`, where)),
    ...(own.transcripts ?? []).flatMap((one, index) => transcript(one, session, `${path}transcripts[${index}]`, where)),
    ...(own.tools === undefined ? [] : checkTools(own.tools, session, `${path}tools`)),
    ...(own.close === undefined ? [] : [closing(own.close, session, `${path}close`, where)]),
  ];
}

function sums(own: SessionExpectations, facts: Sums, unpriced: readonly string[], path: string): CheckResult[] {
  const budgets = Object.entries(own.latency ?? {}) as [LatencyName, LatencyBudget][];
  return [
    ...budgets.flatMap(([name, budget]) => latency(name, budget, facts, `${path}latency.${name}`)),
    ...(own.findings === undefined ? [] : findings(own.findings, facts, `${path}findings`)),
    ...(own.cost === undefined ? [] : [cost(own.cost.atMost, facts, unpriced, `${path}cost`)]),
  ];
}

function ladder(
  written: Exclude<SessionExpectations['ladder'], undefined>,
  session: SessionFacts,
  path: string,
  where: Where,
): CheckResult {
  const whole: Ladder = Array.isArray(written) ? { steps: written } : written;
  const { done, step, expected, event, after, diff } = climb(whole, session.events);
  const check = 'ladder';
  const what = whole.exact === true ? 'Events are exactly those of the ladder' : 'Events climb the ladder in its order';
  const steps = amountWords(whole.steps.length, 'step');
  if (done) return result({ check, what, path, passed: true, where, expected: steps, actual: steps });
  const at = `${path}${Array.isArray(written) ? '' : '.steps'}${step < whole.steps.length ? `[${step}]` : ''}`;
  return result({
    ...{ check, what, path: at, of: path, where: { ...where, seq: (event ?? after)?.seq ?? 0 }, diff },
    expected: expected.length > 0 ? expected.join(', or ') : 'nothing more',
    actual: event
      ? told(event)
      : `it did not come${after ? ` after ${told(after)}` : ''} before the end of the session`,
  });
}

function never(written: string | EventPattern, session: SessionFacts, path: string, where: Where): CheckResult {
  const pattern = typeof written === 'string' ? { event: written } : written;
  const test = eventTest(pattern);
  const found = session.events.filter(test);
  const what = `There is never ${eventWords(pattern)}`;
  const actual = found.length === 0 ? 'none' : amountWords(found.length, 'event');
  const diff = found.slice(0, 10).map((event) => `+ ${told(event)}`);
  const place = { ...where, seq: found[0]?.seq ?? 0 };
  return result({
    check: 'never',
    what,
    path,
    passed: found.length === 0,
    where: place,
    expected: 'none',
    actual,
    diff,
  });
}

function transcript(
  { turn, user, assistant }: TranscriptExpectation,
  { turns }: SessionFacts,
  path: string,
  where: Where,
): CheckResult[] {
  const sides = [
    { name: 'user', pattern: user },
    { name: 'assistant', pattern: assistant },
  ] as const;
  const wanted = sides.flatMap(({ name, pattern }) => (pattern === undefined ? [] : [{ name, pattern }]));
  const expected = wanted.map(({ name, pattern }) => `${name}: ${textWords(pattern)}`).join('; ');
  const check = 'transcript';
  if (turn === undefined) {
    const right = turns.find((one) => wanted.every(({ name, pattern }) => textMatches(pattern, one[name])));
    const all = turns.flatMap((one) => wanted.map(({ name }) => `+ turn ${one.number}, ${name}: ${quoted(one[name])}`));
    const what = 'Some turn has these words';
    const told = { check, what, path, expected } as const;
    if (right) return [result({ ...told, passed: true, where: { ...where, turn: right.number }, actual: expected })];
    const actual = turns.length === 0 ? turnsWords(0) : `none of ${amountWords(turns.length, 'turn')}`;
    return [result({ ...told, where, actual, diff: [`- ${expected}`, ...all.slice(0, 20)] })];
  }
  const one = turn < 0 ? turns.at(turn) : turns.find(({ number }) => number === turn);
  return wanted.map(({ name, pattern }) => {
    const what = `Words of the ${name} in ${turn < 0 ? (turn === -1 ? 'the last turn' : `turn ${-turn} from the end`) : `turn ${turn}`}`;
    const told = { check, what, path: `${path}.${name}`, expected: textWords(pattern) } as const;
    if (!one) return result({ ...told, where, actual: turnsWords(turns.length) });
    const actual = quoted(one[name]);
    const passed = textMatches(pattern, one[name]);
    const diff = passed ? [] : [`- ${textWords(pattern)}`, `+ ${actual}`];
    return result({ ...told, passed, where: { ...where, turn: one.number }, actual, diff });
  });
}

function turnsWords(count: number): string {
  return count === 0 ? 'there are no turns' : `there ${count === 1 ? 'is' : 'are'} ${amountWords(count, 'turn')}`;
}

function latency(name: LatencyName, budget: LatencyBudget, facts: Sums, path: string): CheckResult[] {
  const { title } = LATENCIES[name];
  const found = facts.latencies[name];
  const limits = (['p50', 'p95', 'max'] as const).flatMap((of) => {
    const limit = budget[of];
    return limit === undefined ? [] : [{ of, limit }];
  });
  const where: Where = { ...NOWHERE, session: found?.session ?? '', turn: found?.turn ?? 0 };
  const least = budget.count ?? 1;
  const results = limits.map(({ of, limit }) => {
    const value = found?.[of];
    return result({
      ...{ check: 'latency', what: `${title} (${name}), ${of}`, path: `${path}.${of}`, where },
      passed: value !== undefined && value <= limit,
      expected: `at most ${limit} ms`,
      actual:
        found && value !== undefined
          ? `${round(value)} ms of ${amountWords(found.count, 'value')}`
          : 'it was never measured',
    });
  });
  if (budget.count === undefined) return results;
  const count = found?.count ?? 0;
  const what = `${title} (${name}), number of values`;
  const told = { check: 'latency', what, path: `${path}.count`, expected: `at least ${least}` } as const;
  return [...results, result({ ...told, passed: count >= least, actual: String(count) })];
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function findings(
  written: Exclude<SessionExpectations['findings'], undefined>,
  facts: Sums,
  path: string,
): CheckResult[] {
  const { atMost, except = [] }: FindingsExpectation = typeof written === 'string' ? { atMost: written } : written;
  const worst = SEVERITIES.indexOf(atMost);
  const what = atMost === 'none' ? 'There are no findings' : `No finding is worse than ${atMost}`;
  const bad = facts.findings.filter(
    ({ severity, rule }) => SEVERITIES.indexOf(severity) > worst && !except.includes(rule),
  );
  const told = { check: 'findings', what, path, expected: atMost === 'none' ? 'none' : `at most ${atMost}` } as const;
  if (bad.length === 0) return [result({ ...told, passed: true, actual: 'none' })];
  return bad.map(({ session, seq, rule, severity, title }) =>
    result({ ...told, where: { session, seq, turn: 0 }, actual: `${severity}: ${rule}: ${title}` }),
  );
}

function cost(limit: number, { usd }: Sums, unpriced: readonly string[], path: string): CheckResult {
  const missing = unpriced.length > 0 ? ` (no price: ${unpriced.join(', ')})` : '';
  return result({
    ...{ check: 'cost', what: 'Cost', path, expected: `at most $${limit}` },
    passed: usd !== null && usd <= limit,
    actual: usd === null ? `it is not known${missing}` : `$${Number(usd.toFixed(6))}`,
  });
}

function closing(
  { code, by, reason }: CloseExpectation,
  { close }: SessionFacts,
  path: string,
  where: Where,
): CheckResult {
  const codes = code === undefined ? undefined : typeof code === 'number' ? [code] : code;
  const expected = [
    ...(codes ? [`code ${codes.join(' or ')}`] : []),
    ...(by ? [`by the ${by}`] : []),
    ...(reason === undefined ? [] : [`reason ${textWords(reason)}`]),
  ].join(', ');
  const told = { check: 'close', what: 'How the session was closed', path, where, expected } as const;
  if (!close) return result({ ...told, actual: 'the trace does not tell of an end' });
  const passed =
    (codes === undefined || codes.includes(close.code)) &&
    (by === undefined || by === close.by) &&
    (reason === undefined || textMatches(reason, close.reason));
  const actual = `code ${close.code}, by the ${close.by}${close.reason === '' ? '' : `, reason ${quoted(close.reason)}`}`;
  return result({ ...told, passed, actual });
}
