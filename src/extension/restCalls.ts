/** The API's REST calls about sessions: their bodies, and sending one through the proxy. Free of `vscode`. */
import http from 'node:http';
import { askedConfig } from '../protocol/state/beginning';
import type { Json } from '../protocol/validate/json';
import { replacedPointers } from '../trace/redact';

/** The configuration that asks for a session like that one. Throws, for people, when a secret in it was not recorded. */
export function sessionRequest(config: Json): Json {
  const missing = replacedPointers(JSON.stringify(config));
  if (missing.length > 0)
    throw new Error(
      `This configuration was recorded without its secrets (${missing.join(', ')}): write them anew in a payload file.`,
    );
  return askedConfig(config);
}

/** What is done with a call. */
export type CallAction = 'accept' | 'reject' | 'refer' | 'hangup';

/** Where a call's action is asked for, behind the base URL. */
export const callPath = (id: string, action: CallAction): string =>
  `/realtime/calls/${encodeURIComponent(id)}/${action}`;

/** What a server answered: `message` is its reason when it refused. */
export interface RestAnswer {
  status: number;
  body: string;
  message: string;
}

/** Longest answer that is read, bytes. */
const MOST_BYTES = 1024 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * Posts JSON to the proxy, as an app would; `base` ends in `/v1`. The proxy puts a stored key in the place of `key`. Rejects, for
 * people, when no answer comes.
 */
export function postRest(base: string, path: string, body: string, key: string): Promise<RestAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Bearer ${key}`,
      ...(body === '' ? {} : { 'Content-Type': 'application/json' }),
      'Content-Length': Buffer.byteLength(body),
    };
    const request = http.request(`${base}${path}`, { method: 'POST', headers, timeout: TIMEOUT_MS }, (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > MOST_BYTES) response.destroy(new Error('the answer is longer than 1 MiB'));
        else pieces.push(piece);
      });
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const status = response.statusCode ?? 0;
        resolve({ status, body: text, message: status < 300 ? '' : reasonOf(text, status) });
      });
    });
    const fail = (error: Error) => reject(new Error(`The proxy gave no answer: ${error.message}.`, { cause: error }));
    request.on('timeout', () => request.destroy(new Error('it took longer than 30 s')));
    request.on('error', fail);
    request.end(body);
  });
}

function reasonOf(body: string, status: number): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } };
    if (typeof error?.message === 'string') return error.message.slice(0, 1000);
  } catch {
    // No JSON: what stands there is said as it is.
  }
  return body.trim().slice(0, 300) || `status ${status}`;
}

/** The secret in the answer of `client_secrets`; undefined when there is none. */
export function readSecret(body: string): { value: string; expiresAt: number | undefined } | undefined {
  try {
    const answer = JSON.parse(body) as Json;
    const { value, expires_at: expiresAt } = answer;
    if (typeof value !== 'string' || value === '') return undefined;
    return { value, expiresAt: typeof expiresAt === 'number' ? expiresAt : undefined };
  } catch {
    return undefined;
  }
}
