/** Notes by the commands, in a saved trace and in one that is being recorded; and a range kept as a trace. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StartedProxy } from '../../src/extension/commands';
import type { NoteRecord } from '../../src/trace/records';
import {
  api,
  answering,
  Client,
  configure,
  eventsOf,
  recordsOf,
  restore,
  run,
  tabsOf,
  temporary,
  until,
} from './support';

const notesOf = (file: string): NoteRecord[] =>
  recordsOf(file).filter((record): record is NoteRecord => record.kind === 'note');
const opened = async (file: string) => (await api()).openTraces().find((open) => open.file === file);

describe('notes', () => {
  afterEach(restore);

  /** A trace of three messages at 1, 2 and 3 s, torn behind them. */
  function trace(): string {
    const file = path.join(temporary(), 'saved.realtime.jsonl');
    const header = { kind: 'trace', version: 1, id: 't1', startedAt: '2026-11-20T21:00:00.000Z', generator: 'test/1' };
    const event = (seq: number) =>
      `{"kind":"event","seq":${seq},"session":"s1","t":${seq * 1000},"sent":${seq * 1000}.5,"from":"client","type":"x","bytes":12,"event":{"type":"x"}}`;
    writeFileSync(file, [JSON.stringify(header), event(1), event(2), event(3), '{"kind":"event","seq":4'].join('\n'));
    return file;
  }
  const show = async (file: string, rows: number) => {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
    await until('its tab', () => tabsOf(file).length === 1);
    await until('its rows', async () => ((await opened(file))?.rows ?? 0) >= rows);
    await until('its page', async () => ((await opened(file))?.pages ?? 0) > 0);
  };

  it('are added by the menu of an event, behind a torn last line that stays', async () => {
    const file = trace();
    await show(file, 3);
    const lines = await until('the note', async () => {
      // A page that has not got the row yet does nothing.
      await run('addBookmark', { rtiRow: 1 });
      const all = readFileSync(file, 'utf8').split('\n');
      return all.some((line) => line.startsWith('{"kind":"note"')) && all;
    });
    assert.equal(lines[4], '{"kind":"event","seq":4');
    const note = JSON.parse(lines[5] ?? '') as NoteRecord;
    assert.deepEqual([note.text, note.at, note.seq, note.session, note.by], ['', 2000, 2, 's1', 'user']);
    await until('its row', async () => ((await opened(file))?.rows ?? 0) >= 5);
    // Of an event with a bookmark, the same command takes that away.
    await until('the end of it', async () => {
      await run('addBookmark', { rtiRow: 1 });
      const last = JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') as NoteRecord;
      return last.removed === true && last.id === note.id;
    });
  });

  it('go to the recorder while the trace is being recorded, and stand between what came before and after', async () => {
    await configure({ 'proxy.port': 0, upstream: 'simulator' });
    const { http, file } = await run<StartedProxy>('start');
    const client = await Client.connect(http);
    await client.wait('session.created');
    await until('the event', () => eventsOf(file).length > 0);
    await show(file, 2);
    const [note] = await until('the note', async () => {
      await run('addBookmark', { rtiRow: 1 });
      return notesOf(file).length > 0 && notesOf(file);
    });
    assert.equal(note?.by, 'user');
    client.send({ type: 'input_audio_buffer.clear' });
    await client.wait('input_audio_buffer.cleared');
    await client.close();
    await run('stop');
    const records = recordsOf(file);
    const at = records.findIndex(({ kind }) => kind === 'note');
    const place = (type: string) => records.findIndex((record) => record.kind === 'event' && record.type === type);
    assert.ok(place('session.created') < at && at < place('input_audio_buffer.clear'), `the note stands at ${at}`);
    assert.ok(place('input_audio_buffer.clear') < place('input_audio_buffer.cleared'));
    const times = records.flatMap(({ kind, t }) => (kind === 'note' ? [] : [t]));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    // Of the clock that the messages are timed by.
    assert.ok(records[at]!.t > times[0]! && records[at]!.t < times.at(-1)!);
  });

  it('a range is kept in a trace of its own, which opens', async () => {
    const file = trace();
    const out = path.join(path.dirname(file), 'kept.realtime.jsonl');
    await answering('showSaveDialog', vscode.Uri.file(out), () =>
      run('trimTrace', vscode.Uri.file(file), { from: 1500, to: 2500, sessions: ['s1'] }),
    );
    await until('the part in an editor', () => tabsOf(out).length === 1);
    assert.deepEqual(
      eventsOf(out).map(({ seq }) => seq),
      [2],
    );
  });
});
