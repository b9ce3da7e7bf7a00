/**
 * Secrets leave a recording here, before anything is written or shown. Two rules find them: the name a value stands
 * under (`authorization`, `client_secret`, ...), and the shape of a key (`sk-...`, `ek_...`) anywhere in a string.
 * Only the characters of the secret are replaced; every other byte of the text stays as it was.
 */
import { parseTree, type Node, type ParseError } from 'jsonc-parser';
import type { HeaderRecord } from './records';

/** Stands where a secret stood. Needs no escaping in JSON, however deeply it is nested in strings. */
export const REPLACEMENT = '[redacted]';

/**
 * A text without its secrets. `redacted`: JSON pointers of the values changed; [''] (the whole) when it is not JSON, or
 * when they are too many to list.
 */
export interface Redaction {
  text: string;
  redacted: string[];
}

/** A stretch of a text to replace: [start, end). */
type Range = [start: number, end: number];

// A key begins a word: "task-force-one" is none, while `%20`, `\n` and `\u0020` before it (texts not decoded) are no letters.
const SHAPE =
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))(?:sk-|ek_)[A-Za-z0-9_-]{8,}/g;
const WHOLE_KEY = /^(?:sk-|ek_)[A-Za-z0-9_-]{8,256}$/;
const SUBPROTOCOL = 'openai-insecure-api-key.';
const SUBPROTOCOL_IN_TEXT = /openai-insecure-api-key\.[^\s,;"'\\]+/gi;
/** Properties whose strings are secret whole. */
const SECRET_NAME = /^(?:(?:proxy-)?authorization|(?:x-)?api[-_]?key|client_secret)$/i;
/** Header names whose values are secret whole. */
const SECRET_HEADER = /cookie|api-?key$|subscription-key$|(?:^|-)(?:token|secret|password)$/i;
const SECRET_PARAMETER =
  /^(?:(?:x-)?api[-_]?key|key|(?:access[-_]?)?token|client_secret|authorization|secret|password|sig|signature)$/i;
const KNOWN_SCHEME = /^\s*(bearer|basic|digest|negotiate|token|apikey)\s+\S/i;

// Anything that might be a secret must match one of these, or nobody looks closer. `\u00[2-7]` is a plain character in
// disguise, `res_at` a piece of expires_at; api-key stands for openai-insecure-api-key too. Measured: these two scans take
// 0.26 us for 260 bytes, one expression with the same reach 0.4 to 0.5 (lower case first, or classes of both cases).
const KEY_LIKE = /sk-|ek_|\\u00[2-7]|res_at/;
const NAME_LIKE = /authorization|api[-_]?key|client_secret|headers/i;
const suspicious = (text: string): boolean => KEY_LIKE.test(text) || NAME_LIKE.test(text);
const LONG = 1024;
const AUDIO_DELTA = /"type"\s*:\s*"[\w.]*audio\.delta"/;
/** Stands for a whole text that could not be judged; JSON, so that it may stand where JSON stood. */
const WHOLE = JSON.stringify(REPLACEMENT);
/** Characters of all pointers together: they stand in a line's head, which must stay short. */
const MOST_POINTERS = 8192;
/** JSON in a string in JSON, and so on: so many times. What lies deeper is read as plain text. */
const MOST_NESTED = 4;

/**
 * The text of a message without its secrets, or undefined when it has none (nearly always: that answer costs one scan,
 * and long base64 audio is skipped). `alsoSecret`: literal values known to be secret.
 */
export function redactEvent(text: string, alsoSecret: readonly string[] = []): Redaction | undefined {
  return guarded(() => {
    const literal = alsoSecret.some((secret) => secret !== '' && text.includes(secret));
    return literal || isSuspicious(text) ? redactAll(text, alsoSecret) : undefined;
  }, wholly());
}

/** The body of an HTTP call (JSON, form, multipart or anything else) without its secrets; undefined when it has none. */
export function redactBody(text: string, alsoSecret: readonly string[] = []): Redaction | undefined {
  return guarded(() => redactAll(text, alsoSecret), wholly());
}

function redactAll(text: string, alsoSecret: readonly string[]): Redaction | undefined {
  const { ranges, pointers } = findSecrets(text, alsoSecret, 0);
  return ranges.length === 0 ? undefined : { text: replaceRanges(text, ranges), redacted: pointers };
}

const wholly = (): Redaction => ({ text: WHOLE, redacted: [''] });

/** Whatever fails in here (a stack, a limit of the engine): better nothing on the disk than a secret. */
function guarded<T>(work: () => T, instead: T): T {
  try {
    return work();
  } catch {
    return instead;
  }
}

/**
 * Headers for the record. `rawHeaders` alternates names and values, as Node gives them; a name that occurs twice gets
 * an array. `Authorization` keeps its scheme, so that Bearer and Basic can be told apart. Never throws.
 */
export function redactHeaders(rawHeaders: readonly string[], alsoSecret: readonly string[] = []): HeaderRecord {
  const headers = new Map<string, string | string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = guarded(() => redactHeader(name, rawHeaders[i + 1] ?? '', alsoSecret), REPLACEMENT);
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else headers.set(name, [before, value]);
  }
  // fromEntries defines properties, so a header named `__proto__` is a header like any other.
  return Object.fromEntries(headers);
}

/** Subprotocols for the record: `openai-insecure-api-key.KEY` loses its key, as does anything shaped like one. */
export function redactSubprotocols(subprotocols: readonly string[], alsoSecret: readonly string[] = []): string[] {
  return subprotocols.map((entry) =>
    entry.toLowerCase().startsWith(SUBPROTOCOL)
      ? entry.slice(0, SUBPROTOCOL.length) + REPLACEMENT
      : guarded(() => redactPlain(entry, alsoSecret), REPLACEMENT),
  );
}

/** A URL, whole or from its path on, without userinfo, secret query parameters, key shapes and the literals given. */
export function redactUrl(url: string, alsoSecret: readonly string[] = []): string {
  return guarded(() => redactAddress(url, alsoSecret), REPLACEMENT);
}

function redactAddress(url: string, alsoSecret: readonly string[]): string {
  const bare = url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*@/i, (_all, scheme?: string) => {
    return `${scheme ?? ''}//${REPLACEMENT}@`;
  });
  const parameters = bare.replace(/([?&#])([^=?&#]+)=([^&#]*)/g, (all, mark: string, name: string, value: string) => {
    const plain = decodeLoosely(value);
    const secret =
      SECRET_PARAMETER.test(decodeLoosely(name)) || (plain !== value && redactPlain(plain, alsoSecret) !== plain);
    return secret && value !== '' ? `${mark}${name}=${REPLACEMENT}` : all;
  });
  return redactPlain(parameters, alsoSecret);
}

/**
 * JSON pointers of the strings (and of properties by their name) in a text that are or contain the REPLACEMENT: such a
 * text must not be sent before the real values are put back. [''] when the text is not JSON and contains it, and when it
 * is nested too deeply to be looked at.
 */
export function replacedPointers(text: string): string[] {
  if (!text.includes(REPLACEMENT) && !/\\u00[2-7]/i.test(text)) return [];
  const root = guarded<Node | 'too deep' | undefined>(() => parseStrict(text), 'too deep');
  if (root === 'too deep') return [''];
  if (!root) return text.includes(REPLACEMENT) ? [''] : [];
  const pointers = new Set<string>();
  walk(root, '', '', (node, pointer) => {
    if (node.type === 'string' && String(node.value).includes(REPLACEMENT)) pointers.add(pointer);
  });
  return [...pointers];
}

function redactHeader(name: string, value: string, alsoSecret: readonly string[]): string {
  if (/^(?:proxy-)?authorization$/i.test(name)) {
    const scheme = KNOWN_SCHEME.exec(value)?.[1];
    return scheme === undefined ? (value === '' ? '' : REPLACEMENT) : `${scheme} ${REPLACEMENT}`;
  }
  if (SECRET_HEADER.test(name)) return value === '' ? '' : REPLACEMENT;
  if (/^(?:referer|location|origin)$/i.test(name)) return redactUrl(value, alsoSecret);
  return redactPlain(value, alsoSecret);
}

function redactPlain(text: string, alsoSecret: readonly string[]): string {
  return replaceRanges(text, plainRanges(text, alsoSecret));
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/**
 * Looks at everything but long audio values: base64 is no place for a key, and most of the bytes. A long stretch without
 * a quote is skipped when it is the value of `audio`, or of `delta` in an event of audio.
 */
function isSuspicious(text: string): boolean {
  if (text.length < LONG) return suspicious(text);
  let from = 0;
  for (let quote = text.indexOf('"'); quote >= 0;) {
    const next = text.indexOf('"', quote + 1);
    if (next - quote > LONG && isAudioName(text, quote)) {
      if (suspicious(text.slice(from, quote + 4))) return true;
      from = next;
    }
    quote = next;
  }
  return suspicious(text.slice(from));
}

function isAudioName(text: string, quote: number): boolean {
  const name = /"(audio|delta)"\s*:\s*$/.exec(text.slice(Math.max(0, quote - 32), quote))?.[1];
  if (name !== 'delta') return name === 'audio';
  return AUDIO_DELTA.test(text.slice(0, LONG)) || AUDIO_DELTA.test(text.slice(-LONG));
}

/** The tree of a JSON text; undefined when it is none. Throws a RangeError when it is nested deeper than the stack. */
function parseStrict(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  return errors.length === 0 ? root : undefined;
}

interface Found {
  ranges: Range[];
  pointers: string[];
}

/** Pointers as they are found, until they are too many: then the whole stands for them. */
class Pointers {
  #found = new Set<string>();
  #room = MOST_POINTERS;

  add(pointer: string): void {
    // A pointer is a rope until it is hashed, as long as the document is deep: none is once the room is used up.
    if (this.#room < 0) return;
    this.#room -= pointer.length;
    if (this.#room >= 0) this.#found.add(pointer);
  }

  list(): string[] {
    return this.#room < 0 ? [''] : [...this.#found];
  }
}

function findSecrets(text: string, alsoSecret: readonly string[], depth: number): Found {
  const root = parseStrict(text);
  if (!root || (depth > 0 && root.type !== 'object' && root.type !== 'array')) {
    const ranges = textRanges(text, alsoSecret);
    return { ranges, pointers: ranges.length > 0 ? [''] : [] };
  }
  const ranges: Range[] = [];
  const pointers = new Pointers();
  const nameOf = (name: string) => redactPlain(name, alsoSecret);
  const isAudioDelta = /audio\.delta$/.test(String(root.children && propertyOf(root, 'type')));
  walk(
    root,
    '',
    '',
    (node, pointer, name, secret) => {
      if (node.type !== 'string') return;
      const value = node.value as string;
      const from = node.offset + 1;
      const to = node.offset + node.length - 1;
      if (secret && value !== '' && value !== REPLACEMENT) {
        ranges.push([from, to]);
      } else if (name === 'audio' || (name === 'delta' && isAudioDelta)) {
        if (!WHOLE_KEY.test(value)) return;
        ranges.push([from, to]);
      } else {
        const nested = stringRanges(value, alsoSecret, depth + 1);
        if (nested.length === 0) return;
        // Not spread: so many arguments are more than the stack bears.
        for (const [a, b] of toRaw(text.slice(from, to), nested)) ranges.push([from + a, from + b]);
      }
      pointers.add(pointer);
    },
    nameOf,
  );
  return { ranges, pointers: pointers.list() };
}

/** Secrets in a JSON string's value, which may be JSON itself (`arguments`, `output`). */
function stringRanges(value: string, alsoSecret: readonly string[], depth: number): Range[] {
  if (!/^\s*[{[]/.test(value)) return plainRanges(value, alsoSecret);
  if (depth > MOST_NESTED) return textRanges(value, alsoSecret);
  return guarded(() => findSecrets(value, alsoSecret, depth).ranges, [[0, value.length]]);
}

function propertyOf(node: Node, name: string): unknown {
  return node.children?.find((property) => property.children?.[0]?.value === name)?.children?.[1]?.value;
}

type Visit = (node: Node, pointer: string, name: string, secret: boolean) => void;

/**
 * Visits every value and every property name (with the pointer of its property). `secret` is true for what stands under
 * a secret name. `nameOf` cleans the names that pointers are made of: a pointer must not carry a secret either.
 */
function walk(
  root: Node,
  rootPointer: string,
  rootName: string,
  visit: Visit,
  nameOf: (name: string) => string = (name) => name,
): void {
  // A stack of its own: a document may be nested as deep as the parser bore.
  const open: [node: Node, pointer: string, name: string, secret: boolean][] = [[root, rootPointer, rootName, false]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, pointer, name, secret] = next;
    visit(node, pointer, name, secret);
    const children = node.children ?? [];
    if (node.type === 'array') {
      for (let i = children.length - 1; i >= 0; i--) open.push([children[i] as Node, `${pointer}/${i}`, name, secret]);
      continue;
    }
    const clientSecret = isClientSecret(node);
    for (const property of children.toReversed()) {
      const [key, value] = property.children ?? [];
      if (!key || !value) continue;
      const keyText = key.value as string;
      const below = `${pointer}/${nameOf(keyText).replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const hidden =
        secret ||
        SECRET_NAME.test(keyText) ||
        (/^headers$/i.test(keyText) && value.type !== 'string') ||
        (clientSecret && keyText === 'value');
      open.push([value, below, keyText, hidden]);
      visit(key, below, '', false);
    }
  }
}

/** The answer of `client_secrets`, whatever its key looks like: `{value, expires_at}`. */
function isClientSecret(node: Node): boolean {
  if (node.type !== 'object') return false;
  return typeof propertyOf(node, 'value') === 'string' && propertyOf(node, 'expires_at') !== undefined;
}

/** Secrets in a plain string. */
function plainRanges(text: string, alsoSecret: readonly string[]): Range[] {
  const ranges: Range[] = [];
  for (const match of text.matchAll(SHAPE)) ranges.push([match.index, match.index + match[0].length]);
  for (const match of text.matchAll(SUBPROTOCOL_IN_TEXT)) {
    const from = match.index + SUBPROTOCOL.length;
    const to = match.index + match[0].length;
    if (!text.startsWith(REPLACEMENT, from)) ranges.push([from, to]);
  }
  for (const secret of alsoSecret) {
    if (secret === '') continue;
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
      ranges.push([at, at + secret.length]);
    }
  }
  return ranges;
}

const NAMED_IN_TEXT =
  /((?:proxy-)?authorization|(?:x-)?api[-_]?key|client_secret)(\\*["']?\s*[:=]\s*)(\\*["'])?((?:bearer|basic|token)\s+)?([^\s"'\\,;&}\]]+)/gi;

/** Secrets in text that is not JSON (broken JSON, multipart, forms): shapes, and values after a secret name. */
function textRanges(text: string, alsoSecret: readonly string[]): Range[] {
  const ranges = plainRanges(text, alsoSecret);
  for (const match of text.matchAll(NAMED_IN_TEXT)) {
    const value = match[5] ?? '';
    if (value.startsWith(REPLACEMENT.slice(0, -1)) || /^[[{]/.test(value)) continue;
    const to = match.index + match[0].length;
    ranges.push([to - value.length, to]);
  }
  return ranges;
}

/** Ranges of a decoded JSON string, as ranges of its raw text (between the quotes). */
function toRaw(raw: string, ranges: readonly Range[]): readonly Range[] {
  if (!raw.includes('\\')) return ranges;
  const places = ranges.flat().toSorted((a, b) => a - b);
  const rawOf = new Map<number, number>();
  let decoded = 0;
  let at = 0;
  for (const place of places) {
    for (; decoded < place && at < raw.length; decoded++) at += raw[at] !== '\\' ? 1 : raw[at + 1] === 'u' ? 6 : 2;
    rawOf.set(place, at);
  }
  return ranges.map(([from, to]) => [rawOf.get(from) ?? raw.length, rawOf.get(to) ?? raw.length]);
}

function replaceRanges(text: string, ranges: Range[]): string {
  if (ranges.length === 0) return text;
  const ordered = ranges.toSorted((a, b) => a[0] - b[0]);
  const pieces: string[] = [];
  let at = 0;
  let last = -1;
  for (const [from, to] of ordered) {
    if (from < last) {
      // Overlapping finds (a literal inside a key shape) are one secret.
      last = Math.max(last, to);
      at = last;
      continue;
    }
    pieces.push(text.slice(at, from), REPLACEMENT);
    at = to;
    last = to;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}
