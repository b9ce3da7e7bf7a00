/**
 * A trace as spans of OpenTelemetry, in the JSON of OTLP (opentelemetry-proto, `trace/v1`) and the words of the semantic
 * conventions for generative AI (1.41): a session is a trace with its turns, in them the responses (`chat`) and the tools the app
 * ran (`execute_tool`). Ids are made of the trace's own, so that sending it twice says the same twice.
 */
import { createHash } from 'node:crypto';
import type { Span, Usage } from '../../analysis/model';
import { responseUsage } from '../../analysis/usage';
import { dialectOfHandshake, type DialectId } from '../../protocol';
import { redactBody } from '../../trace/redact';
import type { Analysed, AnalysedSession } from './analysed';
import { isObject, listOf, objectOf, parsedJson, textOf, type Json } from '../read/values';

export type OtlpValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { boolValue: boolean }
  | { arrayValue: { values: OtlpValue[] } };
export interface OtlpAttribute {
  key: string;
  value: OtlpValue;
}
export interface OtlpSpan {
  /** 32 and 16 hexadecimal digits, as OTLP's JSON wants them (not base64). */
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1 internal, 3 client. */
  kind: 1 | 3;
  /** Nanoseconds since 1970; 64 bits are text in the JSON of protobuf. */
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: OtlpAttribute[];
  events: { timeUnixNano: string; name: string; attributes: OtlpAttribute[] }[];
  /** 0 unset, 2 error. */
  status: { code?: 2; message?: string };
}

/** A text that protobuf takes: half of a pair of surrogates is none. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

type Plain = string | number | boolean | readonly string[] | undefined | null;

/** Attributes of the values that are there. */
export function attributes(values: Readonly<Record<string, Plain>>): OtlpAttribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === null || value === '' ? [] : [{ key, value: valueOf(value) }],
  );
}

function valueOf(value: string | number | boolean | readonly string[]): OtlpValue {
  if (typeof value === 'string') return { stringValue: wellFormed(value) };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number')
    return { arrayValue: { values: value.map((one) => ({ stringValue: wellFormed(one) })) } };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Nanoseconds since 1970 of a moment of the trace, exact to the microsecond that the trace has. */
export function nanos(startedAt: number, t: number): string {
  return String(BigInt(startedAt) * 1_000_000n + BigInt(Math.round(t * 1000)) * 1000n);
}

const hex = (digits: number, ...parts: string[]) =>
  createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, digits);

const PROVIDERS: Partial<Record<DialectId, string>> = {
  openai: 'openai',
  'openai-beta': 'openai',
  azure: 'azure.ai.openai',
  'azure-preview': 'azure.ai.openai',
  'voice-live': 'azure.ai.openai',
  xai: 'x_ai',
};

/** What is known of a session before its spans are made. */
export interface SessionFacts {
  traceKey: string;
  url: string;
  model: string;
  /** The server's name for it (`sess_...`). */
  conversation: string;
  /** Words, arguments and outputs go along: they are what people said. */
  content: boolean;
}

/** All spans of a session, its own first. */
export async function sessionSpans(
  whole: Analysed,
  session: AnalysedSession,
  facts: SessionFacts,
): Promise<OtlpSpan[]> {
  const maker = new SpanMaker(whole, session, facts);
  return maker.make();
}

class SpanMaker {
  readonly #whole: Analysed;
  readonly #session: AnalysedSession;
  readonly #facts: SessionFacts;
  readonly #traceId: string;
  readonly #rootId: string;
  readonly #common: Record<string, Plain>;

  constructor(whole: Analysed, session: AnalysedSession, facts: SessionFacts) {
    this.#whole = whole;
    this.#session = session;
    this.#facts = facts;
    this.#traceId = hex(32, facts.traceKey, session.id);
    this.#rootId = this.#id('session');
    let address: URL | undefined;
    try {
      address = new URL(facts.url);
    } catch {
      address = undefined;
    }
    this.#common = {
      'gen_ai.provider.name': PROVIDERS[dialectOfHandshake({ url: facts.url }) ?? 'openai'] ?? 'openai',
      'gen_ai.request.model': facts.model,
      'gen_ai.conversation.id': facts.conversation,
      'server.address': address?.hostname,
      'server.port': address?.port ? Number(address.port) : undefined,
    };
  }

  async make(): Promise<OtlpSpan[]> {
    const spans = [...this.#whole.reading.spans.values()].filter(({ session }) => session === this.#session.id);
    const made = [this.#root(spans)];
    const turns = this.#turns();
    made.push(...turns.spans);
    for (const span of spans) {
      if (span.lane === 'response') made.push(await this.#response(span, turns.of(span.start)));
      else if (span.lane === 'call') made.push(await this.#tool(span, turns.of(span.start)));
      else if (span.lane === 'speech' || span.lane === 'transcription' || span.lane === 'mcp')
        made.push(this.#plain(span, turns.of(span.start)));
    }
    return made;
  }

  #id(key: string): string {
    return hex(16, this.#facts.traceKey, this.#session.id, key);
  }
  #nanos(t: number): string {
    return nanos(this.#whole.startedAt || 0, t);
  }

  #span(key: string, name: string, kind: 1 | 3, from: number, to: number, parent: string | undefined): OtlpSpan {
    return {
      traceId: this.#traceId,
      spanId: this.#id(key),
      ...(parent === undefined ? {} : { parentSpanId: parent }),
      name: wellFormed(name),
      kind,
      startTimeUnixNano: this.#nanos(from),
      endTimeUnixNano: this.#nanos(Math.max(from, to)),
      attributes: [],
      events: [],
      status: {},
    };
  }

  #root(spans: readonly Span[]): OtlpSpan {
    const { start, end, id } = this.#session;
    const connection = spans.find(({ lane }) => lane === 'connection');
    const span = this.#span(
      'session',
      `realtime session ${this.#facts.model}`.trim(),
      1,
      Math.min(start, connection?.start ?? start),
      end,
      undefined,
    );
    const metrics = this.#whole.report.sessions.find((one) => one.session === id);
    span.attributes = attributes({
      ...this.#common,
      'url.full': this.#facts.url,
      'realtime_inspector.session': id,
      'realtime_inspector.turns': metrics?.turns,
      'realtime_inspector.cost_usd': metrics?.cost?.usd,
      ...usageOf(metrics?.usage),
    });
    if (connection?.status === 'failed') span.status = { code: 2, message: wellFormed(connection.detail) };
    return span;
  }

  #turns(): { spans: OtlpSpan[]; of(t: number): string } {
    const turns = this.#whole.report.turns.filter(({ session }) => session === this.#session.id);
    const spans = turns.map((turn) => {
      const span = this.#span(
        turn.key,
        `turn ${turn.number}`,
        1,
        turn.start,
        turn.end ?? this.#session.end,
        this.#rootId,
      );
      const latencies = Object.fromEntries(
        turn.latencies.map(({ name, ms }) => [`realtime_inspector.latency.${name}_ms`, ms]),
      );
      span.attributes = attributes({
        'gen_ai.conversation.id': this.#facts.conversation,
        'realtime_inspector.turn.began_by': turn.by,
        'realtime_inspector.turn.status': turn.status,
        'realtime_inspector.cost_usd': turn.cost?.usd,
        ...latencies,
      });
      return span;
    });
    return {
      spans,
      of: (t) => {
        const at = turns.findLastIndex((turn) => turn.start <= t);
        return spans[at]?.spanId ?? this.#rootId;
      },
    };
  }

  /** A response of the model. What it was asked for is the conversation; what it said is its own. */
  async #response(span: Span, parent: string): Promise<OtlpSpan> {
    const made = this.#span(
      span.key,
      `chat ${this.#facts.model}`.trim(),
      3,
      span.start,
      span.end ?? this.#session.end,
      parent,
    );
    const event = await this.#body(span.endRow);
    const response = objectOf(event['response']);
    const usage = responseUsage(event);
    const output = listOf(response['output']).filter(isObject);
    const spoken = output.some((item) =>
      listOf(item['content']).some((part) => /audio/.test(textOf(objectOf(part)['type']))),
    );
    const error = objectOf(objectOf(response['status_details'])['error']);
    const firstAudio =
      span.marks.find(({ name }) => name === 'first audio') ?? span.marks.find(({ name }) => name === 'first text');
    made.attributes = attributes({
      'gen_ai.operation.name': 'chat',
      ...this.#common,
      'gen_ai.response.id': span.response || textOf(response['id']),
      'gen_ai.response.model': textOf(response['model']),
      'gen_ai.response.finish_reasons':
        span.status === '' ? undefined : [finishReason(span.status, output, span.detail)],
      'gen_ai.output.type': span.endRow === null ? undefined : spoken ? 'speech' : 'text',
      ...usageOf(usage),
      'gen_ai.response.time_to_first_chunk': firstAudio && (firstAudio.t - span.start) / 1000,
      ...(span.status === 'failed' ? { 'error.type': textOf(error['code']) || textOf(error['type']) || '_OTHER' } : {}),
      ...(this.#facts.content && output.length > 0
        ? {
            'gen_ai.output.messages': this.#clean(
              JSON.stringify([
                {
                  role: 'assistant',
                  parts: partsOf(output),
                  finish_reason: finishReason(span.status, output, span.detail),
                },
              ]),
            ),
          }
        : {}),
    });
    made.events = span.marks.map(({ name, t }) => ({ timeUnixNano: this.#nanos(t), name, attributes: [] }));
    if (span.status === 'failed') made.status = { code: 2, message: wellFormed(span.detail) };
    return made;
  }

  /** A tool that the app ran: from the complete call to its output. */
  async #tool(span: Span, parent: string): Promise<OtlpSpan> {
    const name = span.label.replace(/^call /, '');
    // What comes after its output is the model's.
    const sent = span.marks.find((mark) => mark.name === 'output sent');
    const end = sent?.t ?? span.end ?? this.#session.end;
    const made = this.#span(span.key, `execute_tool ${name}`, 1, span.start, end, parent);
    const [called, answered] = this.#facts.content
      ? [await this.#body(span.startRow), await this.#body(sent?.row ?? null)]
      : [{}, {}];
    const told = textOf(called['arguments']) || textOf(objectOf(called['item'])['arguments']);
    made.attributes = attributes({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': span.call,
      'gen_ai.tool.type': 'function',
      'gen_ai.conversation.id': this.#facts.conversation,
      'gen_ai.tool.call.arguments': this.#clean(told),
      'gen_ai.tool.call.result': this.#clean(textOf(objectOf(answered['item'])['output'])),
    });
    made.events = span.marks.map((mark) => ({ timeUnixNano: this.#nanos(mark.t), name: mark.name, attributes: [] }));
    return made;
  }

  #plain(span: Span, parent: string): OtlpSpan {
    const made = this.#span(span.key, span.label || span.lane, 1, span.start, span.end ?? this.#session.end, parent);
    made.attributes = attributes({
      'gen_ai.conversation.id': this.#facts.conversation,
      'realtime_inspector.lane': span.lane,
      'realtime_inspector.status': span.status,
      'realtime_inspector.item': span.item,
    });
    made.events = span.marks.map((mark) => ({ timeUnixNano: this.#nanos(mark.t), name: mark.name, attributes: [] }));
    if (span.status === 'failed') made.status = { code: 2, message: wellFormed(span.detail) };
    return made;
  }

  async #body(row: number | null): Promise<Json> {
    if (row === null) return {};
    const { format, text } = await this.#whole.reading.document.body(row, true);
    return format === 'json' ? objectOf(parsedJson(text)) : {};
  }

  /** What leaves this machine is looked at once more. */
  #clean(text: string): string {
    return text === '' ? '' : (redactBody(text)?.text ?? text);
  }
}

function usageOf(usage: Usage | null | undefined): Record<string, Plain> {
  if (!usage) return {};
  const all = [usage.text, usage.audio, usage.image, usage.unknown];
  const sum = (of: 'input' | 'cached' | 'output') => all.reduce((total, one) => total + one[of], 0);
  return {
    'gen_ai.usage.input_tokens': sum('input'),
    'gen_ai.usage.output_tokens': sum('output'),
    'gen_ai.usage.cache_read.input_tokens': sum('cached'),
    'realtime_inspector.usage.audio_input_tokens': usage.audio.input,
    'realtime_inspector.usage.audio_output_tokens': usage.audio.output,
  };
}

/** In the words of the conventions: `stop`, `tool_call`, `length`, `content_filter`, `error`; else the API's own. */
function finishReason(status: string, output: readonly Json[], detail: string): string {
  if (status === 'completed') return output.some(({ type }) => type === 'function_call') ? 'tool_call' : 'stop';
  if (status === 'failed') return 'error';
  if (status === 'incomplete') return /content filter/.test(detail) ? 'content_filter' : 'length';
  return status;
}

function partsOf(output: readonly Json[]): object[] {
  return output.flatMap((item): object[] => {
    if (item['type'] === 'function_call')
      return [{ type: 'tool_call', id: item['call_id'], name: item['name'], arguments: item['arguments'] }];
    return listOf(item['content']).flatMap((part) => {
      const { text, transcript } = objectOf(part);
      const content = textOf(text) || textOf(transcript);
      return content === '' ? [] : [{ type: 'text', content }];
    });
  });
}
