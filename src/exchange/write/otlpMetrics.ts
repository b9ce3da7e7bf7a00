/**
 * Measures of a trace for a collector, in the JSON of OTLP (opentelemetry-proto, `metrics/v1`): the two histograms that the semantic
 * conventions for generative AI (1.41) define of a client, made of the spans of its responses. A trace is one stretch of time, so
 * each histogram is one point, cumulative from the first response to the end of the last: sent again, it says the same again.
 */
import { attributes, type OtlpAttribute, type OtlpSpan, type OtlpValue } from './otlpSpans';

/** Bounds that the conventions ask for: of tokens, and of seconds. */
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const SECONDS = Array.from({ length: 14 }, (_, power) => 2 ** power / 100);
/** AGGREGATION_TEMPORALITY_CUMULATIVE. */
const CUMULATIVE = 2;
/** Attributes of a response's span that its measures have too; of the others there are too many values. */
const SHARED = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'server.address',
  'server.port',
];

interface Point {
  attributes: OtlpAttribute[];
  startTimeUnixNano: string;
  timeUnixNano: string;
  /** 64 bits are text in the JSON of protobuf. */
  count: string;
  sum: number;
  min: number;
  max: number;
  explicitBounds: number[];
  bucketCounts: string[];
}

export interface OtlpMetric {
  name: string;
  description: string;
  unit: string;
  histogram: { aggregationTemporality: 2; dataPoints: Point[] };
}

class Histogram {
  readonly #points = new Map<string, { attributes: OtlpAttribute[]; values: number[] }>();

  add(told: OtlpAttribute[], value: number): void {
    const key = JSON.stringify(told);
    const point = this.#points.get(key);
    if (point) point.values.push(value);
    else this.#points.set(key, { attributes: told, values: [value] });
  }

  points(bounds: readonly number[], startTimeUnixNano: string, timeUnixNano: string): Point[] {
    return [...this.#points.values()].map(({ attributes: told, values }) => {
      const counts = new Array<number>(bounds.length + 1).fill(0);
      for (const value of values) {
        // A bound belongs to the bucket below it.
        const at = bounds.findIndex((bound) => value <= bound);
        const bucket = at < 0 ? bounds.length : at;
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
      return {
        attributes: told,
        startTimeUnixNano,
        timeUnixNano,
        count: String(values.length),
        sum: values.reduce((sum, value) => sum + value, 0),
        min: values.reduce((least, value) => Math.min(least, value)),
        max: values.reduce((most, value) => Math.max(most, value)),
        explicitBounds: [...bounds],
        bucketCounts: counts.map(String),
      };
    });
  }
}

/** The measures of these spans; none where no response of the model is among them. */
export function metricsOf(spans: readonly OtlpSpan[]): OtlpMetric[] {
  const chats = spans.filter(({ attributes: told }) => plain(told, 'gen_ai.operation.name') === 'chat');
  if (chats.length === 0) return [];
  const [usage, duration] = [new Histogram(), new Histogram()];
  for (const span of chats) {
    const shared = span.attributes.filter(({ key }) => SHARED.includes(key));
    const error = plain(span.attributes, 'error.type');
    const nanos = BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano);
    duration.add([...shared, ...attributes({ 'error.type': String(error ?? '') })], Number(nanos / 1000n) / 1e6);
    for (const type of ['input', 'output']) {
      const tokens = plain(span.attributes, `gen_ai.usage.${type}_tokens`);
      if (tokens !== undefined) usage.add([...shared, ...attributes({ 'gen_ai.token.type': type })], Number(tokens));
    }
  }
  const first = least(chats.map(({ startTimeUnixNano }) => startTimeUnixNano));
  const last = most(chats.map(({ endTimeUnixNano }) => endTimeUnixNano));
  const metric = (name: string, description: string, unit: string, dataPoints: Point[]): OtlpMetric[] =>
    dataPoints.length === 0
      ? []
      : [{ name, description, unit, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }];
  return [
    ...metric(
      'gen_ai.client.token.usage',
      'Tokens of the responses, in and out.',
      '{token}',
      usage.points(TOKENS, first, last),
    ),
    ...metric(
      'gen_ai.client.operation.duration',
      'How long the responses took.',
      's',
      duration.points(SECONDS, first, last),
    ),
  ];
}

function plain(told: readonly OtlpAttribute[], name: string): string | number | undefined {
  const value: OtlpValue | undefined = told.find(({ key }) => key === name)?.value;
  if (value === undefined) return undefined;
  if ('stringValue' in value) return value.stringValue;
  if ('intValue' in value) return Number(value.intValue);
  return 'doubleValue' in value ? value.doubleValue : undefined;
}

const least = (times: readonly string[]) => times.reduce((a, b) => (BigInt(b) < BigInt(a) ? b : a));
const most = (times: readonly string[]) => times.reduce((a, b) => (BigInt(b) > BigInt(a) ? b : a));
