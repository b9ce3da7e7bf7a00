import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeName, traceName } from '../../../src/extension/freeName';

describe('names of files that are made', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'free-name-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are free', () => {
    const next = () => freeName(folder, 'talk.part', '.realtime.jsonl');
    for (const name of ['talk.part', 'talk.part-2', 'talk.part-3']) {
      const file = path.join(folder, `${name}.realtime.jsonl`);
      expect(next()).toBe(file);
      writeFileSync(file, '');
    }
  });

  it.each(['m', 'm.jsonl', 'm.realtime', 'm.realtime.jsonl'])('end once as a trace does: %s', (name) => {
    expect(traceName(path.join(folder, name))).toBe(path.join(folder, 'm.realtime.jsonl'));
  });
});
