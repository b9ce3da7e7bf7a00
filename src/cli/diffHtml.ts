/** `diff --html`: a comparison as one page to hand on. No script, nothing loaded, everything captured escaped. */
import { formatMs } from '../analysis/format';
import { changeSigns, valueWords, type ConfigChange } from '../analysis/valueDiff';
import type {
  CallPair,
  Comparison,
  ConfigPair,
  EventPair,
  PairStatus,
  SessionPair,
  TurnPair,
  WordsPair,
} from '../compare/model';
import { sessionsDiffer, type Part } from '../compare/verdict';
import { countsText, deltaText, eventTitle, msText, PAIR_SIGNS, PAIR_WORDS, soundText } from '../compare/wording';
import { usdText } from './diffText';
import { HTML_STYLE } from '../exchange/page/pageStyle';
import { Markup, markup } from '../exchange/page/markup';

/** Rows of a table; `--json` has all. */
const MOST = 2000;
const STYLE = `
.sign { display: inline-block; font-family: ui-monospace, monospace; font-weight: bold; min-width: 1.2em; }
tr.changed .sign, li.changed .sign { color: var(--amber); }
tr.added .sign, li.added .sign, ins { color: var(--green); }
tr.removed .sign, li.removed .sign, del { color: var(--red); }
tr.follows, tr.same { color: var(--dim); }
ins { text-decoration: underline; }
del { text-decoration: line-through; }
td ul { list-style: none; margin: 0; padding: 0; }
td li { font-family: ui-monospace, monospace; font-size: 12px; overflow-wrap: anywhere; }
`;
const CONFIG_WORDS = {
  created: 'created with',
  asked: 'asked for',
  effective: 'in effect',
  refused: 'refused',
} as const;

/** The page's text. */
export function diffHtml({ a, b, sessions }: Comparison, parts: readonly Part[]): string {
  const nameOf = (file: string) => file.split(/[/\\]/).at(-1) ?? file;
  const title = `${nameOf(a.file)} and ${nameOf(b.file)}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(HTML_STYLE + STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="dim">a: ${a.file}, recorded ${a.startedAt || 'at an unknown time'}<br>b: ${b.file}, recorded ${b.startedAt || 'at an unknown time'}<br>
Ids, moments and padding are left out of the comparison; sound differs where it is longer or shorter.</p>
${[a, b].map(({ problems }, at) => problems.slice(0, 20).map((problem) => markup`<p class="dim">${at === 0 ? 'a' : 'b'}: ${problem}</p>`))}
${sessions.map((session) => sessionPart(session, parts))}
</main>
</body>
</html>
`.text;
}

function sessionPart(session: SessionPair, parts: readonly Part[]): Markup {
  const name = (one: SessionPair['a']) => (one ? [one.id, one.label].filter(Boolean).join(' ') : '(none)');
  const { a, b } = session;
  if (!a || !b)
    return markup`<h2>${name(a)} | ${name(b)}</h2><p><span class="sign">${a ? '-' : '+'}</span> only in ${a ? 'a' : 'b'}</p>`;
  return markup`<h2>${name(a)} | ${name(b)}</h2>
<p><b>${sessionsDiffer(session, parts) ? countsText(session) : 'The same.'}</b></p>
${parts.includes('config') && configs(session.configs)}
${parts.includes('turns') && turns(session)}
${parts.includes('latency') && latency(session)}
${parts.includes('turns') && findings(session)}
${parts.includes('events') && events(session)}`;
}

function sign(status: PairStatus): Markup {
  return markup`<span class="sign" title="${PAIR_WORDS[status]}">${PAIR_SIGNS[status].trim()}</span>`;
}

function table(heads: readonly string[], rows: readonly (Markup | false)[], total: number): Markup {
  return markup`<div class="wide"><table><thead><tr>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>
${total > MOST && markup`<p class="dim">and ${total - MOST} more</p>`}`;
}

function configs(all: readonly ConfigPair[]): Markup {
  const different = all.filter(({ status }) => status !== 'same');
  if (different.length === 0) return markup`<h3>Configuration</h3><p>The same.</p>`;
  return markup`<h3>Configuration</h3>${table(
    ['', 'what', 'a', 'b', 'changes'],
    different
      .slice(0, MOST)
      .map(
        ({ a, b, status, changes }) =>
          markup`<tr class="${status}"><td>${sign(status)} ${PAIR_WORDS[status]}</td><td>${CONFIG_WORDS[(a ?? b)?.kind ?? 'asked']}</td><td class="n">${a && formatMs(a.t)}</td><td class="n">${b && formatMs(b.t)}</td><td>${list(changes)}</td></tr>`,
      ),
    different.length,
  )}`;
}

function list(changes: readonly ConfigChange[]): Markup | false {
  return (
    changes.length > 0 &&
    markup`<ul>${changes.map(({ path, kind, before, after }) => markup`<li class="${kind}"><span class="sign">${changeSigns[kind]}</span>${path}: ${kind !== 'added' && markup`<del>${valueWords(before)}</del>`} ${kind !== 'removed' && markup`<ins>${valueWords(after)}</ins>`}</li>`)}</ul>`
  );
}

function turns({ turns: all, calls }: SessionPair): Markup {
  if (all.length === 0) return markup`<h3>Turns</h3><p>None.</p>`;
  return markup`<h3>Turns</h3>${table(
    ['', 'a', 'b', 'by', 'to answer', 'tokens', 'cost', 'status', 'what differs'],
    all.slice(0, MOST).map((turn, at) =>
      turnRow(
        turn,
        calls.filter((call) => call.turn === at && call.status !== 'same'),
      ),
    ),
    all.length,
  )}`;
}

function turnRow({ a, b, status, latencies, user, model }: TurnPair, calls: readonly CallPair[]): Markup {
  const wait = latencies.find(({ name }) => name === 'toAnswer');
  const tokens = (a?.tokens ?? b?.tokens) != null && deltaText(a?.tokens ?? null, b?.tokens ?? null, String);
  const cost = (a?.usd ?? b?.usd) != null && deltaText(a?.usd ?? null, b?.usd ?? null, usdText);
  const state = [...new Set([a?.status, b?.status].filter(Boolean))].join(' | ');
  return markup`<tr class="${status}"><td>${sign(status)} ${PAIR_WORDS[status]}</td><td class="n">${a?.number}</td><td class="n">${b?.number}</td><td>${(a ?? b)?.by}</td>
<td class="n">${wait && msText(wait.a, wait.b)}</td><td class="n">${tokens}</td><td class="n">${cost}</td><td>${state}</td>
<td>${words('user', user)}${words('model', model)}${calls.map((call) => markup`<div>${sign(call.status)} call ${(call.a ?? call.b)?.name} ${PAIR_WORDS[call.status]}${list(call.changes)}</div>`)}</td></tr>`;
}

function words(who: string, { same, stretches }: WordsPair): Markup | false {
  return (
    !same &&
    markup`<div><b>${who}</b> ${stretches.map(({ kind, text }) => (kind === 'same' ? text : kind === 'added' ? markup`<ins>${text}</ins>` : markup`<del>${text}</del>`))}</div>`
  );
}

function latency({ measures, sums }: SessionPair): Markup {
  const { a, b } = sums;
  return markup`<h3>Latency and cost</h3>${table(
    ['measure', 'count', 'p50', 'p95', 'most'],
    measures.map(
      ({ title, a: was, b: is }) =>
        markup`<tr><th scope="row">${title}</th><td class="n">${deltaText(was?.count ?? null, is?.count ?? null, String, Infinity)}</td>${(['p50', 'p95', 'max'] as const).map((rank) => markup`<td class="n">${msText(was?.[rank] ?? null, is?.[rank] ?? null)}</td>`)}</tr>`,
    ),
    0,
  )}
${a && b && markup`<p>Tokens ${deltaText(a.tokens, b.tokens, String)}; cost ${a.usd === null && b.usd === null ? 'not known' : deltaText(a.usd, b.usd, usdText)}</p>`}`;
}

function findings({ findings: { gained, lost } }: SessionPair): Markup | false {
  if (gained.length + lost.length === 0) return false;
  return markup`<h3>Findings</h3>${table(
    ['', 'severity', 'what', 'at'],
    [
      ...gained.map((finding) => ['added', finding] as const),
      ...lost.map((finding) => ['removed', finding] as const),
    ].map(
      ([status, { severity, title, t }]) =>
        markup`<tr class="${status}"><td>${sign(status)} ${PAIR_WORDS[status]}</td><td>${severity}</td><td>${title}</td><td class="n">${formatMs(t)}</td></tr>`,
    ),
    0,
  )}`;
}

function events({ events: all, counts, unexplained }: SessionPair): Markup {
  const different = all.filter(
    ({ status, sound }) => (status !== 'same' && status !== 'follows') || sound?.kind === 'other',
  );
  return markup`<h3>Events</h3><p class="dim">${counts.same} same, ${counts.follows} that differ only in what an earlier one told${unexplained > 0 && `, ${unexplained} that differ and were not looked into`}.</p>
${
  different.length > 0 &&
  table(
    ['', 'event', 'changes'],
    different.slice(0, MOST).map((event) => eventRow(event)),
    different.length,
  )
}`;
}

function eventRow(event: EventPair): Markup {
  return markup`<tr class="${event.status}"><td>${sign(event.status)} ${PAIR_WORDS[event.status]}</td><td class="mono">${eventTitle(event)}</td><td>${list(event.changes)}${event.sound && soundText(event.sound)}</td></tr>`;
}
