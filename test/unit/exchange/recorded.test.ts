/** Sessions recorded by others against live services, as lines and as the YAML they were recorded in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asTrace } from '../../../src/exchange/asTrace';
import { inspectTrace } from '../../../src/exchange/page/inspectTrace';
import { scratch } from '../rewrite/traces';
import { generator, importInto, importText } from './importing';

const source = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));
const names = existsSync(source) ? readdirSync(source).filter((name) => name.endsWith('.jsonl')) : [];

let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await scratch()));
afterAll(() => remove());

interface Recorded {
  direction: 'client' | 'server';
  event: { type: string; session?: { expires_at?: number } };
}
const recorded = (name: string) =>
  readFileSync(path.join(source, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);

describe.skipIf(names.length === 0)('recorded sessions', () => {
  it.each(names)('%s is taken over message by message, with its times from ids', async (name) => {
    const wanted = recorded(name);
    const { report, events, out } = await importInto(folder, path.join(source, name));
    expect(report).toMatchObject({ format: 'lines', messages: wanted.length, problems: [], redacted: 0 });
    expect(events.map(({ from, event }) => ({ direction: from as string, event: event as unknown }))).toEqual(
      wanted.map(({ direction, event }) => ({ direction, event })),
    );
    expect(events.map(({ seq }) => seq as number)).toEqual(wanted.map((_, at) => at + 1));
    const times = events.map(({ t }) => t as number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const expires = wanted[0]?.event.session?.expires_at;
    if (expires !== undefined && report.sessions[0]?.times === 'ids') {
      // The service sets the end of a session an hour after it mints its id.
      const created = Date.parse(report.startedAt) + (times[0] ?? NaN);
      expect(Math.abs(created / 1000 - (expires - 3600))).toBeLessThanOrEqual(1);
    } else expect(name).toContain('xai');
    const head = JSON.parse((await readFile(out, 'utf8')).split('\n')[0] ?? '') as { times: string };
    expect(head.times).toBe(report.sessions[0]?.times);
    const { problems } = await inspectTrace(out);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('times were not recorded');
  });

  it.each(names)('%s says the same as the YAML it was converted from', async (name) => {
    const interactions = recorded(name).map(({ direction, event }) => ({
      kind: 'message',
      direction: direction === 'client' ? 'sent' : 'received',
      data: event,
    }));
    const fromYaml = await importText(
      folder,
      stringify({ version: 1, interactions }, { aliasDuplicateObjects: false }),
    );
    const fromLines = await importInto(folder, path.join(source, name));
    expect(fromYaml.report.format).toBe('cassette');
    const told = ({ events }: typeof fromYaml) => events.map(({ t, from, event }) => ({ t, from, event }) as unknown);
    expect(told(fromYaml)).toEqual(told(fromLines));
  });

  it('can be opened as a trace that goes when it is closed', async () => {
    const recording = await asTrace(path.join(source, names[0] ?? ''), { generator });
    expect((await inspectTrace(recording.file)).sessions).toHaveLength(1);
    await recording.close();
    expect(existsSync(path.dirname(recording.file))).toBe(false);
  });

  it('leave nothing behind but the trace', async () => {
    const { folder: own, remove: removeOwn } = await scratch();
    await importInto(own, path.join(source, names[0] ?? ''));
    expect(await readdir(own)).toHaveLength(1);
    await writeFile(path.join(own, 'nothing'), 'no such thing');
    await expect(importInto(own, path.join(own, 'nothing'))).rejects.toThrow('none of the formats');
    expect(await readdir(own)).toHaveLength(2);
    await removeOwn();
  });
});
