// Runs the suite of test/integration inside VS Code: the served one, or with --desktop a downloaded desktop VS Code.
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { temporaryFolder } from '../../scripts/lib/servedVscode.mjs';
import { main, root, run, toolNode } from '../../scripts/lib/shell.mjs';

await main(async () => {
  await run(toolNode(), ['test/integration/build.mjs'], { doing: 'building the integration suite' });
  const workspace = await temporaryFolder('workspace');
  try {
    return await runTests({
      ...(process.argv.includes('--desktop')
        ? {}
        : { vscodeExecutablePath: join(root, 'test', 'vscode', 'launch.mjs') }),
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, 'out', 'integration', 'index.cjs'),
      launchArgs: [workspace.path, '--disable-extensions'],
      // A key in the environment would make the real API the upstream.
      extensionTestsEnv: { OPENAI_API_KEY: undefined },
    });
  } finally {
    await workspace.drop();
  }
});
