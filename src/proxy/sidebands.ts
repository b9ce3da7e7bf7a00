/**
 * Sidebands of calls. Sound and data channel of a WebRTC or SIP call go past the proxy; only the request that begins or
 * accepts the call passes through it. A second connection to the same call, `?call_id=`, sees the events of both sides
 * (https://developers.openai.com/api/docs/guides/realtime-server-controls), so the inspector opens one and records it.
 */
import type { HeaderRecord } from '../trace/records';
import { headerOf, identityOf, secretsOf, withKey } from './requests';
import type { UpstreamTarget } from './upstreamTarget';

/** A call may be unknown for a moment after it was made: how long to wait before each further attempt, ms. */
const WAITS_MS = [250, 500, 1000, 2000];

/** What is said of a finished request: the parts of a recorded exchange that tell of a call. */
export interface CallExchange {
  method: string;
  status: number;
  responseHeaders: HeaderRecord;
  error?: string;
}

/**
 * The id of the call that a finished request began (`POST realtime/calls`, from the answer's Location) or accepted (`POST
 * realtime/calls/{id}/accept`), and the path of its sideband below the proxy; undefined when it did neither.
 * @param path path and query as the client wrote them, without the secret segment
 */
export function callOf(path: string, exchange: CallExchange): { id: string; path: string } | undefined {
  const { method, status, error } = exchange;
  if (method !== 'POST' || status < 200 || status > 299 || error !== undefined) return undefined;
  const [, base, accepted] =
    /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(\/(?:[^?#]*\/)?realtime)\/calls(?:\/([^/?#]+)\/accept)?\/?(?:[?#]|$)/i.exec(
      path,
    ) ?? [];
  if (base === undefined) return undefined;
  // The id goes into a URL and into labels, so it is taken only in the shape that ids of calls have.
  const id =
    accepted === undefined
      ? /(?:^|\/)(rtc_[\w.-]{1,120})\/?(?:[?#]|$)/.exec(headerOf(exchange.responseHeaders, 'location'))?.[1]
      : /^rtc_[\w.-]{1,120}$/.exec(accepted)?.[0];
  if (id === undefined) return undefined;
  return { id, path: `${base}?${[`call_id=${id}`, ...keptQuery(path)].join('&')}` };
}

/** Of the query only what says who asks, and of which version: a model or a filter belongs to the call. */
function keptQuery(path: string): string[] {
  const [, query = ''] = /\?([^#]*)/.exec(path) ?? [];
  return query.split('&').filter((pair) => /^(?:api-key|api-version)=/i.test(pair));
}

/** One call's sideband being opened: where to, as whom, and what to try after a refusal. */
export class Sideband {
  readonly id: string;
  readonly path: string;
  readonly upstream: UpstreamTarget;
  /** The client's own identity, then the one with the stored key where that is another. */
  readonly #identities: string[][];
  #waits = [...WAITS_MS];
  #gone = false;

  constructor(call: { id: string; path: string }, upstream: UpstreamTarget, rawHeaders: readonly string[]) {
    this.id = call.id;
    this.path = call.path;
    this.upstream = upstream;
    const own = identityOf(rawHeaders);
    const stored = withKey(own, upstream);
    this.#identities = secretsOf(stored).some((secret) => !secretsOf(own).includes(secret)) ? [own, stored] : [own];
  }

  /** Headers to ask with now. */
  get headers(): string[] {
    return this.#identities[0] ?? [];
  }

  /** Nobody is to be asked any more. */
  stop(): void {
    this.#gone = true;
  }

  get stopped(): boolean {
    return this.#gone;
  }

  /** Whether to ask again after an answer with that HTTP status, with which headers and in how many ms. */
  again(status: number): { afterMs: number; headers: string[] } | undefined {
    if (this.#gone) return undefined;
    // An app's key may be another project's, which finds no such call either; so the stored key gets its turn then, too.
    const afterMs = status === 404 || status >= 500 ? this.#waits.shift() : undefined;
    if (afterMs !== undefined) return { afterMs, headers: this.headers };
    if (![401, 403, 404].includes(status) || !this.nextIdentity()) return undefined;
    return { afterMs: 0, headers: this.headers };
  }

  /** Goes over to the stored key; false when that is not another one. */
  nextIdentity(): boolean {
    if (this.#gone || this.#identities.length < 2) return false;
    this.#identities.shift();
    return true;
  }

  /** What people are told when it stays closed. */
  describe(reason: string): string {
    const ephemeral = secretsOf(this.headers).some((secret) => secret.startsWith('ek_'));
    const advice =
      ephemeral && this.upstream.apiKey === undefined
        ? 'An ephemeral key may not be allowed to watch a call: give the inspector an API key of the same project ("Set API Key").'
        : 'The call itself is not touched by this.';
    return `The events of the call ${this.id} are not recorded, its sideband was refused: ${reason} ${advice}`;
  }
}
