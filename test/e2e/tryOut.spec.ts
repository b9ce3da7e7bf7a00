/** The README's first command. */
import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root, toolNode } from '../../scripts/lib/shell.mjs';

test('npm run try shows a live conversation without a click', async () => {
  const { stdout } = await promisify(execFile)(toolNode(), ['scripts/try.mjs', '--smoke'], { cwd: root });
  expect(stdout).toContain('speech going out and an answer coming back');
});
