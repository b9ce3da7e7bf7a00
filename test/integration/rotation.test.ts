import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Client, restore, run, start, tabsOf, temporary, until } from './support';

describe('a recording that goes on in a new file', () => {
  afterEach(restore);

  const shownIn = (column: vscode.ViewColumn): string | undefined => {
    const tab = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === column)?.activeTab;
    return tab?.input instanceof vscode.TabInputCustom ? tab.input.uri.fsPath : tab?.label;
  };
  /** Sends so much that the trace is divided; resolves with the path of the part behind `file`. */
  async function divide(client: Client, file: string): Promise<string> {
    const folder = path.dirname(file);
    const names = () => readdirSync(folder).filter((name) => name.endsWith('.realtime.jsonl'));
    const before = new Set(names());
    const session = { type: 'realtime', instructions: 'Be brief. '.repeat(1000) };
    const made = await until('the next part', () => {
      client.send({ type: 'session.update', session });
      return names().find((name) => !before.has(name));
    });
    return path.join(folder, made);
  }

  it('is followed where it is looked at, and leaves alone what is typed into', async () => {
    const { http, file } = await start({ 'recording.rotateSize': 0.1 });
    const text = path.join(temporary(), 'typed.yaml');
    writeFileSync(text, '');
    const client = await Client.connect(http);
    await client.wait('session.created');
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), 'realtimeInspector.trace', {
      viewColumn: vscode.ViewColumn.Two,
    });
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(text), { viewColumn: vscode.ViewColumn.One });
    const later = await divide(client, file);
    await until('the next part where the first was', () => shownIn(vscode.ViewColumn.Two) === later);
    await vscode.commands.executeCommand('type', { text: 'on' });
    assert.equal(editor.document.getText(), 'on');
    assert.equal(shownIn(vscode.ViewColumn.One), 'typed.yaml');
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await client.close();
  });

  it('opens no tab over another one; its parts lead to each other', async () => {
    const { http, file } = await start({ 'recording.rotateSize': 0.1 });
    const client = await Client.connect(http);
    await client.wait('session.created');
    await run('openLive');
    const text = path.join(temporary(), 'read.yaml');
    writeFileSync(text, '');
    await vscode.window.showTextDocument(vscode.Uri.file(text), { viewColumn: vscode.ViewColumn.One });
    const later = await divide(client, file);
    await client.close();
    await run('stop');
    assert.deepEqual(tabsOf(later), []);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, text);
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), 'realtimeInspector.trace');
    await until('the later part', async () => {
      await run('openLaterPart');
      return shownIn(vscode.ViewColumn.One) === later;
    });
    await until('the earlier part', async () => {
      await run('openEarlierPart');
      return shownIn(vscode.ViewColumn.One) === file;
    });
  });
});
