/** Calls of tools held against those expected. */
import type { CallFacts, SessionFacts } from './facts';
import { contains, fieldsOfText, missingLines, rangeOf, textMatches, timesWords, typeTest } from './match';
import { counted, NOWHERE, quoted, result, type CheckResult, type Where } from './results';
import type { SessionExpectations, ToolExpectation, ToolsExpectation } from './written';

/** Each expected call, and what is asked of all of them together. */
export function checkTools(
  written: Exclude<SessionExpectations['tools'], undefined>,
  session: SessionFacts,
  path: string,
): CheckResult[] {
  const {
    calls: wanted,
    only = false,
    inOrder = false,
  }: ToolsExpectation = Array.isArray(written) ? { calls: written } : written;
  const where: Where = { ...NOWHERE, session: session.id };
  const inside = Array.isArray(written) ? path : `${path}.calls`;
  const results = wanted.map((one, index) => expectedCall(one, session, `${inside}[${index}]`, where));
  if (only) {
    const other = session.calls.filter((call) => !wanted.some((one) => fits(one, call)));
    results.push({
      ...counted('tools', `${path}.only`, 'Calls that are not expected', 0, other.length, {
        ...where,
        seq: other[0]?.seq ?? 0,
      }),
      diff: other.slice(0, 10).map((call) => `+ ${callWords(call)}`),
    });
  }
  if (inOrder) results.push(order(wanted, session, path, where));
  return results;
}

function expectedCall(one: ToolExpectation, { calls }: SessionFacts, path: string, where: Where): CheckResult {
  const range = rangeOf(one.times, { min: 1, max: Infinity });
  const right = calls.filter((call) => fits(one, call));
  const what = `Call of ${wantedWords(one)}`;
  const seen = right[0] ?? calls.find((call) => call.name === one.name);
  const told = counted('tools', path, what, range, right.length, {
    ...where,
    turn: seen?.turn ?? 0,
    seq: seen?.seq ?? 0,
  });
  if (told.passed) return told;
  const named = calls.filter((call) => typeTest(one.name)(call.name) && (one.turn ?? call.turn) === call.turn);
  const near = named.find((call) => !right.includes(call));
  const diff =
    near && right.length < range.min
      ? [`  ${callWords(near)}`, ...callDifferences(one, near)]
      : [`- ${wantedWords(one)}`, ...calls.slice(0, 10).map((call) => `+ ${callWords(call)}`)];
  const others =
    named.length > right.length ? ` (called ${times(named.length - right.length)} with other arguments or output)` : '';
  const often = times(right.length);
  const none = calls.length === 0 ? 'no tool was called' : `${often}${others}`;
  return { ...told, expected: timesWords(range), actual: none, diff };
}

const times = (count: number) => timesWords({ min: count, max: count });

function order(wanted: readonly ToolExpectation[], { calls }: SessionFacts, path: string, where: Where): CheckResult {
  let at = 0;
  let missed = -1;
  for (const [index, one] of wanted.entries()) {
    const found = calls.findIndex((call, place) => place >= at && fits(one, call));
    if (found < 0) {
      missed = index;
      break;
    }
    at = found + 1;
  }
  const names = (list: readonly { name: string }[]): string => list.map(({ name }) => name).join(', ');
  return result({
    ...{ check: 'tools', what: 'Calls come in this order', path: `${path}.inOrder`, where, passed: missed < 0 },
    expected: names(wanted),
    actual: names(calls.slice(0, 50)) || 'no tool was called',
    diff:
      missed < 0
        ? []
        : [
            `- ${wantedWords(wanted[missed] as ToolExpectation)}`,
            ...calls.slice(at, at + 10).map((call) => `+ ${callWords(call)}`),
          ],
  });
}

function fits(one: ToolExpectation, call: CallFacts): boolean {
  if (!typeTest(one.name)(call.name)) return false;
  if (one.turn !== undefined && one.turn !== call.turn) return false;
  if (one.arguments !== undefined && !contains(one.arguments, fieldsOfText(call.arguments))) return false;
  return one.output === undefined || outputFits(one.output, call.output);
}

function outputFits(wanted: Exclude<ToolExpectation['output'], undefined>, output: string | undefined): boolean {
  if (output === undefined) return false;
  return typeof wanted === 'string' ? textMatches(wanted, output) : contains(wanted, fieldsOfText(output));
}

function callDifferences(one: ToolExpectation, call: CallFacts): string[] {
  const lines: string[] = [];
  if (one.arguments !== undefined) {
    const fields = fieldsOfText(call.arguments);
    lines.push(
      ...(fields
        ? missingLines(one.arguments, fields)
        : [`- arguments: JSON`, `+ arguments: ${quoted(call.arguments)}`]),
    );
  }
  if (one.output !== undefined && !outputFits(one.output, call.output)) {
    lines.push(`- output: ${JSON.stringify(one.output)}`);
    lines.push(`+ output: ${call.output === undefined ? 'it was never answered' : quoted(call.output)}`);
  }
  return lines;
}

function wantedWords({ name, arguments: given, turn }: ToolExpectation): string {
  return `${name}(${given === undefined ? '' : JSON.stringify(given)})${turn === undefined ? '' : ` in turn ${turn}`}`;
}

function callWords({ seq, turn, name, arguments: given }: CallFacts): string {
  return `#${seq} ${name}(${given.length > 300 ? `${given.slice(0, 299)}…` : given})${turn > 0 ? ` in turn ${turn}` : ''}`;
}
