/** What is logged while the window goes: VS Code closes what an extension has before its goodbye has ended. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { logInto } from '../../src/extension/log';

describe('the log', () => {
  it('throws at nobody who has a last word when it is closed', async () => {
    const channel = vscode.window.createOutputChannel('Realtime Inspector Test', { log: true });
    const log = logInto(channel);
    log.info('before');
    // The window makes it meanwhile, which must not come behind its end.
    await vscode.commands.getCommands(true);
    log.close();
    assert.throws(() => channel.info('by itself'), /closed/);
    for (const level of ['info', 'warn', 'error'] as const) log[level]('afterwards');
  });
});
