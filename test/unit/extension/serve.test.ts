import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Serving, type ServeChoice } from '../../../src/extension/serve';
import { divergenceText, howServed, serveReportText } from '../../../src/extension/serveText';
import type { SessionReport } from '../../../src/replay/server/sessionReport';
import { cleanUp, dist, later, temporaryFolder } from '../fidelity/bed';
import { simulatedTrace, weatherSession } from '../expect/simulatedTrace';
import { until } from '../proxy/runningEngine';
import { mimic, recordedTexts } from '../replayServer/mimic';

afterEach(cleanUp);

const trace = async (name = 'weather') =>
  simulatedTrace(path.join(await temporaryFolder(), `${name}.realtime.jsonl`), weatherSession);

/** One of a window, with what that window keeps. */
function serving(kept: { value?: unknown } = {}) {
  const made = new Serving({
    read: () => kept.value,
    write: async (choice) => void (kept.value = choice),
    workers: dist,
    allowedOrigins: () => [],
    log: () => undefined,
  });
  later(() => made.close());
  const reports: SessionReport[] = [];
  made.onDidServe.on(({ report }) => void reports.push(report));
  return { made, kept, reports };
}
const stay = () => Promise.resolve();
const wsOf = async (made: Serving) => {
  const upstream = await made.upstream();
  if (upstream?.kind !== 'trace') throw new Error('nothing is served');
  return upstream.url.replace(/^http/, 'ws');
};

it('a choice outlasts the window and the proxy, and is served again when it is asked for', async () => {
  const file = await trace();
  const { made, kept } = serving();
  expect(await made.upstream()).toBeUndefined();
  await made.use({ file, timing: 'fast', strict: true, sessions: ['s1'] }, stay);
  const before = await wsOf(made);
  expect((await mimic(before, file)).texts).toEqual(await recordedTexts(file));
  await made.close();
  await expect(mimic(before, file)).rejects.toThrow(/ECONNREFUSED/);
  const next = serving(JSON.parse(JSON.stringify(kept)) as typeof kept);
  expect(next.made.choice).toEqual({ file, timing: 'fast', strict: true, sessions: ['s1'] });
  expect((await mimic(await wsOf(next.made), file)).texts).toEqual(await recordedTexts(file));
});

it('what was kept by another version is no choice', () => {
  for (const value of [null, 7, 'x', {}, { file: 3 }, { file: 'x', timing: 'never', strict: true }])
    expect(serving({ value }).made.choice).toBeUndefined();
});

it('a trace that cannot be served changes nothing', async () => {
  const file = await trace();
  const { made, kept } = serving();
  await made.use({ file, timing: 'gated', strict: false }, stay);
  const before = await wsOf(made);
  const wrong: ServeChoice = { file: path.join(path.dirname(file), 'none.jsonl'), timing: 'fast', strict: true };
  await expect(made.use(wrong, stay)).rejects.toThrow(/none\.jsonl cannot be read: it does not exist\./);
  expect(made.choice?.file).toBe(file);
  expect(kept.value).toEqual(made.choice);
  expect(await wsOf(made)).toBe(before);
});

it('another one is in its place before the first ends, and none leaves nothing', async () => {
  const [first, second] = [await trace('first'), await trace('second')];
  const { made, kept } = serving();
  await made.use({ file: first, timing: 'fast', strict: false }, stay);
  const before = await wsOf(made);
  let reached = '';
  await made.use({ file: second, timing: 'fast', strict: false }, async () => {
    reached = await wsOf(made);
    expect((await mimic(before, first)).texts).toEqual(await recordedTexts(first));
  });
  expect(reached).not.toBe(before);
  await made.end(stay);
  expect([made.choice, kept.value, await made.upstream()]).toEqual([undefined, undefined, undefined]);
});

it('a file that has gone is named', async () => {
  const file = await trace();
  const kept = { value: { file, timing: 'fast', strict: false } };
  await rm(file);
  const { made } = serving(kept);
  expect(made.isGone).toBe(true);
  await expect(made.upstream()).rejects.toThrow(
    `The trace ${file}, which is served as the upstream, is not there any more. Stop serving it, or choose another upstream.`,
  );
});

it('clients are told of in words', async () => {
  const file = await trace();
  const { made, reports } = serving();
  await made.use({ file, timing: 'fast', strict: true }, stay);
  expect(await made.report()).toMatchObject({ report: { clients: 0 } });
  await mimic(await wsOf(made), file);
  await mimic(await wsOf(made), file, 0, { edit: (text) => text.replace('Thank you!', 'No.') });
  await until(() => reports.length === 2);
  const served = await made.report();
  if (!served) throw new Error('nothing was served');
  const { choice, report } = served;
  expect(howServed(choice)).toBe('fast, strict');
  expect(reports.map((one) => divergenceText(choice, one))).toEqual([
    undefined,
    expect.stringMatching(
      /^Client 2 of weather\.realtime\.jsonl \(session s1\): conversation\.item\.create differs from the recorded one \(#\d+\) in item\.content\[0\]\.text\. It was message \d+ of the client\. The session was closed with 1008\.$/,
    ),
  ]);
  const text = serveReportText(choice, report);
  expect(text).toMatch(
    /^Served .*weather\.realtime\.jsonl\nfast, strict; 2 clients, 1 diverged\n\nclient 1: session s1 complete/,
  );
  expect(text).not.toContain(' more');
  expect(text.trimEnd()).toMatch(/closed with 1008.*$/);
  expect(text).toContain('-   item.content[0].text: "Thank you!"\n    +   item.content[0].text: "No."');
});
