import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { knownValues, REALTIME_MODELS, TRANSCRIPTION_MODELS, VOICES } from '../../../src/protocol';

const types = readFileSync('node_modules/openai/resources/realtime/realtime.d.ts', 'utf8');
/** The literals of the longest union that stands behind a field of that name and holds `one`. */
function literals(field: string, one: string): string[] {
  const unions = [...types.matchAll(new RegExp(`${field}\\?: ([^;]+);`, 'g'))]
    .map(([, union = '']) => [...union.matchAll(/'([^']+)'/g)].map(([, value = '']) => value))
    .filter((values) => values.includes(one));
  return unions.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

describe('values that are known', () => {
  it('are the voices and transcription models of the published types', () => {
    expect([...VOICES].toSorted()).toEqual(literals('voice', 'marin').toSorted());
    const undated = literals('model', 'whisper-1').filter((model) => !/\d{4}-\d{2}-\d{2}$/.test(model));
    expect([...TRANSCRIPTION_MODELS].toSorted()).toEqual(undated.toSorted());
  });
  it('are the published models that are neither dated nor of the preview', () => {
    const current = literals('model', 'gpt-realtime').filter((model) => !/\d{4}-\d{2}-\d{2}$|preview/.test(model));
    expect([...REALTIME_MODELS].toSorted()).toEqual(current.toSorted());
  });
  it('are found by the end of a path, also in a response', () => {
    expect(knownValues(['response', 'audio', 'output', 'voice']).length).toBe(VOICES.length);
    expect(knownValues(['session', 'tool_choice']).map(({ value }) => value)).toEqual(['auto', 'none', 'required']);
    expect(knownValues(['item', 'id'])).toEqual([]);
  });
});
