import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, api, Client, linesOf, logged, recordsOf, restore, run, start, trees, until } from './support';

const file = () => path.join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, '.vscode', 'realtime-rules.jsonc');
const uri = () => vscode.Uri.file(file());

function write(text: string): void {
  mkdirSync(path.dirname(file()), { recursive: true });
  writeFileSync(file(), text);
}

const modelIs = (model: string) =>
  `{\n  // Kept.\n  "rules": [\n    { "name": "Model", "match": "type:session.created", "set": { "session.model": "${model}" } }\n  ]\n}\n`;

/** The model that the server tells a new session. */
async function greeting(base: string): Promise<unknown> {
  const client = await Client.connect(base);
  const { session } = await client.wait('session.created');
  await client.close();
  return (session as { model: unknown }).model;
}

/** Resolves when the window has said how many rules change traffic. */
const said = (words: string) => until(words, () => logged().some((line) => line.includes(`Rules: ${words}`)));

async function clean(): Promise<void> {
  await restore();
  rmSync(file(), { force: true });
  logged().splice(0);
}

describe('rules', () => {
  afterEach(clean);

  it('of the workspace are in force from the first session on, and follow their file', async () => {
    write(modelIs('first'));
    const { http } = await start({ 'simulator.speed': 50 });
    assert.equal(await greeting(http), 'first');
    await said('1 rule changes traffic');
    write(modelIs('second'));
    await until('the changed rule', async () => (await greeting(http)) === 'second');
    rmSync(file());
    await until('no rule', async () => !['first', 'second'].includes(String(await greeting(http))));
  });

  it('are switched by commands that write the file, and leave the rest of it as it was', async () => {
    write(modelIs('x'));
    const { http } = await start({ 'simulator.speed': 50 });
    await run('switchRulesOff');
    assert.match(readFileSync(file(), 'utf8'), /\/\/ Kept\.[\s\S]*"enabled": false|"enabled": false[\s\S]*\/\/ Kept\./);
    assert.notEqual(await greeting(http), 'x');
    await run('switchRulesOn');
    assert.equal(await greeting(http), 'x');
  });

  it('have a box each in the view that writes the file, beside their names as they stand', async () => {
    const name = '$(sync~spin) [x](command:workbench.action.quit)\u202e\n<b>';
    write(JSON.stringify({ rules: [{ name, match: 'type:session.created', set: { 'session.model': 'boxed' } }] }));
    const { http } = await start({ 'simulator.speed': 50 });
    assert.equal(await greeting(http), 'boxed');
    const [line] = await linesOf('rules');
    assert.equal(line!.item.label, '$(sync~spin) [x](command:workbench.action.quit) <b>');
    assert.equal(typeof line!.item.tooltip, 'string', 'a tooltip in Markdown would be read for links');
    assert.equal(line!.item.checkboxState, vscode.TreeItemCheckboxState.Checked);
    trees().get('rules')!.pretendToClick(line!.node, false);
    await until('the switch in the file', () => readFileSync(file(), 'utf8').includes('"enabled": false'));
    await until('no rule', async () => (await greeting(http)) !== 'boxed');
    const [now] = await linesOf('rules');
    assert.equal(now!.item.checkboxState, vscode.TreeItemCheckboxState.Unchecked);
    trees().get('rules')!.pretendToClick(now!.node, true);
    await until('the rule again', async () => (await greeting(http)) === 'boxed');
  });

  it('say above themselves what they have done, with a switch, while the proxy runs', async () => {
    write(modelIs('x'));
    await vscode.window.showTextDocument(uri());
    const lenses = async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        uri(),
        100,
      );
      return found.flatMap(({ command }) => (command ? [command] : []));
    };
    const { http } = await start({ 'simulator.speed': 50 });
    assert.equal(await greeting(http), 'x');
    const shown = await until('the count', async () => {
      const found = await lenses();
      return found[0]?.title.startsWith('$(zap) Took part once, last at ') && found;
    });
    assert.deepEqual(shown[1]?.title, 'Switch Off');
    await vscode.commands.executeCommand(shown[1]!.command, ...(shown[1]!.arguments as unknown[]));
    assert.match(readFileSync(file(), 'utf8'), /\/\/ Kept\.[\s\S]*"enabled": false/);
    assert.notEqual(await greeting(http), 'x');
    const off = await until('the new line', async () => {
      const found = await lenses();
      return found[1]?.title === 'Switch On' && found[1];
    });
    await vscode.commands.executeCommand(off.command, ...(off.arguments as unknown[]));
    assert.equal(await greeting(http), 'x');
    await run('stop');
    assert.deepEqual(await lenses(), []);
  });

  it('are made from an event in the list, and are in force', async () => {
    const { http, file: trace } = await start({ 'simulator.speed': 50 });
    await greeting(http);
    const rtiRow = await until('the row', () => {
      const row = recordsOf(trace).findIndex((record) => record.kind === 'event' && record.type === 'session.created');
      return row < 0 ? undefined : row;
    });
    const drop = (choices: { label: string }[]) => choices.find(({ label }) => label.includes('Drop'));
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(trace), 'realtimeInspector.trace');
    await until('the page', async () =>
      (await api()).openTraces().some((open) => open.file === trace && open.pages > 0 && open.rows > rtiRow),
    );
    const asked = await answering('showInputBox', undefined, () =>
      answering('showQuickPick', drop, () => run('ruleFromEvent', { rtiRow })),
    );
    assert.match((asked[0]![0] as vscode.InputBoxOptions).prompt!, /^How many times/);
    assert.equal(existsSync(file()), false, 'a box that was left has left a rule');
    await answering('showInputBox', '2', () =>
      answering('showQuickPick', drop, () => run('ruleFromEvent', { rtiRow })),
    );
    assert.match(readFileSync(file(), 'utf8'), /"times": 2/);
    assert.match(readFileSync(file(), 'utf8'), /type:session\.created from:server/);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file());
    const client = await Client.connect(http);
    client.send({ type: 'session.update', session: { type: 'realtime' } });
    await client.wait('session.updated');
    assert.equal(
      client.received.some(({ type }) => type === 'session.created'),
      false,
    );
    await client.close();
  });

  it('of a fault set become one’s own by copying', async () => {
    await run('copyFaultSet', { kind: 'faultSet', id: 'session-expiry' });
    const text = readFileSync(file(), 'utf8');
    assert.match(text, /"name": "Session expires"/);
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file());
  });

  it('are made with examples by opening their file, all of them off', async () => {
    assert.equal(existsSync(file()), false);
    await run('openRules');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.fsPath, file());
    // The editor may hold what an earlier file of that name said, until it hears of the new one.
    await until('the examples', () => document!.getText().includes('"Another voice"'));
    const { http } = await start({ 'simulator.speed': 50 });
    await greeting(http);
    assert.equal(
      logged().some((line) => line.includes('changes traffic') || line.includes('change traffic')),
      false,
    );
  });

  it('are shown where they stand', async () => {
    write(modelIs('x'));
    await run('openRule', { kind: 'rule', index: 0, place: { line: 4, column: 15 } });
    const editor = vscode.window.activeTextEditor;
    assert.deepEqual(
      [editor?.document.uri.fsPath, editor?.selection.active.line, editor?.selection.active.character],
      [file(), 3, 14],
    );
  });

  it('with a mistake are marked in the editor, once', async () => {
    write('{\n  "rules": [\n    { "match": "form:client", "drop": true },\n    { "dely": 5 },\n  ],\n}\n');
    await vscode.window.showTextDocument(uri());
    const all = () => vscode.languages.getDiagnostics(uri());
    await until('both marks', () => [2, 3].every((line) => all().some(({ range }) => range.start.line === line)));
    await until('each place marked once', () => {
      const places = all().map(({ range }) => `${range.start.line}:${range.start.character}`);
      return new Set(places).size === places.length;
    });
    const [match] = all().filter(({ range }) => range.start.line === 2);
    assert.match(match!.message, /Is from: meant/);
  });

  it('of a ready-made set can be looked at, not changed', async () => {
    await run('showFaultSet', { kind: 'faultSet', id: 'error-storm' });
    const document = vscode.window.activeTextEditor?.document;
    assert.match(document!.getText(), /^\/\/ The fault set "Error storm"/);
    assert.equal(document!.uri.scheme, 'realtime-fault-set');
  });

  it('have completion for their actions', async () => {
    const text = '{\n  "rules": [\n    {  }\n  ]\n}\n';
    write(text);
    const { document } = await vscode.window.showTextDocument(uri());
    await until('the new text', () => document.getText() === text);
    const labels = await until('the completions', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        uri(),
        new vscode.Position(2, 6),
      );
      const found = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      return found.includes('corruptAudio') && found;
    });
    for (const name of ['set', 'drop', 'delay', 'inject', 'refuse']) assert.ok(labels.includes(name), name);
  });
});
