/** Calls: what `POST /v1/realtime/calls` and the verbs of a call answer. No media flows, and the SDP answer says so. */
import { encodeIdTime } from '../protocol';
import type { Random } from '../protocol/random';
import type { BoundSession } from './secrets';
import { HTTP_TEXTS } from './texts';
import { Refusal, isObject, type Json } from './wire';
import type { Talk } from './talk';

export interface HttpAnswer {
  status: number;
  /** A string goes as SDP, anything else as JSON; undefined for none. */
  body: Json | string | undefined;
  location?: string;
}

/** Calls at once; the oldest is hung up for a new one. */
const MAX_CALLS = 100;

export class Calls {
  #calls = new Map<string, Talk>();

  constructor(
    private readonly random: Random,
    /** Begins a call's session with that model, and with the configuration its key was made for. */
    private readonly begin: (model: string, preset?: Json) => Talk,
  ) {}

  find(id: string): Talk | undefined {
    const talk = this.#calls.get(id);
    return talk?.ended === true ? undefined : talk;
  }

  /**
   * The answer to a request with an offer in its body: SDP itself, or a form with `sdp` and `session`. `bound`: the session
   * that the ephemeral key of the request was made for.
   */
  create(
    contentType: string,
    body: string,
    model: string | undefined,
    nowMs: number,
    bound?: Pick<BoundSession, 'model' | 'preset'>,
  ): HttpAnswer {
    const form = /^multipart\/form-data/i.test(contentType) ? formOf(contentType, body) : undefined;
    const offer = form ? (form['sdp'] ?? '') : body;
    if (offer.trim() === '') throw new Refusal('missing_required_parameter', HTTP_TEXTS.sdpMissing, 'sdp');
    if (!/^v=0/.test(offer)) throw new Refusal('invalid_offer', HTTP_TEXTS.sdpInvalid);
    const session: unknown = form?.['session'] === undefined ? {} : JSON.parse(form['session']);
    if (!isObject(session)) throw new Refusal('invalid_type', HTTP_TEXTS.notAnObject, 'session');
    const named = typeof session['model'] === 'string' ? session['model'] : model;
    const talk = this.begin(bound?.model ?? named ?? 'gpt-realtime', bound?.preset);
    try {
      if (Object.keys(session).length > 0) configure(talk, session);
    } catch (cause) {
      // Nobody has its id, so nobody could end it.
      talk.hangUp(1000, HTTP_TEXTS.stopped);
      throw cause;
    }
    const id = `rtc_u2_${encodeIdTime(Math.floor(nowMs / 1000))}${this.random.base62(16)}`;
    this.#calls.set(id, talk);
    for (const [oldest] of this.#calls) {
      if (this.#calls.size <= MAX_CALLS) break;
      this.end(oldest, HTTP_TEXTS.tooManyCalls);
    }
    return { status: 201, body: answerTo(offer), location: `/v1/realtime/calls/${id}` };
  }

  /** `accept`, `reject`, `refer` or `hangup` of that call; undefined when there is none. Throws a `Refusal`. */
  act(id: string, verb: string, body: string): HttpAnswer | undefined {
    const talk = this.find(id);
    if (!talk) return undefined;
    const request: unknown = body.trim() === '' ? {} : JSON.parse(body);
    if (!isObject(request)) throw new Refusal('invalid_type', HTTP_TEXTS.notAnObject);
    if (verb === 'accept') configure(talk, request);
    else if (verb === 'refer' && typeof request['target_uri'] !== 'string') {
      throw new Refusal('missing_required_parameter', HTTP_TEXTS.targetMissing, 'target_uri');
    } else this.end(id, verb);
    return { status: 200, body: undefined };
  }

  end(id: string, reason: string): void {
    this.#calls.get(id)?.hangUp(1000, reason);
    this.#calls.delete(id);
  }

  endAll(reason: string): void {
    for (const id of [...this.#calls.keys()]) this.end(id, reason);
  }
}

function configure(talk: Talk, session: Json): void {
  const error = talk.tell({ type: 'session.update', session: { type: 'realtime', ...session } });
  if (!error) return;
  const text = (name: string): string | null => (typeof error[name] === 'string' ? error[name] : null);
  throw new Refusal(text('code'), text('message') ?? '', text('param'));
}

/** An answer that takes none of the offered media: a port of 0 refuses a stream (RFC 3264, section 6). */
function answerTo(offer: string): string {
  const media = offer.split(/\r?\n/).filter((line) => line.startsWith('m='));
  const refused = media.map(
    (line) => `${line.replace(/^(m=\S+) \d+(\/\d+)?/, '$1 0')}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n`,
  );
  return `v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=${HTTP_TEXTS.noMedia}\r\nt=0 0\r\n${refused.join('')}`;
}

/** The text fields of a form. */
function formOf(contentType: string, body: string): Record<string, string> {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1] ?? '';
  const fields: Record<string, string> = {};
  for (const part of body.split(`--${boundary}`)) {
    const [head = '', ...rest] = part.split('\r\n\r\n');
    const name = /name="([^"]*)"/i.exec(head)?.[1];
    if (name === 'sdp' || name === 'session') fields[name] = rest.join('\r\n\r\n').replace(/\r\n$/, '');
  }
  return fields;
}
