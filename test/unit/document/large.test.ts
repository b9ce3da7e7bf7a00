import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { formatReport } from '../../../src/cli/inspect';
import { inspectTrace } from '../../../src/exchange/page/inspectTrace';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { buildWorker, openIndexed } from './openTestDocument';

buildWorker();

const TURNS = 2000;
const DELTAS = 97;
const AUDIO = Buffer.from(new Int16Array(240).fill(3).buffer).toString('base64');

/** 200,000 events: turns of a response with audio, plus open and close. */
async function writeLargeTrace(): Promise<string> {
  const file = await traceFile('');
  const out = createWriteStream(file);
  out.write(`${HEADER}\n${openLine()}\n`);
  let seq = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    const response = `resp_${turn}`;
    const status = turn % 10 === 9 ? 'failed' : 'completed';
    const lines = [
      eventLine(++seq, seq, 'client', '{"type":"response.create"}'),
      eventLine(++seq, seq, 'server', `{"type":"response.created","response":{"id":"${response}"}}`, { response }),
    ];
    for (let i = 0; i < DELTAS; i++) {
      const json = `{"type":"response.output_audio.delta","response_id":"${response}","delta":"${AUDIO}"}`;
      lines.push(eventLine(++seq, seq, 'server', json, { response }));
    }
    lines.push(
      eventLine(++seq, seq, 'server', `{"type":"response.done","response":{"id":"${response}","status":"${status}"}}`, {
        response,
      }),
    );
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain');
  }
  out.end(`${closeLine('s1', seq + 1)}\n`);
  await once(out, 'finish');
  return file;
}

describe('a trace of 200,000 events', () => {
  it('is indexed whole, and counted the same by the command line', async () => {
    const file = await writeLargeTrace();
    const { batches, spans, audio, states } = await openIndexed(file);
    const rows = batches.reduce((sum, batch) => sum + batch.count, 0);
    expect(rows).toBe(TURNS * 100 + 2);
    expect(states.at(-1)).toMatchObject({ rows, problems: [], sessions: [{ id: 's1', end: TURNS * 100 + 1 }] });
    const pieces = audio();
    expect(pieces).toHaveLength(TURNS * DELTAS);
    expect([...spans.values()].filter((span) => span.lane === 'response' && span.end !== null)).toHaveLength(TURNS);
    // No column costs more than its type: about 55 bytes a row.
    const bytes = batches
      .flatMap((batch) => Object.values(batch))
      .reduce((sum, value) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0), 0);
    expect(bytes / rows).toBeLessThanOrEqual(64);
    // Output never overlaps: each of its pieces begins where the one before it has ended, or later.
    const number = (value: unknown) => value as number;
    for (const [i, piece] of pieces.entries()) {
      const before = pieces[i - 1];
      if (before && number(piece.audioAt) < number(before.audioAt) + number(before.audioMs) - 1e-3)
        throw new Error(`piece ${i} overlaps`);
    }

    const report = await inspectTrace(file);
    expect(report).toMatchObject({
      messages: { client: { count: TURNS }, server: { count: TURNS * 99 } },
      responses: { completed: TURNS * 0.9, failed: TURNS * 0.1 },
      errorCount: TURNS * 0.1,
      problems: [],
    });
    expect(report.messages.server.audioSeconds).toBeCloseTo((TURNS * DELTAS) / 100, 6);
    expect(report.types.reduce((sum, type) => sum + type.count, 0)).toBe(TURNS * 100);
    expect(formatReport(report)).toContain('1800 completed, 200 failed');
  });
});
