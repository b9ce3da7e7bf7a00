/** That the rules by which our HAR is judged judge: each is broken once in a file that keeps them all. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportHar } from '../../../src/exchange/write/har';
import { Recording, scratch } from '../rewrite/traces';
import { importIntoDevTools } from './devtoolsRules';
import { generator } from './importing';

let remove: () => Promise<void>;
let whole = '';
beforeAll(async () => {
  const made = await scratch();
  remove = made.remove;
  const trace = new Recording(path.join(made.folder, 'a.realtime.jsonl'));
  trace.open('s1', 0);
  trace.say('s1', 1, '>', { type: 'session.update', session: {} });
  trace.say('s1', 2, '<', { type: 'session.updated', session: {} });
  trace.close('s1', 3);
  const file = path.join(made.folder, 'a.har');
  await exportHar(trace.end(), file, { generator });
  whole = await readFile(file, 'utf8');
});
afterAll(() => remove());

type Json = Record<string, unknown>;
/** The file with something put elsewhere than it was; without a value it is taken away. */
function broken(at: readonly (string | number)[], value?: unknown): string {
  const root = JSON.parse(whole) as Json;
  let place = root;
  for (const name of at.slice(0, -1)) place = place[name] as Json;
  const last = String(at.at(-1));
  expect(place).toHaveProperty(last);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return JSON.stringify(root);
}
const ENTRY = ['log', 'entries', 0];

describe('the rules of the importer of DevTools', () => {
  it('are kept by a HAR of ours', () => {
    const [entry] = importIntoDevTools(whole);
    expect(entry).toMatchObject({ passedOver: 0, type: 'websocket' });
    expect(entry?.frames).toHaveLength(2);
  });
  it.each([
    [['log', 'creator']],
    [['log', 'entries']],
    [[...ENTRY, 'startedDateTime']],
    [[...ENTRY, 'startedDateTime'], 'yesterday'],
    [[...ENTRY, 'time']],
    [[...ENTRY, 'request']],
    [[...ENTRY, 'request', 'url']],
    [[...ENTRY, 'request', 'headersSize']],
    [[...ENTRY, 'request', 'bodySize'], 'much'],
    [[...ENTRY, 'request', 'headers'], ['a: b']],
    [[...ENTRY, 'response']],
    [[...ENTRY, 'response', 'status']],
    [[...ENTRY, 'response', 'httpVersion']],
    [[...ENTRY, 'response', 'content']],
    [[...ENTRY, 'response', 'content', 'size']],
    [[...ENTRY, 'timings']],
    [[...ENTRY, 'timings', 'send']],
    [[...ENTRY, 'timings', 'wait']],
    [[...ENTRY, 'timings', 'receive'], 'long'],
    [[...ENTRY, 'timings', 'blocked'], 'long'],
  ] as [(string | number)[], unknown?][])('refuse the file: %j %j', (at, value) =>
    expect(() => importIntoDevTools(broken(at, value))).toThrow(),
  );
  it.each([['type', 'sent'], ['time', 'noon'], ['time'], ['opcode'], ['data']] as [string, unknown?][])(
    'pass over a message: %s %j',
    (name, value) => {
      const [entry] = importIntoDevTools(broken([...ENTRY, '_webSocketMessages', 0, name], value));
      expect(entry).toMatchObject({ passedOver: 1 });
    },
  );
  it('show no message where one is none', () => {
    const [entry] = importIntoDevTools(broken([...ENTRY, '_webSocketMessages', 1], 'text'));
    expect(entry).toMatchObject({ passedOver: 2, frames: [] });
  });
});
