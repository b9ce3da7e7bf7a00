import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as vscode from 'vscode';
import { WebSocketServer } from 'ws';
import { answering, Client, logged, restore, run, start, configure, until } from './support';

const KEY = 'sk-integration-0123456789abcdef';

/** Resolves with what was started while `work` ran, a line for each program. */
async function spawning(work: () => Promise<void>): Promise<string[]> {
  // The extension's bundle takes `spawn` from this same module when it starts something.
  const module = createRequire(__filename)('node:child_process') as { spawn: (...args: unknown[]) => unknown };
  const real = module.spawn;
  const lines: string[] = [];
  module.spawn = (...args: unknown[]) => {
    lines.push([args[0], ...(args[1] as string[])].join(' '));
    return real(...args);
  };
  try {
    await work();
    return lines;
  } finally {
    module.spawn = real;
  }
}

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

      await start({ upstream: own.url });
      const spawned = await spawning(async () => {
        await answering('showInformationMessage', `Use ${own.url}`, () => run('runSample'));
        await until('the sample has a session', () => authorizations.length > 0);
      });
      for (const terminal of vscode.window.terminals) terminal.dispose();
      await run('stop');
      assert.deepEqual(authorizations.splice(0), [`Bearer ${KEY}`]);
      const programs = spawned.filter((line) => line.includes('sampleClient.cjs'));
      assert.equal(programs.length, 1, spawned.join('\n'));

      const segment = new URL(started.http).pathname.split('/').find((part) => part.length >= 16)!;
      assert.ok(segment);
      const folder = path.dirname(started.file);
      const written = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
      assert.ok(written.some((text) => text.includes('session.created')));
      const settings = JSON.stringify(vscode.workspace.getConfiguration());
      assert.ok(logged().length > 0, 'nothing was logged');
      // Everybody on the machine can read what a program was started with.
      for (const text of [...written, settings, ...logged(), ...programs]) {
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
