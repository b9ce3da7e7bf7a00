import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// The lower floors. Real sockets, files, workers and child processes, so time-outs are wide: they catch what hangs, not
// what is slow.
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    // Most of them wait for sockets, timers and other processes: one for each core leaves time unused.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A process for each file loads the same modules 287 times.
    isolate: false,
    setupFiles: ['test/unit/leaves.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The default is one second: a page beside a busy neighbour needs more now and then.
    expect: { poll: { timeout: 20_000 } },
    allowOnly: false,
    passWithNoTests: false,
  },
});
