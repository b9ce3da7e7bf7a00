/** A session as lanes of an SVG: what happened when, drawn once. */
import { formatMs } from '../../analysis/format';
import type { Finding, Playback, Span, SpanLane } from '../../analysis/model';
import { markup, type Markup } from './markup';

const WIDTH = 1000;
const LABELS = 96;
const LANE = 18;
const LANES: readonly [SpanLane, string][] = [
  ['speech', 'user speaks'],
  ['turn', 'turns'],
  ['response', 'responses'],
  ['call', 'tools'],
  ['mcp', 'MCP'],
  ['transcription', 'transcripts'],
];
/** Rectangles of a lane; those that would lie on the same pixel are one. */
const MOST = 1500;

/** The session's timeline, from its first event (or handshake) to its last, ms; undefined when nothing of it has a place on it. */
export function timelineSvg(
  session: { start: number; end: number },
  spans: readonly Span[],
  playback: readonly Playback[],
  findings: readonly Finding[],
): Markup | undefined {
  const known = spans.filter(({ lane }) => LANES.some(([name]) => name === lane));
  const times = [
    ...known.flatMap(({ start, end }) => [start, end ?? start]),
    ...playback.flatMap(({ playsFrom, generatedMs }) => [playsFrom, playsFrom + generatedMs]),
  ];
  if (times.length === 0 && findings.length === 0) return undefined;
  const start = times.reduce((least, t) => Math.min(least, t), session.start);
  const end = Math.max(
    start + 1,
    times.reduce((most, t) => Math.max(most, t), session.end),
  );
  const x = (t: number) =>
    LABELS + ((Math.min(end, Math.max(start, t)) - start) / (end - start)) * (WIDTH - LABELS - 8);
  const lanes = LANES.filter(([lane]) => known.some((span) => span.lane === lane));
  const rows: Markup[] = [];
  let y = 22;
  for (const [lane, words] of lanes) {
    rows.push(label(words, y));
    let drawn = -1;
    let count = 0;
    for (const span of known) {
      if (span.lane !== lane || count >= MOST) continue;
      const from = x(span.start);
      const width = Math.max(1.5, x(span.end ?? end) - from);
      if (from + width <= drawn + 0.5) continue;
      drawn = Math.max(drawn, from + width);
      count++;
      const state = /^(failed|cancelled|incomplete)$/.test(span.status) ? span.status : 'fine';
      const title = [
        span.label,
        span.status,
        span.detail,
        `${formatMs(span.start)} for ${formatMs((span.end ?? end) - span.start)}`,
      ]
        .filter(Boolean)
        .join(', ');
      rows.push(
        markup`<g><title>${title}</title><rect class="${lane} ${state}" x="${round(from)}" y="${y}" width="${round(width)}" height="${LANE - 6}" rx="2"/>${
          state === 'fine' || width < 12
            ? ''
            : markup`<text class="mark" x="${round(from + 3)}" y="${y + LANE - 9}">${state === 'failed' ? '✕' : '⊘'}</text>`
        }</g>`,
      );
    }
    y += LANE;
  }
  if (playback.length > 0) {
    rows.push(label('heard', y));
    for (const { playsFrom, heardMs, generatedMs } of playback.slice(0, MOST)) {
      const title = `heard ${formatMs(heardMs)} of ${formatMs(generatedMs)}`;
      const from = x(playsFrom);
      const to = x(playsFrom + heardMs);
      const all = x(playsFrom + generatedMs);
      rows.push(
        markup`<g><title>${title}</title><rect class="heard" x="${round(from)}" y="${y}" width="${round(Math.max(1, to - from))}" height="${LANE - 6}"/>${
          all - to > 0.5 &&
          markup`<rect class="unheard" x="${round(to)}" y="${y}" width="${round(all - to)}" height="${LANE - 6}"/>`
        }</g>`,
      );
    }
    y += LANE;
  }
  if (findings.length > 0) {
    rows.push(label('findings', y));
    const marks = findings.flatMap(({ occurrences, severity, title }) =>
      occurrences.map(({ t, seq }) => ({ t, severity, words: `${title}, ${formatMs(t)}${seq > 0 ? ` #${seq}` : ''}` })),
    );
    for (const { t, severity, words } of marks.slice(0, MOST)) {
      const at = round(x(t));
      rows.push(
        markup`<g><title>${severity}: ${words}</title><path class="${severity}" d="M${at} ${y}l5 ${LANE - 8}h-10z"/></g>`,
      );
    }
    y += LANE;
  }
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = round(LABELS + share * (WIDTH - LABELS - 8));
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    return markup`<line class="tick" x1="${at}" x2="${at}" y1="16" y2="${y}"/><text class="time" x="${at}" y="11" text-anchor="${anchor}">${formatMs(start + share * (end - start))}</text>`;
  });
  return markup`<svg viewBox="0 0 ${WIDTH} ${y + 2}" role="img" aria-label="Timeline of the session; its parts are listed below">${ticks}${rows}</svg>`;
}

function label(words: string, y: number): Markup {
  return markup`<text class="lane" x="0" y="${y + LANE - 9}">${words}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}
