/** The user's notes where a trace is told on the command line or handed on. */
import { expect, it } from 'vitest';
import { formatReport } from '../../../src/cli/inspect';
import { inspectTrace } from '../../../src/exchange/page/inspectTrace';
import { tracePage } from '../../../src/exchange/page/tracePage';
import { analyseWhole } from '../../../src/document/wholeAnalysis';
import { exportPerfetto } from '../../../src/exchange/write/perfetto';
import { noteRecord, type UserNote } from '../../../src/trace/notes';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

const note = (id: string, at: number, text: string, more: Partial<UserNote> = {}) =>
  JSON.stringify(noteRecord({ id, at, text, session: 's1', seq: 0, removed: false, ...more }, 900_000));
const file = () =>
  traceFile(
    [
      HEADER,
      openLine('s1', 0),
      eventLine(1, 20, 'client', '{"type":"response.create"}'),
      closeLine('s1', 900),
      note('a', 500, 'first words'),
      note('b', 20, '<script>alert(1)</script> \u001b[2J', { seq: 1 }),
      note('c', 600, 'taken away'),
      note('a', 500, ''),
      note('c', 600, '', { removed: true }),
      '{"kind":"note","t":900,"text":"Recording was off."}',
      '',
    ].join('\n'),
  );

it('lists notes as they are in the end, by their moments, in text, JSON and the page', async () => {
  const trace = await file();
  const report = await inspectTrace(trace);
  expect(report.notes).toEqual([
    { session: 's1', seq: 1, t: 20, text: '<script>alert(1)</script> \u001b[2J' },
    { session: 's1', seq: 0, t: 500, text: '' },
  ]);
  // The lines were written later than anything happened.
  expect(report.durationMs).toBe(900);
  const text = formatReport(report);
  expect(text).toMatch(
    /Notes \(2\)\n {2}s1 20(?:\.0)? ms #1: <script>alert\(1\)<\/script> +\[2J\n {2}s1 500(?:\.0)? ms: bookmark/,
  );
  expect(text).not.toContain('\u001b');
  const page = tracePage(report, await analyseWhole(trace, undefined, 100));
  expect(page).toContain('<h2 id="notes">Notes</h2>');
  expect(page).toContain('&lt;script&gt;alert(1)');
  expect(page).not.toMatch(/<script|taken away|first words/);
});

it('notes are instants in a file for Perfetto', async () => {
  let text = '';
  await exportPerfetto(await file(), async (part) => void (text += part), {});
  const { traceEvents } = JSON.parse(text) as { traceEvents: Record<string, unknown>[] };
  const notes = traceEvents.filter(({ cat }) => cat === 'note');
  expect(notes).toMatchObject([
    { ph: 'i', name: 'bookmark', ts: 500_000 },
    { ph: 'i', ts: 20_000 },
  ]);
});
