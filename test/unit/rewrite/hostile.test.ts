/** A trace that somebody made to break its readers: every command answers with a file or with a sentence. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportFile } from '../../../src/exchange/export';
import { EXPORT_KINDS } from '../../../src/exchange/forms';
import { importFile } from '../../../src/exchange/import';
import { otlpRequests } from '../../../src/exchange/write/otlp';
import { split, trim } from '../../../src/rewrite/cut';
import { MASKS } from '../../../src/rewrite/mask';
import { merge } from '../../../src/rewrite/merge';
import { recover } from '../../../src/rewrite/recover';
import { share } from '../../../src/rewrite/share';
import { generator, scratch, valuesOf } from './traces';

let folder = '';
let remove: () => Promise<void>;
let trace = '';
const out = (name: string) => path.join(folder, `${name}.realtime.jsonl`);
const event = (seq: number, t: string, body: string) =>
  `{"kind":"event","seq":${seq},"session":"s1","t":${t},"sent":${t},"from":"server","type":"response.done","bytes":${Buffer.byteLength(body)},"event":${body}}`;

beforeAll(async () => {
  ({ folder, remove } = await scratch());
  trace = out('hostile');
  const lines = [
    '{"kind":"trace","version":1,"id":"h","startedAt":"2026-11-20T21:00:00.000Z","generator":"x"}',
    '{"kind":"open","session":"s1","t":-1e300,"url":"\\u0000","status":101,"headers":null,"subprotocols":7,"phases":[1],"upstream":{},"body":[],"responseHeaders":{"a":1}}',
    '{"kind":"open","session":"__proto__","t":1,"url":"wss://a/v1/realtime","status":101,"headers":{"__proto__":"x"},"phases":{"dns":"1"}}',
    '{"kind":"control","session":"s1","t":2,"op":"ping","from":"nobody","bytes":"many"}',
    '{"kind":"control","session":"s1","t":2,"op":"ping","from":"client","bytes":"many"}',
    '{"kind":"gap","t":3,"from":"1","to":"5","count":"5","reason":7,"session":"s1"}',
    '{"kind":"http","t":4,"method":"POST","url":"https://a/v1/realtime/calls","status":200,"requestHeaders":null,"responseHeaders":3,"requestBody":{"a":1},"redacted":"all"}',
    event(1, '5', '{"type":"response.done","response":null}'),
    event(2, '1e999', '{"type":"response.done"}'),
    event(9007199254740991, '9e11', '{"type":"response.done","response":{"id":"r","output":{"a":1},"usage":"none"}}'),
    event(9007199254740991, '1e300', '{"type":"session.created","session":[]}'),
    '{"kind":"note","t":1e300,"text":"late"}',
    '{"kind":"close","session":"s1","t":1e300,"code":1000,"reason":{},"by":"nobody","origin":"me"}',
    '',
  ];
  await writeFile(trace, lines.join('\n'));
});
afterAll(() => remove());

/** Every number in what was made is one, and every event has one of its own. */
async function whole(file: string): Promise<void> {
  const lines = await valuesOf(file);
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    expect(typeof line['t']).toBe('number');
    if (line['kind'] === 'event') expect(Number.isSafeInteger(line['seq'])).toBe(true);
  }
}

describe('a trace made to break its readers', () => {
  it('can be cut, joined, recovered and shared', async () => {
    await trim(trace, out('trim'), {}, { generator });
    await split(trace, (part) => out(`part-${part.replace(/\W/g, '')}`), { kind: 'session' }, { generator });
    await recover(trace, out('recover'), { generator });
    await share(trace, out('share'), { generator, masks: MASKS });
    await whole(out('share'));
    await merge([trace, trace], out('merge'), { generator });
    await whole(out('merge'));
  });
  it.each(EXPORT_KINDS)('can be exported as %s, or why not is said', async (kind) => {
    const file = path.join(folder, `export.${kind}`);
    try {
      await exportFile(trace, kind, file, { generator, ...(kind === 'vtt' ? { session: 's1' } : {}) });
    } catch (error) {
      // A sentence for people, and no name of a class of JavaScript's own.
      expect(error).not.toBeInstanceOf(TypeError);
      expect(error).not.toBeInstanceOf(RangeError);
    }
  });
  it('can be sent', async () => {
    const { requests } = await otlpRequests(trace, { generator });
    expect(JSON.stringify(requests)).toContain('startTimeUnixNano');
  });
  it('can be imported, from itself and from its HAR', async () => {
    await importFile(trace, out('import'), { generator });
    await whole(out('import'));
    await exportFile(trace, 'har', path.join(folder, 'h.har'), { generator });
    JSON.parse(await readFile(path.join(folder, 'h.har'), 'utf8'));
    await importFile(path.join(folder, 'h.har'), out('import-har'), { generator });
    await whole(out('import-har'));
  });
});
