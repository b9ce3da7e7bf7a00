import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, api, EDITOR_ID, restore, run, tabsOf, temporary, until } from './support';

const line = (record: object) => JSON.stringify(record) + '\n';
const header = line({
  kind: 'trace',
  version: 1,
  id: 't1',
  startedAt: '2026-11-20T21:00:00.000Z',
  generator: 'test/1',
});
const event = (seq: number, body: object) =>
  `{"kind":"event","seq":${seq},"session":"s1","t":${seq},"sent":${seq}.5,"from":"client","type":"x.${seq}","bytes":9,"event":${JSON.stringify(body)}}\n`;

/** A trace of `count` events in a file of its own. */
function trace(count: number, rest = ''): string {
  const file = path.join(temporary(), 'saved.realtime.jsonl');
  const events = Array.from({ length: count }, (_, i) => event(i + 1, { type: `x.${i + 1}`, n: i }));
  writeFileSync(file, header + events.join('') + rest);
  return file;
}
const opened = async (file: string) => (await api()).openTraces().find((open) => open.file === file);

describe('the trace editor', () => {
  afterEach(restore);

  it('opens a trace that is opened as any file is, and reads all of it', async () => {
    const file = trace(40);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
    await until('its tab', () => tabsOf(file).length === 1);
    await until('all rows', async () => (await opened(file))?.rows === 40);
    assert.deepEqual((await opened(file))?.problems, []);
  });

  it('shows the rest of a trace with a torn last line, and says that it is torn', async () => {
    const file = trace(5, '{"kind":"event","seq":6,"ses');
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
    const torn = await until('the rows and the problem', async () => {
      const seen = await opened(file);
      return seen && seen.rows >= 5 && seen.problems.length > 0 ? seen : undefined;
    });
    assert.equal(torn.problems.length, 1);
  });

  it('says of a text with the name of a trace that it is none, and opens it as text instead', async () => {
    const file = path.join(temporary(), 'notes.realtime.jsonl');
    writeFileSync(file, '# Notes\n\nNot a trace at all.\n');
    const isText = () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(({ input }) => input instanceof vscode.TabInputText && input.uri.fsPath === file);
    const said = await answering('showWarningMessage', 'Reopen as Text', async () => {
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
      await until('the text editor', isText);
    });
    assert.equal(said.length, 1);
    assert.match(String(said[0]![0]), /^"notes.realtime.jsonl" is not a Realtime trace/);
    // VS Code shows the text before it has taken the other tab away.
    await until('the trace editor to go', () => tabsOf(file).length === 0);
  });

  it('copies the event a menu was opened on, byte for byte', async () => {
    const file = trace(2);
    const odd = '{ "type":"a" ,"n":1.50,"s":"\\u00e9"}';
    appendFileSync(
      file,
      `{"kind":"event","seq":3,"session":"s1","t":3,"sent":3,"from":"client","type":"a","bytes":36,"event":${odd}}\n`,
    );
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
    await until('all rows', async () => (await opened(file))?.rows === 3);
    await run('copyEvent', { rtiRow: 2 });
    assert.equal(await vscode.env.clipboard.readText(), odd);
  });

  it('serves two tabs from one reading of the file, and lets go of it with the last', async () => {
    const file = trace(3);
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), EDITOR_ID);
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), EDITOR_ID, vscode.ViewColumn.Beside);
    await until('both pages', async () => (await opened(file))?.pages === 2);
    assert.equal((await api()).openTraces().length, 1);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until('the trace to be let go', async () => (await api()).openTraces().length === 0);
  });

  it('comes back whole after its tab was hidden', async () => {
    const file = trace(12);
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), { preview: false });
    await until('the page', async () => (await opened(file))?.pages === 1);
    const text = await vscode.workspace.openTextDocument({ content: 'in front' });
    await vscode.window.showTextDocument(text, { preview: false });
    appendFileSync(file, event(13, { type: 'x.13' }));
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), { preview: false });
    await until('the row written meanwhile', async () => (await opened(file))?.rows === 13);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('opens a body in the text editor, laid out, with its numbers as they were sent', async () => {
    const file = trace(1, '');
    appendFileSync(
      file,
      '{"kind":"event","seq":2,"session":"s1","t":2,"from":"client","type":"a","bytes":20,"event":{"type":"a","n":1.50}}\n',
    );
    const uri = vscode.Uri.from({
      scheme: 'realtime-inspector-body',
      path: '/2-a.json',
      query: JSON.stringify({ file, row: 1 }),
    });
    await api();
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.getText(), '{\n  "type": "a",\n  "n": 1.50\n}\n');
    assert.equal(document.languageId, 'json');
  });

  it('reads no other file for an address somebody made up', async () => {
    await api();
    const file = path.join(temporary(), 'secret.txt');
    writeFileSync(file, 'secret');
    const query = JSON.stringify({ file, row: 0 });
    const uri = vscode.Uri.from({ scheme: 'realtime-inspector-body', path: '/a.json', query });
    await assert.rejects(Promise.resolve(vscode.workspace.openTextDocument(uri)), /is not a trace/);
  });

  for (const scheme of ['gitlens', 'somewhere-else'])
    it(`leaves a trace of the scheme ${scheme}: to the text editor`, async () => {
      await api();
      const provider = vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: () => header,
      });
      try {
        const uri = vscode.Uri.parse(`${scheme}:/a/old.realtime.jsonl`);
        await vscode.commands.executeCommand('vscode.open', uri);
        await until('a text tab', () =>
          vscode.window.tabGroups.all
            .flatMap(({ tabs }) => tabs)
            .some(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === scheme),
        );
        assert.deepEqual((await api()).openTraces(), []);
      } finally {
        provider.dispose();
      }
    });
});
