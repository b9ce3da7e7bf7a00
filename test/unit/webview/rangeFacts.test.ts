import { expect, it } from 'vitest';
import type { SessionMetrics } from '../../../src/analysis/model';
import { rangeFacts } from '../../../webview/logic/rangeFacts';
import { rowsOf } from './columns';

const none = { input: 0, cached: 0, output: 0 };
const metrics = (over: Partial<SessionMetrics>): SessionMetrics => ({
  session: 's1',
  model: 'gpt-realtime',
  turns: 2,
  responses: { completed: 1, cancelled: 1 },
  latencies: {
    speechToAudio: { count: 2, min: 400, p50: 400, p95: 600, max: 600 },
    toolRun: { count: 1, min: 80, p50: 80, p95: 80, max: 80 },
  },
  usage: { text: none, audio: none, image: none, unknown: none, totalTokens: 1234, transcribedSeconds: 0 },
  cost: { usd: 0.5, source: 'list of 2026' },
  inputAudioMs: 3000,
  outputAudioMs: 2000,
  heardAudioMs: 1500,
  ...over,
});
const { indexes } = (() => {
  const rows = rowsOf([
    { t: 0, from: 'client' },
    { t: 10, from: 'client' },
    { t: 20, from: 'server' },
    { t: 30, from: 'server', flags: 4 },
    { t: 100, from: 'server' },
  ]);
  return { indexes: rows.indexes('') };
})();
const facts = (told: SessionMetrics | null) =>
  Object.fromEntries(
    rangeFacts({ range: { start: 5, end: 100 }, indexes, metrics: told }).map(({ name, value }) => [name, value]),
  );

it('a range says how long it is and how many events went each way before more is known', () => {
  expect(facts(null)).toEqual({ range: '95.0 ms', events: '→ 1  ← 2', errors: '1' });
});

it('a range of one session has its measures, tokens and cost', () => {
  expect(facts(metrics({}))).toMatchObject({
    spoken: '3.000 s',
    answered: '2.000 s, 1.500 s heard',
    turns: '2',
    responses: '1 completed, 1 cancelled',
    'speech to audio': 'p50 400 ms  p95 600 ms',
    'tool run': '80.0 ms',
    tokens: '1,234',
    cost: '$0.5000',
  });
});

it('a cost that is not known is not told', () => {
  expect(facts(metrics({ cost: null })).cost).toBeUndefined();
});
