/** What in changes to a replay is most likely a slip: fields that nobody knows, values that no server takes. */
import type { FilePath } from '../../files/source';
import { validateEvent } from '../../protocol/validate';
import { checkBySchema, type Finding } from '../../protocol/validate/schema';
import { setAt } from '../../rules/edit';
import type { EventPath } from '../../rules/path';
import { BETA_SESSION_FIELDS } from '../../protocol/shapes';
import type { FrameChange, Overlay, Setting } from './overlay';

/** A slip, with its place in the changes as they are written. Never an error: another server may well know what is meant. */
export interface Doubt {
  path: FilePath;
  /** The name is in doubt, not its value. */
  key: boolean;
  /** The setting or the event that it is about, for people. */
  place: string;
  message: string;
}

/** What a session may be when a file of changes is written: which recording it is for is not known then. */
const SESSIONS = updatesOf([
  { type: 'realtime' },
  { type: 'transcription' },
  { audio: { output: { language: 'en' } } },
]);
/** The same for a turn detection of which only parts are set: of which kind it is, the recording knows. */
const DETECTIONS = updatesOf(
  [
    ['realtime', 'semantic_vad'],
    ['realtime', 'server_vad'],
    ['transcription', 'server_vad'],
  ].map(([type, kind]) => ({ type, audio: { input: { turn_detection: { type: kind } } } })),
);
const RESPONSES: readonly object[] = [{ type: 'response.create', response: {} }];

function updatesOf(sessions: readonly object[]): readonly object[] {
  return sessions.map((session) => ({ type: 'session.update', session }));
}

/**
 * The slips in `own`, which counts together with all that is in `whole`. `recorded` is the JSON text of the recorded client's own
 * configuration, where it is known: beside a field that nobody knows there, another is no slip, for its server is another one.
 */
export function doubtsOf(own: Overlay, whole: Overlay = own, recorded = ''): Doubt[] {
  const strange = strangeHolders(recorded);
  const general = inSettings(own.set, whole.set, (setting) => eventsFor(setting, whole), ['set'], strange);
  const single = own.frames.flatMap((change, index) => inChange(change, index, strange));
  return [...general, ...single, ...own.insert.flatMap(({ text }, index) => inEvent(text, ['insert', index, 'event']))];
}

/** Of a message that is named by its number nobody knows here what it is. */
function inChange({ of, set, replace }: FrameChange, index: number, strange: ReadonlySet<string>): Doubt[] {
  const events = 'type' in of ? [{ type: of.type }] : [];
  return [
    ...inSettings(set, set, () => events, ['frames', index, 'set'], strange),
    ...(replace === undefined ? [] : inEvent(replace, ['frames', index, 'replace'])),
  ];
}

function eventsFor({ path: [root] }: Setting, { set }: Overlay): readonly object[] {
  if (typeof root === 'object' && 'name' in root && root.name === 'response') return RESPONSES;
  const isPartial = set.some(({ path }) => path.length > 4 && stepsOf(path)?.[3] === 'turn_detection');
  return isPartial ? DETECTIONS : SESSIONS;
}

/** In doubt is what none of the events could hold; of what they have against it, what also knows what was meant is told. */
function inSettings(
  settings: readonly Setting[],
  beside: readonly Setting[],
  eventsOf: (setting: Setting) => readonly object[],
  at: FilePath,
  strange: ReadonlySet<string>,
): Doubt[] {
  // An editor asks with every pause of the hand: an event is made and checked once for all settings.
  const known = new Map<object, Finding[]>();
  const findingsOn = (event: object): Finding[] => {
    const found = known.get(event) ?? findingsIn(event, beside);
    known.set(event, found);
    return found;
  };
  return settings.flatMap((setting) => {
    const { path, place } = setting;
    const steps = stepsOf(path);
    if (!steps || (steps[0] === 'session' && Object.hasOwn(BETA_SESSION_FIELDS, steps[1] ?? ''))) return [];
    let best: Finding[] = [];
    for (const event of eventsOf(setting)) {
      const told = findingsOn(event).filter((one) => concerns(one, steps) && !strange.has(holderOf(one)));
      if (told.length === 0) return [];
      if (best.length === 0 || (isHelpful(told) && !isHelpful(best))) best = told;
    }
    return best.map(({ keyword, path: found, message }) => ({
      path: [...at, place, ...found.slice(steps.length).map(fileStep)],
      key: keyword === 'unknown',
      place,
      message: keyword === 'unknown' && steps[0] === 'session' ? `${message} ${REFUSED}` : message,
    }));
  });
}

const isHelpful = (findings: readonly Finding[]): boolean =>
  findings.some(({ message }) => message.includes('Did you mean'));

const REFUSED = 'The live service refuses the whole update for one such.';

/** Of places above the setting only names that are not known: what else is missing there the recording has. */
function concerns({ keyword, path }: Finding, steps: readonly string[]): boolean {
  const isAlong = path.every((step, index) => index >= steps.length || String(step) === steps[index]);
  return isAlong && (path.length >= steps.length || keyword === 'unknown');
}

function findingsIn(event: object, settings: readonly Setting[]): Finding[] {
  let text = JSON.stringify(event);
  for (const { path, value } of settings) text = setAt(text, path, value) ?? text;
  return findingsOf(text);
}

function findingsOf(text: string): Finding[] {
  const event = JSON.parse(text) as Record<string, unknown>;
  return checkBySchema(event, String(event['type']), 'client');
}

/** An event that is written whole. */
function inEvent(text: string, at: FilePath): Doubt[] {
  return validateEvent(text, 'client').flatMap(({ severity, path, message }) =>
    severity === 'note'
      ? []
      : [{ path: [...at, ...pointerSteps(path)], key: false, place: `${at[0]}[${at[1]}].${at[2]}`, message }],
  );
}

/** The objects of a recorded configuration that hold fields which nobody knows. */
function strangeHolders(recorded: string): Set<string> {
  try {
    return new Set(
      findingsOf(recorded)
        .filter(({ keyword }) => keyword === 'unknown')
        .map(holderOf),
    );
  } catch {
    return new Set();
  }
}

const holderOf = ({ path }: Finding): string => JSON.stringify(path.slice(0, -1).map(String));

/** Undefined for a path that stands for several places or for a new element. */
function stepsOf(path: EventPath): string[] | undefined {
  const steps = path.flatMap((step) =>
    typeof step === 'string' ? [] : ['index' in step ? String(step.index) : step.name],
  );
  return steps.length === path.length ? steps : undefined;
}

const pointerSteps = (pointer: string): FilePath =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => fileStep(step.replaceAll('~1', '/').replaceAll('~0', '~')));

const fileStep = (step: string | number): string | number => (/^\d+$/.test(String(step)) ? Number(step) : step);
