/** Traces made of traces by the commands, as a person chooses. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, run, until } from './support';

const header = (id: string, startedAt: string) =>
  JSON.stringify({ kind: 'trace', version: 1, id, startedAt, generator: 'test' });
const line = (seq: number, session: string, t: number, event: object) =>
  JSON.stringify({ kind: 'event', seq, session, t, sent: t, from: 'client', type: 'x', bytes: 1, event });
const open = (session: string, t: number) =>
  JSON.stringify({
    kind: 'open',
    session,
    t,
    url: 'wss://x/',
    headers: {},
    subprotocols: [],
    status: 101,
    upstream: 'x',
    phases: {},
  });

describe('traces made of traces', () => {
  let folder = '';
  let trace = '';
  const place = (name: string) => path.join(folder, `${name}.realtime.jsonl`);
  const linesOf = (name: string) => readFileSync(place(name), 'utf8').trimEnd().split('\n').slice(1);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rewrite-'));
    trace = place('talk');
    const lines = [
      header('one', '2026-11-20T21:00:00.000Z'),
      open('s1', 0),
      line(1, 's1', 1000, { type: 'x', instructions: 'Rosebud' }),
      open('s2', 1500),
      line(2, 's2', 2000, { type: 'x', transcript: 'Rosebud' }),
    ];
    writeFileSync(trace, `${lines.join('\n')}\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are shared after a look at what they would hold', async () => {
    let offered: vscode.QuickPickItem[] = [];
    const choose = (items: vscode.QuickPickItem[]) => {
      offered = items;
      return items.filter(({ picked }) => picked);
    };
    await answering('showQuickPick', choose, () =>
      answering('showSaveDialog', vscode.Uri.file(place('shared')), () =>
        answering(
          'showInformationMessage',
          (text: string, ...buttons: string[]) => (text.startsWith('This is') ? buttons[0] : undefined),
          () => run('shareTrace', vscode.Uri.file(trace)),
        ),
      ),
    );
    assert.deepEqual(
      offered.map(({ label, description, picked }) => [label.split(' ')[0], description, picked]),
      [
        ['Instructions', '1 values, 7 characters', true],
        ['Transcripts', '1 values, 7 characters', true],
        ['Arguments', 'none', false],
        ['Audio', 'none', false],
        ['Images', 'none', false],
        ['Notes', 'none', false],
      ],
    );
    const report = vscode.window.activeTextEditor?.document;
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      report?.uri,
    );
    assert.deepEqual(lenses.map(({ command }) => command?.title).slice(0, 2), ['Save Copy...', 'Choose Again...']);
    const { command: id = '', arguments: args = [] } = lenses[0]?.command ?? {};
    await answering('showSaveDialog', vscode.Uri.file(place('lens')), () =>
      answering('showInformationMessage', undefined, () => vscode.commands.executeCommand(id, ...(args as unknown[]))),
    );
    assert.deepEqual(linesOf('lens'), linesOf('shared'));
    assert.equal(report?.uri.scheme, 'realtime-inspector-report');
    assert.match(report?.getText() ?? '', /masked {2}instructions: 1 values/);
    assert.doesNotMatch(linesOf('shared').join('\n'), /Rosebud/);
    assert.equal(linesOf('shared').length, 4);
  });

  it('are not written when the user thinks better of it', async () => {
    const before = readdirSync(folder).sort();
    await answering('showQuickPick', undefined, () => run('shareTrace', vscode.Uri.file(trace)));
    await answering('showInputBox', undefined, () => run('trimTrace', vscode.Uri.file(trace)));
    await answering('showQuickPick', undefined, () => run('splitTrace', vscode.Uri.file(trace)));
    assert.deepEqual(readdirSync(folder).sort(), before);
  });

  it('are a range, and open', async () => {
    const times = ['0:01.5', ''];
    await answering(
      'showInputBox',
      () => times.shift(),
      () =>
        answering('showSaveDialog', vscode.Uri.file(place('part')), () =>
          answering('showInformationMessage', 'Open', () => run('trimTrace', vscode.Uri.file(trace))),
        ),
    );
    assert.deepEqual(
      linesOf('part').map((text) => (JSON.parse(text) as { t: number }).t),
      [0, 1500, 2000],
    );
    await until('the part in an editor', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(({ input }) => input instanceof vscode.TabInputCustom && input.uri.fsPath === place('part')),
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('are one for each session, and one of several', async () => {
    await answering(
      'showQuickPick',
      ([first]: unknown[]) => first,
      () => answering('showInformationMessage', undefined, () => run('splitTrace', vscode.Uri.file(trace))),
    );
    assert.equal(linesOf('talk.s1').length, 2);
    const said = await answering('showErrorMessage', undefined, () =>
      run('splitTrace', vscode.Uri.file(place('talk.s1'))),
    );
    assert.match(String(said[0]?.[0]), /too small to be split \(1 session, /);
    const nodes = ['talk.s1', 'talk.s2'].map((name) => ({ file: place(name) }));
    await answering('showSaveDialog', vscode.Uri.file(place('both')), () =>
      answering('showInformationMessage', undefined, () => run('mergeTraces', nodes[0], nodes)),
    );
    assert.deepEqual(
      linesOf('both').map((text) => (JSON.parse(text) as { t: number }).t),
      [0, 1000, 1500, 2000],
    );
  });

  it('hold what can be read of a torn one', async () => {
    writeFileSync(place('torn'), `${readFileSync(trace, 'utf8')}{"kind":"event","seq":3,"ses`);
    const said = await answering('showInformationMessage', undefined, () =>
      answering('showSaveDialog', vscode.Uri.file(place('recovered')), () =>
        run('recoverTrace', vscode.Uri.file(place('torn'))),
      ),
    );
    assert.match(String(said[0]?.[0]), /4 lines were kept, 1 that cannot be read/);
    const lines = linesOf('recovered');
    assert.equal(lines.length, 5);
    assert.match(lines.at(-1) ?? '', /^\{"kind":"gap",.*is in recovered\.realtime\.jsonl\.unread\./);
    assert.ok(existsSync(`${place('recovered')}.unread`));
  });

  it('are never written over what they are made of', async () => {
    const said = await answering('showErrorMessage', undefined, () =>
      answering('showSaveDialog', vscode.Uri.file(trace), () => run('recoverTrace', vscode.Uri.file(trace))),
    );
    assert.match(String(said[0]?.[0]), /is what the new file is made of/);
    assert.equal(linesOf('talk').length, 4);
  });

  it('are proposed a free name, have one ending, and go over another where the user said so', async () => {
    const asked: vscode.SaveDialogOptions[] = [];
    const picked: string[] = [];
    const save = (options: vscode.SaveDialogOptions) => {
      asked.push(options);
      return vscode.Uri.file(picked.shift() ?? '');
    };
    const shared = async (file: string) => {
      picked.push(file);
      await answering(
        'showQuickPick',
        (items: vscode.QuickPickItem[]) => items.filter(({ picked }) => picked),
        () =>
          answering('showSaveDialog', save, () =>
            answering(
              'showInformationMessage',
              (text: string, ...buttons: string[]) => (text.startsWith('This is') ? buttons[0] : undefined),
              () => run('shareTrace', vscode.Uri.file(trace)),
            ),
          ),
      );
    };
    writeFileSync(place('talk.shared'), 'mine\n');
    await shared(place('talk.shared'));
    assert.equal(asked[0]?.defaultUri?.fsPath, place('talk.shared-2'));
    // The simple dialog puts a filter's ending behind a name that has none of them, by its last full stop.
    assert.deepEqual(Object.values(asked[0]?.filters ?? {}), [['jsonl']]);
    assert.equal(linesOf('talk.shared').length, 4);

    await shared(path.join(folder, 'short.jsonl'));
    assert.equal(linesOf('short').length, 4);
    assert.ok(!existsSync(path.join(folder, 'short.jsonl')));

    // The dialog has asked about no file of that name.
    writeFileSync(place('short'), 'mine\n');
    const questions = await answering('showWarningMessage', undefined, () => shared(path.join(folder, 'short.jsonl')));
    assert.match(String(questions[0]?.[0]), /short\.realtime\.jsonl is there already/);
    assert.equal(readFileSync(place('short'), 'utf8'), 'mine\n');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.part-')),
      [],
    );
  });

  it('are a range that is judged where it is written', async () => {
    const boxes: vscode.InputBoxOptions[] = [];
    const times = ['1.5', undefined];
    const box = (options: vscode.InputBoxOptions) => {
      boxes.push(options);
      return times.shift();
    };
    await answering('showInputBox', box, () => run('trimTrace', vscode.Uri.file(trace)));
    const [from, until] = boxes;
    assert.match(from?.title ?? '', /talk\.realtime\.jsonl/);
    assert.match(from?.prompt ?? '', /goes from 0\.000 s to 2\.000 s/);
    assert.equal(from?.validateInput?.('1.5'), undefined);
    assert.match(String(from?.validateInput?.('2.5')), /ends at 2\.000 s/);
    assert.match(String(until?.validateInput?.('1')), /before the beginning of the range, 1\.500 s/);
  });

  it('are one of several that are ticked beside the one that was clicked, and of others', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'rewrite-other-'));
    try {
      const other = path.join(elsewhere, 'other.realtime.jsonl');
      writeFileSync(
        other,
        [header('two', '2026-11-20T21:00:00.000Z'), open('s9', 500)].map((text) => `${text}\n`).join(''),
      );
      const asked: vscode.QuickPickItem[][] = [];
      const isBrowse = ({ label }: vscode.QuickPickItem) => label.includes('Browse...');
      const answers = [
        (items: vscode.QuickPickItem[]) => items.filter(({ picked }) => picked),
        (items: vscode.QuickPickItem[]) => items.filter((item) => isBrowse(item) || item.picked),
        (items: vscode.QuickPickItem[]) => items.filter(({ picked }) => picked),
      ];
      const choose = (items: vscode.QuickPickItem[]) => {
        asked.push(items);
        return answers.shift()?.(items);
      };
      await answering('showQuickPick', choose, () =>
        answering('showOpenDialog', [vscode.Uri.file(other)], () =>
          answering('showSaveDialog', vscode.Uri.file(place('three')), () =>
            answering('showInformationMessage', undefined, () => run('mergeTraces', vscode.Uri.file(place('talk.s1')))),
          ),
        ),
      );
      const ticks = asked.map((items) => items.filter(({ picked }) => picked).map(({ label }) => label));
      assert.deepEqual(ticks, [
        ['talk.s1.realtime.jsonl'],
        ['talk.s1.realtime.jsonl'],
        ['other.realtime.jsonl', 'talk.s1.realtime.jsonl'],
      ]);
      assert.ok(asked[0]?.some(({ label }) => label === 'talk.s2.realtime.jsonl'));
      assert.deepEqual(
        linesOf('three').map((text) => (JSON.parse(text) as { t: number }).t),
        [0, 500, 1000],
      );
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});
