import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, Client, configure, converse, logged, restore, run, start, until } from './support';

const SOURCE = 'Realtime Inspector';
const saying = (words: string): string => `{ "turns": [{ "answer": ${JSON.stringify(words)} }] }\n`;

const folder = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;
const made: string[] = [];
/** A file of the workspace that goes with the test. */
function written(name: string, text: string): string {
  const file = path.join(folder(), name);
  made.push(file);
  writeFileSync(file, text);
  return file;
}

async function opened(file: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(vscode.Uri.file(file));
}

const marksOf = (file: string): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(vscode.Uri.file(file)).filter(({ source }) => source === SOURCE);

async function replace(editor: vscode.TextEditor, from: string, to: string): Promise<void> {
  const at = editor.document.getText().indexOf(from);
  assert.ok(at >= 0, `${from} is not in the document`);
  const range = new vscode.Range(editor.document.positionAt(at), editor.document.positionAt(at + from.length));
  assert.ok(await editor.edit((edit) => edit.replace(range, to)));
}

/** What a session that begins now answers to "Hello there". */
async function answer(base: string): Promise<string> {
  const client = await Client.connect(base);
  await converse(client);
  const { text } = await client.wait('response.output_text.done');
  await client.close();
  return String(text);
}

/** Starts the proxy, with a simulator that is in a hurry. */
const startFast = (values: Record<string, unknown> = {}) => start({ 'simulator.speed': 50, ...values });

/** The answer of the simulator that is started by `work`. Asking before would be a session to wait for. */
async function anew(base: string, work: () => PromiseLike<unknown>): Promise<string> {
  const restarted = () => logged().filter((line) => line.includes('The simulator was restarted')).length;
  const before = restarted();
  await work();
  await until('another simulator', () => restarted() > before);
  return answer(base);
}

const settings = () => vscode.workspace.getConfiguration('realtimeInspector');
const lensesOf = async (file: string): Promise<string[]> => {
  const uri = vscode.Uri.file(file);
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 10);
  return lenses.map(({ command }) => command?.command ?? '');
};

async function clean(): Promise<void> {
  await restore();
  await settings().update('simulator.scenario', undefined, vscode.ConfigurationTarget.Workspace);
  for (const file of made.splice(0)) rmSync(file, { force: true });
}

describe('a scenario file in the editor', () => {
  afterEach(clean);

  it('is marked where it is wrong, and no more when that is mended', async () => {
    const file = written(
      'broken.scenario.jsonc',
      '{\n  "turns": [\n    { "when": { "text": "/(/" }, "answer": "x" },\n  ],\n}\n',
    );
    const editor = await opened(file);
    const [mark] = await until('the mark', () => marksOf(file).length > 0 && marksOf(file));
    assert.deepEqual([mark!.range.start.line, editor.document.getText(mark!.range)], [2, '"/(/"']);
    assert.match(mark!.message, /regular expression/i);
    await replace(editor, '/(/', '/./');
    await until('no mark', () => marksOf(file).length === 0);
    await replace(editor, '"answer": "x"', '"answer": { "output": [{ "say": "x", "audio": { "file": "no.wav" } }] }');
    const [missing] = await until('the mark at the sound', () => marksOf(file).length > 0 && marksOf(file));
    assert.equal(editor.document.getText(missing!.range), '"no.wav"');
    await editor.document.save();
  });

  it('is marked in YAML too', async () => {
    const file = written('broken.scenario.yaml', 'turns:\n  - answer: x\n    wehn: {}\n');
    const editor = await opened(file);
    const [mark] = await until('the mark', () => marksOf(file).length > 0 && marksOf(file));
    assert.deepEqual([mark!.range.start.line, editor.document.getText(mark!.range)], [2, 'wehn']);
    await replace(editor, 'wehn', 'when');
    await until('no mark', () => marksOf(file).length === 0);
    await replace(editor, 'turns:', 'turns: [');
    await until('the mark of no YAML', () => marksOf(file).length > 0);
    await editor.document.save();
  });

  it('says one thing once where VS Code’s own JSON support says it too', async () => {
    const file = written('twice.scenario.jsonc', '{\n  "turns": [\n    { "anwser": "x" },\n  ],\n}\n');
    await opened(file);
    const all = () => vscode.languages.getDiagnostics(vscode.Uri.file(file));
    await until('VS Code’s mark', () => all().some(({ source }) => source !== SOURCE));
    await until('one mark', () => all().filter(({ range }) => range.start.line === 2).length >= 1 && all().length > 0);
    await until('each place marked once', () => {
      const places = all().map(({ range }) => `${range.start.line}:${range.start.character}`);
      return new Set(places).size === places.length;
    });
  });
});

describe('the scenario of the simulator', () => {
  afterEach(clean);

  it('answers as the file says from the setting on, and is another without another start of the proxy', async () => {
    written('a.scenario.jsonc', saying('From A.'));
    written('b.scenario.yaml', 'turns:\n  - answer: From B.\n');
    const started = await startFast({ 'simulator.scenario': 'a.scenario.jsonc' });
    assert.equal(await answer(started.http), 'From A.');
    const next = await anew(started.http, () => configure({ 'simulator.scenario': 'b.scenario.yaml' }));
    assert.equal(next, 'From B.');
  });

  it('is taken up when the file changes and no session is open', async () => {
    const file = written('a.scenario.jsonc', saying('Before.'));
    const started = await startFast({ 'simulator.scenario': 'a.scenario.jsonc' });
    assert.equal(await answer(started.http), 'Before.');
    const editor = await opened(file);
    await replace(editor, 'Before.', 'After.');
    assert.equal(await anew(started.http, () => editor.document.save()), 'After.');
    // Written by another program.
    assert.equal(await anew(started.http, async () => writeFileSync(file, saying('From outside.'))), 'From outside.');
  });

  it('waits for open sessions, offers to end them, and ends them when told to', async () => {
    const file = written('a.scenario.jsonc', saying('Before.'));
    const started = await startFast({ 'simulator.scenario': 'a.scenario.jsonc' });
    const open = await Client.connect(started.http);
    await open.wait('session.created');
    const editor = await opened(file);
    let closed = 0;
    open.socket.once('close', (code) => (closed = code));
    const said = await answering('showInformationMessage', undefined, async () => {
      await replace(editor, 'Before.', 'After.');
      await editor.document.save();
      await until('the lens that says so', async () =>
        (await lensesOf(file)).includes('realtimeInspector.restartSimulator'),
      );
    });
    assert.deepEqual(
      said.map(([, action]) => action),
      ['Restart Simulator'],
    );
    assert.equal(closed, 0);
    await run('restartSimulator');
    await until('the end of the session', () => closed === 1001);
    assert.equal(await answer(started.http), 'After.');
  });

  it('is taken up by itself when the sessions it waited for have ended', async () => {
    written('a.scenario.jsonc', saying('From A.'));
    const started = await startFast();
    const open = await Client.connect(started.http);
    await open.wait('session.created');
    await answering('showInformationMessage', undefined, async () => {
      await configure({ 'simulator.scenario': 'a.scenario.jsonc' });
      assert.equal(await anew(started.http, () => open.close()), 'From A.');
    });
  });

  it('stays the last good one when the file breaks, and says once where', async () => {
    const file = written('a.scenario.jsonc', saying('Good.'));
    const started = await startFast({ 'simulator.scenario': 'a.scenario.jsonc' });
    const editor = await opened(file);
    const said = await answering('showWarningMessage', undefined, async () => {
      await replace(editor, '"answer"', '"anwser"');
      await editor.document.save();
      await until('the lens that says so', async () =>
        (await lensesOf(file)).includes('workbench.actions.view.problems'),
      );
    });
    assert.equal(said.length, 1);
    assert.match(String(said[0]![0]), /a\.scenario\.jsonc:1:15: Unknown field "anwser"\. .* last good version/);
    assert.deepEqual(said[0]!.slice(1), ['Open Scenario']);
    assert.equal(await answer(started.http), 'Good.');
    await replace(editor, '"anwser": "Good."', '"answer": "Mended."');
    assert.equal(await anew(started.http, () => editor.document.save()), 'Mended.');
  });

  it('that is not there keeps the proxy from nothing', async () => {
    let started: { http: string } | undefined;
    const said = await answering('showWarningMessage', undefined, async () => {
      started = await startFast({ 'simulator.scenario': 'none.scenario.jsonc' });
    });
    assert.match(String(said[0]?.[0]), /none\.scenario\.jsonc cannot be read.* plays the default conversation/);
    assert.match(await answer(started!.http), /Hello there/);
  });

  it('is chosen from its file, which then says so, and from the list', async () => {
    const file = written('a.scenario.jsonc', saying('From A.'));
    const started = await startFast();
    await opened(file);
    assert.deepEqual(await lensesOf(file), ['realtimeInspector.useThisScenario']);
    assert.equal(await anew(started.http, () => run('useThisScenario', vscode.Uri.file(file))), 'From A.');
    assert.equal(settings().get('simulator.scenario'), 'a.scenario.jsonc');
    assert.deepEqual(await lensesOf(file), ['realtimeInspector.useScenario']);
  });

  it('is made from a trace, which then answers as it did', async () => {
    const started = await startFast({ 'simulator.seed': 7 });
    const before = await answer(started.http);
    await run('stop');
    const target = path.join(folder(), 'made.scenario.jsonc');
    made.push(target);
    await answering('showSaveDialog', vscode.Uri.file(target), () => run('scenarioFromTrace', { file: started.file }));
    assert.match(readFileSync(target, 'utf8'), /^\/\/ Made from .*\.realtime\.jsonl/);
    await until('the check', () => marksOf(target).length === 0);
    const again = await startFast({ 'simulator.scenario': 'made.scenario.jsonc', 'simulator.seed': null });
    assert.equal(await answer(again.http), before);
    await run('stop');
    const direct = await startFast({ 'simulator.scenario': started.file });
    assert.equal(await answer(direct.http), before);
  });

  it('begins as a commented file', async () => {
    const target = path.join(folder(), 'talk.scenario.yaml');
    made.push(target);
    await answering('showSaveDialog', vscode.Uri.file(target), () => run('newScenario'));
    assert.ok(existsSync(target));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, target);
    assert.deepEqual(await lensesOf(target), ['realtimeInspector.useThisScenario']);
  });
});
