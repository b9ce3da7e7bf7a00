/** Files of changes to a replay: JSON with comments, or YAML; what is wrong in one is told with its line. */
import schema from '../../../media/schema/replay.schema.json';
import { schemaProblems, type Found } from '../../files/schemaProblems';
import { sourceOf, unreadable, type FilePath, type FileProblem } from '../../files/source';
import { readTextFile } from '../../files/textFile';
import { parsePath } from '../../rules/path';
import { UnreadableFileError } from '../../trace/unreadable';
import { doubtsOf, type Doubt } from './doubts';
import { merged, settingOf, type FrameChange, type Overlay, type Setting } from './overlay';

/** What such a file says. */
export interface OverlayFile {
  /** For every run of it. */
  base: Overlay;
  /** Each with the base's changes in it; one, without a name of its own, where the file lists none. */
  runs: Overlay[];
  /** What is most likely a slip; it is sent all the same. */
  doubts: FileProblem[];
}

interface Written {
  name?: string;
  set?: Record<string, unknown>;
  frames?: { seq?: number; type?: string; set?: Record<string, unknown>; replace?: object; drop?: true }[];
  insert?: { after: number; event: object }[];
  runs?: Written[];
}

const KIND = 'a file of changes to a replay';

/** Reads a text; YAML when the file's name ends so. What is wrong in it, or what it says. Never throws for what it holds. */
export function parseOverlays(text: string, file: string): OverlayFile | { problems: FileProblem[] } {
  const source = sourceOf(text, file, KIND);
  const problems = source.problems.map(({ line, column, message }) => ({ line, column, message }));
  const found: Found[] = [];
  let overlays: Omit<OverlayFile, 'doubts'> | undefined;
  const doubts: Doubt[] = [];
  if (problems.length === 0) {
    try {
      found.push(
        ...schemaProblems(schema, source.value, () => 'Use letters, digits, spaces and . _ + - only, 60 at most.'),
      );
      if (found.length === 0) overlays = overlaysOf(source.value as Written, found, doubts);
    } catch (cause) {
      found.push({ path: [], message: unreadable(cause, KIND) });
    }
  }
  problems.push(...found.map(({ path, message, key = false }) => ({ ...source.place(path, key), message })));
  if (!overlays || problems.length > 0) return { problems };
  return {
    ...overlays,
    doubts: doubts.map(({ path, message, key }) => ({ ...source.place(path, key), message, severity: 'warning' })),
  };
}

/** Reads one; rejects with an `UnreadableFileError`, a line for each problem: `FILE:LINE:COLUMN: what is wrong`. */
export async function readOverlayFile(file: string): Promise<OverlayFile> {
  const read = parseOverlays(await readTextFile(file, 'file of changes'), file);
  if (!('problems' in read)) return read;
  throw new UnreadableFileError(
    read.problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
  );
}

function overlaysOf(written: Written, found: Found[], doubts: Doubt[]): Omit<OverlayFile, 'doubts'> {
  const base = overlayOf(written, [], found);
  const own = (written.runs ?? []).map((run, index) => overlayOf(run, ['runs', index], found));
  const runs = own.map((run) => merged(base, run));
  if (found.length === 0) {
    doubts.push(...doubtsOf(base));
    for (const [index, run] of own.entries())
      doubts.push(...doubtsOf(run, runs[index]).map((one) => ({ ...one, path: ['runs', index, ...one.path] })));
  }
  const seen = new Set<string>();
  for (const [index, { name }] of runs.entries()) {
    if (seen.has(name)) found.push({ path: ['runs', index, 'name'], message: `There is another run called ${name}.` });
    seen.add(name);
  }
  return { base, runs: runs.length > 0 ? runs : [base] };
}

function overlayOf({ name = '', set = {}, frames = [], insert = [] }: Written, at: FilePath, found: Found[]): Overlay {
  return {
    name,
    set: settings(set, [...at, 'set'], found, settingOf),
    frames: frames.flatMap((frame, index) => changeOf(frame, [...at, 'frames', index], found)),
    insert: insert.map(({ after, event }) => ({ after, text: JSON.stringify(event) })),
  };
}

function changeOf(frame: NonNullable<Written['frames']>[number], at: FilePath, found: Found[]): FrameChange[] {
  const { seq, type, set = {}, replace, drop } = frame;
  if ((seq === undefined) === (type === undefined)) {
    found.push({ path: at, message: 'Say which message by either seq or type.' });
    return [];
  }
  return [
    {
      of: seq === undefined ? { type: type ?? '' } : { seq },
      set: settings(set, [...at, 'set'], found, (place, value) => {
        const path = parsePath(place);
        return 'problem' in path ? path : { path, place, value };
      }),
      ...(replace === undefined ? {} : { replace: JSON.stringify(replace) }),
      drop: drop === true,
    },
  ];
}

function settings(
  set: Record<string, unknown>,
  at: FilePath,
  found: Found[],
  read: (place: string, value: string) => Setting | { problem: string },
): Setting[] {
  return Object.entries(set).flatMap(([place, value]) => {
    const setting = read(place, JSON.stringify(value));
    if (!('problem' in setting)) return [setting];
    found.push({ path: [...at, place], message: setting.problem, key: true });
    return [];
  });
}
