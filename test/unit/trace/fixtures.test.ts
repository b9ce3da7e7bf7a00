/**
 * Traces as they lie on disks: as the first build that wrote traces wrote them, as a crash leaves them, and as a later version may
 * write them. Whatever opens traces must open these, and say what is the matter.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatReport } from '../../../src/cli/inspect';
import { inspectTrace } from '../../../src/exchange/page/inspectTrace';
import { importFile } from '../../../src/exchange/import';
import { split, trim } from '../../../src/rewrite/cut';
import { merge } from '../../../src/rewrite/merge';
import { recover } from '../../../src/rewrite/recover';
import { share } from '../../../src/rewrite/share';
import { TraceReader } from '../../../src/trace/reader';
import { buildWorker, openIndexed } from '../document/openTestDocument';
import { generator, linesOf, scratch } from '../rewrite/traces';

buildWorker();
let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await scratch()));
afterAll(() => remove());
const fixture = (name: string) => path.join(import.meta.dirname, '../../fixtures/traces', `${name}.realtime.jsonl`);
const out = (name: string) => path.join(folder, `${name}.realtime.jsonl`);

async function read(name: string) {
  const reader = await TraceReader.open(fixture(name));
  const kinds: string[] = [];
  await reader.read(({ parsed }) => kinds.push(parsed.kind === 'record' ? parsed.record.kind : parsed.kind));
  await reader.close();
  return { kinds, problems: reader.problems };
}
const rows = async (name: string) => {
  const { states } = await openIndexed(fixture(name));
  return states.at(-1);
};

describe('a trace of the first build', () => {
  const KINDS = 'http open event event control event event event event event event gap note open close'.split(' ');
  it('is what it was', async () => {
    // A fixture that is changed with the format proves nothing.
    const digest = createHash('sha256')
      .update(await readFile(fixture('old')))
      .digest('hex');
    expect(digest).toBe('9254dad67325ccb40929271b65f70b64b5e1f77391c8567c85a7d7c7267f3b01');
  });
  it('is read without a word', async () => {
    expect(await read('old')).toEqual({ kinds: KINDS, problems: [] });
    expect((await rows('old'))?.problems).toEqual([]);
    const report = await inspectTrace(fixture('old'));
    expect(report).toMatchObject({
      version: 1,
      problems: [],
      messages: { client: { count: 4 }, server: { count: 4 } },
    });
    expect(formatReport(report)).toContain('gpt-realtime');
  });
  it('is copied byte for byte', async () => {
    await trim(fixture('old'), out('old-trim'), {}, { generator });
    await recover(fixture('old'), out('old-recover'), { generator });
    await share(fixture('old'), out('old-share'), { generator, masks: [] });
    await merge([fixture('old')], out('old-merge'), { generator });
    const lines = await linesOf(fixture('old'));
    for (const name of ['old-trim', 'old-recover', 'old-share']) expect(await linesOf(out(name)), name).toEqual(lines);
    expect(await linesOf(out('old-merge'))).toHaveLength(lines.length);
  });
});

describe('a torn trace', () => {
  const wanted = [/^Line 4 cannot be read/, /^The last line \(6\) is torn: 70 bytes/];
  const told = (problems: readonly string[] | undefined) =>
    wanted.every((pattern) => problems?.some((problem) => pattern.test(problem)));
  it('is read as far as it can be, and where it cannot is told', async () => {
    const { kinds, problems } = await read('torn');
    expect(kinds).toEqual(['open', 'event', 'unreadable', 'event']);
    expect(told(problems), problems.join()).toBe(true);
    expect(told((await rows('torn'))?.problems)).toBe(true);
    expect(told((await inspectTrace(fixture('torn'))).problems)).toBe(true);
  });
  it('is made whole, with what cannot be read beside it', async () => {
    const done = await recover(fixture('torn'), out('torn-recover'), { generator });
    expect(done).toMatchObject({ kept: 3, unread: 2 });
    expect((await inspectTrace(out('torn-recover'))).problems).toEqual([]);
  });
});

describe('a trace of a later version', () => {
  const NEWER = 'Written by a newer version (format 2, this reads up to 1): some of it may not be shown.';
  it('is shown as far as it is known, and that is said once', async () => {
    const { kinds, problems } = await read('future');
    expect(kinds).toEqual(['open', 'event', 'unreadable', 'event', 'note', 'close']);
    expect(problems).toEqual([NEWER, 'Line 4 cannot be read: a line of an unknown kind (video).']);
    expect((await rows('future'))?.problems[0]).toBe(NEWER);
    const report = await inspectTrace(fixture('future'));
    expect(report.problems[0]).toBe(NEWER);
    expect(report).toMatchObject({ version: 2, messages: { client: { count: 1 }, server: { count: 1 } } });
  });
  it('is made into no other, for what is new would be lost or stay unmasked', async () => {
    const file = fixture('future');
    const why = /was written by a newer version \(format 2, this writes 1\).*Update Realtime Inspector/;
    await expect(trim(file, out('future-trim'), {}, { generator })).rejects.toThrow(why);
    await expect(split(file, out, { kind: 'session' }, { generator })).rejects.toThrow(why);
    await expect(merge([fixture('old'), file], out('future-merge'), { generator })).rejects.toThrow(why);
    await expect(recover(file, out('future-recover'), { generator })).rejects.toThrow(why);
    await expect(share(file, out('future-share'), { generator, masks: [] })).rejects.toThrow(why);
    for (const name of ['trim', 'merge', 'recover', 'share']) expect(existsSync(out(`future-${name}`))).toBe(false);
  });
  it('can be taken over, with what is left out told', async () => {
    const report = await importFile(fixture('future'), out('future-import'), { generator });
    expect(report.lost.join()).toContain('It is of format 2');
    expect((await inspectTrace(out('future-import'))).problems).toEqual([]);
  });
});
