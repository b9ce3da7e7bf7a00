/** A trace as one page to hand on. No script, nothing loaded, everything captured escaped; no sound in it. */
import type { ConversationEntry } from '../../analysis/conversation/model';
import { formatBytes, formatMs } from '../../analysis/format';
import { LATENCY_NAMES } from '../../analysis/latency';
import type { ConfigPoint, Finding, Playback, Span } from '../../analysis/model';
import type { InspectReport } from './inspectReport';
import type { FindingReport, WholeAnalysis } from '../../document/wholeAnalysis';
import { HTML_STYLE } from './pageStyle';
import { timelineSvg } from './pageTimeline';
import { answerMs, costText } from './words';
import { Markup, markup } from './markup';

/** Entries of the conversations, turns and errors that stand in a page; the trace has all. */
export const MOST_ENTRIES = 3000;
const MOST_ROWS = 2000;
const WORDS: Readonly<Record<ConfigPoint['kind'], string>> = {
  created: 'created with',
  asked: 'asked for',
  effective: 'in effect',
  refused: 'refused',
};
const SIGNS = { error: '✕', warning: '▲', info: 'ℹ' } as const;

/** The page's text. */
export function tracePage(counts: InspectReport, analysis: WholeAnalysis): string {
  const { report } = analysis;
  const name = counts.file.split(/[/\\]/).at(-1) ?? counts.file;
  const sessionOf = bySession(analysis);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${name}</title>
<style>${new Markup(HTML_STYLE)}</style>
</head>
<body>
<main>
<h1>${name}</h1>
${facts(counts, analysis)}
<nav>${[...(counts.notes.length > 0 ? ['notes'] : []), 'findings', 'sessions', 'turns', 'measures', 'tokens', 'events'].map((id) => markup`<a href="#${id}">${id}</a> `)}</nav>
${counts.notes.length > 0 && notes(counts.notes)}
${findings(report.findings)}
<h2 id="sessions">Sessions</h2>
${counts.sessions.map((session) => sessionPart(session, sessionOf))}
${turns(analysis)}
${measures(analysis)}
${tokens(analysis)}
${events(counts)}
</main>
</body>
</html>
`;
  return page.text;
}

function facts(counts: InspectReport, { report }: WholeAnalysis): Markup {
  const { client, server } = counts.messages;
  const { totals } = report;
  return markup`<p class="dim">Recorded ${counts.startedAt || 'at an unknown time'} by ${counts.generator || 'an unknown program'}.
Secrets were replaced when it was recorded; sound is left out of this page.</p>
<dl class="tiles">
${tile('Length', formatMs(counts.durationMs))}
${tile('Messages', `${client.count} → ${server.count} ←`, `${formatBytes(client.bytes)} and ${formatBytes(server.bytes)}`)}
${tile('Turns', String(totals.turns))}
${tile(
  'Responses',
  Object.entries(totals.responses)
    .map(([status, count]) => `${count} ${status.replaceAll('_', ' ')}`)
    .join(', ') || 'none',
)}
${tile('Model spoke', formatMs(totals.outputAudioMs), totals.outputAudioMs > 0 ? `${formatMs(totals.heardAudioMs)} heard` : '')}
${tile('Tokens', String(totals.usage.totalTokens))}
${tile('Cost', costText(totals.cost), totals.cost?.source ?? report.unpriced.join('; '))}
</dl>`;
}

function tile(name: string, value: string, small = ''): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}${small && markup`<small>${small}</small>`}</dd></div>`;
}

function notes(all: InspectReport['notes']): Markup {
  return markup`<h2 id="notes">Notes</h2>
<ul>${all.slice(0, MOST_ROWS).map(({ session, seq, t, text }) => markup`<li>${text || 'bookmark'} <span class="dim">${[session, formatMs(t), seq > 0 && `#${seq}`].filter(Boolean).join(' · ')}</span></li>`)}</ul>
${all.length > MOST_ROWS && markup`<p class="dim">and ${all.length - MOST_ROWS} more in the trace</p>`}`;
}

function findings(all: FindingReport[]): Markup {
  return markup`<h2 id="findings">Findings</h2>
${all.length === 0 && markup`<p>Nothing suspicious was found.</p>`}
${all.slice(0, MOST_ROWS).map(
  ({
    severity,
    title,
    explanation,
    advice,
    events: seqs,
    session,
    t,
    rule,
  }) => markup`<article class="finding ${severity}">
<h3><span class="sign">${SIGNS[severity]}</span> ${severity === 'info' ? 'note' : severity}: ${title}</h3>
<p>${explanation}</p>
<p><b>What to do:</b> ${advice}</p>
<p class="dim">${[session, formatMs(t), rule, ...seqs.filter((seq) => seq > 0).map((seq) => `#${seq}`)].filter(Boolean).join(' · ')}</p>
</article>`,
)}`;
}

/** What there is of one session. */
interface SessionParts {
  spans: Span[];
  playback: Playback[];
  findings: Finding[];
  configs: ConfigPoint[];
  talk: WholeAnalysis['conversations'][number] | undefined;
  configTexts: Map<number, string>;
}

/** Sorted by session once: a trace may hold thousands of them. */
function bySession({ report, spans, conversations, configTexts }: WholeAnalysis): (id: string) => SessionParts {
  const spansOf = grouped(spans);
  const playbackOf = grouped(report.playback);
  const findingsOf = grouped(report.findings);
  const configsOf = grouped(report.configs);
  const talkOf = new Map(conversations.map((talk) => [talk.session, talk]));
  return (id) => ({
    spans: spansOf.get(id) ?? [],
    playback: playbackOf.get(id) ?? [],
    findings: findingsOf.get(id) ?? [],
    configs: configsOf.get(id) ?? [],
    talk: talkOf.get(id),
    configTexts,
  });
}

function grouped<T extends { session: string }>(list: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(one.session);
    if (group) group.push(one);
    else groups.set(one.session, [one]);
  }
  return groups;
}

function sessionPart(session: InspectReport['sessions'][number], sessionOf: (id: string) => SessionParts): Markup {
  const { id, close } = session;
  const { spans, playback, findings, configs, talk, configTexts } = sessionOf(id);
  const end = close
    ? `closed ${close.code}${close.reason ? ` “${close.reason}”` : ''} by the ${close.by}`
    : session.status === 101
      ? 'not closed'
      : session.status === 0
        ? 'no answer'
        : `refused with ${session.status}`;
  return markup`<section>
<h3>${id} ${session.label}</h3>
<p class="dim">${session.url} · ${formatMs(session.durationMs)}, ${session.messages} messages, ${end}</p>
${timelineSvg({ start: session.openedMs, end: session.openedMs + session.durationMs }, spans, playback, findings)}
${configs.length > 0 && markup`<details><summary>Configuration (${configs.length})</summary>${configs.slice(0, 200).map((point) => config(point, configTexts))}</details>`}
${talk && talk.entries.length > 0 && conversation(talk, new Map(playback.map((one) => [one.item, one])))}
</section>`;
}

function config({ row, t, kind, message }: ConfigPoint, texts: Map<number, string>): Markup {
  return markup`<details><summary>${formatMs(t)} ${WORDS[kind]}${message && `: ${message}`}</summary><pre>${sessionText(texts.get(row))}</pre></details>`;
}

/** The configuration in an event; what cannot be read as one is left out. */
function sessionText(text: string | undefined): string {
  try {
    const event = JSON.parse(text ?? '') as { session?: unknown; error?: unknown } | null;
    return JSON.stringify(event?.session ?? event?.error ?? null, null, 2);
  } catch {
    return 'too large to be shown';
  }
}

function conversation(
  { entries, total }: WholeAnalysis['conversations'][number],
  playback: Map<string, Playback>,
): Markup {
  return markup`<details open><summary>Conversation (${total})</summary>
<div class="talk">${entries.map((entry) => entryPart(entry, entry.item === '' ? undefined : playback.get(entry.item)))}</div>
${entries.length < total && markup`<p class="dim">and ${total - entries.length} more in the trace</p>`}</details>`;
}

function entryPart(entry: ConversationEntry, playback: Playback | undefined): Markup {
  const { kind, role, t, status, detail, aside, deleted, transcript } = entry;
  const marks = [
    aside && 'outside the conversation',
    deleted && 'deleted',
    status !== 'completed' && status.replaceAll('_', ' '),
    detail,
  ].filter((mark): mark is string => typeof mark === 'string' && mark !== '');
  if (kind === 'response')
    return markup`<p class="end dim">response ${[status.replaceAll('_', ' '), detail, aside && 'outside the conversation', entry.tokens !== null && `${entry.tokens} tokens`].filter(Boolean).join(', ')}</p>`;
  const unheard = playback && playback.cutBy !== 'none' ? playback.generatedMs - playback.heardMs : 0;
  return markup`<article class="${role || 'nobody'}">
<h4>${entryTitle(entry)} <span class="dim">${formatMs(t)}${marks.map((mark) => ` · ${mark}`)}</span></h4>
${entry.parts.map((part) =>
  part.kind === 'image'
    ? markup`<p class="dim">[image${part.bytes > 0 && ` ${formatBytes(part.bytes)}`}]</p>`
    : part.text !== '' &&
      markup`<p class="words">${part.text}${part.cut > 0 && ` … (${part.cut} more characters)`}</p>`,
)}
${transcript && transcript.segments.length > 0 && markup`<p class="words">${transcript.segments.map(({ speaker, text }) => `${speaker ? `${speaker}: ` : ''}${text}\n`)}</p>`}
${transcript?.state === 'pending' && markup`<p class="dim">no transcript came</p>`}
${transcript?.state === 'off' && markup`<p class="dim">not transcribed</p>`}
${transcript?.state === 'failed' && markup`<p class="dim">✕ no transcript: ${transcript.message}</p>`}
${transcript?.state === 'done' && transcript.lateMs !== null && markup`<p class="dim">transcript ${formatMs(transcript.lateMs)} late</p>`}
${entry.arguments !== '' && markup`<pre>${entry.arguments}</pre>`}
${entry.output !== '' && markup`<pre>${entry.output}</pre>`}
${entry.roundMs !== null && markup`<p class="dim">${formatMs(entry.roundMs)} from call to output</p>`}
${unheard > 60 && playback && markup`<p class="dim">⊘ heard ${formatMs(playback.heardMs)} of ${formatMs(playback.generatedMs)}</p>`}
</article>`;
}

function entryTitle({ kind, role, name, server }: ConversationEntry): string {
  const tool = [server, name].filter(Boolean).join(' / ');
  const titles: Readonly<Record<ConversationEntry['kind'], string>> = {
    message: role || 'message',
    call: `calls ${name}`,
    output: `output of ${name || 'a call'}`,
    mcpCall: `MCP call ${tool}`,
    mcpTools: `MCP tools of ${server}`,
    approvalRequest: `asks for approval: ${tool}`,
    approvalAnswer: 'approval',
    response: 'response',
    other: 'item',
  };
  return titles[kind];
}

const turnHeads = ['session', '#', 'by', 'start', 'to answer', 'tools', 'tokens', 'cost', 'status'];
const numberHeads: ReadonlySet<string> = new Set(['#', 'start', 'to answer', 'tokens', 'cost']);

/** Words have a row of their own: beside the numbers a narrow page left them a word or two to a line. */
function turnWords(who: string, words: string): Markup | false {
  return (
    words !== '' &&
    markup`<tr class="said"><th scope="row">${who}</th><td class="words" colspan="${turnHeads.length - 1}">${words}</td></tr>`
  );
}

function turns({ report }: WholeAnalysis): Markup {
  const all = report.turns;
  return markup`<h2 id="turns">Turns</h2>
${
  all.length === 0
    ? markup`<p>None.</p>`
    : markup`<div class="wide"><table class="turns">
<thead><tr>${turnHeads.map((head) => markup`<th scope="col"${numberHeads.has(head) && markup` class="n"`}>${head}</th>`)}</tr></thead>
${all.slice(0, MOST_ROWS).map((turn) => {
  const ms = answerMs(turn);
  return markup`<tbody><tr><td>${turn.session}</td><td class="n">${turn.number}</td><td>${turn.by}</td><td class="n">${formatMs(turn.start)}</td>
<td class="n">${ms === undefined ? '' : formatMs(ms)}</td><td>${turn.tools.join(', ')}</td>
<td class="n">${turn.usage?.totalTokens}</td><td class="n">${turn.usage && costText(turn.cost)}</td><td>${turn.status}${turn.detail && `: ${turn.detail}`}</td></tr>
${turnWords('user', turn.heard)}${turnWords('answer', turn.said)}</tbody>`;
})}</table></div>`
}
${all.length > MOST_ROWS && markup`<p class="dim">and ${all.length - MOST_ROWS} more in the trace</p>`}`;
}

function measures({ report }: WholeAnalysis): Markup {
  return markup`<h2 id="measures">Measures</h2>
<p class="dim">Milliseconds, taken where messages arrive at the proxy.</p>
<div class="wide"><table>
<thead><tr>${['measure', 'count', 'p50', 'p95', 'most', 'formula'].map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${LATENCY_NAMES.map((name) => {
    const told = report.measures[name];
    return (
      told &&
      markup`<tr><th scope="row">${told.title}</th><td class="n">${told.count}</td>${[told.p50, told.p95, told.max].map((ms) => markup`<td class="n">${formatMs(ms)}</td>`)}<td class="dim">${told.formula.replaceAll('`', '')}</td></tr>`
    );
  })}</tbody></table></div>`;
}

function tokens({ report }: WholeAnalysis): Markup {
  const { usage } = report.totals;
  const rows = Object.entries({ text: usage.text, audio: usage.audio, image: usage.image, 'not told': usage.unknown });
  return markup`<h2 id="tokens">Tokens</h2>
<div class="wide"><table><thead><tr>${['modality', 'input', 'of it cached', 'output'].map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([name, { input, cached, output }]) => markup`<tr><th scope="row">${name}</th><td class="n">${input}</td><td class="n">${cached}</td><td class="n">${output}</td></tr>`)}</tbody></table></div>`;
}

function events(counts: InspectReport): Markup {
  return markup`<h2 id="events">Events</h2>
<div class="wide"><table><thead><tr>${['', 'type', 'count', 'bytes'].map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${counts.types.map(({ from, type, count, bytes }) => markup`<tr><td>${from === 'client' ? '→' : '←'}</td><td class="mono">${type || '(no type)'}</td><td class="n">${count}</td><td class="n">${formatBytes(bytes)}</td></tr>`)}</tbody></table></div>
${counts.errors.length > 0 && markup`<h3>Errors (${counts.errorCount})</h3><ul>${counts.errors.map(({ session, seq, t, message }) => markup`<li>${session}${seq > 0 && ` #${seq}`} at ${formatMs(t)}: ${message}</li>`)}</ul>`}
${counts.problems.length > 0 && markup`<h3>Problems of the file</h3><ul>${counts.problems.map((problem) => markup`<li>${problem}</li>`)}</ul>`}`;
}
