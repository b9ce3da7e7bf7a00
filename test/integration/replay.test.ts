/** The client of a recorded session sent once more by the command, as a person chooses. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, Client, converse, eventsOf, restore, run, start, tabsOf, until } from './support';

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
    const another = (items: vscode.QuickPickItem[]) => items.find(({ label }) => /Another server|Fast/.test(label));
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
});
