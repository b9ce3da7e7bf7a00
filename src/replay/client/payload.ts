/** The bytes of a message: as recorded, or as an overlay makes them. What is not what was sent is not sent. */
import type { FrameBody, RecordedFrame } from '../recording';
import type { OverlayEditor } from './overlay';
import type { PlannedFrame } from './plan';

export type Payload =
  | { kind: 'text'; text: string }
  | { kind: 'binary'; bytes: Buffer }
  | { kind: 'left out' }
  | { kind: 'unsendable'; why: string };

/** The payload of a message. Rejects when the recording cannot be read. */
export async function payloadOf(
  step: PlannedFrame,
  body: (frame: RecordedFrame) => Promise<FrameBody>,
  editor: OverlayEditor,
): Promise<Payload> {
  const { source } = step;
  if ('text' in source) return { kind: 'text', text: source.text };
  const { frame } = source;
  const found = await body(frame);
  if (!found && !editor.replaces(frame.seq, frame.type))
    return { kind: 'unsendable', why: `its body (${frame.bytes} bytes) was not kept in the recording` };
  if (found?.kind === 'binary') return { kind: 'binary', bytes: found.bytes };
  const edited = editor.edit(frame.seq, frame.type, found?.text ?? '');
  if (!edited) return { kind: 'left out' };
  if ('problem' in edited) return { kind: 'unsendable', why: edited.problem };
  const gone = frame.redacted.find((pointer) => !isCovered(pointer, edited.covered));
  if (gone === undefined) return { kind: 'text', text: edited.text };
  return {
    kind: 'unsendable',
    why:
      gone === ''
        ? 'secrets were taken out of it when it was recorded'
        : `the secret at ${gone} was taken out of it when it was recorded; set another one there`,
  };
}

function isCovered(pointer: string, covered: readonly string[]): boolean {
  return covered.some((place) => place === pointer || place === '' || pointer.startsWith(`${place}/`));
}
