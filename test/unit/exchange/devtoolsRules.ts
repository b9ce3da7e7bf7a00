/**
 * What Chromium's DevTools ask of a HAR that is dropped into the network panel, as rules: worked out from the behaviour of its
 * importer (`front_end/models/har`). A file that breaks one of the first kind is refused whole; a message that breaks one of
 * the second is passed over without a word.
 */

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** A frame as the panel would show it. */
export interface ShownFrame {
  type: string;
  time: number;
  opcode: number;
  data: string;
}
export interface ShownEntry {
  url: string;
  status: number;
  type: string;
  frames: ShownFrame[];
  passedOver: number;
  /** Seconds since 1970. */
  issued: number;
  ended: number;
}

/** The entries as they would be shown, by their start. Throws, as the importer does, where it refuses the file. */
export function importIntoDevTools(text: string): ShownEntry[] {
  const root = JSON.parse(text) as unknown;
  const log = object(root, 'the file')['log'];
  const { creator, pages, entries } = object(log, 'log');
  object(creator, 'creator');
  if (Array.isArray(pages)) pages.forEach((page) => date(object(page, 'page')['startedDateTime'], 'page'));
  if (!Array.isArray(entries)) throw new Error('log.entries is no list');
  return entries.map(shown).sort((a, b) => a.issued - b.issued);
}

function shown(value: unknown): ShownEntry {
  const entry = object(value, 'entry');
  const request = object(entry['request'], 'request');
  const response = object(entry['response'], 'response');
  const content = object(response['content'], 'content');
  const timings = object(entry['timings'], 'timings');
  const issued = date(entry['startedDateTime'], 'startedDateTime') / 1000;
  const time = number(entry['time'], 'time');
  for (const [of, name] of [
    [request, 'headersSize'],
    [request, 'bodySize'],
    [response, 'status'],
    [response, 'headersSize'],
    [response, 'bodySize'],
    [content, 'size'],
    [timings, 'send'],
    [timings, 'wait'],
    [timings, 'receive'],
  ] as const)
    number(of[name], name);
  for (const name of ['blocked', 'dns', 'connect', 'ssl']) if (timings[name] !== undefined) number(timings[name], name);
  for (const of of [request, response])
    for (const list of ['headers', 'cookies', 'queryString'])
      if (Array.isArray(of[list])) for (const one of of[list] as unknown[]) object(one, list);
  if (typeof request['url'] !== 'string') throw new Error('a request without a URL cannot be shown');
  if (typeof response['httpVersion'] !== 'string') throw new Error('httpVersion is asked for its lower case');
  const type = entry['_resourceType'];
  const spans = ['blocked', 'dns', 'connect', 'send', 'wait', 'receive'].map((name) => Number(timings[name] ?? -1));
  const sum = spans.filter((span) => span >= 0).reduce((all, span) => all + span, 0);
  const { frames, passedOver } = framesOf(entry['_webSocketMessages']);
  return {
    url: request['url'],
    status: Number(response['status']),
    type: typeof type === 'string' ? type : 'other',
    frames,
    passedOver,
    issued,
    ended: issued + Math.max(time, sum) / 1000,
  };
}

const TYPES = ['send', 'receive', 'error'];

function framesOf(messages: unknown): { frames: ShownFrame[]; passedOver: number } {
  if (!Array.isArray(messages)) return { frames: [], passedOver: 0 };
  // One that is no object, and none is shown.
  if (messages.some((message) => typeof message !== 'object')) return { frames: [], passedOver: messages.length };
  const frames = messages.filter(
    (message: unknown): message is ShownFrame =>
      isObject(message) &&
      TYPES.includes(String(message['type'])) &&
      !Number.isNaN(Number(message['time'] ?? NaN)) &&
      !Number.isNaN(Number(message['opcode'] ?? NaN)) &&
      message['data'] !== undefined,
  );
  return { frames, passedOver: messages.length - frames.length };
}

function object(value: unknown, what: string): Json {
  if (!isObject(value)) throw new Error(`${what} is expected to be an object`);
  return value;
}
function number(value: unknown, what: string): number {
  // Like Number(): null and '' are 0, undefined is none.
  const made = Number(value);
  if (Number.isNaN(made)) throw new Error(`${what} is no number`);
  return made;
}
function date(value: unknown, what: string): number {
  const made = new Date(value as string).getTime();
  if (Number.isNaN(made)) throw new Error(`${what} is no date`);
  return made;
}
