import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadScan, scannedText } from '../../../src/trace/headScan';
import { parseLine } from '../../../src/trace/parseLine';

const json = '{"type":"x"}';
const scan = new HeadScan();

/** A head's field as the writer, or somebody else, may write it. */
const number = fc.oneof(
  fc.nat(),
  fc.double({ min: 0, max: 1e9, noNaN: true }),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0, -0, 1e21, 1e-7, 0.1, 12.345, 9007199254740993),
);
const anything = fc.oneof(
  { weight: 6, arbitrary: fc.string() },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const line = fc
  .record(
    {
      seq: fc.oneof({ weight: 5, arbitrary: fc.nat() }, number),
      session: anything,
      t: number,
      sent: fc.oneof({ weight: 5, arbitrary: number }, anything),
      from: fc.oneof({ weight: 8, arbitrary: fc.constantFrom('client', 'server') }, anything),
      type: anything,
      bytes: fc.oneof({ weight: 8, arbitrary: fc.constant(json.length) }, number),
      response: anything,
      item: anything,
      call: anything,
      origin: fc.constantFrom('inspector', 'inspectors', 1),
      replaces: number,
      redacted: fc.oneof(fc.array(fc.string()), anything),
      opcode: fc.constantFrom(0, 1, 2, 3),
      size: anything,
    },
    { requiredKeys: ['seq', 'session', 't', 'from', 'bytes'] },
  )
  .map((head) => `{"kind":"event",${JSON.stringify(head).slice(1, -1)},"event":${json}}`);

describe('the scan of a head', () => {
  it('refuses a line, or finds in it what parsing the whole of it finds', () => {
    fc.assert(
      fc.property(line, fc.nat(40), (text, before) => {
        const data = Buffer.from(`${'"'.repeat(before)}${text}`);
        if (!scan.scan(data, before, data.length)) return;
        const { event, kind, ...head } = JSON.parse(text) as Record<string, unknown>;
        expect(kind).toBe('event');
        const found: Record<string, unknown> = {
          seq: scan.seq,
          t: scan.t,
          bytes: scan.bytes,
          from: scan.fromClient ? 'client' : 'server',
          session: scannedText(data, scan.session),
        };
        if (!Number.isNaN(scan.sent)) found['sent'] = scan.sent;
        for (const name of ['type', 'response', 'item', 'call'] as const)
          if (scan[name].end > 0) found[name] = scannedText(data, scan[name]);
        if (scan.injected) found['origin'] = 'inspector';
        if (scan.replaces >= 0) found['replaces'] = scan.replaces;
        if (scan.redacted) found['redacted'] = scan.redacted;
        if (scan.opcode !== 0) found['opcode'] = scan.opcode;
        expect(found).toEqual(head);
        expect(JSON.parse(data.toString('utf8', scan.bodyStart, scan.bodyEnd))).toEqual(event);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes what the recorder writes', () => {
    const text = `{"kind":"event","seq":7,"session":"s1","t":12.345,"sent":12.4,"from":"server","type":"\\u00e9","bytes":12,"call":"c","event":${json}}`;
    const data = Buffer.from(text);
    expect(scan.scan(data, 0, data.length)).toBe(true);
    expect(scannedText(data, scan.type)).toBe('é');
    expect(scan.item.end).toBe(0);
  });

  it('keeps nothing of the line before', () => {
    const full = Buffer.from(
      `{"kind":"event","seq":7,"session":"s1","t":1,"sent":2,"from":"client","bytes":12,"item":"i","replaces":3,"redacted":[],"event":${json}}`,
    );
    const bare = Buffer.from('{"kind":"event","seq":8,"session":"s1","t":1,"from":"server","bytes":5}');
    expect(scan.scan(full, 0, full.length) && scan.scan(bare, 0, bare.length)).toBe(true);
    expect(parseLine(bare)).toEqual({
      kind: 'event',
      head: { kind: 'event', seq: 8, session: 's1', t: 1, from: 'server', bytes: 5 },
      body: undefined,
    });
  });
});
