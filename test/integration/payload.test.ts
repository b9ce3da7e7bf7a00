import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, api, Client, eventsOf, recordsOf, restore, run, start, until } from './support';

const SOURCE = 'Realtime Inspector';
const folder = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;
const made: string[] = [];
/** A file of the workspace that goes with the test, open in an editor. */
async function opened(name: string, text: string): Promise<vscode.TextEditor> {
  const file = path.join(folder(), name);
  made.push(file);
  writeFileSync(file, text);
  return vscode.window.showTextDocument(vscode.Uri.file(file));
}
const marksOf = ({ document }: vscode.TextEditor): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === SOURCE);
const lensesOf = async ({ document }: vscode.TextEditor): Promise<vscode.Command[]> => {
  const { uri } = document;
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
  return lenses.flatMap(({ command }) => (command ? [command] : []));
};
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const say = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});
const startFast = () => start({ 'simulator.speed': 50 });
const sentOf = (file: string) => eventsOf(file).filter(({ origin }) => origin === 'inspector');

async function clean(): Promise<void> {
  await restore();
  for (const file of made.splice(0)) rmSync(file, { force: true });
}

/** What VS Code says while `work` runs, by kind. */
async function said(work: () => PromiseLike<unknown>): Promise<{ info: string[]; error: string[] }> {
  let info: unknown[][] = [];
  const error = await answering('showErrorMessage', undefined, async () => {
    info = await answering('showInformationMessage', undefined, work);
  });
  const words = (asked: unknown[][]) => asked.map(([message]) => String(message));
  return { info: words(info), error: words(error) };
}

describe('a payload file in the editor', () => {
  afterEach(clean);

  it('is JSON with comments, has its lines above it, and is marked where it is wrong', async () => {
    const editor = await opened(
      'wrong.realtime.json',
      '[\n  // first\n  { "type": "response.craete" },\n  { "wait": "response.done", "timeout": 5 },\n]\n',
    );
    assert.equal(editor.document.languageId, 'jsonc');
    const all = () => vscode.languages.getDiagnostics(editor.document.uri);
    const at = (text: string) => all().filter(({ range }) => editor.document.getText(range).includes(text));
    await until('the marks', () => at('"response.craete"').length > 0 && at('timeout').length > 0);
    const titles = (await lensesOf(editor)).map(({ title }) => title);
    assert.deepEqual(titles, ['$(send) Send to Session...', 'Send and Show Answer', 'Validate']);
  });

  it('is set right by a fix that leaves the rest of it alone', async () => {
    const editor = await opened('fix.realtime.json', '[\n  // first\n  { "type": "response.craete" }\n]\n');
    const { document } = editor;
    await until('a mark', () => vscode.languages.getDiagnostics(document.uri).length > 0);
    const place = document.positionAt(document.getText().indexOf('craete'));
    const actions = await until('a fix', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        new vscode.Range(place, place),
      );
      return found.filter(({ edit, title }) => edit && /response\.create/.test(title));
    });
    assert.ok(actions[0]?.edit);
    assert.ok(await vscode.workspace.applyEdit(actions[0].edit));
    assert.equal(document.getText(), '[\n  // first\n  { "type": "response.create" }\n]\n');
    await until('no mark', () => marksOf(editor).length === 0);
    await document.save();
  });

  it('completes types from the schema and variables inside strings', async () => {
    const editor = await opened('complete.realtime.json', '{ "type": "response.create", "event_id": "$" }\n');
    const { document } = editor;
    const offered = async (text: string, ahead: number) => {
      const place = document.positionAt(document.getText().indexOf(text) + ahead);
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        place,
      );
      return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    assert.ok((await offered('$', 1)).includes('${lastItemId}'));
    assert.ok((await offered('$', 1)).includes('${env:PATH}'));
    const { document: untyped } = await opened('untyped.realtime.json', '[{ "type": "" }]\n');
    const types = await until('the schema’s types', async () => {
      const place = untyped.positionAt(untyped.getText().indexOf('""') + 1);
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        untyped.uri,
        place,
      );
      const found = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      return found.some((label) => label.includes('session.update')) && found;
    });
    assert.ok(!types.includes('${lastItemId}'));
  });

  it('is in the schema’s eyes right when it waits, pauses and speaks to the client', async () => {
    const editor = await opened(
      'right.realtime.json',
      json([
        say('Hello'),
        { wait: 'conversation.item.done', timeoutMs: 1000 },
        { delayMs: 10 },
        { to: 'client', event: { type: 'input_audio_buffer.cleared', event_id: 'e' } },
        { type: 'conversation.item.delete', item_id: '${lastItemId}' },
        { type: 'response.create', response: { input: [{ type: 'item_reference', id: 'item_1' }] } },
        { wait: 'type:response.done -error' },
      ]),
    );
    // A wrong one beside it shows that marks have been made.
    const other = await opened('other.realtime.json', '{ "type": 5 }\n');
    await until('a mark in the other', () => vscode.languages.getDiagnostics(other.document.uri).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(
      vscode.languages.getDiagnostics(editor.document.uri).map(({ message }) => message),
      [],
    );
  });
});

describe('a payload', () => {
  afterEach(clean);

  it('is sent into the live session, and its answer is shown beside it', async () => {
    const started = await startFast();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    const editor = await opened(
      'ask.realtime.json',
      json([say('Hello ${input:Whom=there}'), { type: 'response.create', response: { output_modalities: ['text'] } }]),
    );
    const titles = await until('the session in the line above', async () => {
      const found = (await lensesOf(editor)).map(({ title }) => title);
      return found[0] === '$(send) Send to s1' && found;
    });
    assert.equal(titles.filter((title) => title === 'Send This').length, 2);
    const words = await said(() =>
      answering('showInputBox', 'you "there"', () => run('sendPayloadAndShow', editor.document.uri)),
    );
    assert.deepEqual(words.error, []);
    assert.match(words.info.at(-1) ?? '', /^ask: sent 2 events to s1, answered by response\.created/);
    assert.deepEqual(
      sentOf(started.file).map(({ type, from }) => [type, from]),
      [
        ['conversation.item.create', 'client'],
        ['response.create', 'client'],
      ],
    );
    assert.match(JSON.stringify(sentOf(started.file)[0]?.event), /Hello you \\"there\\"/);
    // The app hears the answer too, and it is open beside the payload.
    await client.wait('response.done');
    const answer = vscode.window.visibleTextEditors.find(({ document }) =>
      document.uri.path.endsWith('response.done.json'),
    );
    assert.match(answer?.document.getText() ?? '', /"status": "completed"/);
    await client.close();
  });

  it('sends one event of several, and an event for the client to the client', async () => {
    const started = await startFast();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    const editor = await opened(
      'two.realtime.json',
      json([{ type: 'response.create' }, { to: 'client', event: { type: 'made.up', event_id: 'e' } }]),
    );
    const own = (await lensesOf(editor)).filter(({ title }) => title === 'Send This');
    const [uri, offset] = own[1]?.arguments as [vscode.Uri, number];
    await answering('showWarningMessage', 'Send Anyway', () => run('sendPayload', uri, offset));
    await client.wait('made.up');
    const sent = await until('the record', () => sentOf(started.file).length > 0 && sentOf(started.file));
    assert.deepEqual(
      sent.map(({ from }) => from),
      ['server'],
    );
    await client.close();
  });

  it('is marked where the server refuses it', async () => {
    const started = await startFast();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    const update = { type: 'session.update', session: { type: 'realtime', nonsense: 'nobody' } };
    const editor = await opened('refused.realtime.json', json(update));
    const words = await said(() =>
      answering('showWarningMessage', 'Send Anyway', () => run('sendPayload', editor.document.uri)),
    );
    assert.match(words.error.join(), /^refused was refused: Unknown parameter: 'session\.nonsense'/);
    const mark = await until('the mark', () =>
      marksOf(editor).find(({ message }) => /^Refused by the server/.test(message)),
    );
    assert.equal(editor.document.getText(mark.range), '"nobody"');
    await client.close();
  });

  it('takes values of the environment with the user’s word, and keeps them out of the record', async () => {
    const secret = 'it-is "secret" 4711';
    process.env['INSPECTOR_TEST_VALUE'] = secret;
    try {
      const started = await startFast();
      const client = await Client.connect(started.http);
      await client.wait('session.created');
      const update = {
        type: 'session.update',
        session: { type: 'realtime', instructions: 'Say ${env:INSPECTOR_TEST_VALUE}.' },
      };
      const editor = await opened('secret.realtime.json', json(update));
      const asked = await answering('showWarningMessage', undefined, () => run('sendPayload', editor.document.uri));
      assert.match(String(asked[0]?.[0]), /^Send the value of INSPECTOR_TEST_VALUE to 127\.0\.0\.1/);
      assert.deepEqual(sentOf(started.file), []);
      await answering('showWarningMessage', 'Send', () => run('sendPayload', editor.document.uri));
      const updated = await client.wait('session.updated');
      assert.equal((updated['session'] as { instructions: string }).instructions, `Say ${secret}.`);
      await until('the record', () => eventsOf(started.file).some(({ type }) => type === 'session.updated'));
      assert.doesNotMatch(readFileSync(started.file, 'utf8'), /4711/);
      await client.close();
    } finally {
      delete process.env['INSPECTOR_TEST_VALUE'];
    }
    const missing = await opened('missing.realtime.json', json({ type: 'x', a: '${env:INSPECTOR_TEST_VALUE}' }));
    const words = await said(() =>
      answering('showWarningMessage', 'Send Anyway', () => run('sendPayload', missing.document.uri)),
    );
    assert.match(words.error.join(), /\$\{env:INSPECTOR_TEST_VALUE\} has no value/);
  });

  it('stops when it is told to, and when its session closes', async () => {
    const started = await startFast();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    const editor = await opened('waits.realtime.json', json([say('Hello'), { wait: 'response.done' }, say('Never')]));
    const { uri } = editor.document;
    const isWaiting = async () =>
      (await lensesOf(editor)).some(({ title }) => /Waiting for response\.done/.test(title));
    const stopped = await said(async () => {
      const sending = run('sendPayload', uri);
      await until('the wait', isWaiting);
      await run('stopPayload', uri);
      await sending;
    });
    assert.match(stopped.info.join(), /1 of 2 events were sent, then it was stopped/);
    const closed = await said(async () => {
      const sending = run('sendPayload', uri);
      await until('the wait', isWaiting);
      await client.close();
      await sending;
    });
    assert.match(closed.error.join(), /1 of 2 events were sent, then the session (has )?closed/);
    assert.equal(sentOf(started.file).length, 2);
  });

  it('that is broken is not sent, and says where', async () => {
    const editor = await opened('broken.realtime.json', '[\n  { "type": "response.create" },\n  { "wait": "" }\n]\n');
    const words = await said(() => run('sendPayload', editor.document.uri));
    assert.match(words.error.join(), /broken:3:13: "wait" is the type of an event/);
  });
});

describe('rows of a trace', () => {
  afterEach(clean);

  it('are saved as a payload and copied as code', async () => {
    const started = await startFast();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    const update = { type: 'session.update', session: { type: 'realtime', instructions: "It's `${x}`." } };
    client.send(update);
    await client.wait('session.updated');
    const pages = async () =>
      (await api()).openTraces().find(({ file, pages: loaded }) => file === started.file && loaded > 0);
    const open = await until('the page', async () => ((await pages())?.rows ?? 0) >= 4 && (await pages()));
    assert.ok(open);
    const target = path.join(folder(), 'saved.realtime.json');
    made.push(target);
    // Rows are the trace's lines without its header.
    const rtiRow = recordsOf(started.file).findIndex(
      (record) => record.kind === 'event' && record.type === 'session.update',
    );
    await answering('showSaveDialog', vscode.Uri.file(target), async () => {
      // The page knows the row a moment after the host.
      await until('the file', async () => {
        await run('savePayload', { rtiRow });
        // It is there, empty, before it is written.
        return existsSync(target) && readFileSync(target, 'utf8') !== '';
      });
    });
    assert.deepEqual(JSON.parse(readFileSync(target, 'utf8').replace('$${', '${')), update);
    const python = (choices: { value: string }[]) => choices.find(({ value }) => value === 'python');
    await vscode.env.clipboard.writeText('');
    await answering('showQuickPick', python, async () => {
      // The saved file has come to the front, and the page is loaded again when it is there itself.
      const trace = vscode.Uri.file(started.file);
      await until('the code', async () => {
        await vscode.commands.executeCommand('vscode.openWith', trace, 'realtimeInspector.trace');
        await run('copyCode', { rtiRow });
        return (await vscode.env.clipboard.readText()).includes('from openai import AsyncOpenAI');
      });
    });
    assert.match(await vscode.env.clipboard.readText(), /"It's `\$\{x\}`\."/);
    await client.close();
  });
});

describe('what others named', () => {
  afterEach(clean);

  it('leads a saved file to no other folder', async () => {
    const started = await startFast();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    const type = '../../../etc/cron.d/x\u202e<img>.$(id)';
    client.send({ type });
    const rtiRow = await until('the row', () => {
      const row = recordsOf(started.file).findIndex((record) => record.kind === 'event' && record.type === type);
      return row < 0 ? undefined : row;
    });
    let dialogs = 0;
    const count = () => void (dialogs += 1);
    const asked = await answering('showSaveDialog', count, () =>
      until('the dialog', async () => {
        await vscode.commands.executeCommand(
          'vscode.openWith',
          vscode.Uri.file(started.file),
          'realtimeInspector.trace',
        );
        await run('savePayload', { rtiRow });
        return dialogs > 0;
      }),
    );
    const { defaultUri } = asked[0]?.[0] as { defaultUri: vscode.Uri };
    assert.equal(path.dirname(defaultUri.fsPath), folder());
    assert.match(path.basename(defaultUri.fsPath), /^[A-Za-z0-9][A-Za-z0-9._-]*\.realtime\.json$/);
    await client.close();
  });
});

describe('a call', () => {
  afterEach(clean);

  it('is rejected with a status, and referred to another number', async () => {
    const started = await startFast();
    for (const [action, words, body] of [
      ['reject', '486', { status_code: 486 }],
      ['refer', 'tel:+14155550123', { target_uri: 'tel:+14155550123' }],
    ] as const) {
      const made = await fetch(`${started.http}/realtime/calls`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp', Authorization: 'Bearer ek_x' },
        body: 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n',
      });
      const id = /rtc_\w+/.exec(made.headers.get('location') ?? '')?.[0] ?? '';
      const pick = (choices: { value: string }[]) => choices.find(({ value }) => value === action || value === 'send');
      const type = ({ title }: { title: string }) => (title === 'Answer Call' ? id : words);
      const { info, error } = await said(() =>
        answering('showInputBox', type, () => answering('showQuickPick', pick, () => run('answerCall'))),
      );
      assert.deepEqual([error, info.length], [[], 1]);
      const record = await until('the request', () =>
        recordsOf(started.file).find((one) => one.kind === 'http' && one.url.endsWith(`/${id}/${action}`)),
      );
      assert.deepEqual(JSON.parse((record as { requestBody?: string }).requestBody ?? ''), body);
    }
  });
});

describe('a client secret', () => {
  afterEach(clean);

  it('is made for a session’s configuration, shown once, and stored nowhere', async () => {
    const started = await startFast();
    const client = await Client.connect(started.http);
    await client.wait('session.created');
    const pickFirst = (choices: unknown[]) => choices[0];
    await vscode.env.clipboard.writeText('');
    const shown = await answering('showInformationMessage', 'Copy', () =>
      answering('showQuickPick', pickFirst, () => run('createClientSecret')),
    );
    const detail = (shown[0]?.[1] as { modal: boolean; detail: string }) ?? {};
    const value = /^ek_\w+/.exec(detail.detail)?.[0] ?? '';
    assert.ok(value !== '' && detail.modal);
    assert.equal(await vscode.env.clipboard.readText(), value);
    await until('the record', () => recordsOf(started.file).some(({ kind }) => kind === 'http'));
    assert.ok(!readFileSync(started.file, 'utf8').includes(value));
    await client.close();
  });
});
