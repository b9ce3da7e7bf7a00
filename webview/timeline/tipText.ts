/** What the tooltip says of something in the timeline, line by line; plain text. */
import type { Playback, Turn } from '../../src/analysis/model';
import { LATENCIES } from '../../src/analysis/latency';
import type { Span } from '../../src/document/columns';
import { formatCount, formatDelta, formatDuration, formatPosition, shortenEnd } from '../logic/format';
import { answerLatency } from '../logic/turnTable';
import type { Target } from './picture';
import { spanName, toolWords } from './spanBars';
import { turnSegments } from './turnBars';

const mostWords = 160;

/** Lines about a bar, a finding or an answer's sound. */
export function tipOf(target: Target, turn: Turn | undefined): string[] {
  switch (target.kind) {
    case 'span':
      if (target.span.lane === 'note') return noteTip(target.span);
      return target.span.lane === 'turn' ? turnTip(target.span, turn) : spanTip(target.span);
    case 'spans':
      return [
        `${formatPosition(target.first.start)}  ${formatCount(target.count)} of lane ${target.first.lane}: zoom in`,
      ];
    case 'playback':
      return playbackTip(target.playback);
    case 'finding': {
      const { finding, count } = target;
      const often =
        finding.times > 1
          ? [
              `${finding.nth > 0 ? `time ${finding.nth}` : 'one'} of ${formatCount(finding.times)}${finding.nth > 0 ? '' : ' times'}`,
            ]
          : [];
      const more = count > 1 ? [`and ${count - 1} more here: zoom in`] : [];
      return [
        `${formatPosition(finding.t)}  ${finding.severity}: ${finding.title}`,
        shortenEnd(finding.explanation, mostWords),
        ...often,
        ...more,
      ];
    }
  }
}

function length(start: number, end: number | null): string {
  return end === null ? 'going on' : formatDuration(end - start);
}

function noteTip({ start, label }: Span): string[] {
  return [
    `${formatPosition(start)}  ${label === '' ? 'bookmark' : 'note'}`,
    ...(label === '' ? [] : [shortenEnd(label, 400)]),
  ];
}

function spanTip(span: Span): string[] {
  const words = [
    laneWords[span.lane] ?? span.lane,
    spanName(span),
    span.status.replace('_', ' '),
    ...(span.lane === 'call' && span.end !== null ? toolWords(span) : [length(span.start, span.end)]),
  ];
  const told = [...new Set(words)].filter((word) => word !== '').join(' · ');
  const marks = span.marks
    .filter(({ t }) => t > span.start)
    .map(({ name, t }) => `${name} ${formatDelta(t - span.start)}`);
  return [
    `${formatPosition(span.start)}  ${told}`,
    ...(span.detail === '' ? [] : [shortenEnd(span.detail, mostWords)]),
    ...(marks.length === 0 ? [] : [marks.join('  ')]),
  ];
}

const laneWords: Partial<Record<Span['lane'], string>> = { call: 'tool call', part: 'content part', mcp: 'MCP' };

function turnTip(span: Span, turn: Turn | undefined): string[] {
  const steps = turnSegments(span, turn).map(({ name, start, end }) => `${name} ${formatDelta(end - start)}`);
  const wait = turn === undefined ? undefined : answerLatency(turn);
  const words = (label: string, text: string | undefined) =>
    text === undefined || text === '' ? [] : [`${label}: ${shortenEnd(text, 100)}`];
  return [
    `${formatPosition(span.start)}  ${span.label} · ${span.status.replace('_', ' ')} · ${length(span.start, span.end)}`,
    ...(wait === undefined ? [] : [`${LATENCIES[wait.name].title} ${formatDuration(wait.ms)}`]),
    ...(steps.length === 0 ? [] : [steps.join('  ')]),
    ...words('heard', turn?.heard),
    ...words('said', turn?.said),
  ];
}

const cutWords: Readonly<Record<Playback['cutBy'], string>> = {
  truncate: 'cut by the client’s truncate',
  server: 'cut by the server',
  interruption: 'cut by an interruption',
  close: 'cut by the client’s close',
  none: '',
};

function playbackTip({ playsFrom, arrivedFrom, arrivedTo, generatedMs, heardMs, cutBy, aheadMs }: Playback): string[] {
  const unheard = generatedMs - heardMs;
  return [
    `${formatPosition(playsFrom)}  heard ${formatDuration(heardMs)} of ${formatDuration(generatedMs)}`,
    ...(cutBy !== 'none' && unheard > 1 ? [`${cutWords[cutBy]}: ${formatDuration(unheard)} was never heard`] : []),
    `arrived within ${formatDuration(arrivedTo - arrivedFrom)}, up to ${formatDuration(aheadMs)} ahead of playback`,
  ];
}
