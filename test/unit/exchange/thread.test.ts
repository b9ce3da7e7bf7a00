/** Imports and exports in their thread, as VS Code runs them. */
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runExchange, type ExchangeOptions } from '../../../src/exchange/jobs';
import { root } from '../fidelity/bed';
import { scratch } from '../rewrite/traces';
import { generator } from './importing';
import { voiceTrace } from './voiceTrace';

let folder = '';
let remove: () => Promise<void>;
let trace = '';
let options: ExchangeOptions;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  const workers = path.join(folder, 'dist');
  await build({
    entryPoints: [path.join(root, 'src/exchange/worker.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    outfile: path.join(workers, 'exchangeWorker.cjs'),
    logLevel: 'error',
  });
  options = { workers, generator };
  trace = voiceTrace(path.join(folder, 'voice.realtime.jsonl'));
});
afterAll(() => remove());

describe('the thread of imports and exports', () => {
  it('writes, reads back and previews, and says how far it is', async () => {
    const har = path.join(folder, 'voice.har');
    const shares: number[] = [];
    const work = { ...options, progress: (share: number) => void shares.push(share) };
    const made = await runExchange('export', { trace, kind: 'har', out: har }, work);
    expect(made.files[0]?.file).toBe(har);
    const out = path.join(folder, 'back.realtime.jsonl');
    expect(await runExchange('import', { file: har, out }, work)).toMatchObject({ format: 'har', problems: [] });
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    const { text } = await runExchange('preview', { trace, content: false }, options);
    expect(JSON.parse(text)).toMatchObject([{ resourceSpans: {} }, { resourceMetrics: {} }]);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const file = path.join(folder, 'long.jsonl');
    const line = JSON.stringify({ direction: 'server', event: { type: 'error', text: 'x'.repeat(1000) } });
    await writeFile(file, `${line}\n`.repeat(20_000));
    const before = (await readdir(folder)).sort();
    const stop = new AbortController();
    const out = path.join(folder, 'stopped.realtime.jsonl');
    const running = runExchange(
      'import',
      { file, out },
      { ...options, signal: stop.signal, progress: () => stop.abort() },
    );
    await expect(running).rejects.toThrow('Stopped.');
    expect((await readdir(folder)).sort()).toEqual(before);
  });

  it('tells in one sentence what went wrong', async () => {
    await expect(
      runExchange('import', { file: path.join(folder, 'none'), out: path.join(folder, 'x') }, options),
    ).rejects.toThrow(/none cannot be read: it does not exist\.$/);
  });
});
