import { describe, expect, it } from 'vitest';
import { eventsJson, formatEvents } from '../../../src/cli/events';
import spec from '../../fixtures/protocol/specNames.json';

describe('events --json', () => {
  const entries = eventsJson();

  it('lists every event of the definition files with its direction, family and status', () => {
    for (const [direction, types] of [
      ['client', spec.clientEvents],
      ['server', spec.serverEvents],
    ] as const) {
      const known = entries.filter((entry) => entry.direction === direction).map((entry) => entry.type);
      expect(known).toEqual(expect.arrayContaining(types));
    }
    for (const { type, family, status, summary } of entries) {
      expect(type.startsWith(family), type).toBe(true);
      expect(['ga', 'legacy', 'retired', 'translation']).toContain(status);
      expect(summary).not.toBe('');
    }
  });

  it('is plain JSON, each event once', () => {
    expect(JSON.parse(JSON.stringify(entries))).toEqual(entries);
    expect(new Set(entries.map(({ type, direction }) => `${direction} ${type}`)).size).toBe(entries.length);
  });

  it('names what other servers call an event', () => {
    const audio = entries.find((entry) => entry.type === 'response.output_audio.delta');
    expect(audio?.dialects['voice-live']).toBe('response.audio.delta');
    expect(audio?.deltaOf).toBe('response.output_audio.done');
    expect(entries.find((entry) => entry.type === 'response.audio.delta')?.replacedBy).toEqual([audio?.type]);
  });

  it('for people is a line each', () => {
    const lines = formatEvents(entries).trimEnd().split('\n');
    expect(lines).toHaveLength(entries.length);
    expect(lines).toContainEqual(expect.stringMatching(/^-> session\.update {2,}Changes the session/));
    expect(lines).toContainEqual(expect.stringMatching(/^<- response\.audio\.delta .*\[retired\]$/));
  });
});
