import { appendFile } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Finding } from '../../../src/analysis/model';
import { TraceDocumentCore } from '../../../src/document/traceDocument';
import { eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

const CALL = {
  type: 'function_call',
  id: 'f1',
  call_id: 'c1',
  name: 'get_weather',
  arguments: '{}',
  status: 'completed',
};
const OUTPUT = { type: 'function_call_output', call_id: 'c1', output: 'fog' };
const called = eventLine(
  1,
  100,
  'server',
  JSON.stringify({ type: 'response.output_item.done', response_id: 'r1', item: CALL }),
);
const answered = eventLine(2, 200, 'client', JSON.stringify({ type: 'conversation.item.create', item: OUTPUT }));

/** A trace that is open, its clock stopped; what was found in it by rule. */
async function opened(text: string) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const file = await traceFile(text);
  const found = new Map<string, Finding>();
  const document = await TraceDocumentCore.open(file, {
    columns: () => undefined,
    state: () => undefined,
    analysis: ({ findings }) => findings.forEach((finding) => found.set(finding.rule, finding)),
  });
  onTestFinished(() => document.close());
  const follow = async (): Promise<void> => {
    await document.follow();
    await document.analysed();
  };
  await follow();
  return { file, found, follow };
}

it('tells of a live session in which nothing happens what is missing, when it has been missing long enough', async () => {
  const { file, found, follow } = await opened(`${[HEADER, openLine(), called].join('\n')}\n`);
  await appendFile(file, `${answered}\n`);
  await follow();
  vi.advanceTimersByTime(5000);
  expect([...found.keys()]).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect([...found.keys()]).toEqual(['silent-after-tool']);
});

it('waits for nothing in a recording: what did not come there was not recorded', async () => {
  const { found } = await opened(`${[HEADER, openLine(), called, answered].join('\n')}\n`);
  vi.advanceTimersByTime(60_000);
  expect([...found.keys()]).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('stops when the file has not grown for a minute', async () => {
  const { file, follow } = await opened(`${[HEADER, openLine()].join('\n')}\n`);
  await appendFile(file, `${called}\n`);
  await follow();
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(70_000);
  expect(vi.getTimerCount()).toBe(0);
});
