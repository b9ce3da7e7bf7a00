/** Files share processes (`vitest.config.ts`): each leaves the clock, the environment and the folder as it found them. */
import { afterAll, beforeAll, expect } from 'vitest';

const shared = () => ({
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  Date: globalThis.Date,
  now: performance.now,
  fetch: globalThis.fetch,
  WebSocket: globalThis.WebSocket,
  // The runner's own change with each file.
  env: JSON.stringify(
    Object.entries(process.env)
      .filter(([name]) => !name.startsWith('VITEST'))
      .sort(),
  ),
  cwd: process.cwd(),
});

/** What is not as it was, told once. */
function changed(): string[] {
  const process = globalThis as { foundByTests?: ReturnType<typeof shared> };
  const found = (process.foundByTests ??= shared());
  const now = shared();
  process.foundByTests = now;
  return (Object.keys(found) as (keyof typeof found)[]).filter((name) => now[name] !== found[name]);
}
// Spies are taken away after the last hook of a file: what they put back is seen by the next one only.
beforeAll(() => expect(changed(), 'what the file before this one left changed').toEqual([]));
afterAll(() => expect(changed(), 'what this file left changed').toEqual([]));
