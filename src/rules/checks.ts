/** What no schema says of a rule: filters that compile, paths that lead somewhere, actions that go together. */
import type { Found } from '../files/schemaProblems';
import type { FilePath } from '../files/source';
import { CATALOGUE, RETIRED } from '../protocol/catalogue';
import { parseFilter } from '../protocol/filter';
import { compileMessageFilter } from '../protocol/messageFilter';
import type { Side } from '../protocol/side';
import { disconnectOf } from './describe';
import { parsePath } from './path';
import { placeholderProblem } from './placeholders';
import { actionsOf, listOf, type Action, type WrittenRule } from './written';

/** What cannot be done to a message that goes no further. */
const NEEDS_A_MESSAGE: readonly Action[] = [
  'set',
  'remove',
  'replace',
  'delay',
  'jitter',
  'throttle',
  'duplicate',
  'reorder',
  'corruptAudio',
];

/** What is wrong in a rule that fits the schema; `path` leads to it. */
export function ruleProblems(rule: WrittenRule, path: FilePath): Found[] {
  return [
    ...togetherProblems(rule, path),
    ...matchProblems(rule, path),
    ...pathProblems(rule, path),
    ...eventProblems(rule, path),
    ...disconnectProblems(rule, path),
    ...headerProblems(rule, path),
  ];
}

function togetherProblems(rule: WrittenRule, path: FilePath): Found[] {
  const actions = actionsOf(rule);
  const at = (name: string, message: string): Found => ({ path: [...path, name], message, key: true });
  if (actions.length === 0)
    return [
      {
        path: rule.name === undefined ? path : [...path, 'name'],
        message: 'This rule does nothing. Give it an action, such as "drop": true, "delay" or "set".',
      },
    ];
  if (rule.refuse) {
    const other = actions.find((action) => action !== 'refuse');
    if (other)
      return [at(other, `There is no message yet when a handshake is refused: "${other}" belongs in another rule.`)];
    if (rule.match !== undefined)
      return [at('match', 'There is no message yet when a handshake is refused. "session" says of which address.')];
    return rule.per === 'session' ? [at('per', 'Each session has one handshake: "refuse" counts by "run".')] : [];
  }
  if (rule.drop) {
    const needless = actions.find((action) => NEEDS_A_MESSAGE.includes(action));
    if (needless) return [at(needless, `A dropped message goes nowhere: leave "drop" or "${needless}" out.`)];
  }
  if (rule.replace !== undefined) {
    const needless = actions.find((action) => ['set', 'remove', 'corruptAudio'].includes(action));
    if (needless)
      return [at(needless, `"replace" writes the whole event: leave "${needless}" out, or write it into that.`)];
  }
  const waits =
    rule.reorder !== undefined && actions.find((action) => ['delay', 'jitter', 'throttle'].includes(action));
  if (waits)
    return [at(waits, `"reorder" lets others pass, "${waits}" keeps them waiting: put them into rules of their own.`)];
  return [];
}

function matchProblems({ match }: WrittenRule, path: FilePath): Found[] {
  if (match === undefined) return [];
  const filter = compileMessageFilter(match);
  const found = (message: string): Found[] => [{ path: [...path, 'match'], message }];
  // A view looks for such a word as text all the same; a rule is left out.
  if (filter.problem !== '') return found(filter.problem.replace(/, so (?:this|it) is looked for as text/, ''));
  if (sidesOf(match).length > 0) return [];
  const types = typesIn(match).filter(({ from }) => from.length > 0);
  const [first] = types;
  if (first && types.length === 1)
    return found(`No message can match: ${first.type} comes from the ${first.from.join(' or ')} only.`);
  return found('No message can match: its terms rule each other out.');
}

/** The ends whose messages a filter can match, also by the types it names. None for one that does not compile. */
export function sidesOf(match: string): Side[] {
  const filter = compileMessageFilter(match);
  if (filter.problem !== '' || !('sides' in filter)) return [];
  return filter.sides.filter((side) =>
    typeGroups(match).every((group) => group.some(({ from }) => from.includes(side))),
  );
}

interface NamedType {
  type: string;
  /** The ends that send it. */
  from: Side[];
}

/** For each term that must hold and names whole types: those types. */
function typeGroups(match: string): NamedType[][] {
  return parseFilter(match).flatMap((term) => {
    if (term.kind !== 'column' || term.column !== 'type' || term.exclude) return [];
    const named = term.patterns.map((pattern) => (pattern.kind === 'exact' ? pattern.text : undefined));
    return named.includes(undefined) ? [] : [named.map((type) => namedType(String(type)))];
  });
}

const typesIn = (match: string): NamedType[] => typeGroups(match).flat();

function namedType(type: string): NamedType {
  const from = [...CATALOGUE, ...RETIRED].filter((info) => info.type === type).map((info) => info.from);
  return { type, from: [...new Set(from)] };
}

function pathProblems({ set, remove }: WrittenRule, path: FilePath): Found[] {
  const found: Found[] = [];
  for (const text of Object.keys(set ?? {})) {
    const parsed = parsePath(text);
    if ('problem' in parsed) found.push({ path: [...path, 'set', text], message: parsed.problem, key: true });
  }
  const several = Array.isArray(remove);
  for (const [index, text] of listOf(remove).entries()) {
    const parsed = parsePath(text);
    const place = [...path, 'remove', ...(several ? [index] : [])];
    if ('problem' in parsed) found.push({ path: place, message: parsed.problem });
    else if (parsed.includes('end'))
      found.push({
        path: place,
        message: 'Behind the last element there is nothing to remove. Name one by its index.',
      });
  }
  return found;
}

function eventProblems({ set, replace, inject }: WrittenRule, path: FilePath): Found[] {
  const several = Array.isArray(inject);
  const written: { value: unknown; path: FilePath }[] = [
    ...Object.entries(set ?? {}).map(([name, value]) => ({ value, path: ['set', name] })),
    ...(replace === undefined ? [] : [{ value: replace as unknown, path: ['replace'] }]),
    ...listOf(inject).map(({ event }, index) => ({
      value: event as unknown,
      path: ['inject', ...(several ? [index] : []), 'event'],
    })),
  ];
  const found: Found[] = [];
  for (const each of written) {
    const message = placeholderProblem(typeof each.value === 'string' ? each.value : JSON.stringify(each.value));
    if (message !== '') found.push({ path: [...path, ...each.path], message });
  }
  for (const [index, { place, delay }] of listOf(inject).entries())
    if (place === 'before' && delay !== undefined && delay > 0)
      found.push({
        path: [...path, 'inject', ...(several ? [index] : []), 'delay'],
        message: 'What is put before the message goes at once: delay the message itself, or put this after it.',
      });
  return found;
}

function disconnectProblems({ disconnect }: WrittenRule, path: FilePath): Found[] {
  if (disconnect === undefined) return [];
  const { code, reason } = disconnectOf(disconnect);
  const inside = typeof disconnect === 'object';
  // RFC 6455, 7.4: others are never on the wire, or are the protocol's own to give.
  const legal =
    code === 1006 || (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
  const found: Found[] = [];
  if (!legal)
    found.push({
      path: [...path, 'disconnect', ...(inside ? ['code'] : [])],
      message: `${code} is no close code that can be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999; 1006 cuts the sockets.`,
    });
  if (new TextEncoder().encode(reason).length > 123)
    found.push({ path: [...path, 'disconnect', 'reason'], message: 'A close reason has 123 bytes at most.' });
  else if (reason !== '' && code === 1006)
    found.push({
      path: [...path, 'disconnect', 'reason'],
      message: '1006 cuts the sockets without a word: give another code, or no reason.',
    });
  return found;
}

function headerProblems({ refuse }: WrittenRule, path: FilePath): Found[] {
  return Object.entries(refuse?.headers ?? {}).flatMap(([name, value]): Found[] => {
    const place = [...path, 'refuse', 'headers', name];
    // RFC 9110, 5.1 and 5.5: anything else could end the header and begin another.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      return [{ path: place, message: 'This is no name of a header.', key: true }];
    if (/^(content-length|transfer-encoding|connection)$/i.test(name))
      return [{ path: place, message: `"${name}" follows from the answer itself: leave it out.`, key: true }];
    return /^[\t\x20-\x7e]*$/.test(value) ? [] : [{ path: place, message: 'A header takes printable ASCII only.' }];
  });
}
