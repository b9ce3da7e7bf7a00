import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as vscode from 'vscode';
import { WebSocketServer } from 'ws';
import { answering, Client, logged, restore, run, start, configure } from './support';

const KEY = 'sk-integration-0123456789abcdef';

describe('a stored key', () => {
  afterEach(restore);

  it('reaches its server, and neither settings, traces, log nor another server', async () => {
    const authorizations: (string | undefined)[] = [];
    const server = async () => {
      const listening = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      listening.on('connection', (socket, request) => {
        authorizations.push(request.headers.authorization);
        socket.send('{"type":"session.created"}');
      });
      await new Promise((resolve) => listening.once('listening', resolve));
      return {
        close: () => listening.close(),
        url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v1`,
      };
    };
    const [own, foreign] = [await server(), await server()];
    try {
      await configure({ upstream: own.url });
      const asked = await answering('showInputBox', KEY, () => run('setApiKey'));
      assert.equal((asked[0]?.[0] as vscode.InputBoxOptions).password, true);

      const started = await start({ upstream: own.url });
      const client = await Client.connect(started.http);
      await client.wait('session.created');
      await client.close();
      assert.deepEqual(authorizations.splice(0), [`Bearer ${KEY}`]);
      // Without the unguessable part of the address nobody spends the key.
      const bare = `${new URL(started.http).origin}/v1`;
      assert.notEqual(bare, started.http);
      const outsider = await Client.connect(bare);
      await outsider.wait('session.created');
      await outsider.close();
      await run('stop');
      assert.deepEqual(authorizations.splice(0), [undefined]);

      const again = await start({ upstream: own.url });
      assert.equal(new URL(again.http).pathname, new URL(started.http).pathname, 'the address stays after a restart');
      await run('stop');

      const elsewhere = await start({ upstream: foreign.url });
      const stranger = await Client.connect(elsewhere.http);
      await stranger.wait('session.created');
      await stranger.close();
      await run('stop');
      assert.deepEqual(authorizations.splice(0), [undefined]);

      const segment = new URL(started.http).pathname.split('/').find((part) => part.length >= 16)!;
      assert.ok(segment);
      const folder = path.dirname(started.file);
      const written = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
      assert.ok(written.some((text) => text.includes('session.created')));
      const settings = JSON.stringify(vscode.workspace.getConfiguration());
      assert.ok(logged().length > 0, 'nothing was logged');
      for (const text of [...written, settings, ...logged()]) {
        assert.ok(!text.includes(KEY), 'the key was written');
        assert.ok(!text.includes(segment), 'the address of the key was written');
      }
    } finally {
      await configure({ upstream: own.url });
      await run('clearApiKey');
      own.close();
      foreign.close();
    }
  });
});
