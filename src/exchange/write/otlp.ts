/** A trace sent to a collector of OpenTelemetry: OTLP over HTTP, as JSON. */
import { Remarks, type ExportReport } from '../model';
import type { Work } from '../../rewrite/source';
import { redactUrl } from '../../trace/redact';
import { TraceReader } from '../../trace/reader';
import type { OpenRecord } from '../../trace/records';
import { objectOf, parsedJson, textOf } from '../read/values';
import { analysed, type Analysed, type Chosen } from './analysed';
import { checkHeaders, metricsAddress, tracesAddress } from './otlpAddress';
import { metricsOf, type OtlpMetric } from './otlpMetrics';
import { attributes, sessionSpans, type OtlpSpan } from './otlpSpans';

/** Spans of one request: collectors take 4 MiB unless told otherwise. */
const BATCH = 200;
/** What a collector may take to answer, ms, as OpenTelemetry's own exporters wait. */
const ANSWER_MS = 10_000;
/** Tries of one request, and the wait before the second, which doubles, ms. */
const TRIES = 4;
const WAIT_MS = 1000;
const RETRIED = [429, 502, 503, 504];

export interface OtlpOptions extends Chosen, Work {
  /** `name/version` of this program. */
  generator: string;
  /** Headers of the requests: keys of the collector. They are told to nobody. */
  headers?: Readonly<Record<string, string>>;
  /** Words, arguments and outputs go along. */
  content?: boolean;
  /** Instead of waiting a while; tests need not. */
  wait?: (ms: number) => Promise<void>;
}

/** The body of one request (`ExportTraceServiceRequest`). */
export interface OtlpRequest {
  resourceSpans: {
    resource: { attributes: ReturnType<typeof attributes> };
    scopeSpans: { scope: { name: string; version: string }; spans: OtlpSpan[] }[];
  }[];
}

/** The body of the last request (`ExportMetricsServiceRequest`). */
export interface OtlpMetricsRequest {
  resourceMetrics: {
    resource: { attributes: ReturnType<typeof attributes> };
    scopeMetrics: { scope: { name: string; version: string }; metrics: OtlpMetric[] }[];
  }[];
}

/** The requests a trace would be sent with, and what they leave out. */
export async function otlpRequests(
  trace: string,
  options: OtlpOptions,
): Promise<{ requests: OtlpRequest[]; metrics: OtlpMetricsRequest[]; report: Omit<ExportReport, 'files'> }> {
  const whole = await analysed(trace, options);
  const lost = new Remarks();
  try {
    const { key, opened } = await handshakes(trace);
    const spans: OtlpSpan[] = [];
    for (const session of whole.sessions) {
      options.signal?.throwIfAborted();
      const { model, conversation } = await told(whole, session.id);
      spans.push(
        ...(await sessionSpans(whole, session, {
          traceKey: key,
          url: redactUrl(opened.get(session.id)?.url ?? ''),
          model,
          conversation,
          content: options.content ?? false,
        })),
      );
    }
    if (Number.isNaN(whole.startedAt)) lost.add('The trace does not say when it began: its times count from 1970');
    if (options.content !== true)
      lost.once('What was said, arguments and outputs of tools do not go along; --content sends them.');
    lost.once('Sound, single messages, findings and what users said (input messages) are not in it.');
    const [name = '', version = ''] = options.generator.split('/');
    const resource = {
      attributes: attributes({ 'service.name': 'realtime-inspector', 'realtime_inspector.trace': key }),
    };
    const measured = metricsOf(spans);
    const metrics: OtlpMetricsRequest[] =
      measured.length === 0
        ? []
        : [{ resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name, version }, metrics: measured }] }] }];
    const requests: OtlpRequest[] = [];
    for (let at = 0; at < spans.length; at += BATCH) {
      requests.push({
        resourceSpans: [
          {
            resource,
            scopeSpans: [{ scope: { name, version }, spans: spans.slice(at, at + BATCH) }],
          },
        ],
      });
    }
    return {
      requests,
      metrics,
      report: {
        trace,
        as: 'otlp',
        counts: {
          sessions: whole.sessions.length,
          spans: spans.length,
          metrics: measured.length,
          requests: requests.length + metrics.length,
        },
        lost: lost.list(),
        guessed: [],
        problems: whole.problems,
      },
    };
  } finally {
    await whole.close();
  }
}

/** Id of the trace and handshakes of its sessions. */
async function handshakes(trace: string): Promise<{ key: string; opened: Map<string, OpenRecord> }> {
  const reader = await TraceReader.open(trace);
  const opened = new Map<string, OpenRecord>();
  try {
    await reader.read(({ head, parsed }) => {
      if (head === undefined && parsed.kind === 'record' && parsed.record.kind === 'open')
        opened.set(parsed.record.session, parsed.record);
    });
    return { key: reader.header?.id ?? '', opened };
  } finally {
    await reader.close();
  }
}

/** Model and server's name of a session, by what the server said first. */
async function told(whole: Analysed, session: string): Promise<{ model: string; conversation: string }> {
  const model = whole.report.sessions.find((one) => one.session === session)?.model ?? '';
  const created = whole.report.configs.find((one) => one.session === session && one.kind === 'created');
  if (!created) return { model, conversation: '' };
  const { format, text } = await whole.reading.document.body(created.row, true);
  const config = format === 'json' ? objectOf(objectOf(parsedJson(text))['session']) : {};
  return { model: model || textOf(config['model']), conversation: textOf(config['id']) };
}

/** Sends a trace. Rejects with a sentence for people when the collector cannot be reached or refuses it. */
export async function exportOtlp(trace: string, to: string, options: OtlpOptions): Promise<ExportReport> {
  const url = tracesAddress(to);
  checkHeaders(options.headers ?? {});
  const { requests, metrics, report } = await otlpRequests(trace, options);
  const lost = [...report.lost];
  let rejected = 0;
  const all = requests.length + metrics.length;
  for (const [at, request] of requests.entries()) {
    const { count, message } = (await send(url, request, options)) as Taken;
    rejected += count;
    if (message !== '') lost.push(`The collector says: ${message.slice(0, 300)}`);
    options.progress?.((at + 1) / all);
  }
  for (const request of metrics) {
    const answer = await send(metricsAddress(to), request, options);
    if ('none' in answer) {
      lost.push(`The collector takes no metrics (it answered ${answer.none}): it got the spans alone.`);
      continue;
    }
    if (answer.message !== '') lost.push(`The collector says: ${answer.message.slice(0, 300)}`);
    if (answer.count > 0) lost.push(`${answer.count} points of metrics were rejected by the collector.`);
    options.progress?.(1);
  }
  if (rejected > 0) lost.push(`${rejected} spans were rejected by the collector.`);
  return { ...report, files: [], counts: { ...report.counts, rejected }, lost };
}

/** How much of a request was refused, and what the collector says to it. */
interface Taken {
  count: number;
  message: string;
}

/** Answers of collectors that know spans and no metrics. */
const NO_METRICS = [404, 405, 415, 501];

async function send(
  url: URL,
  request: OtlpRequest | OtlpMetricsRequest,
  options: OtlpOptions,
): Promise<Taken | { none: number }> {
  const isMetrics = 'resourceMetrics' in request;
  const wait = options.wait ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  for (let tried = 1; ; tried += 1) {
    options.signal?.throwIfAborted();
    let answer: Response;
    try {
      answer = await fetch(url, {
        method: 'POST',
        headers: { ...options.headers, 'content-type': 'application/json' },
        body: JSON.stringify(request),
        // A collector that sends elsewhere would get the conversation there.
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), ...(options.signal ? [options.signal] : [])]),
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Error(`The collector at ${url.origin} cannot be reached: ${cause}.`, { cause: error });
    }
    const text = (await answer.text()).slice(0, 64_000);
    if (answer.ok) {
      const partial = objectOf(objectOf(parsedJson(text))['partialSuccess']);
      const count = Number(partial[isMetrics ? 'rejectedDataPoints' : 'rejectedSpans'] ?? 0) || 0;
      return { count, message: textOf(partial['errorMessage']) };
    }
    if (isMetrics && NO_METRICS.includes(answer.status)) return { none: answer.status };
    if (!RETRIED.includes(answer.status) || tried === TRIES) {
      const why = textOf(objectOf(parsedJson(text))['message']) || text.replace(/\s+/g, ' ');
      throw new Error(
        `The collector at ${url.origin} answered ${answer.status}: ${why.slice(0, 300) || answer.statusText}`,
      );
    }
    const asked = Number(answer.headers.get('retry-after')) * 1000;
    await wait(Math.min(30_000, asked > 0 ? asked : WAIT_MS * 2 ** (tried - 1)));
  }
}
