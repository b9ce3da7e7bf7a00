/** The client of a recorded session sent once more by the command, as a person chooses. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import { openDocument } from '../../src/document';
import { listHandlers } from '../../src/extension/listHandlers';
import { TraceModel } from '../../src/extension/traceModel';
import {
  answering,
  Client,
  converse,
  eventsOf,
  extension,
  recordsOf,
  restore,
  run,
  start,
  tabsOf,
  temporary,
  until,
} from './support';

const first = (items: vscode.QuickPickItem[]) => items[0];

describe('a recorded session', () => {
  let recorded = '';
  const made: string[] = [];
  before(async () => {
    const { http, file } = await start();
    const client = await Client.connect(http);
    await converse(client);
    await client.close();
    recorded = file;
    await run('stop');
  });
  after(async () => {
    await restore();
    for (const file of made) rmSync(file, { force: true });
  });

  const replayed = (name: string) => {
    const file = path.join(
      path.dirname(recorded),
      `${path.basename(recorded, '.realtime.jsonl')}.${name}.realtime.jsonl`,
    );
    made.push(file);
    return file;
  };
  const typesOf = (file: string, from: string) =>
    eventsOf(file).flatMap((event) =>
      event.from === from && !/\.delta$|^rate/.test(event.type ?? '') ? [event.type] : [],
    );

  it('is replayed as its client, and the new trace opens and says of what it is one', async () => {
    let told = '';
    await answering('showQuickPick', first, () =>
      answering(
        'showInformationMessage',
        (text: string) => void (told = text),
        () => run('replayTrace', vscode.Uri.file(recorded)),
      ),
    );
    const file = replayed('replay');
    await until('it is told how it ended', () => told !== '');
    assert.match(told, /^The replay is complete\. Timing error: /);
    assert.deepEqual(typesOf(file, 'client'), typesOf(recorded, 'client'));
    assert.deepEqual(typesOf(file, 'server'), typesOf(recorded, 'server'));
    const header = JSON.parse(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '') as { replayOf?: { session: string } };
    assert.equal(header.replayOf?.session, 's1');
    await until('its trace is open', () => tabsOf(file).length === 1);
  });

  it('is told in the words of who refused it where it cannot be had', async () => {
    let told = '';
    const another = (items: vscode.QuickPickItem[]) =>
      items.find(({ label }) => /Another server|Fast|^None/.test(label));
    await answering('showQuickPick', another, () =>
      answering('showInputBox', 'http://127.0.0.1:9/v1', () =>
        answering(
          'showWarningMessage',
          (text: string) => void (told = text),
          () => run('replayTrace', vscode.Uri.file(recorded)),
        ),
      ),
    );
    replayed('replay-2');
    await until('it is told how it ended', () => told !== '');
    assert.match(told, /^The upstream refused the session \(502\): .*127\.0\.0\.1:9 could not be reached/);
  });

  /** Its last line is there, and the session's end; what was on its way may stand behind that. */
  const isWhole = (file: string) =>
    readFileSync(file, 'utf8').endsWith('\n') && recordsOf(file).some(({ kind }) => kind === 'close');
  const lensesOf = async (uri: vscode.Uri) => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 20);
    return lenses.flatMap(({ command }) => (command ? [command] : []));
  };
  const runLens = ({ command, arguments: given = [] }: vscode.Command) =>
    vscode.commands.executeCommand(command, ...(given as unknown[]));
  const updatesOf = (file: string) =>
    eventsOf(file).flatMap(({ from, type, event }) => (from === 'client' && type === 'session.update' ? [event] : []));
  const headerOf = (file: string) =>
    JSON.parse(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '') as {
      replayOf?: { session: string; overlay?: string };
    };
  /** Answers the questions of a replay: this of the changes, else the first. */
  const choosing = (label: RegExp) => (items: vscode.QuickPickItem[]) =>
    items.find((item) => label.test(item.label)) ?? items[0];

  it('is replayed with a configuration that was edited in a new file, by the line above it', async () => {
    await answering('showQuickPick', choosing(/Edit Configuration/), () =>
      run('replayTrace', vscode.Uri.file(recorded)),
    );
    const editor = await until('the new file', () =>
      vscode.window.activeTextEditor?.document.uri.scheme === 'untitled' ? vscode.window.activeTextEditor : undefined,
    );
    const { document } = editor;
    assert.match(path.basename(document.uri.fsPath), /\.replay\.jsonc$/);
    const place = '"session.output_modalities": [\n      "text"\n    ],';
    assert.ok(document.getText().includes(place), document.getText());
    const start = document.getText().indexOf(place);
    const range = new vscode.Range(document.positionAt(start), document.positionAt(start + place.length));
    await editor.edit((edit) => edit.replace(range, '"session.instructions": "Be brief."'));
    const [lens] = await until('the line above it', async () => {
      const lenses = await lensesOf(document.uri);
      return lenses.length > 0 ? lenses : undefined;
    });
    assert.match(lens?.title ?? '', /Replay with these changes/);
    let told = '';
    const asked = await answering('showQuickPick', first, () =>
      answering(
        'showInformationMessage',
        (text: string) => void (told = text),
        () => runLens(lens!),
      ),
    );
    assert.deepEqual(asked, [], 'what was chosen a moment ago is not asked again');
    const file = replayed('replay-changed');
    await until('it is told how it ended', () => told !== '');
    const again = await answering('showQuickPick', undefined, () => runLens(lens!));
    assert.deepEqual(
      (again[0]?.[0] as vscode.QuickPickItem[]).map((item) => item.label),
      ['As before', 'Another recording, server or timing...'],
    );
    assert.match(told, /^The replay is complete/);
    assert.equal(headerOf(file).replayOf?.overlay, 'changed');
    const [update] = updatesOf(file);
    assert.match(JSON.stringify(update), /Be brief\./);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  const written = (name: string, text: string) => {
    const file = path.join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, name);
    made.push(file);
    writeFileSync(file, text);
    return vscode.Uri.file(file);
  };

  it('has its file of changes marked where that is wrong, and no replay begins with it', async () => {
    const uri = written('wrong.replay.jsonc', '{\n  "set": { "sesion.instructions": "x" }\n}\n');
    await vscode.window.showTextDocument(uri);
    const [mark] = await until('the mark', () => {
      const marks = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Realtime Inspector');
      return marks.length > 0 ? marks : undefined;
    });
    assert.equal(mark?.range.start.line, 1);
    assert.match(mark?.message ?? '', /must begin with session\. or response\./);
    const asked = await answering('showErrorMessage', undefined, () => run('replayWithChanges', uri));
    assert.match(String(asked[0]?.[0]), /wrong\.replay\.jsonc:2:\d+: sesion\.instructions must begin/);
  });

  it('has a field that nobody knows marked as a warning, which keeps no replay from beginning', async () => {
    const uri = written('slip.replay.yaml', 'set:\n  session.audio.inputt.turn_detection: { type: semantic_vad }\n');
    await vscode.window.showTextDocument(uri);
    const [mark] = await until('the mark', () => {
      const marks = vscode.languages.getDiagnostics(uri);
      return marks.length > 0 ? marks : undefined;
    });
    assert.equal(mark?.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(mark?.range.start.line, 1);
    assert.match(mark?.message ?? '', /"inputt" is not a known field of "session\.audio"\. Did you mean "input"\?/);
    const asked = await answering('showQuickPick', undefined, () => run('replayWithChanges', uri));
    assert.equal(asked.length, 1);
  });

  it('is replayed once for each run of a file, and a table says what came of them', async () => {
    const uri = written(
      'two.replay.jsonc',
      '{ "runs": [ { "name": "brief", "set": { "session.instructions": "Be brief." } }, { "name": "plain", "set": { "session.instructions": "As ever." } } ] }',
    );
    await vscode.window.showTextDocument(uri);
    const lens = await until('the line above it', async () =>
      (await lensesOf(uri)).find(({ title }) => /sweep of 2/.test(title)),
    );
    await answering('showQuickPick', first, () => runLens(lens));
    const document = await until('the report', () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.uri.scheme === 'realtime-inspector-report' ? shown : undefined;
    });
    const text = document.getText();
    assert.match(text, /, 2 runs: session s1, gated, to the simulator, answering as recorded\n/);
    assert.match(text, /^recorded +\d/m);
    assert.match(text, /^brief +\d.*completed$/m);
    assert.match(text, /^plain +\d.*completed$/m);
    assert.match(text, /^brief: The replay is complete\.$/m);
    const lenses = await lensesOf(document.uri);
    assert.deepEqual(
      lenses.map(({ title }) => title),
      [
        'Open Recording',
        'Compare Two...',
        'Open Trace',
        'Compare With Recording',
        'Open Trace',
        'Compare With Recording',
      ],
    );
    const traces = lenses
      .filter(({ title }) => title === 'Open Trace')
      .map(({ arguments: given = [] }) => (given[0] as vscode.Uri).fsPath);
    made.push(...traces);
    assert.deepEqual(
      traces.map((trace) => headerOf(trace).replayOf?.overlay),
      ['brief', 'plain'],
    );
    await runLens(lenses[2]!);
    await until('the trace of a run is open', () => tabsOf(traces[0] ?? '').length === 1);
    await runLens(lenses[3]!);
    await until('the comparison', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find(({ input }) => input instanceof vscode.TabInputWebview && /compare/i.test(input.viewType)),
    );
  });

  const reportTabs = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputText && input.uri.scheme === 'realtime-inspector-report');

  it('has a report of its own when it is swept again, which stays, and can be had again when it was closed', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const uri = vscode.Uri.file(path.join(vscode.workspace.workspaceFolders![0]!.uri.fsPath, 'two.replay.jsonc'));
    const before = new Set(readdirSync(path.dirname(recorded)));
    await answering('showQuickPick', first, () => run('replaySweep', uri));
    for (const name of readdirSync(path.dirname(recorded)))
      if (!before.has(name)) made.push(path.join(path.dirname(recorded), name));
    await vscode.window.showTextDocument(uri, { preview: true });
    const [tab] = reportTabs();
    assert.match(tab?.label ?? '', / sweep 2\.txt$/);
    assert.equal(tab?.isPreview, false);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const [asked] = await answering('showQuickPick', first, () => run('showReport'));
    const items = asked?.[0] as vscode.QuickPickItem[];
    assert.match(items[0]?.detail ?? '', /2 runs: session s1/);
    assert.match(items[1]?.label ?? '', / sweep\.txt$/);
    await until('the report again', () => reportTabs().some(({ label }) => label === tab?.label));
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /^brief +\d/m);
  });

  it('is chosen from the known ones with nothing open, and paused, stepped and stopped by commands', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const folder = path.dirname(recorded);
    const names = () => readdirSync(folder).filter((name) => name.endsWith('.realtime.jsonl'));
    const before = new Set(names());
    const asked: string[] = [];
    const answer = (items: vscode.QuickPickItem[], { title = '' }: vscode.QuickPickOptions) => {
      asked.push(title);
      return items[0];
    };
    const done = answering('showQuickPick', answer, () => run('replayTrace'));
    const name = await until('its trace', () => names().find((one) => !before.has(one)));
    made.push(path.join(folder, name));
    await run('pauseReplay');
    const title = async (pattern: RegExp) => {
      const titles: string[] = [];
      await answering(
        'showQuickPick',
        (_items: unknown, { title: shown = '' }: vscode.QuickPickOptions) => void titles.push(shown),
        () => run('manageReplay'),
      );
      return titles.find((one) => pattern.test(one));
    };
    const paused = await until('it is paused', () => title(/: \d+\/\d+, paused$/));
    const sent = (text: string) => Number(/: (\d+)\//.exec(text)?.[1]);
    await run('stepReplay');
    await until('one more is sent', async () => {
      const now = await title(/paused$/);
      return now !== undefined && sent(now) === sent(paused) + 1;
    });
    await run('stopReplay');
    await done;
    assert.deepEqual(asked, [
      'Replay which recording?',
      'Replay to which server?',
      'With which timing?',
      'With which changes?',
    ]);
    assert.ok(isWhole(path.join(folder, name)));
    const none = await answering('showErrorMessage', undefined, () => run('stopReplay'));
    assert.match(String(none[0]?.[0]), /No replay runs\. Begin one with/);
  });

  it('is replayed in part, by the rows that are selected, and exported in part', async () => {
    const model = new TraceModel(recorded, path.join(extension().extensionPath, 'dist'), async () => openDocument);
    const handlers = listHandlers({ model } as Parameters<typeof listHandlers>[0]);
    await model.document();
    const rows = await until('its rows', () => {
      const read = model.columns.rows;
      return read >= recordsOf(recorded).length ? read : undefined;
    });
    const at = recordsOf(recorded).findIndex(
      (record) => record.kind === 'event' && record.type === 'conversation.item.create',
    );
    let told = '';
    await answering('showQuickPick', first, () =>
      answering(
        'showInformationMessage',
        (text: string) => void (told = text),
        async () => {
          await handlers.saveRows({ ranges: [0, 0, at, rows - 1], then: 'replay' });
          await until('it is told how it ended', () => told !== '');
        },
      ),
    );
    assert.match(told, /^The replay is complete/);
    const file = recorded.replace(/\.realtime\.jsonl$/, '-selection.replay.realtime.jsonl');
    made.push(file);
    assert.deepEqual(typesOf(file, 'client'), ['conversation.item.create', 'response.create']);
    const out = path.join(temporary(), 'part.har');
    const kind = (items: vscode.QuickPickItem[]) => items.find(({ label }) => label === 'HAR');
    await answering('showQuickPick', kind, () =>
      answering('showSaveDialog', vscode.Uri.file(out), async () => {
        await handlers.saveRows({ ranges: [0, 0, at, at], then: 'export' });
        await until('the file', () => existsSync(out));
      }),
    );
    const har = JSON.parse(readFileSync(out, 'utf8')) as { log: { entries: { _webSocketMessages?: unknown[] }[] } };
    assert.equal(har.log.entries[0]?._webSocketMessages?.length, 1);
    await model.close();
  });

  it('is replayed from an event on: what was before it goes first, as configuration and items', async () => {
    const { http, file } = await start();
    const client = await Client.connect(http);
    await converse(client);
    const content = [{ type: 'input_text', text: 'And again' }];
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    client.send({ type: 'response.create' });
    await until('the second answer', () => client.received.filter(({ type }) => type === 'response.done').length === 2);
    await client.close();
    await run('stop');
    made.push(file);
    const model = new TraceModel(file, path.join(extension().extensionPath, 'dist'), async () => openDocument);
    const handlers = listHandlers({ model } as Parameters<typeof listHandlers>[0]);
    await model.follow();
    const records = recordsOf(file);
    const at = records.findLastIndex((one) => one.kind === 'event' && one.type === 'conversation.item.create');
    const { seq } = records[at] as { seq: number };
    let told = '';
    await answering('showQuickPick', first, () =>
      answering(
        'showInformationMessage',
        (text: string) => void (told = text),
        async () => {
          await handlers.replayFrom({ ranges: [0, 0, at, records.length - 1], session: 's1', row: at });
          await until('it is told how it ended', () => told !== '');
        },
      ),
    );
    assert.match(told, /^The replay is complete/);
    const again = file.replace(/\.realtime\.jsonl$/, `-from-${seq}.replay.realtime.jsonl`);
    made.push(again);
    assert.deepEqual(typesOf(again, 'client'), [
      'session.update',
      ...['conversation.item.create', 'conversation.item.create'],
      ...['conversation.item.create', 'response.create'],
    ]);
    const items = (trace: string) => {
      const ids = eventsOf(trace).flatMap(({ event, type }) =>
        type === 'conversation.item.added' ? [(event as { item: { id: string; role: string } }).item] : [],
      );
      return ids.map(({ id, role }) => ({ id, role }));
    };
    // The two before keep their ids, the two since are the new session's.
    assert.deepEqual(items(again).slice(0, 2), items(file).slice(0, 2));
    assert.deepEqual(
      items(again).map(({ role }) => role),
      ['user', 'assistant', 'user', 'assistant'],
    );
    assert.deepEqual(
      typesOf(again, 'server').filter((type) => type === 'error' || type === 'response.done'),
      ['response.done'],
    );
    await model.close();
  });

  it('may run twice at once; the window closes on whole traces', async () => {
    const slow = answering('showQuickPick', first, () =>
      Promise.all([run('replayTrace', vscode.Uri.file(recorded)), run('replayTrace', vscode.Uri.file(recorded))]),
    );
    const folder = path.dirname(recorded);
    const before = new Set(made.map((file) => path.basename(file)));
    const fresh = () =>
      readdirSync(folder).filter((name) => /\.replay(-\d+)?\.realtime\.jsonl$/.test(name) && !before.has(name));
    await until('both traces', () => fresh().length === 2);
    const files = fresh().map((name) => path.join(folder, name));
    made.push(...files);
    // One that is stopped before its session is there leaves no trace.
    await until('both sessions', () => files.every((file) => recordsOf(file).some(({ kind }) => kind === 'event')));
    const { deactivate } = createRequire(__filename)(path.join(extension().extensionPath, 'dist', 'extension.cjs')) as {
      deactivate(): Promise<void>;
    };
    await deactivate();
    // What is written to the disk by now is all there will be.
    for (const file of files) {
      assert.ok(isWhole(file), file);
      assert.equal(existsSync(`${file}.lock`), false);
    }
    await slow;
  });
});
