/** A REST call as a trace holds it: without its secrets. */
import { redactBody, redactHeaders, redactUrl } from '../trace/redact';
import type { HeaderRecord, HttpRecord } from '../trace/records';
import { redactForm } from './formBody';
import { headerOf, secretsOf } from './requests';
import type { RestExchange } from './rest';

/** Makes the record; `t` and `start` are milliseconds since the trace's start, `secrets` literal values known to be secret. */
export function httpRecord(exchange: RestExchange, t: number, start: number, secrets: readonly string[]): HttpRecord {
  const requestHeaders = flat(exchange.requestHeaders);
  const alsoSecret = [...secrets, ...mintedSecrets(exchange), ...secretsOf(requestHeaders)];
  const form = headerOf(exchange.requestHeaders, 'content-type');
  const request = redactForm(exchange.requestBody ?? '', form, alsoSecret);
  const response = redactBody(exchange.responseBody ?? '', alsoSecret);
  const redacted = [
    ...(request?.redacted ?? []).map((pointer) => `/requestBody${pointer}`),
    ...(response?.redacted ?? []).map((pointer) => `/responseBody${pointer}`),
  ];
  return {
    kind: 'http',
    ...exchange,
    t,
    start,
    url: redactUrl(exchange.url, alsoSecret),
    requestHeaders: redactHeaders(requestHeaders, alsoSecret),
    responseHeaders: redactHeaders(flat(exchange.responseHeaders), alsoSecret),
    ...(request ? { requestBody: request.text } : {}),
    ...(response ? { responseBody: response.text } : {}),
    ...(exchange.error !== undefined ? { error: redactBody(exchange.error, alsoSecret)?.text ?? exchange.error } : {}),
    ...(redacted.length > 0 ? { redacted } : {}),
  };
}

/** The key an answer to `client_secrets` or the older `sessions` call holds; compatible servers' keys have any shape. */
function mintedSecrets(exchange: RestExchange): string[] {
  if (!/\/realtime\/(?:translations\/)?(client_secrets|sessions|transcription_sessions)(\/|\?|$)/.test(exchange.url))
    return [];
  try {
    const answer = JSON.parse(exchange.responseBody ?? '') as { value?: unknown; client_secret?: { value?: unknown } };
    return [answer.value, answer.client_secret?.value].filter(
      (value) => typeof value === 'string' && value !== '',
    ) as string[];
  } catch {
    return [];
  }
}

/** Names and values in turn, as redaction wants them. */
function flat(headers: HeaderRecord): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().flatMap((one) => [name, one]));
}
