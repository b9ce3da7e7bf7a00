/** A comparison as text for a terminal: signs say what colour says too. */
import { styleText } from 'node:util';
import { formatMs } from '../analysis/format';
import { changeSigns, valueWords, type ConfigChange } from '../analysis/valueDiff';
import type { CallPair, Comparison, ConfigPair, PairStatus, SessionPair, WordsPair } from '../compare/model';
import { sessionsDiffer, type Part } from '../compare/verdict';
import { countsText, deltaText, eventTitle, msText, PAIR_SIGNS, soundText } from '../compare/wording';
import { costText } from '../exchange/page/words';
import { plain } from './inspectText';

/** Lines of one kind that are printed; `--json` has all. */
const MOST = 200;
const MOST_CHANGES = 8;
const MOST_VALUE = 100;
const SAME_SOUND = 'same sound';

type Colour = (sign: PairStatus, text: string) => string;

/** The comparison for people: plain text, a final line feed. What was captured is cleaned of control characters. */
export function formatComparison(comparison: Comparison, parts: readonly Part[], coloured: boolean): string {
  const paint: Colour = (sign, text) => {
    if (!coloured || sign === 'same') return text;
    const colours = { follows: 'gray', changed: 'yellow', added: 'green', removed: 'red' } as const;
    return styleText(colours[sign], text, { validateStream: false });
  };
  const { a, b, sessions } = comparison;
  const lines = [`a  ${plain(a.file)}`, `b  ${plain(b.file)}`];
  for (const [name, { problems }] of [
    ['a', a],
    ['b', b],
  ] as const)
    for (const problem of problems.slice(0, 5)) lines.push(`   ${name}: ${plain(problem)}`);
  for (const session of sessions) lines.push('', ...sessionLines(session, parts, paint));
  return `${lines.join('\n')}\n`;
}

function sessionLines(session: SessionPair, parts: readonly Part[], paint: Colour): string[] {
  const { a, b } = session;
  const name = (which: SessionPair['a']) => (which ? `${which.id}${which.label ? ` ${which.label}` : ''}` : '(none)');
  const title = plain(`Session ${name(a)} | ${name(b)}`);
  if (!a || !b) return [paint(a ? 'removed' : 'added', `${a ? '-' : '+'} ${title}: only in ${a ? 'a' : 'b'}`)];
  const differs = sessionsDiffer(session, parts);
  const lines = [`${title}: ${differs ? countsText(session) : 'same'}`];
  if (parts.includes('config')) lines.push(...configLines(session.configs, paint));
  if (parts.includes('turns')) lines.push(...turnLines(session, paint));
  if (parts.includes('events')) lines.push(...eventLines(session, paint));
  if (parts.includes('events')) lines.push(...soundLines(session, paint));
  if (parts.includes('latency')) lines.push(...latencyLines(session));
  if (parts.includes('turns')) lines.push(...findingLines(session, paint));
  return lines;
}

function configLines(configs: readonly ConfigPair[], paint: Colour): string[] {
  const different = configs.filter(({ status }) => status !== 'same');
  if (different.length === 0) return ['  Configuration: same'];
  const lines = ['  Configuration'];
  for (const { a, b, status, changes } of different.slice(0, MOST)) {
    const kinds = { created: 'session.created', asked: 'asked for', effective: 'in effect', refused: 'refused' };
    const what = a && b && a.kind !== b.kind ? `${kinds[a.kind]} | ${kinds[b.kind]}` : kinds[(a ?? b)?.kind ?? 'asked'];
    const when = [a, b].map((one) => (one ? formatMs(one.t) : '')).join(' | ');
    lines.push(
      paint(status, `    ${PAIR_SIGNS[status]} ${what} (${when})`),
      ...changeLines(changes, '        ', paint),
    );
  }
  return [...lines, ...more(different.length)];
}

function turnLines({ turns, calls }: SessionPair, paint: Colour): string[] {
  if (turns.length === 0) return ['  Turns: none'];
  const lines = ['  Turns'];
  turns.slice(0, MOST).forEach((turn, at) => {
    const { a, b, status } = turn;
    const number = `${a?.number ?? '-'} | ${b?.number ?? '-'}`;
    const state = a && b && a.status !== b.status ? `${a.status} | ${b.status}` : ((a ?? b)?.status ?? '');
    const wait = turn.latencies.find(({ name }) => name === 'toAnswer');
    const facts = [
      (a ?? b)?.by,
      state,
      wait && `answer ${msText(wait.a, wait.b)}`,
      (a?.tokens ?? b?.tokens) != null && `tokens ${deltaText(a?.tokens ?? null, b?.tokens ?? null, String)}`,
      (a?.usd ?? b?.usd) != null && `cost ${deltaText(a?.usd ?? null, b?.usd ?? null, usdText)}`,
    ].filter((fact): fact is string => typeof fact === 'string');
    lines.push(paint(status, plain(`    ${PAIR_SIGNS[status]} ${number}  ${facts.join(', ')}`)));
    lines.push(...wordLines('user', turn.user, paint), ...wordLines('model', turn.model, paint));
    lines.push(
      ...calls.filter((call) => call.turn === at && call.status !== 'same').flatMap((call) => callLines(call, paint)),
    );
  });
  return [...lines, ...more(turns.length)];
}

export function usdText(usd: number): string {
  return costText({ usd, source: '' });
}

function wordLines(who: string, { same, stretches }: WordsPair, paint: Colour): string[] {
  if (same) return [];
  const text = stretches
    .map(({ kind, text }) => {
      const words = plain(text);
      if (kind === 'same') return words.length > 160 ? `${words.slice(0, 80)} ... ${words.slice(-70)}` : words;
      const end = /\s$/.test(words) ? ' ' : '';
      const [open, close] = kind === 'added' ? ['{+', '+}'] : ['[-', '-]'];
      return paint(kind, `${open}${words.trimEnd().slice(0, 600)}${close}`) + end;
    })
    .join('');
  return [`          ${who.padEnd(5)} ${text}`];
}

function callLines({ a, b, status, changes }: CallPair, paint: Colour): string[] {
  const one = a ?? b;
  const shown = status === 'changed' ? '' : `(${one?.arguments.slice(0, MOST_VALUE) ?? ''})`;
  return [
    paint(status, plain(`        ${PAIR_SIGNS[status]} call ${one?.name ?? ''}${shown}`)),
    ...changeLines(changes, '            ', paint),
  ];
}

function eventLines({ events, counts, unexplained }: SessionPair, paint: Colour): string[] {
  const different = events.filter(({ status }) => status !== 'same' && status !== 'follows');
  const rest = `${counts.same} same${counts.follows > 0 ? `, ${counts.follows} only as told above them` : ''}`;
  if (different.length === 0) return [`  Events: ${rest}`];
  const lines = [`  Events (${rest})`];
  for (const event of different.slice(0, MOST)) {
    lines.push(paint(event.status, plain(`    ${PAIR_SIGNS[event.status]} ${eventTitle(event)}`)));
    lines.push(...changeLines(event.changes, '        ', paint));
  }
  if (unexplained > 0) lines.push(`    ${unexplained} events differ and were not looked into: there are too many.`);
  return [...lines, ...more(different.length)];
}

/** Sound that is not the same byte for byte, also where that is no difference. */
function soundLines({ events }: SessionPair, paint: Colour): string[] {
  const pairs = events.flatMap((event) => (event.sound ? [{ event, sound: event.sound }] : []));
  if (pairs.length === 0) return [];
  const other = pairs.filter(({ sound }) => soundText(sound) !== SAME_SOUND);
  const same = pairs.length - other.length;
  const lines = [`  Sound (${same} same)`];
  for (const { event, sound } of other.slice(0, MOST))
    lines.push(paint(event.status, plain(`    ${PAIR_SIGNS[event.status]} ${eventTitle(event)}: ${soundText(sound)}`)));
  return [...lines, ...more(other.length)];
}

function changeLines(changes: readonly ConfigChange[], indent: string, paint: Colour): string[] {
  const lines = changes.slice(0, MOST_CHANGES).map(({ path, kind, before, after }) => {
    const [was, is] = [short(before), short(after)];
    const told = kind === 'added' ? is : kind === 'removed' ? was : `${was} -> ${is}`;
    const sign = kind === 'removed' ? '-' : changeSigns[kind];
    return paint(kind, plain(`${indent}${sign} ${path}: ${told}`));
  });
  if (changes.length > MOST_CHANGES) lines.push(`${indent}and ${changes.length - MOST_CHANGES} more`);
  return lines;
}

function short(value: unknown): string {
  const words = valueWords(value);
  return words.length > MOST_VALUE ? `${words.slice(0, MOST_VALUE - 3)}...` : words;
}

function latencyLines({ measures, sums }: SessionPair): string[] {
  const lines = ['  Latency (b against a)'];
  const width = Math.max(0, ...measures.map(({ title }) => title.length));
  for (const { name, title, a, b } of measures) {
    if (name === 'proxyDelay' || name === 'aheadOfPlayback') continue;
    const rank = (which: 'p50' | 'p95') => msText(a?.[which] ?? null, b?.[which] ?? null);
    lines.push(`    ${title.padEnd(width)}  p50 ${rank('p50')}, p95 ${rank('p95')}`);
  }
  if (lines.length === 1) lines.push('    nothing was measured in both');
  const { a, b } = sums;
  if (a && b && a.tokens + b.tokens > 0)
    lines.push(
      `  Tokens ${deltaText(a.tokens, b.tokens, String)}, cost ${a.usd === null && b.usd === null ? 'not known' : deltaText(a.usd, b.usd, usdText)}`,
    );
  return lines;
}

function findingLines({ findings: { gained, lost } }: SessionPair, paint: Colour): string[] {
  if (gained.length + lost.length === 0) return [];
  const line = (sign: 'added' | 'removed') => (finding: { severity: string; title: string; t: number }) =>
    paint(sign, plain(`    ${PAIR_SIGNS[sign]} ${finding.severity}: ${finding.title} (${formatMs(finding.t)})`));
  return ['  Findings', ...gained.slice(0, MOST).map(line('added')), ...lost.slice(0, MOST).map(line('removed'))];
}

function more(count: number): string[] {
  return count > MOST ? [`    and ${count - MOST} more; --json has all`] : [];
}
