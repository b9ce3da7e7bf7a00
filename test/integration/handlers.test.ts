import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { openDocument } from '../../src/document';
import type { Host } from '../../src/extension/host';
import { composeHandlers } from '../../src/extension/composeHandlers';
import { ComposeRuns } from '../../src/extension/composeRun';
import { listHandlers } from '../../src/extension/listHandlers';
import { savePayload } from '../../src/extension/payloadFiles';
import { PayloadValues } from '../../src/extension/payloadValues';
import { traceHandlers } from '../../src/extension/traceHandlers';
import { TraceModel } from '../../src/extension/traceModel';
import { startEngine, type Engine } from '../../src/proxy';
import { answering, Client, eventsOf, extension, temporary, until } from './support';

/** What a page asks of a live trace, answered by a real proxy with the simulator behind it and a real document. */
describe('requests of a page', () => {
  let engine: Engine;
  let client: Client;
  let model: TraceModel;
  let handlers: ReturnType<typeof traceHandlers>;
  let live = true;

  before(async () => {
    const workers = path.join(extension().extensionPath, 'dist');
    const folder = temporary();
    engine = await startEngine({
      workers,
      listen: { host: '127.0.0.1', port: 0 },
      allowedHosts: [],
      allowedOrigins: [],
      certificates: path.join(folder, 'certificates'),
      upstream: { kind: 'simulator' },
      recording: { on: true, maxTotalBytes: 1e9, folder },
      generator: 'test/1',
    });
    client = await Client.connect(engine.address.http);
    await client.wait('session.created');
    model = new TraceModel(engine.file, workers, async () => openDocument);
    const host = { proxy: { engine, start: async () => engine } } as unknown as Host;
    handlers = traceHandlers({
      host,
      model,
      isLive: () => live,
      openBody: () => Promise.resolve(),
      openConfig: () => Promise.resolve(),
    });
  });
  after(async () => {
    await client.close();
    await model.close();
    await engine.stop();
  });

  const session = () => engine.sessions().find(({ status }) => status === 'open')!.id;
  const text = (event: object) => JSON.stringify(event);
  /** The row of the first event of a type. */
  const rowOf = (type: string) =>
    until(`${type} in the document`, async () => {
      await model.follow();
      const seq = eventsOf(engine.file).find((event) => event.type === type)?.seq;
      for (let row = 0; seq && row < model.columns.rows; row++) if (model.columns.at('seq', row) === seq) return row;
      return undefined;
    });

  it('send an edited event to the server as the client, marked with the event it was made from', async () => {
    const row = await rowOf('session.created');
    const update = text({ type: 'session.update', session: { type: 'realtime', instructions: 'Sing.' } });
    assert.deepEqual(await handlers.send({ session: session(), to: 'server', text: update, replaces: row }), {
      sent: true,
    });
    const updated = await client.wait('session.updated');
    assert.equal((updated['session'] as { instructions: string }).instructions, 'Sing.');
    const record = await until('the record', () =>
      eventsOf(engine.file).find(({ origin, type }) => origin === 'inspector' && type === 'session.update'),
    );
    assert.equal(record.replaces, model.columns.at('seq', row));
  });

  it('send an event from the composer with its variables filled in, what is of the environment with the user’s word', async () => {
    const runs = new ComposeRuns(() => undefined);
    const composing = composeHandlers({
      runs,
      values: new PayloadValues(),
      model,
      engine: () => engine,
      isLive: () => live,
      isRecording: () => true,
      liveModel: () => model,
    });
    const item = text({
      type: 'conversation.item.create',
      item: { id: 'own_item', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
    });
    await handlers.send({ session: session(), to: 'server', text: item });
    await client.wait('conversation.item.done');
    await rowOf('conversation.item.done');
    process.env['INSPECTOR_TEST_SONG'] = 'a secret song 4712';
    try {
      const update = { instructions: '${lastItemId}: ${input:Verb} ${env:INSPECTOR_TEST_SONG}', type: 'realtime' };
      const plan = {
        session: session(),
        to: 'server' as const,
        steps: [{ text: text({ type: 'session.update', session: update }) }],
        ...{ delayMs: 0, times: 1, everyMs: 0, namesEvents: true, fills: true },
      };
      const sent = () => eventsOf(engine.file).filter(({ type }) => type === 'session.update').length;
      const before = sent();
      let started = { run: -1 };
      const start = async () => (started = await composing.startRun(plan));
      const asked = await answering('showWarningMessage', undefined, start);
      assert.match(String(asked[0]?.[0]), /^Send the value of INSPECTOR_TEST_SONG to /);
      assert.deepEqual(started, { run: 0 });
      assert.equal(sent(), before);
      await answering('showInputBox', 'Whistle', () => answering('showWarningMessage', 'Send', start));
      assert.ok(started.run > 0);
      const heard = () => client.received.filter(({ type }) => type === 'session.updated').at(-1)?.['session'];
      const words = 'own_item: Whistle a secret song 4712';
      await until('the update', () => (heard() as { instructions?: string } | undefined)?.instructions === words);
      await until('the record', () => sent() > before);
      assert.doesNotMatch(readFileSync(engine.file, 'utf8'), /4712/);
    } finally {
      delete process.env['INSPECTOR_TEST_SONG'];
    }
  });

  it('export a configuration as a payload file with a name of its own, and as code', async () => {
    const folder = temporary();
    const list = listHandlers({
      model,
      ...({ bodies: undefined, memory: undefined } as unknown as { bodies: never; memory: never }),
      savePayload: (name, written) => savePayload({ folders: [{ name: 'one', path: folder }] } as never, name, written),
    });
    const update = { type: 'session.update', session: { type: 'realtime', instructions: '${env:HOME} `$(id)`' } };
    const form = (id: string) => (choices: { value: string }[]) => choices.find(({ value }) => value === id);
    const saved = path.join(folder, 'mine.realtime.json');
    let asked: unknown[][] = [];
    await answering('showQuickPick', form('payload'), async () => {
      // The ending that makes it a payload file is added.
      asked = await answering('showSaveDialog', vscode.Uri.file(path.join(folder, 'mine.json')), async () => {
        assert.match((await list.exportUpdate({ text: text(update) })).done, /mine\.realtime\.json$/);
      });
    });
    const { defaultUri } = asked[0]?.[0] as { defaultUri: vscode.Uri };
    assert.equal(defaultUri.fsPath, path.join(folder, 'session.update.realtime.json'));
    const payload = readFileSync(saved, 'utf8');
    assert.match(payload, /\$\$\{env:HOME\} `\$\(id\)`/, 'its words are no variable of ours');
    await answering('showQuickPick', form('openai'), async () => {
      assert.deepEqual(await list.exportUpdate({ text: text(update) }), { done: 'TypeScript: openai' });
    });
    assert.match(await vscode.env.clipboard.readText(), /from 'openai/);
    await answering('showQuickPick', undefined, async () => {
      assert.deepEqual(await list.exportUpdate({ text: text(update) }), { done: '' });
    });
    const hostile = text({ type: '../../x\u202e[y](command:z)' });
    const titles = await answering('showQuickPick', undefined, () => list.exportUpdate({ text: hostile }));
    assert.equal((titles[0]?.[1] as { title: string }).title, 'Export ../../x [y](command:z) as');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('send to the client as the server', async () => {
    await handlers.send({ session: session(), to: 'client', text: text({ type: 'made.up' }) });
    await client.wait('made.up');
  });

  it('from another trace are sent without a number that means something else here', async () => {
    live = false;
    try {
      await handlers.send({ session: session(), to: 'client', text: text({ type: 'from.another' }), replaces: 1 });
    } finally {
      live = true;
    }
    const record = await until('the record', () => eventsOf(engine.file).find(({ type }) => type === 'from.another'));
    assert.equal(record.replaces, undefined);
  });

  it('never send what stands for a secret, and send the secret when it is given, which is not recorded', async () => {
    const event = text({ type: 'secret.test', authorization: '[redacted]' });
    const to = { session: session(), to: 'client' as const, text: event };
    await assert.rejects(handlers.send(to), /Give the real value of \/authorization/);
    await handlers.send({ ...to, secrets: { '/authorization': 'open sesame' } });
    assert.equal((await client.wait('secret.test'))['authorization'], 'open sesame');
    await until('the record', () => eventsOf(engine.file).find(({ type }) => type === 'secret.test'));
    assert.ok(!readFileSync(engine.file, 'utf8').includes('open sesame'));
  });

  it('into a session that is not there say so', async () => {
    await assert.rejects(handlers.send({ session: 'nobody', to: 'server', text: '{}' }), /no session nobody/);
  });

  it('open a session with the inspector as client, and close it', async () => {
    const { session: own } = await handlers.newSession({ model: 'gpt-realtime' });
    assert.equal(engine.sessions().find(({ id }) => id === own)?.own, true);
    await handlers.closeSession({ session: own });
    await until('its end', () => engine.sessions().every(({ id, status }) => id !== own || status !== 'open'));
  });

  it('save audio where the user says, and nothing when the user thinks better of it', async () => {
    const window = vscode.window as { showSaveDialog: unknown };
    const real = window.showSaveDialog;
    const target = path.join(temporary(), 'a.wav');
    const asked: vscode.SaveDialogOptions[] = [];
    const content = [{ type: 'input_text', text: 'Say something.' }];
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    client.send({ type: 'response.create' });
    await client.wait('response.done');
    await rowOf('response.done');
    try {
      const save = { session: session(), from: 'server' as const, name: '../../etc/x<y>.wav' };
      window.showSaveDialog = async (options: vscode.SaveDialogOptions) => void asked.push(options);
      assert.deepEqual(await handlers.saveWav(save), { saved: '' });
      const offered = asked[0]!.defaultUri!.fsPath;
      assert.equal(path.dirname(offered), path.dirname(engine.file), 'a captured name led elsewhere');
      window.showSaveDialog = async () => vscode.Uri.file(target);
      await handlers.saveWav(save);
      assert.ok(existsSync(target));
      assert.equal(readFileSync(target).toString('latin1', 0, 4), 'RIFF');
    } finally {
      window.showSaveDialog = real;
    }
  });
});
