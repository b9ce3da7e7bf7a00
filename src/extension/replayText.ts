/** Files of changes to a replay and the report of a sweep, as text. Free of `vscode`. */
import path from 'node:path';
import { asObject } from '../analysis/json';
import { WHOLE } from '../replay/client/overlay';
import type { RecordedConfiguration } from '../replay/client/replay';
import type { ReplayResult } from '../replay/client/result';
import type { SweepRow } from '../replay/client/sweep';
import { sweepTable } from '../replay/client/sweepTable';
import { oneLine } from './plainText';

/** Such files anywhere in a workspace. */
export const OVERLAY_GLOB = '**/*.replay.{jsonc,json,yaml,yml}';

/** Whether a file holds changes to a replay, by its name. */
export const isOverlayName = (name: string): boolean => /\.replay\.(jsonc?|ya?ml)$/i.test(name);

/** A file's name without what says that it is a recording. */
export const recordingStem = (file: string): string =>
  path.basename(file).replace(/(?:\.realtime)?\.(?:jsonl?|har|ya?ml)$/i, '');

/** Longer names of places are no use to anybody, and the schema takes none. */
const MOST_PLACE = 200;

/**
 * A new file of changes (JSON with comments), with every value that the recorded client configured, by its path. Values that were
 * taken out of the recording are left out, and named.
 */
export function overlayStart(
  recording: string,
  session: string,
  configuration: RecordedConfiguration | undefined,
): string {
  const settings = configuration ? valuesOf(configuration) : [];
  const kept = settings.filter(({ secret }) => !secret);
  const lines = [
    `// Changes to a replay of ${oneLine(path.basename(recording))}, session ${oneLine(session)}.`,
    '// Change values, delete what is to stay as it was, and choose "Replay with these changes" above.',
    '{',
    '  "name": "changed",',
    ...(configuration === undefined
      ? ['  // The recorded client configured nothing, so that all of it were the defaults of the server.']
      : [
          `  // As the client sent them in message #${configuration.seq}. "response..." sets a value of every response that is asked for.`,
        ]),
    ...settings
      .filter(({ secret }) => secret)
      .map(({ place }) => `  // Taken out of the recording, give another: ${place}`),
    ...(kept.length === 0
      ? ['  "set": {', '    "session.audio.input.turn_detection": { "type": "semantic_vad" },', '  },']
      : ['  "set": {', ...kept.map(({ place, value }) => `    ${JSON.stringify(place)}: ${indented(value)},`), '  },']),
    '  // Several runs one after another, each with changes of its own on top of these; they come out as a table.',
    '  // "runs": [',
    '  //   { "name": "semantic", "set": { "session.audio.input.turn_detection": { "type": "semantic_vad" } } },',
    '  //   { "name": "server", "set": { "session.audio.input.turn_detection": { "type": "server_vad" } } },',
    '  // ],',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

const indented = (value: unknown) => JSON.stringify(value, null, 2).replaceAll('\n', '\n    ');

interface Value {
  place: string;
  value: unknown;
  secret: boolean;
}

function valuesOf({ text, redacted }: RecordedConfiguration): Value[] {
  const values: Value[] = [];
  const walk = (value: unknown, place: string, pointer: string) => {
    const secret = redacted.some((gone) => pointer === gone || pointer.startsWith(`${gone}/`));
    const holds = redacted.some((gone) => gone.startsWith(`${pointer}/`));
    const fields = Array.isArray(value) ? undefined : asObject(value);
    const name = /([^.]*)$/.exec(place)?.[1] ?? '';
    if (!secret && fields && Object.keys(fields).length > 0 && !WHOLE.has(name))
      for (const [key, inner] of Object.entries(fields)) {
        // The kind of session cannot be another.
        if (place === 'session' && key === 'type') continue;
        const step = /^[^.[\]\s"]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
        walk(inner, `${place}${step}`, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
      }
    else if (place !== 'session' && place.length <= MOST_PLACE) values.push({ place, value, secret: secret || holds });
  };
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return [];
  }
  walk(asObject(event)?.session, 'session', '/session');
  return values.filter(({ value }) => value !== undefined);
}

/** A run of a sweep, done. */
export interface SweepRun extends Pick<ReplayResult, 'message' | 'skipped' | 'notCome' | 'problems' | 'ending'> {
  name: string;
  trace: string;
}

/** The report of a sweep, and the lines (from 0) above which the actions for the recording and for each run belong. */
export function sweepReport(
  file: string,
  about: string,
  rows: readonly SweepRow[],
  runs: readonly SweepRun[],
): { text: string; recordedLine: number; runLines: number[] } {
  const name = (text: string) => oneLine(text, 200);
  const lines = [`${name(path.basename(file))}, ${name(about)}`, ''];
  const recordedLine = 0;
  lines.push(...sweepTable(rows, name), '');
  const runLines: number[] = [];
  for (const { name: run, trace, message, skipped, problems } of runs) {
    runLines.push(lines.length);
    lines.push(
      `${name(run)}: ${oneLine(message, 500)}`,
      `  ${name(path.basename(trace))}`,
      ...skipped.map((one) => `  ${one.name} (${name(one.type)}) was not sent: ${oneLine(one.reason, 500)}`),
      ...problems.map((problem) => `  ${oneLine(problem, 500)}`),
      '',
    );
  }
  return { text: lines.join('\n'), recordedLine, runLines };
}

/** How many runs there were, of those asked for; what the user stopped is no whole run. */
export function sweepAmount(runs: readonly SweepRun[], asked: number, isStopped: boolean): string {
  if (!isStopped) return runs.length === asked ? `${asked} runs` : `${runs.length} of ${asked} runs`;
  const whole = runs.filter(({ ending }) => ending.kind !== 'stopped').length;
  return `stopped after ${whole} of ${asked} runs`;
}

/** What is wrong with the runs, for people; undefined when nothing is. Whoever stops a sweep knows that its last run is not whole. */
export function sweepWarning(runs: readonly SweepRun[], asked: number): string | undefined {
  const bad = runs.filter(
    ({ ending, skipped, notCome }) =>
      ending.kind !== 'stopped' && (ending.kind !== 'completed' || skipped.length + notCome.length > 0),
  );
  const [first] = bad;
  if (!first) return undefined;
  return `${bad.length} of ${asked} runs ${bad.length === 1 ? 'is' : 'are'} not complete. ${oneLine(first.name)}: ${first.message}`;
}
