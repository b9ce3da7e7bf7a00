/** The second pass when the file cannot be read any more as it was in the first. */
import { readFile, writeFile } from 'node:fs/promises';
import { truncateSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Turn } from '../../../src/analysis/model';
import type { DocumentState } from '../../../src/document/columns';
import { TraceDocumentCore } from '../../../src/document/traceDocument';
import { eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

const server = (seq: number, event: object) => eventLine(seq, seq * 10, 'server', JSON.stringify(event));
const lines = [
  openLine(),
  server(1, { type: 'response.created', response: { id: 'r1', status: 'in_progress' } }),
  server(2, { type: 'response.done', response: { id: 'r1', status: 'completed' } }),
  server(3, { type: 'response.created', response: { id: 'r2', status: 'in_progress' } }),
  server(4, { type: 'response.done', response: { id: 'r2', status: 'completed' } }),
];

describe('the second pass', () => {
  it('says where it had to stop, keeps what it has, and goes on from there when the file can be read again', async () => {
    const file = await traceFile([HEADER, ...lines, ''].join('\n'));
    const whole = await readFile(file);
    const states: DocumentState[] = [];
    const turns = new Map<string, Turn>();
    let cut = false;
    const document = await TraceDocumentCore.open(file, {
      columns: () => undefined,
      analysis: (changes) => changes.turns.forEach((turn) => turns.set(turn.key, turn)),
      state: (state) => {
        states.push(state);
        // All rows are there and the second pass has not begun.
        if (cut || state.rows < lines.length) return;
        cut = true;
        truncateSync(file, whole.length - 300);
      },
    });
    onTestFinished(() => document.close());
    await document.follow();
    await document.analysed();
    const stopped = states.at(-1);
    expect(stopped?.analysed).toBeLessThan(lines.length);
    expect(stopped?.analysed).toBeGreaterThan(0);
    expect(stopped?.problems.join()).toMatch(/^Row \d could not be read a second time: the file ends before it\./);

    await writeFile(file, whole);
    await document.follow();
    await document.analysed();
    expect(states.at(-1)).toMatchObject({ analysed: lines.length, problems: [] });
    expect([...turns.values()].flatMap(({ responses }) => responses)).toEqual(['r1', 'r2']);
    expect(document.measures('').metrics).toMatchObject({ responses: { completed: 2 } });
  });
});
