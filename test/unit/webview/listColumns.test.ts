import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/protocol';
import { columnWidths, fitType } from '../../../webview/logic/listColumns';

/** Every character ten pixels wide. */
const width = (text: string) => text.length * 10;
const fit = (type: string, characters: number) => fitType(type, characters * 10, width);

describe('a type in a narrow column', () => {
  it.each([
    ['response.output_audio_transcript.delta', 40, 'response.output_audio_transcript.delta'],
    ['response.output_audio_transcript.delta', 36, '…output_audio_transcript.delta'],
    ['response.output_audio_transcript.delta', 24, '…audio_transcript.delta'],
    ['response.output_audio_transcript.delta', 18, '…transcript.delta'],
    ['response.output_audio_transcript.delta', 15, '…anscript.delta'],
    ['conversation.item.input_audio_transcription.completed', 24, '…transcription.completed'],
    ['input_audio_buffer.speech_started', 20, '…speech_started'],
    ['session.update', 14, 'session.update'],
    ['', 10, ''],
  ])('%s in the room of %d characters is %s', (type, characters, shown) => {
    expect(fit(type, characters)).toBe(shown);
  });
  it('always ends as it ends, within its room', () => {
    for (const { type } of CATALOGUE)
      for (let room = 5; room <= 60; room += 1) {
        const shown = fit(type, room);
        expect(width(shown)).toBeLessThanOrEqual(room * 10);
        expect(type.endsWith(shown.replace('…', ''))).toBe(true);
      }
  });
  it('tells what happens in a response apart in twenty characters, calls of tools only as such', () => {
    const types = CATALOGUE.map(({ type }) => type).filter(
      (type) => type.startsWith('response.') && !type.includes('mcp_call'),
    );
    expect(types.length).toBeGreaterThan(10);
    expect(new Set(types.map((type) => fit(type, 20))).size).toBe(types.length);
  });
  it('of a stranger, without words or of odd characters, is cut as well', () => {
    expect(fit('x'.repeat(80), 10)).toBe(`…${'x'.repeat(9)}`);
    expect(fit('😀'.repeat(20), 10)).toBe(`…${'😀'.repeat(4)}`);
    expect(fit('abc', 0)).toBe('…');
  });
});

it('numbers and times get the room of the longest in the trace', () => {
  const short = columnWidths({ lastNumber: 12, lastTime: 4000 });
  const long = columnWidths({ lastNumber: 1_234_567, lastTime: 3_700_000 });
  expect(short.number).toBeGreaterThanOrEqual(3 * 8);
  expect(long.number).toBeGreaterThanOrEqual(7 * 8);
  expect(long.time).toBeGreaterThanOrEqual('1:01:40.000'.length * 7);
  expect(short.time).toBeLessThan(long.time);
});
