import { describe, expect, it } from 'vitest';
import { changeFor, changeForAll, checkPayload } from '../../../src/extension/payloadChecks';

const marks = (text: string) =>
  checkPayload(text).map(({ severity, offset, length }) => [severity, text.slice(offset, offset + length)]);
/** The text after the first fix that is offered, or after all. */
function mended(text: string, all = false): string {
  const fix = checkPayload(text).find((finding) => finding.fix)?.fix;
  const change = all ? changeForAll(text) : fix && changeFor(text, fix);
  if (!change) throw new Error('nothing to mend');
  return text.slice(0, change.offset) + change.text + text.slice(change.offset + change.length);
}

describe('a payload file is marked', () => {
  it('where an event is wrong, wherever in the list it stands', () => {
    expect(marks('[ /* x */ {"type":"response.create"}, {"type": "response.craete"} ]')).toEqual([
      ['error', '"response.craete"'],
    ]);
    expect(marks('{"type":"session.update", // why\n "session":{"type":"robot",}}')).toEqual([['error', '"robot"']]);
  });

  it('where a wait can never be over', () => {
    expect(marks('[{"wait":"some words"}]')).toEqual([['error', '{"wait":"some words"}']]);
    expect(marks('[{"wait":"type:response.done item:item_1 -error"}]')).toEqual([]);
  });

  it('by what the other end may send, where the client gets the event', () => {
    expect(marks('{"to":"client","event":{"type":"response.create"}}')[0]).toEqual(['error', '"response.create"']);
    expect(marks('{"to":"client","event":{"type":"input_audio_buffer.cleared","event_id":"e"}}')).toEqual([]);
  });

  it('nowhere in a string that is only known when it is sent', () => {
    expect(marks('{"type":"conversation.item.delete","item_id":"${lastItemId}"}')).toEqual([]);
    expect(marks('{"type":"session.update","session":{"type":"realtime","tool_choice":"${input:Choice}"}}')).toEqual(
      [],
    );
  });
});

describe('a fix', () => {
  it('rewrites beta to GA and leaves comments, order and the rest of the file', () => {
    const text = `[
  // the first
  {
    "type": "session.update", // ours
    "session": {
      /* spoken by */
      "voice": "alloy",
      "instructions": "Be brief."
    }
  },
  { "wait": "session.updated" }, // then
]
`;
    const after = mended(text, true);
    for (const comment of ['// the first', '// ours', '// then']) expect(after).toContain(comment);
    expect(after).toContain('{ "wait": "session.updated" }, // then\n]\n');
    expect(after).not.toContain('      "voice": "alloy",\n      "instructions"');
    expect(after).toMatch(/"audio": \{\s+"output": \{\s+"voice": "alloy"/);
    expect(checkPayload(after)).toEqual([]);
  });

  it('touches the event it is of only', () => {
    expect(mended('[{"type":"response.create"},{"type":"response.craete","x":1.0}]')).toBe(
      '[{"type":"response.create"},{"type":"response.create","x":1.0}]',
    );
  });

  it('is none for a text that is another by now', () => {
    const fix = { title: '', event: 40, text: '{}' };
    expect(changeFor('{"type":"response.create"}', fix)).toBeUndefined();
  });
});
