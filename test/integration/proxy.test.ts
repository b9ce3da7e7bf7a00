import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StartedProxy } from '../../src/extension/commands';
import { offerHost } from '../../src/extension/pickers';
import { lockTrace } from '../../src/trace/lock';
import {
  api,
  answering,
  Client,
  configure,
  converse,
  eventsOf,
  linesOf,
  recordsOf,
  restore,
  run,
  start,
  tabsOf,
  temporary,
  until,
} from './support';

describe('the proxy', () => {
  afterEach(restore);

  it('starts once, passes a conversation, and writes it into the workspace behind a .gitignore', async () => {
    const started = await start();
    assert.deepEqual(await run<StartedProxy>('start'), started, 'a second start gives the same proxy');
    const client = await Client.connect(started.http);
    await converse(client);
    await client.close();
    await run('stop');
    const types = eventsOf(started.file).map(({ from, type }) => `${from} ${type}`);
    for (const wanted of ['server session.created', 'client response.create', 'server response.done'])
      assert.ok(types.includes(wanted), `${wanted} is not in ${started.file}`);
    assert.equal(readFileSync(path.join(path.dirname(started.file), '.gitignore'), 'utf8'), '*\n');
  });

  it('serves TLS on the same port with the authority it names', async () => {
    const started = await start();
    const client = await Client.connect(started.https, { ca: readFileSync(started.ca) });
    await client.wait('session.created');
    await client.close();
  });

  it('is stopped by a stop that comes while it starts, and its port answers no more', async () => {
    await configure({ 'proxy.port': 0, upstream: 'simulator' });
    const starting = run<StartedProxy>('start');
    await run('stop');
    const started = await starting;
    await assert.rejects(Client.connect(started.http), /ECONNREFUSED/);
  });

  it('takes the next port when its own is taken, and says so once', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      let started: StartedProxy | undefined;
      const said = await answering('showInformationMessage', undefined, async () => {
        started = await start({ 'proxy.port': port });
        await run('start');
      });
      assert.notEqual(new URL(started!.http).port, String(port));
      assert.equal(said.length, 1);
      assert.match(String(said[0]![0]), new RegExp(`Port ${port} is taken`));
      const client = await Client.connect(started!.http);
      await client.wait('session.created');
      await client.close();
    } finally {
      other.close();
    }
  });

  it('that cannot start says why once, with something to do about it', async () => {
    await configure({ upstream: 'not an upstream' });
    const said = await answering('showErrorMessage', undefined, () => run('start'));
    assert.equal(said.length, 1);
    assert.match(String(said[0]![0]), /"realtimeInspector.upstream" is "not an upstream"/);
    assert.ok(said[0]!.includes('Show Log'));
  });

  it('shows a live conversation in the editor of its trace, which goes on following', async () => {
    const started = await start();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    await run('openLive');
    const { openTraces } = await api();
    const live = () => openTraces().find(({ file }) => file === started.file);
    await until('the page to load', () => (live()?.pages ?? 0) > 0);
    await converse(client);
    const lines = await until('all rows', () => {
      const wanted = readFileSync(started.file, 'utf8').split('\n').length - 2;
      return live()?.rows === wanted && wanted > 8 ? wanted : undefined;
    });
    assert.equal(tabsOf(started.file).length, 1);
    assert.deepEqual(live()?.problems, []);
    client.send({ type: 'input_audio_buffer.clear' });
    await client.wait('input_audio_buffer.cleared');
    await until('the new rows', () => (live()?.rows ?? 0) >= lines + 2);
    await client.close();
  });

  it('keeps nothing while recording is off, and passes everything', async () => {
    const started = await start({ 'recording.enabled': false });
    const client = await Client.connect(started.http);
    await converse(client);
    await client.close();
    await run('stop');
    const kept = existsSync(started.file) ? eventsOf(started.file) : [];
    assert.deepEqual(kept, []);
  });

  it('opens a session of its own, with no app', async () => {
    const started = await start();
    await answering('showQuickPick', { label: 'gpt-realtime', value: { model: 'gpt-realtime' } }, () =>
      run('newSession'),
    );
    await until('the greeting in the trace', () =>
      eventsOf(started.file).some(({ type }) => type === 'session.created'),
    );
    await until('its tab', () => tabsOf(started.file).length === 1);
  });

  it('brings the trace of each run to the front when it is started, and no second tab when it runs', async () => {
    const front = () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputCustom ? input.uri.fsPath : undefined;
    };
    const first = await start();
    assert.equal(front(), first.file);
    const client = await Client.connect(first.http);
    await converse(client);
    await client.close();
    const second = await run<StartedProxy>('restart');
    assert.notEqual(second.file, first.file);
    assert.equal(front(), second.file);
    assert.equal(tabsOf(first.file).length, 1, 'the earlier trace stays open');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('start');
    assert.equal(tabsOf(second.file).length, 0);
  });

  it('says once that sessions are refused because nothing answers upstream, with what helps', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const started = await start({ upstream: `http://127.0.0.1:${port}/v1` });
    const said = await answering('showWarningMessage', undefined, async () => {
      await assert.rejects(Client.connect(started.http), /502/);
      await assert.rejects(Client.connect(started.http), /502/);
      await until('both refusals in the trace', () => recordsOf(started.file).length >= 2);
    });
    assert.equal(said.length, 1);
    assert.match(String(said[0]![0]), new RegExp(`refused. The upstream 127.0.0.1:${port} could not be reached`));
    assert.deepEqual(said[0]!.slice(1), ['Choose Upstream', 'Show Log']);
  });

  it('begins the choice of an upstream at the one in use', async () => {
    await configure({ upstream: 'simulator' });
    let chosen: unknown = 'nothing yet';
    void run('chooseUpstream').then((answer) => (chosen = answer));
    await until('the choice', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return chosen === true;
    });
    assert.equal(vscode.workspace.getConfiguration('realtimeInspector').get('upstream'), 'simulator');
  });

  it('takes up what is set while it starts', async () => {
    await configure({ 'proxy.port': 0, upstream: 'simulator' });
    const starting = run<StartedProxy>('start');
    await configure({ 'recording.enabled': false });
    await starting;
    const box = async () => (await linesOf('proxy')).find(({ item }) => item.label === 'Record sessions')?.item;
    await until(
      'recording is off',
      async () => (await box())?.checkboxState === vscode.TreeItemCheckboxState.Unchecked,
    );
  });

  it('answers to another name where its names stand, in the workspace too', async () => {
    const setting = () => vscode.workspace.getConfiguration('realtimeInspector').inspect('proxy.allowedHosts');
    const write = (value: string[] | undefined) =>
      vscode.workspace
        .getConfiguration('realtimeInspector')
        .update('proxy.allowedHosts', value, vscode.ConfigurationTarget.Workspace);
    await write(['one.example']);
    try {
      await answering('showInformationMessage', 'Allow This Name', () => offerHost('two.example'));
      assert.deepEqual(setting()?.workspaceValue, ['one.example', 'two.example']);
      assert.equal(setting()?.globalValue, undefined);
    } finally {
      await write(undefined);
    }
  });

  it('refuses to delete a trace that another process is writing', async () => {
    const file = path.join(temporary(), 'other.realtime.jsonl');
    writeFileSync(file, '');
    const lock = lockTrace(file, 't1');
    const said = await answering('showErrorMessage', undefined, () => run('deleteTrace', { file }));
    assert.match(String(said[0]?.[0]), /Another window or the command line is writing the trace /);
    assert.ok(existsSync(file));
    lock.release();
    await answering('showWarningMessage', 'Delete', () => run('deleteTrace', { file }));
    assert.equal(existsSync(file), false);
  });

  it('refuses to delete the trace it is writing', async () => {
    const started = await start();
    const said = await answering('showErrorMessage', undefined, () => run('deleteTrace', { file: started.file }));
    assert.match(String(said[0]?.[0]), /is writing the trace /);
    assert.ok(existsSync(started.file));
  });
});
