/** What became of a replay. */
import { formatMs } from '../../analysis/format';
import { percentilesOf } from '../../analysis/percentiles';
import type { Percentiles } from '../../analysis/model';
import type { Refusal } from './live';

/** What became of one message of the client. */
export interface FrameOutcome {
  /** Its number in the recording, `#12`; `#12+1` for one that was added behind it. */
  name: string;
  type: string;
  lane: 'audio' | 'control';
  outcome: 'sent' | 'skipped' | 'left out';
  /** Why it was not sent, for people. */
  reason: string;
  /** When it was due and when it went, ms since the session was open. */
  dueAt: number;
  sentAt: number;
}

/** How far messages were sent from when they were due, ms. */
export interface TimingError {
  all: Percentiles | undefined;
  audio: Percentiles | undefined;
  control: Percentiles | undefined;
  /** Counted by how late they were. */
  bars: { upToMs: number; count: number }[];
}

/** How it ended. */
export type Ending =
  /** All was sent that could be, and what the recording shows came. */
  | { kind: 'completed' }
  | { kind: 'stopped' }
  /** A message waited for something that did not come. */
  | { kind: 'stalled'; frame: string; type: string; waitedFor: string[] }
  /** The connection ended before everything was sent, or before everything had come. */
  | { kind: 'closed early'; code: number; reason: string; frame: string }
  | { kind: 'refused'; status: number; message: string };

export interface ReplayResult {
  ending: Ending;
  /** For people, one sentence. */
  message: string;
  sent: number;
  skipped: FrameOutcome[];
  leftOut: number;
  /** Silence that stood in for an open microphone while a message waited, ms. */
  filledMs: number;
  /** What the recording shows and did not come here, each once, for people: moments of the session, as in `#5: done`. */
  notCome: string[];
  /** Things that are not as they were in the recording, for people. */
  problems: string[];
  refusals: Refusal[];
  timing: TimingError;
  durationMs: number;
  /** How long it was paused, ms, not counted in `durationMs`; and how many messages were sent by hand then. */
  pausedMs: number;
  byHand: number;
}

const BARS = [1, 2, 5, 10, 20, 50, 100, 1000, Infinity];

/** The distribution of the distance between due and sent. */
export function timingError(outcomes: readonly FrameOutcome[]): TimingError {
  const errors = (lane?: FrameOutcome['lane']) =>
    Float64Array.from(
      outcomes
        .filter((one) => one.outcome === 'sent' && (lane === undefined || one.lane === lane))
        .map(({ dueAt, sentAt }) => Math.abs(sentAt - dueAt)),
    );
  const all = errors();
  let before = -1;
  const bars = BARS.map((upToMs) => {
    const count = all.filter((ms) => ms > before && ms <= upToMs).length;
    before = upToMs;
    return { upToMs, count };
  });
  return {
    all: percentilesOf(errors()),
    audio: percentilesOf(errors('audio')),
    control: percentilesOf(errors('control')),
    bars,
  };
}

/** Everything a run has to say, once it is over. */
export function resultOf(run: {
  ending: Ending;
  outcomes: readonly FrameOutcome[];
  /** None unless given. */
  notCome?: Iterable<string>;
  problems: string[];
  refusals: Refusal[];
  filledMs: number;
  durationMs: number;
  pausedMs: number;
  byHand: number;
}): ReplayResult {
  const { ending, outcomes, notCome = [], problems, refusals, filledMs, durationMs, pausedMs, byHand } = run;
  const of = (kind: FrameOutcome['outcome']) => outcomes.filter(({ outcome }) => outcome === kind);
  const skipped = of('skipped');
  const missing = [...new Set([...notCome, ...(ending.kind === 'stalled' ? ending.waitedFor : [])])];
  const end = ending.kind === 'completed' ? completeText(skipped, missing) : endingText(ending);
  return {
    ending,
    message: `${likelyCause(ending, refusals)}${end}${pausedText(pausedMs, byHand, ' It')}`,
    sent: of('sent').length,
    skipped,
    leftOut: of('left out').length,
    filledMs,
    notCome: missing,
    problems,
    refusals,
    timing: timingError(outcomes),
    durationMs,
    pausedMs,
    byHand,
  };
}

/** A replay that went to its end is complete only with all that was to be sent and to come. */
function completeText(skipped: readonly FrameOutcome[], notCome: readonly string[]): string {
  const unsent = skipped.map(({ name, type }) => `${name} (${type})`);
  const what = [
    ...(unsent.length > 0 ? [`${unsent.length} not sent: ${few(unsent)}`] : []),
    ...(notCome.length > 0 ? [`${notCome.length} did not come: ${few(notCome)}`] : []),
  ];
  if (what.length === 0) return endingText({ kind: 'completed' });
  return `The replay went to its end, but not everything was as recorded. ${what.join('. ')}.`;
}

/** That a pause was made, as a sentence about `what`; '' for none. Times of what ran meanwhile are none of the server's. */
export function pausedText(pausedMs: number, byHand: number, what: string): string {
  if (pausedMs === 0 && byHand === 0) return '';
  const sent = byHand === 0 ? '' : `, and ${byHand} ${byHand === 1 ? 'message was' : 'messages were'} sent by hand`;
  return `${what} was paused for ${formatMs(pausedMs)}${sent}.`;
}

/** What was refused before a replay could not go on, said first: a change that the server did not take shows only much later. */
function likelyCause({ kind }: Ending, [first, ...more]: readonly Refusal[]): string {
  if (!first || (kind !== 'stalled' && kind !== 'closed early')) return '';
  const others = more.length > 0 ? ` It refused ${more.length} more after that.` : '';
  const told = `${first.code}: ${first.message}`.replace(/[.\s]+$/, '');
  return `The server refused ${first.frame || 'a message'}, which is the likely cause: ${told}.${others} `;
}

/** The first of many, and how many more there are. */
export function few(names: readonly string[], most = 4): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** How it ended, in one sentence. */
export function endingText(ending: Ending): string {
  switch (ending.kind) {
    case 'completed':
      return 'The replay is complete.';
    case 'stopped':
      return 'The replay was stopped.';
    case 'stalled': {
      const { frame, type, waitedFor } = ending;
      const which = type === '' ? frame : `${frame} (${type})`;
      return `${which} waited for what did not come: ${few(waitedFor)}. Allow more time, let it go on without, or use the original timing.`;
    }
    case 'closed early': {
      const { code, reason, frame } = ending;
      return `The server ended the session before ${frame}: ${code}${reason === '' ? '' : ` ${reason}`}.`;
    }
    case 'refused':
      return ending.message;
  }
}
