import { describe, expect, it } from 'vitest';
import { findEvent } from '../../../src/protocol/catalogue';
import { DIALECTS, dialectOfHandshake, dialectOfSession, findDialect } from '../../../src/protocol/dialects';

describe('a dialect', () => {
  it('renames events that exist, and adds only events that do not', () => {
    for (const dialect of DIALECTS) {
      for (const [ga, own] of Object.entries(dialect.renamed)) {
        expect(findEvent(ga, 'server')?.status, ga).toBe('ga');
        expect(findEvent(own, 'server')?.replacedBy, own).toContain(ga);
      }
      for (const { type, from } of dialect.extra) expect(findEvent(type, from), type).toBeUndefined();
      for (const type of dialect.missing) expect(findEvent(type, 'server'), type).toBeDefined();
    }
  });

  it.each([
    ['wss://api.openai.com/v1/realtime?model=gpt-realtime', 'openai'],
    ['wss://eu.api.openai.com/v1/realtime?model=gpt-realtime', 'openai'],
    ['wss://me.openai.azure.com/openai/v1/realtime?model=x', 'azure'],
    ['wss://me.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=x', 'azure-preview'],
    ['wss://me.services.ai.azure.com/voice-live/realtime?api-version=2025-10-01&model=x', 'voice-live'],
    ['wss://api.x.ai/v1/realtime?model=grok', 'xai'],
    ['wss://notx.ai/v1/realtime', undefined],
    ['ws://127.0.0.1:8788/v1/realtime', undefined],
    ['[redacted]', undefined],
  ])('is told by its address: %s', (url, id) => {
    expect(dialectOfHandshake({ url })).toBe(id);
  });

  it('of the beta is told by its header, whatever the name’s case', () => {
    const url = 'wss://api.openai.com/v1/realtime';
    expect(dialectOfHandshake({ url, headers: { 'openai-beta': 'realtime=v1' } })).toBe('openai-beta');
    expect(dialectOfHandshake({ url, headers: { 'OpenAI-Beta': ['assistants=v2', 'realtime=v1'] } })).toBe(
      'openai-beta',
    );
    expect(dialectOfHandshake({ url, headers: { 'OpenAI-Beta': 'assistants=v2' } })).toBe('openai');
  });

  it('is told by the shape of the first session', () => {
    const created = (session: unknown) => dialectOfSession({ type: 'session.created', session });
    expect(created({ type: 'realtime', model: 'gpt-realtime' })).toBe('openai');
    expect(created({ modalities: ['audio'], voice: { name: 'alloy', type: 'openai' } })).toBe('voice-live');
    expect(created({ modalities: ['audio'], model: 'grok-voice-latest' })).toBe('xai');
    expect(created({ modalities: ['audio', 'text'], voice: 'alloy' })).toBe('openai-beta');
    expect(created(null)).toBeUndefined();
    expect(dialectOfSession({ type: 'response.created' })).toBeUndefined();
  });

  it('has a name that finds it', () => {
    for (const { id } of DIALECTS) expect(findDialect(id).id).toBe(id);
  });
});
