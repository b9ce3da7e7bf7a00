/**
 * The head of an event's line found byte by byte, without a string or an object made: most of a large trace is read
 * only so. It holds for lines in the order of keys that this recorder writes; whatever differs in any way is refused,
 * and read the slow way.
 */
import type { Fate } from './records';

/** A JSON string in the line: bytes [start, end) without the quotes; `end` is 0 when there is none. */
export interface TextPlace {
  start: number;
  end: number;
  /** It holds escapes. */
  escaped: boolean;
}

/** What holds a line's body, or that none was kept. */
export type BodyFormat = 'event' | 'text' | 'base64';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const DOT = 0x2e;
const ZERO = 0x30;
/** `{"kind":"event"` as the writer begins every event's line. */
const BEGINNING = Buffer.from('{"kind":"event"');
/** More digits than this lose their last ones in a double. */
const MOST_DIGITS = 15;
const POWERS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, digits) => 10 ** digits);

const SEQ = Buffer.from('seq');
const SESSION = Buffer.from('session');
const T = Buffer.from('t');
const SENT = Buffer.from('sent');
const FROM = Buffer.from('from');
const TYPE = Buffer.from('type');
const BYTES = Buffer.from('bytes');
const RESPONSE = Buffer.from('response');
const ITEM = Buffer.from('item');
const CALL = Buffer.from('call');
const ORIGIN = Buffer.from('origin');
const REPLACES = Buffer.from('replaces');
const FATE = Buffer.from('fate');
const RULE = Buffer.from('rule');
const BREAKPOINT = Buffer.from('breakpoint');
const REDACTED = Buffer.from('redacted');
const OPCODE = Buffer.from('opcode');
const EVENT = Buffer.from('event');
const TEXT = Buffer.from('text');
const BASE64 = Buffer.from('base64');
const CLIENT = Buffer.from('"client"');
const SERVER = Buffer.from('"server"');
const INSPECTOR = Buffer.from('"inspector"');
const FATES: readonly (readonly [Fate, Buffer])[] = (['held', 'dropped', 'lost'] as const).map((fate) => [
  fate,
  Buffer.from(`"${fate}"`),
]);

const place = (): TextPlace => ({ start: 0, end: 0, escaped: false });

/** One head; an instance is used for line after line. */
export class HeadScan {
  seq = 0;
  /** ms; NaN for `sent` when the line has none. */
  t = 0;
  sent = NaN;
  fromClient = false;
  bytes = 0;
  injected = false;
  /** -1 when it replaces none. */
  replaces = -1;
  fate: Fate | undefined;
  /** 0 when there is none. */
  opcode: 0 | 1 | 2 = 0;
  readonly session = place();
  readonly type = place();
  readonly response = place();
  readonly item = place();
  readonly call = place();
  readonly rule = place();
  readonly breakpoint = place();
  /** A rule took part in it. */
  get ruled(): boolean {
    return this.rule.end > 0;
  }
  redacted: string[] | undefined;
  format: BodyFormat | undefined;
  /** The body, bytes [start, end) of the data, for `text` and `base64` without the quotes. */
  bodyStart = 0;
  bodyEnd = 0;
  #at = 0;
  #seen = 0;

  /**
   * Reads the line in bytes [from, to) of `data`; `bytes` is its length in the file when only its beginning is there.
   * False when it is not an event in the recorder's own form; the fields then mean nothing.
   */
  scan(data: Buffer, from: number, to: number, bytes = to - from): boolean {
    for (let i = 0; i < BEGINNING.length; i++) if (data[from + i] !== BEGINNING[i]) return false;
    this.#reset();
    const end = from + bytes;
    let at = from + BEGINNING.length;
    for (;;) {
      if (data[at] === CLOSE && at === end - 1) return this.#isComplete();
      if (data[at] !== COMMA || data[at + 1] !== QUOTE) return false;
      const key = at + 2;
      at = key;
      while (at < to && data[at] !== QUOTE) at++;
      if (data[at + 1] !== COLON) return false;
      const length = at - key;
      at += 2;
      if (isName(data, key, length, EVENT)) return this.#isComplete() && this.#placeEvent(data, at, to, end);
      if (isName(data, key, length, TEXT)) return this.#isComplete() && this.#placeText(data, 'text', at, to, end);
      if (isName(data, key, length, BASE64)) return this.#isComplete() && this.#placeText(data, 'base64', at, to, end);
      this.#at = at;
      if (!this.#field(data, key, length, to)) return false;
      at = this.#at;
    }
  }

  #reset(): void {
    this.sent = NaN;
    this.injected = false;
    this.replaces = -1;
    this.fate = undefined;
    this.opcode = 0;
    this.rule.end = 0;
    this.breakpoint.end = 0;
    this.type.end = 0;
    this.response.end = 0;
    this.item.end = 0;
    this.call.end = 0;
    this.redacted = undefined;
    this.format = undefined;
    this.#seen = 0;
  }

  /** Without number, session, time, direction and size nothing can be said of an event. */
  #isComplete(): boolean {
    return this.#seen === 31;
  }

  #field(data: Buffer, key: number, length: number, to: number): boolean {
    // In the order in which they are likely: a head has eight of them.
    if (isName(data, key, length, SEQ)) {
      this.#seen |= 1;
      if (!this.#whole(data, to)) return false;
      this.seq = this.#value;
    } else if (isName(data, key, length, SESSION)) {
      this.#seen |= 2;
      return this.#text(data, this.session, to);
    } else if (isName(data, key, length, T)) {
      this.#seen |= 4;
      if (!this.#number(data, to)) return false;
      this.t = this.#value;
    } else if (isName(data, key, length, SENT)) {
      if (!this.#number(data, to)) return false;
      this.sent = this.#value;
    } else if (isName(data, key, length, FROM)) {
      this.#seen |= 8;
      return this.#side(data);
    } else if (isName(data, key, length, TYPE)) return this.#text(data, this.type, to);
    else if (isName(data, key, length, BYTES)) {
      this.#seen |= 16;
      if (!this.#whole(data, to)) return false;
      this.bytes = this.#value;
    } else if (isName(data, key, length, RESPONSE)) return this.#text(data, this.response, to);
    else if (isName(data, key, length, ITEM)) return this.#text(data, this.item, to);
    else if (isName(data, key, length, CALL)) return this.#text(data, this.call, to);
    else if (isName(data, key, length, ORIGIN)) return this.#origin(data);
    else if (isName(data, key, length, REPLACES)) {
      if (!this.#whole(data, to)) return false;
      this.replaces = this.#value;
    } else if (isName(data, key, length, FATE)) return this.#fate(data);
    else if (isName(data, key, length, RULE)) return this.#text(data, this.rule, to);
    else if (isName(data, key, length, BREAKPOINT)) return this.#text(data, this.breakpoint, to);
    else if (isName(data, key, length, REDACTED)) return this.#list(data, to);
    else if (isName(data, key, length, OPCODE)) {
      if (!this.#whole(data, to) || (this.#value !== 1 && this.#value !== 2)) return false;
      this.opcode = this.#value;
    } else return false;
    return true;
  }

  #value = 0;

  /** A number without sign or exponent, as the writer makes them: `12`, `12.345`. */
  #number(data: Buffer, to: number): boolean {
    let at = this.#at;
    let value = 0;
    let digits = 0;
    let decimals = 0;
    for (; at < to; at++, digits++) {
      const digit = (data[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (digits === 0) return false;
    if (data[at] === DOT) {
      for (at++; at < to; at++, digits++, decimals++) {
        const digit = (data[at] as number) - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      if (decimals === 0) return false;
    }
    if (digits > MOST_DIGITS) return false;
    // A quotient of two exact doubles is rounded as the text itself would be.
    this.#value = decimals === 0 ? value : value / (POWERS[decimals] as number);
    this.#at = at;
    return true;
  }

  #whole(data: Buffer, to: number): boolean {
    return this.#number(data, to) && Number.isInteger(this.#value);
  }

  #text(data: Buffer, out: TextPlace, to: number): boolean {
    let at = this.#at;
    if (data[at] !== QUOTE) return false;
    out.start = ++at;
    out.escaped = false;
    for (; at < to; at++) {
      const byte = data[at] as number;
      if (byte === QUOTE) {
        out.end = at;
        this.#at = at + 1;
        return !out.escaped || parsed(data, out.start - 1, at + 1) !== undefined;
      }
      if (byte === BACKSLASH) {
        out.escaped = true;
        at++;
      } else if (byte < 0x20 || byte > 0x7e) return false;
    }
    return false;
  }

  #side(data: Buffer): boolean {
    const at = this.#at;
    this.fromClient = isName(data, at, CLIENT.length, CLIENT);
    this.#at = at + CLIENT.length; // both words are of one length
    return this.fromClient || isName(data, at, SERVER.length, SERVER);
  }

  #origin(data: Buffer): boolean {
    this.injected = isName(data, this.#at, INSPECTOR.length, INSPECTOR);
    this.#at += INSPECTOR.length;
    return this.injected;
  }

  #fate(data: Buffer): boolean {
    for (const [fate, word] of FATES) {
      if (!isName(data, this.#at, word.length, word)) continue;
      this.fate = fate;
      this.#at += word.length;
      return true;
    }
    return false;
  }

  #list(data: Buffer, to: number): boolean {
    const end = skipValue(data, this.#at, to);
    const list: unknown = end < 0 ? undefined : parsed(data, this.#at, end);
    if (!isTexts(list)) return false;
    this.redacted = list;
    this.#at = end;
    return true;
  }

  /** An `event` ends where its line does; the payload's size proves it, and a redacted one has another size. */
  #placeEvent(data: Buffer, start: number, to: number, end: number): boolean {
    const isWhole = end === to;
    if (isWhole && data[end - 1] !== CLOSE) return false;
    this.format = 'event';
    this.bodyStart = start;
    this.bodyEnd = end - 1;
    if (!this.redacted) return this.bodyEnd - start === this.bytes;
    return !isWhole || endsValue(data, start, this.bodyEnd);
  }

  #placeText(data: Buffer, format: 'text' | 'base64', start: number, to: number, end: number): boolean {
    const isWhole = end === to;
    if (isWhole && data[end - 1] !== CLOSE) return false;
    if (data[start] !== QUOTE || (isWhole && closingQuote(data, start + 1) !== end - 2)) return false;
    this.format = format;
    this.bodyStart = start + 1;
    this.bodyEnd = end - 2;
    return true;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** The value in bytes [start, end); undefined when they are no JSON. */
function parsed(data: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(data.toString('utf8', start, end));
  } catch {
    return undefined;
  }
}

/** The text at a place a scan found. */
export function scannedText(data: Buffer, { start, end, escaped }: TextPlace): string {
  return escaped ? String(parsed(data, start - 1, end + 1)) : data.toString('latin1', start, end);
}

function isName(data: Buffer, at: number, length: number, name: Buffer): boolean {
  if (length !== name.length) return false;
  for (let i = 0; i < length; i++) if (data[at + i] !== name[i]) return false;
  return true;
}

/** The index of the quote that ends the JSON string whose text begins at `at`; -1 when there is none. */
function closingQuote(data: Buffer, at: number): number {
  for (let quote = data.indexOf(QUOTE, at); quote >= 0; quote = data.indexOf(QUOTE, quote + 1)) {
    let before = quote;
    while (before > at && data[before - 1] === BACKSLASH) before--;
    // An odd number of backslashes escapes it. Quotes part the runs, so no backslash is counted twice.
    if ((quote - before) % 2 === 0) return quote;
  }
  return -1;
}

/** Whether the value that begins at `start` is all there is up to `end`, white space aside. */
function endsValue(data: Buffer, start: number, end: number): boolean {
  let at = skipValue(data, start, end + 1);
  while (at >= 0 && at < end && (data[at] === 0x20 || data[at] === 0x09)) at++;
  return at === end;
}

/** The index after the value that begins at `at`; -1 when the data ends first. */
function skipValue(data: Buffer, at: number, to: number): number {
  let depth = 0;
  while (at < to) {
    const byte = data[at];
    if (byte === QUOTE) {
      at++;
      while (at < to && data[at] !== QUOTE) at += data[at] === BACKSLASH ? 2 : 1;
      at++;
      if (depth === 0) return at < to ? at : -1;
      continue;
    }
    if (byte === 0x5b || byte === OPEN) depth++;
    else if (byte === 0x5d || byte === CLOSE) {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (byte === COMMA && depth === 0) return at;
    at++;
  }
  return -1;
}
