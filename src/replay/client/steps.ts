/** The messages of a plan with those that an overlay adds, in the order in which they go. */
import { asText } from '../../analysis/json';
import { OverlayEditor, type Overlay } from './overlay';
import { HOLDS_AUDIO, type PlannedFrame, type ReplayPlan } from './plan';

/** A message behind which another is added that does not exist in the recording. */
export class UnknownFrameError extends Error {
  override readonly name = 'UnknownFrameError';
}

/** All messages of a run. Throws an `UnknownFrameError` when one goes behind a message that the session has not. */
export function stepsOf(plan: ReplayPlan, overlay: Overlay): PlannedFrame[] {
  const first: { text: string; waits: boolean }[] = overlay.insert
    .filter(({ after }) => after === 0)
    .map(({ text }) => ({ text, waits: true }));
  if (OverlayEditor.needsUpdate(overlay, plan.frames))
    first.unshift({ text: OverlayEditor.update(overlay, plan.session.url), waits: true });
  for (const { after } of overlay.insert)
    if (after !== 0 && !plan.frames.some(({ seq }) => seq === after))
      throw new UnknownFrameError(
        `The overlay adds a message after ${after}, but the client sent no message of that number.`,
      );
  if (first.length + overlay.insert.length === 0) return [...plan.frames];
  const greeting = plan.frames.flatMap(({ gates }) => gates).find(({ name }) => name === 'greeting');
  const at = greeting?.at ?? 0;
  const steps: PlannedFrame[] = first.map(({ text }, nth) =>
    added(0, nth + 1, text, at, greeting ? [greeting] : [{ name: 'greeting', within: undefined, at }]),
  );
  /** Where each message of the plan is now. */
  const places: number[] = [];
  for (const frame of plan.frames) {
    places.push(steps.length);
    steps.push(frame);
    for (const [nth, { text }] of overlay.insert.filter(({ after }) => after === frame.seq).entries())
      steps.push(added(frame.seq, nth + 1, text, frame.at, []));
  }
  let lastAudio = -1;
  let holder = -1;
  return steps.map((step, index) => {
    const moved = (one: number) => (one < 0 ? -1 : (places[one] ?? -1));
    const isAudio = step.lane === 'audio';
    const before = isAudio ? holder : lastAudio;
    const made = {
      ...step,
      index,
      after: Math.max(moved(step.after), before),
      barrier: Math.max(moved(step.barrier), before),
    };
    if (isAudio) lastAudio = index;
    else if (HOLDS_AUDIO.has(step.type)) holder = index;
    return made;
  });
}

function added(seq: number, nth: number, text: string, at: number, gates: PlannedFrame['gates']): PlannedFrame {
  return {
    index: 0,
    name: `#${seq}+${nth}`,
    seq,
    type: typeOf(text),
    source: { text },
    audioMs: 0,
    lane: 'control',
    at,
    gates,
    after: -1,
    barrier: -1,
    ids: [],
    unknownIds: [],
    continuous: false,
  };
}

function typeOf(text: string): string {
  try {
    return asText((JSON.parse(text) as { type?: unknown } | null)?.type);
  } catch {
    return '';
  }
}
