import { defineConfig } from '@playwright/test';

// A person's path through the packaged extension in the real workbench (test/e2e). One at a time: each test has a VS Code
// server and a Chromium of its own.
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test/e2e/output/playwright',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
});
