import type { Finding, LatencyName, Playback, SessionMetrics, Span, Turn, Usage } from '../../../src/analysis/model';

/**
 * What an analysis says of a session, each thing as one line that a person can work out from the events with a pencil.
 * Times are ms.
 */
export interface Told {
  /** `1 text 300..4000 completed: "heard" -> "said" [tools]`, then the end of speech and of the voice. */
  turns: string[];
  /** `lane label start..end status (detail) { mark time, ... }`, in the order of their beginnings. */
  spans: string[];
  /** Of each turn, in the order they were measured. */
  latencies: string[];
  /** `count min p50 p95 max` of what is measured at each piece of audio. */
  pacing: Partial<Record<LatencyName, string>>;
  /** `start..end made heard, cut by what, most ahead`. */
  playback: string[];
  /** `text in/cached/out, audio ...`, tokens altogether. */
  usage: string;
  /** US dollars. */
  cost: number | null;
  /** ms of audio: spoken by the user, made, heard. */
  audio: [spoken: number, made: number, heard: number];
  /** `severity rule`. */
  findings: string[];
}

const LANES = ['connection', 'http', 'speech', 'transcription', 'turn', 'response', 'item', 'part', 'call', 'mcp'];
const PACING: readonly LatencyName[] = ['deltaGap', 'aheadOfPlayback'];

/** Whole ms: input that lies between two samples has thousandths. */
const ms = (value: number | null): string => (value === null ? '' : String(Math.round(value)));

export function turnLine(turn: Turn): string {
  const { number, by, start, end, status, detail, heard, said, tools, speechEnd, voiceEnd } = turn;
  return [
    `${number} ${by} ${ms(start)}..${ms(end)} ${status}${detail && ` (${detail})`}: "${heard}" -> "${said}"`,
    ...(tools.length > 0 ? [`[${tools.join(', ')}]`] : []),
    ...(speechEnd === null ? [] : [`speech ${ms(speechEnd)} voice ${ms(voiceEnd)}`]),
  ].join(' ');
}

export function spanLine({ lane, label, start, end, status, detail, marks }: Span): string {
  const named = marks.map(({ name, t }) => `${name} ${ms(t)}`).join(', ');
  const name = label === lane || lane === 'turn' ? lane : `${lane} ${label}`;
  return `${name} ${ms(start)}..${ms(end)} ${status}${detail && ` (${detail})`}${named && ` { ${named} }`}`;
}

export function playbackLine({ playsFrom, playsTo, generatedMs, heardMs, cutBy, aheadMs }: Playback): string {
  return `${ms(playsFrom)}..${ms(playsTo)} heard ${ms(heardMs)} of ${ms(generatedMs)}, cut by ${cutBy}, ahead ${ms(aheadMs)}`;
}

export function usageLine({ text, audio, image, unknown, totalTokens, transcribedSeconds }: Usage): string {
  const counts = Object.entries({ text, audio, image, '?': unknown })
    .filter(([, { input, cached, output }]) => input + cached + output > 0)
    .map(([name, { input, cached, output }]) => `${name} ${input}/${cached}/${output}`);
  return [
    ...counts,
    `total ${totalTokens}`,
    ...(transcribedSeconds > 0 ? [`${transcribedSeconds} s transcribed`] : []),
  ].join(', ');
}

export interface Everything {
  spans: readonly Span[];
  turns: readonly Turn[];
  playback: readonly Playback[];
  findings: readonly Finding[];
  metrics: SessionMetrics;
}

export function told({ spans, turns, playback, findings, metrics }: Everything): Told {
  const pacing: Told['pacing'] = {};
  for (const name of PACING) {
    const found = metrics.latencies[name];
    if (found) pacing[name] = [found.count, found.min, found.p50, found.p95, found.max].map(Math.round).join(' ');
  }
  return {
    turns: turns.map(turnLine),
    spans: [...spans]
      .sort((a, b) => a.start - b.start || LANES.indexOf(a.lane) - LANES.indexOf(b.lane) || a.startRow - b.startRow)
      .map(spanLine),
    latencies: turns.map(({ latencies }) => latencies.map(({ name, ms: value }) => `${name} ${ms(value)}`).join(', ')),
    pacing,
    playback: playback.map(playbackLine),
    usage: usageLine(metrics.usage),
    cost: metrics.cost === null ? null : Number(metrics.cost.usd.toFixed(9)),
    audio: [metrics.inputAudioMs, metrics.outputAudioMs, metrics.heardAudioMs].map(Math.round) as Told['audio'],
    findings: findings.map(({ severity, rule }) => `${severity} ${rule}`),
  };
}
