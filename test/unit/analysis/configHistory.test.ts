import { describe, expect, it } from 'vitest';
import { configDifferences } from '../../../src/analysis/configHistory';
import { Wire } from './wire';

describe('the configuration', () => {
  it('is followed from what was asked to what came into effect or was refused', () => {
    const wire = new Wire();
    const created = wire.session(1);
    const good = wire.client(10, 'session.update', { session: { instructions: 'Be brief.' } });
    const bad = wire.client(11, 'session.update', { session: { bogus: 1 } });
    const updated = wire.server(20, 'session.updated', { session: { instructions: 'Be brief.', tools: [] } });
    const param = { code: 'unknown_parameter', param: 'session.bogus', message: "Unknown parameter: 'session.bogus'." };
    const error = wire.server(21, 'error', { error: param });
    expect(wire.configs().map(({ kind, row, askedRow }) => [kind, row, askedRow])).toEqual([
      ['created', created, null],
      ['asked', good, null],
      ['asked', bad, null],
      ['effective', updated, good],
      ['refused', error, bad],
    ]);
    expect(wire.configs()[4]?.message).toBe("Unknown parameter: 'session.bogus'.");
  });
});

describe('configDifferences', () => {
  it('lists what did not come out as asked, and no default that was filled in', () => {
    const asked = {
      type: 'realtime',
      model: 'gpt-realtime-2',
      tools: [{ name: 'a' }, { name: 'b' }],
      audio: { input: { turn_detection: { type: 'server_vad' }, noise_reduction: null }, output: { voice: 'marin' } },
    };
    const effective = {
      type: 'realtime',
      model: 'gpt-realtime',
      tools: [{ name: 'a', strict: false }, { name: 'c' }],
      audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.5 } }, output: {} },
    };
    expect(configDifferences(asked, effective)).toEqual([
      { path: 'model', asked: 'gpt-realtime-2', effective: 'gpt-realtime' },
      { path: 'tools[1].name', asked: 'b', effective: 'c' },
      { path: 'audio.output.voice', asked: 'marin', effective: undefined },
    ]);
    expect(configDifferences(asked, asked)).toEqual([]);
  });

  it('bears fields of any name and depth', () => {
    const asked = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as Record<string, unknown>;
    expect(configDifferences(asked, {}).map(({ path }) => path)).toEqual(['__proto__', 'constructor']);
    let deep: Record<string, unknown> = {};
    for (let i = 0; i < 10_000; i++) deep = { deep };
    expect(() => configDifferences(deep, deep)).not.toThrow();
  });
});
