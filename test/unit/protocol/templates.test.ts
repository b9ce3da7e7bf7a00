import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/protocol/catalogue';
import { eventTemplate } from '../../../src/protocol/templates';
import { validateEvent } from '../../../src/protocol/validate';

describe('templates', () => {
  it.each(CATALOGUE.map((info) => [info.from, info.type] as const))('%s %s passes its own check', (from, type) => {
    const text = eventTemplate(type, from) ?? '';
    expect(text).toContain('\n  "');
    expect(JSON.parse(text)).toMatchObject({ type });
    const problems = validateEvent(text, from);
    // The two events the live service no longer takes over a WebSocket say so; nothing else has anything to say.
    const retired = type === 'transcription_session.update' || type === 'output_audio_buffer.clear';
    expect(problems.filter((problem) => !retired || problem.severity === 'error')).toEqual([]);
  });

  it('does not exist for a type nobody knows, or of the other end', () => {
    expect(eventTemplate('no.such.event', 'client')).toBeUndefined();
    expect(eventTemplate('response.done', 'client')).toBeUndefined();
  });
});
