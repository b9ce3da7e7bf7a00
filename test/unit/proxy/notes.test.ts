/** Notes of the user in a trace that is being recorded. */
import fs from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { UserNote } from '../../../src/trace/notes';
import { appendNote } from '../../../src/trace/appendNote';
import { cleanUp } from '../fidelity/bed';
import { linesOf, runEngine } from './runningEngine';

afterEach(cleanUp);

const NOTE: UserNote = { id: 'n1', text: 'hear this', at: 5, session: 's1', seq: 1, removed: false };
const notesIn = (file: string) => linesOf(file).filter(({ kind }) => kind === 'note');

it('a note goes into the trace being recorded, in its turn and without keys, and only the recorder adds it', async () => {
  const engine = await runEngine('', { upstream: { kind: 'simulator' } });
  const session = await engine.newSession({ model: 'gpt-realtime' });
  await expect.poll(() => linesOf(engine.file).some(({ type }) => type === 'session.created')).toBe(true);
  await expect(appendNote(engine.file, NOTE)).rejects.toThrow(/is being written by another program/);
  await engine.keepSecret(['correct horse']);
  expect(await engine.note(engine.file, { ...NOTE, text: `said correct horse and sk-${'x1'.repeat(24)}` })).toBe(true);
  // The answer comes when the line is in the file.
  expect(notesIn(engine.file)).toMatchObject([
    { text: 'said [redacted] and [redacted]', id: 'n1', by: 'user', at: 5, session: 's1', seq: 1 },
  ]);
  expect(await engine.note(`${engine.file}.other`, NOTE)).toBe(false);
  await engine.setRecording(false);
  await engine.note(engine.file, { ...NOTE, removed: true });
  await engine.closeSession(session);
  await engine.stop();
  expect(notesIn(engine.file)).toHaveLength(2);
  const times = linesOf(engine.file).flatMap(({ t }) => (typeof t === 'number' ? [t] : []));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  // Closed, anybody may add.
  await appendNote(engine.file, { ...NOTE, id: 'n2' });
  expect(notesIn(engine.file)).toHaveLength(3);
});

it('a trace that holds nothing but a note is kept', async () => {
  const engine = await runEngine('', { upstream: { kind: 'simulator' } });
  await engine.note(engine.file, NOTE);
  await engine.stop();
  expect(fs.existsSync(engine.file)).toBe(true);
});
