import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as threads from 'node:worker_threads';
import * as vscode from 'vscode';
import { api, extension, run, until, watchLog, watchTrees } from './support';

/** The extension's own keys in the conditions of its manifest. */
function contextKeys(): string[] {
  const conditions = JSON.stringify(extension().packageJSON).matchAll(/"(?:when|enablement)":"((?:[^"\\]|\\.)*)"/g);
  const keys = [...conditions].flatMap(([, condition = '']) =>
    condition.replace(/==\s*'?[\w.]+'?/g, '').match(/realtimeInspector\.\w+/g),
  );
  return [...new Set(keys.filter((key) => key !== null))].sort();
}

/** Hears which context keys are set, until it is stopped. */
function watchContext(): { told: Set<string>; stop(): void } {
  const told = new Set<string>();
  const commands = vscode.commands as { executeCommand: unknown };
  const real = vscode.commands.executeCommand as (...args: unknown[]) => Thenable<unknown>;
  commands.executeCommand = (...args: unknown[]) => {
    if (args[0] === 'setContext') told.add(String(args[1]));
    return real(...args);
  };
  return { told, stop: () => void (commands.executeCommand = real) };
}

describe('activation', () => {
  it('comes only with use, and starts no worker and makes no folder', async () => {
    assert.equal(extension().isActive, false, 'the extension was active before anything was used');
    // Anybody's tsconfig.json is such a file.
    await vscode.workspace.openTextDocument({ language: 'jsonc', content: '{} // not ours' });
    await vscode.languages.getLanguages();
    assert.equal(extension().isActive, false, 'a file that is not ours started it');
    watchLog();
    watchTrees();
    // The bundle reads `Worker` from this same module when it makes one.
    const module = createRequire(__filename)('node:worker_threads') as { Worker: typeof threads.Worker };
    const Real = module.Worker;
    let made = 0;
    module.Worker = class extends Real {
      constructor(...args: ConstructorParameters<typeof Real>) {
        super(...args);
        made += 1;
      }
    };
    const context = watchContext();
    try {
      await api();
      assert.equal(made, 0);
      // Keys are the window's and outlive the extension host: `running` of one that crashed would let nobody start it again.
      const keys = contextKeys();
      assert.ok(keys.length > 10, keys.join());
      await until(`all of ${keys.join()} to be told`, () => keys.every((key) => context.told.has(key)));
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
      if (folder) assert.equal(existsSync(path.join(folder, '.realtime')), false);
      // The counter counts: starting the proxy goes through it.
      await vscode.workspace
        .getConfiguration('realtimeInspector')
        .update('upstream', 'simulator', vscode.ConfigurationTarget.Global);
      assert.ok(await run('start'));
      assert.ok(made >= 2, `${made} workers after the start`);
      await run('stop');
    } finally {
      context.stop();
      module.Worker = Real;
      await vscode.workspace
        .getConfiguration('realtimeInspector')
        .update('upstream', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('registers exactly the commands of the manifest', async () => {
    await api();
    const manifest = extension().packageJSON as {
      contributes: { commands: { command: string }[]; views: Record<string, { id: string }[]> };
    };
    const declared = manifest.contributes.commands.map(({ command }) => command).sort();
    // VS Code makes commands of its own for each view (`.focus`, `.open`, ...).
    const views = Object.values(manifest.contributes.views).flat();
    const registered = (await vscode.commands.getCommands(true))
      .filter((command) => command.startsWith('realtimeInspector.'))
      .filter((command) => !views.some(({ id }) => command.startsWith(`${id}.`)))
      .sort();
    assert.deepEqual(registered, declared);
  });

  it('finds every file the manifest names', () => {
    const root = extension().extensionPath;
    const named = readFileSync(path.join(root, 'package.json'), 'utf8').matchAll(
      /"((?:media|dist)\/[^"]+|\.\/dist\/[^"]+)"/g,
    );
    const files = [...named].map(([, file]) => file!);
    assert.ok(files.length > 3);
    for (const file of files) assert.ok(existsSync(path.join(root, file)), `${file} is missing`);
  });
});
