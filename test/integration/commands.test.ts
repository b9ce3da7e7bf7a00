/** Every command of the manifest with nothing open: what a person gets who finds one in the palette on the first day. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Reports } from '../../src/extension/reports';
import { answering, api, configure, extension, restore, run, temporary } from './support';

/** Commands that have nothing to say here, and why that is right. */
const SILENT: Readonly<Record<string, string>> = {
  refreshTraces: 'The view is read again, which is all there is to see.',
  refreshPayloads: 'The view is read again, which is all there is to see.',
  showLog: 'The log comes up.',
  switchRulesOn: 'The switch is in the Rules view, which shows how it stands.',
  switchRulesOff: 'The switch is in the Rules view, which shows how it stands.',
};

/** Longer than any of them takes to answer, ms. */
const HANGS_AFTER_MS = 20_000;

type Any = (...args: unknown[]) => unknown;

/** Hears what is said and asked while `work` runs; whatever is asked is escaped from. */
async function escaping(work: () => Promise<void>): Promise<string[]> {
  const heard: string[] = [];
  const window = vscode.window as unknown as Record<string, Any>;
  const commands = vscode.commands as unknown as Record<string, Any>;
  const replaced = [
    ...['showErrorMessage', 'showWarningMessage', 'showInformationMessage', 'showInputBox', 'showOpenDialog'],
    ...[
      'showSaveDialog',
      'showQuickPick',
      'setStatusBarMessage',
      'showTextDocument',
      'createTerminal',
      'createQuickPick',
    ],
  ];
  const real = Object.fromEntries(replaced.map((name) => [name, window[name]!]));
  const realExecute = commands['executeCommand']!;
  const said = (name: string, first: unknown) => {
    const { title } = (typeof first === 'object' && first !== null ? first : {}) as { title?: string };
    heard.push(`${name} ${typeof first === 'string' ? first : (title ?? '')}`);
  };
  for (const name of ['showErrorMessage', 'showWarningMessage', 'showInformationMessage', 'showInputBox'])
    window[name] = async (first) => said(name, first);
  for (const name of ['showOpenDialog', 'showSaveDialog']) window[name] = async (first) => said(name, first);
  window['showQuickPick'] = async (items, options) => {
    said('showQuickPick', options);
    assert.ok(((await items) as unknown[]).length > 0, 'an empty list was shown');
  };
  for (const name of ['setStatusBarMessage', 'showTextDocument', 'createTerminal'])
    window[name] = (...args) => {
      said(name, args[0]);
      return real[name]!.apply(vscode.window, args);
    };
  window['createQuickPick'] = () => {
    const input = real['createQuickPick']!.apply(vscode.window) as vscode.QuickPick<vscode.QuickPickItem>;
    const show = input.show.bind(input);
    input.show = () => {
      said('createQuickPick', input.title);
      show();
      input.hide();
    };
    return input;
  };
  commands['executeCommand'] = (name, ...args) => {
    if (name === 'vscode.openWith') heard.push(`opened ${path.basename((args[0] as vscode.Uri).path)}`);
    return realExecute(name, ...args);
  };
  try {
    await work();
    return heard;
  } finally {
    Object.assign(window, real);
    commands['executeCommand'] = realExecute;
  }
}

describe('with nothing open', () => {
  const manifest = () => extension().packageJSON as { contributes: { commands: { command: string; title: string }[] } };

  before(async () => {
    await api();
    await restore();
    // A terminal or an app started from here must find no port of anybody's.
    await configure({ 'proxy.port': 0, upstream: 'simulator', 'recording.folder': temporary() });
  });
  after(async () => {
    await restore();
    // Terminals and the log that they opened would be drawn on, under all the tests to come.
    for (const terminal of vscode.window.terminals) terminal.dispose();
    await vscode.commands.executeCommand('workbench.action.closePanel');
    // The commands about rules have made it.
    rmSync(path.join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, '.vscode', 'realtime-rules.jsonc'));
  });

  it('every command says something useful, and none throws, hangs or does nothing without a word', async () => {
    const wrong: string[] = [];
    for (const { command } of manifest().contributes.commands) {
      const name = command.replace('realtimeInspector.', '');
      const heard = await escaping(async () => {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<string>((resolve) => (timer = setTimeout(() => resolve('hangs'), HANGS_AFTER_MS)));
        const ended = run(name).then(
          () => '',
          (error: unknown) => `throws ${String(error)}`,
        );
        const end = await Promise.race([ended, late]);
        clearTimeout(timer);
        if (end !== '') wrong.push(`${name} ${end}`);
      });
      if (heard.length === 0 && !(name in SILENT)) wrong.push(`${name} says nothing`);
      if (heard.length > 0 && name in SILENT) wrong.push(`${name} is not silent: ${heard.join()}`);
      // What a program says to programmers is no word for people.
      for (const line of heard)
        if (/undefined|null\b|\[object|TypeError|ENOENT|is not a function/.test(line)) wrong.push(`${name}: ${line}`);
      for (const terminal of vscode.window.terminals) terminal.dispose();
      await run('stop');
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    }
    assert.deepEqual(wrong, []);
  });
});

describe('a file that is on no disk of this machine', () => {
  after(restore);
  const elsewhere = vscode.Uri.from({ scheme: 'vscode-local', path: path.join(temporary(), 'there.realtime.jsonl') });

  it('is not taken for the file of the same path here', async () => {
    await api();
    for (const name of ['openTrace', 'replayTrace', 'serveTrace', 'shareTrace', 'exportTrace', 'compareWith']) {
      const [said] = await escaping(async () => void (await run(name, elsewhere)));
      assert.match(said ?? '', /^showErrorMessage .*"there\.realtime\.jsonl" \(vscode-local:\) is not a file/, name);
    }
    assert.equal(existsSync(elsewhere.path), false);
  });

  it('is not written in the place of the file of the same path here', async () => {
    const said = await answering('showErrorMessage', undefined, () =>
      answering('showSaveDialog', elsewhere, () =>
        run('trimTrace', vscode.Uri.file(path.join(temporary(), 'any.realtime.jsonl')), { from: 0, to: 1 }),
      ),
    );
    assert.match(String(said[0]?.[0]), /is not a file on the disk of/);
    assert.equal(existsSync(elsewhere.path), false);
  });
});

describe('a report', () => {
  after(restore);

  it('of an earlier window says that it is gone, and nothing of a later one', async () => {
    const before = new Reports();
    await before.show('Before.txt', 'what was before');
    const uri = vscode.window.activeTextEditor!.document.uri;
    assert.equal(before.provideTextDocumentContent(uri), 'what was before');
    before.dispose();
    const later = new Reports();
    await later.show('Later.txt', 'what is now');
    assert.match(later.provideTextDocumentContent(uri), /is gone/);
    later.dispose();
  });
});

describe('Delete Trace', () => {
  after(restore);
  const made = () => {
    const folder = temporary();
    const nodes = ['a', 'b', 'c'].map((name) => ({ file: path.join(folder, `${name}.realtime.jsonl`) }));
    for (const { file } of nodes) writeFileSync(file, '{}\n');
    return nodes;
  };
  const left = (nodes: { file: string }[]) => nodes.filter(({ file }) => existsSync(file)).length;

  it('deletes all that are selected, with one question that names them', async () => {
    const nodes = made();
    const [a, b] = nodes;
    const asked = await answering('showWarningMessage', 'Delete', () => run('deleteTrace', a, [a, b]));
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0]?.slice(0, 2), [
      'Delete 2 traces?',
      { modal: true, detail: 'a.realtime.jsonl\nb.realtime.jsonl' },
    ]);
    assert.equal(left(nodes), 1);
  });

  it('deletes the one it was chosen on when that is none of them, and nothing when the question is escaped', async () => {
    const nodes = made();
    const [a, b, c] = nodes;
    await answering('showWarningMessage', undefined, () => run('deleteTrace', a, [a, b]));
    assert.equal(left(nodes), 3);
    await answering('showWarningMessage', 'Delete', () => run('deleteTrace', c, [a, b]));
    assert.deepEqual([existsSync(c!.file), left(nodes)], [false, 2]);
  });
});
