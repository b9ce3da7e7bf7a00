/** A recorded session as the upstream: served by the command to the real SDK, told of, and ended. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import * as vscode from 'vscode';
import type { StartedProxy } from '../../src/extension/commands';
import { answering, Client, configure, converse, linesOf, restore, run, start, temporary, until } from './support';

/** Asks as the recorded client did, by the real SDK, until the answer or the end has come. */
async function ask(
  { https, ca }: StartedProxy,
  update: object,
): Promise<{ events: RealtimeServerEvent[]; code: number }> {
  const client = new OpenAI({ apiKey: 'none', baseURL: https });
  const rt = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { ca: readFileSync(ca, 'utf8') } }, client);
  const events: RealtimeServerEvent[] = [];
  rt.on('error', () => undefined);
  rt.on('event', (event) => {
    events.push(event);
    if (event.type === 'session.created')
      rt.send({ type: 'session.update', session: { type: 'realtime', ...update } } as Parameters<typeof rt.send>[0]);
    if (event.type === 'session.updated') {
      const content = [{ type: 'input_text' as const, text: 'Hello' }];
      rt.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      rt.send({ type: 'response.create' });
    }
    if (event.type === 'response.done') rt.close();
  });
  const code = await new Promise<number>((resolve) => rt.socket.once('close', resolve));
  return { events, code };
}

/** Chooses in a person's place from a list that a pretended quick pick shows; gives what was under the cursor before. */
async function choosing(wanted: RegExp, work: () => PromiseLike<unknown>): Promise<string> {
  const window = vscode.window as { createQuickPick: unknown };
  const real = window.createQuickPick;
  let began = '';
  window.createQuickPick = () => {
    let [accept, hide] = [() => undefined, () => undefined];
    const pretended = {
      items: [] as vscode.QuickPickItem[],
      activeItems: [] as vscode.QuickPickItem[],
      onDidAccept: (told: typeof accept) => (accept = told),
      onDidHide: (told: typeof hide) => (hide = told),
      show: () => {
        began = pretended.activeItems[0]?.label ?? '';
        pretended.activeItems = pretended.items.filter(({ label }) => wanted.test(label));
        accept();
      },
      hide: () => hide(),
      dispose: () => undefined,
    };
    return pretended;
  };
  try {
    await work();
    return began;
  } finally {
    window.createQuickPick = real;
  }
}

describe('a recorded trace as the upstream', () => {
  let recorded = '';
  let said: unknown[] = [];
  before(async () => {
    const { http, file } = await start();
    const client = await Client.connect(http);
    await converse(client);
    said = client.received;
    await client.close();
    recorded = file;
    await run('stop');
  });
  after(async () => {
    await restore();
    rmSync(recorded, { force: true });
  });

  const serve = (way: RegExp, file = recorded) =>
    answering(
      'showQuickPick',
      (items: vscode.QuickPickItem[]) => items.find(({ label }) => way.test(label)) ?? items[0],
      () => run('serveTrace', vscode.Uri.file(file)),
    );
  const line = async (label: string) => (await linesOf('proxy')).find(({ item }) => item.label === label)?.item;

  it('answers the real SDK with what was recorded, and the views say so', async () => {
    await configure({ 'proxy.port': 0 });
    await serve(/^(Fast|Lenient)$/);
    const upstream = await line('Upstream');
    assert.equal(upstream?.description, `Trace ${path.basename(recorded)}`);
    assert.equal((await line('Serving'))?.description, 'fast, lenient');
    const { events } = await ask(await run<StartedProxy>('start'), { output_modalities: ['text'] });
    const text = events.find(({ type }) => type === 'response.output_text.done');
    assert.deepEqual(
      text,
      (said as { type: string }[]).find(({ type }) => type === 'response.output_text.done'),
    );
  });

  it('tells the first divergence of a client, its strict end, and has a report to read', async () => {
    const started = await run<StartedProxy>('start');
    await serve(/^(Fast|Strict)$/);
    let told = '';
    await answering(
      'showWarningMessage',
      (message: string) => {
        told = message;
        return 'Show Report';
      },
      async () => {
        const { code } = await ask(started, { output_modalities: ['audio'] });
        assert.equal(code, 1008);
        await until(
          'the report is open',
          () => vscode.window.activeTextEditor?.document.uri.scheme === 'realtime-inspector-report',
        );
      },
    );
    assert.match(
      told,
      /^Client 1 of .*\.realtime\.jsonl \(session s1\): session\.update differs from the recorded one \(#\d+\) in session\.output_modalities.*It was message 1 of the client\. The session was closed with 1008\.$/,
    );
    const report = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(report, /^Served .*\nfast, strict; 1 client, 1 diverged\n/);
    assert.match(report, /\n {4}- {3}session\.output_modalities\S*: .*text/);
  });

  it('is ended by one command, and new sessions go where the settings say', async () => {
    await run('stopServing');
    assert.equal((await line('Upstream'))?.description, 'Simulator');
    assert.equal(await line('Serving'), undefined);
    const { http } = await run<StartedProxy>('start');
    const client = await Client.connect(http);
    const created = await client.wait('session.created');
    assert.notDeepEqual(created, said[0]);
    await client.close();
  });

  it('is the current choice of an upstream, and ended by another choice', async () => {
    await serve(/^(Fast|Lenient)$/);
    const began = await choosing(/Simulator/, () => run('chooseUpstream'));
    assert.match(began, /A recorded trace/);
    assert.equal((await line('Upstream'))?.description, 'Simulator');
    assert.equal(await line('Serving'), undefined);
  });

  it('that cannot be read is said to be none before anything is asked', async () => {
    const file = path.join(temporary(), 'none.realtime.jsonl');
    writeFileSync(file, 'no trace\n');
    let asked: unknown[][] = [];
    const said = await answering('showErrorMessage', undefined, async () => {
      asked = await answering('showQuickPick', undefined, () => run('serveTrace', vscode.Uri.file(file)));
    });
    assert.deepEqual(asked, []);
    assert.match(String(said[0]?.[0]), /none\.realtime\.jsonl/);
  });

  it('that is gone keeps no other trace from being replayed to the simulator', async () => {
    const file = path.join(temporary(), 'gone.realtime.jsonl');
    copyFileSync(recorded, file);
    await serve(/^(Fast|Lenient)$/, file);
    await run('stop');
    rmSync(file);
    const asked = await answering(
      'showQuickPick',
      // The timing is asked for when the server has been chosen.
      (items: vscode.QuickPickItem[], { title }: vscode.QuickPickOptions) =>
        /which server/.test(title ?? '') ? items[0] : undefined,
      () => run('replayTrace', vscode.Uri.file(recorded)),
    );
    const titles = asked.map(([, options]) => (options as vscode.QuickPickOptions).title);
    assert.deepEqual(titles, ['Replay to which server?', 'With which timing?']);
    const servers = asked[0]?.[0] as vscode.QuickPickItem[];
    assert.ok(
      servers.some(({ label, detail }) => /As set$/.test(label) && /is not there any more/.test(detail ?? '')),
      'why is not said',
    );
    await run('stopServing');
  });

  it('stays the choice while the proxy is stopped, and says so when its file is gone', async () => {
    await serve(/^(Fast|Lenient)$/);
    await run('stop');
    const aside = `${recorded}.aside`;
    renameSync(recorded, aside);
    try {
      const asked = await answering('showErrorMessage', 'Stop Serving', async () => {
        assert.equal(await run('start'), undefined);
        await until('it is ended', async () => (await run<StartedProxy | undefined>('start')) !== undefined);
      });
      assert.match(String(asked[0]?.[0]), /which is served as the upstream, is not there any more\./);
    } finally {
      renameSync(aside, recorded);
    }
    assert.equal((await line('Upstream'))?.description, 'Simulator');
  });
});
