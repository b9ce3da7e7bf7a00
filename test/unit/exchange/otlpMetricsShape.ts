/** The shape of `ExportMetricsServiceRequest` in the JSON mapping of OTLP (opentelemetry-proto 1.x), as far as histograms go. */

export interface Point {
  attributes: { key: string; value: Record<string, unknown> }[];
  startTimeUnixNano: string;
  timeUnixNano: string;
  count: string;
  sum: number;
  min: number;
  max: number;
  explicitBounds: number[];
  bucketCounts: string[];
}
interface Metric {
  name: string;
  description: string;
  unit: string;
  histogram: { aggregationTemporality: number; dataPoints: Point[] };
}
interface Request {
  resourceMetrics: { resource: object; scopeMetrics: { scope: object; metrics: Metric[] }[] }[];
}

/** The metrics of a request. */
export const metricsIn = (body: string): Metric[] =>
  (JSON.parse(body) as Request).resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics),
  );

const FIELDS = 'attributes startTimeUnixNano timeUnixNano count sum min max explicitBounds bucketCounts'.split(' ');

/** Everything that is not as the proto has it. */
export function metricsProblems(body: string): string[] {
  const problems: string[] = [];
  const check = (isRight: boolean, what: string) => (isRight ? undefined : problems.push(what));
  check(Object.keys(JSON.parse(body) as object).join() === 'resourceMetrics', 'a request has resourceMetrics alone');
  for (const { name, unit, histogram, ...rest } of metricsIn(body)) {
    check(/^[a-z][\w.]*$/.test(name) && unit !== '', `${name}: no name or unit`);
    check(Object.keys(rest).join() === 'description', `${name}: the proto has no such field`);
    check([1, 2].includes(histogram.aggregationTemporality), `${name}: no temporality`);
    const sets = histogram.dataPoints.map(({ attributes }) => JSON.stringify(attributes));
    check(new Set(sets).size === sets.length, `${name}: two points of one stream`);
    for (const point of histogram.dataPoints) {
      check(
        Object.keys(point).every((field) => FIELDS.includes(field)),
        `${name}: the proto has no such field`,
      );
      check(/^\d{19}$/.test(point.startTimeUnixNano) && /^\d{19}$/.test(point.timeUnixNano), `${name}: no times`);
      check(BigInt(point.timeUnixNano) >= BigInt(point.startTimeUnixNano), `${name}: it ends before it begins`);
      check(point.bucketCounts.length === point.explicitBounds.length + 1, `${name}: a bucket too many or too few`);
      const inBuckets = point.bucketCounts.reduce((sum, count) => sum + BigInt(count), 0n);
      check(inBuckets === BigInt(point.count), `${name}: the buckets hold another number`);
      const sorted = point.explicitBounds.every((bound, at, all) => at === 0 || bound > (all[at - 1] ?? Infinity));
      check(sorted, `${name}: bounds do not rise`);
    }
  }
  return problems;
}
