import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { configure, restore, run, start, temporary, until } from './support';

/** The environment a program gets in a new integrated terminal of this window. */
async function environmentOfTerminal(): Promise<Record<string, string | undefined>> {
  const file = path.join(temporary(), 'environment.json');
  const script = `const fs = require('node:fs'); fs.writeFileSync(${JSON.stringify(file)} + '~', JSON.stringify(process.env)); fs.renameSync(${JSON.stringify(file)} + '~', ${JSON.stringify(file)});`;
  const terminal = vscode.window.createTerminal({
    name: 'test',
    shellPath: process.execPath,
    shellArgs: ['-e', script],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  try {
    await until('the terminal program', () => existsSync(file));
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined>;
  } finally {
    terminal.dispose();
  }
}

describe('the environment of terminals', () => {
  afterEach(restore);

  it('is left alone by default, while the proxy runs', async () => {
    const { https } = await start();
    assert.notEqual((await environmentOfTerminal())['OPENAI_BASE_URL'], https);
  });

  it('leads to the proxy while it runs, and no more after the stop', async () => {
    const { https, http, ca } = await start({ 'terminal.environment': 'preload' });
    const during = await environmentOfTerminal();
    assert.equal(during['OPENAI_BASE_URL'], https);
    assert.equal(during['NODE_EXTRA_CA_CERTS'], ca);
    assert.equal(during['REALTIME_INSPECTOR_PROXY'], http);
    assert.match(during['NODE_OPTIONS'] ?? '', /--require .*preload\.cjs/);
    assert.equal(during['SSL_CERT_FILE'], process.env['SSL_CERT_FILE']);
    await run('stop');
    const after = await environmentOfTerminal();
    assert.notEqual(after['OPENAI_BASE_URL'], https);
    assert.equal(after['REALTIME_INSPECTOR_PROXY'], undefined);
    assert.doesNotMatch(after['NODE_OPTIONS'] ?? '', /preload\.cjs/);
  });

  it('follows the setting while the proxy runs', async () => {
    const { https } = await start();
    await configure({ 'terminal.environment': 'variables' });
    const on = await environmentOfTerminal();
    assert.equal(on['OPENAI_BASE_URL'], https);
    assert.equal(on['REALTIME_INSPECTOR_PROXY'], undefined);
    await configure({ 'terminal.environment': 'off' });
    assert.notEqual((await environmentOfTerminal())['OPENAI_BASE_URL'], https);
  });

  it('is copied as lines for a shell', async () => {
    const { https, ca } = await start();
    await run('copyEnvironment');
    const text = await vscode.env.clipboard.readText();
    assert.ok(text.includes(https) && text.includes(ca), text);
  });
});
