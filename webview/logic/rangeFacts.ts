/** What is said of a range of time, in the order in which it is shown. */
import { LATENCIES } from '../../src/analysis/latency';
import type { LatencyName, SessionMetrics } from '../../src/analysis/model';
import type { LaneIndexes } from '../state/rows';
import type { SortedIndex } from '../state/sortedIndex';
import type { TimeSpan } from '../timeline/timeScale';
import { formatCount, formatDuration, formatPosition } from './format';
import { formatUsd } from './money';

export interface RangeFact {
  name: string;
  value: string;
  /** The whole story, for a hover. */
  title: string;
}

export interface RangeQuestion {
  range: TimeSpan;
  indexes: Pick<LaneIndexes, 'client' | 'server' | 'errors'>;
  /** Of all that is in the range; null before it is known. */
  metrics: SessionMetrics | null;
}

/** Measures worth a place in one line, with a word for each. */
const latencies: readonly [LatencyName, string][] = [
  ['speechToAudio', 'speech to audio'],
  ['createToAudio', 'request to audio'],
  ['createToText', 'request to words'],
  ['toolRun', 'tool run'],
  ['bargeInToDone', 'barge-in to cancelled'],
];

export function rangeFacts({ range, indexes, metrics }: RangeQuestion): RangeFact[] {
  const { start, end } = range;
  const facts: RangeFact[] = [];
  const tell = (name: string, value: string, title = '') => facts.push({ name, value, title });
  tell('range', formatDuration(end - start), `${formatPosition(start)} to ${formatPosition(end)}`);
  const sent = within(indexes.client, range);
  const received = within(indexes.server, range);
  tell('events', `→ ${formatCount(sent)}  ← ${formatCount(received)}`, 'from the client, from the server');
  const errors = within(indexes.errors, range);
  if (errors > 0) tell('errors', formatCount(errors));
  if (metrics === null) return facts;
  const { inputAudioMs: spoken, outputAudioMs: made, heardAudioMs: heard, turns, usage, cost } = metrics;
  if (spoken > 0) tell('spoken', formatDuration(spoken), 'audio of the user that was taken as input');
  if (made > 0) {
    const unheard = made - heard > 1 ? `, ${formatDuration(heard)} heard` : '';
    tell('answered', formatDuration(made) + unheard, 'audio the model made, and what of it the user heard');
  }
  if (turns > 0) tell('turns', formatCount(turns), 'turns that begin in the range');
  const statuses = Object.entries(metrics.responses)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${formatCount(count)} ${status.replaceAll('_', ' ')}`)
    .join(', ');
  if (statuses !== '') tell('responses', statuses, 'responses that end in the range');
  for (const [name, words] of latencies) {
    const told = metrics.latencies[name];
    if (told === undefined) continue;
    const value =
      told.count === 1 ? formatDuration(told.p50) : `p50 ${formatDuration(told.p50)}  p95 ${formatDuration(told.p95)}`;
    const times = told.count === 1 ? 'measured once' : `measured ${formatCount(told.count)} times`;
    tell(words, value, `${LATENCIES[name].title}: ${LATENCIES[name].formula}; ${times}`);
  }
  if (usage.totalTokens > 0) tell('tokens', formatCount(usage.totalTokens));
  if (cost !== null && cost.usd > 0) tell('cost', formatUsd(cost.usd), cost.source);
  return facts;
}

function within(index: SortedIndex, { start, end }: TimeSpan): number {
  return index.lowerBound(end) - index.lowerBound(start);
}
